"""The core that weighs: facts in, points, flags and stages out. Reads no text, knows no language."""
