"""
Draws docs/pictures/understanding.svg: one sentence, what each reader finds in it, and the facts that come of it.

The picture is made from what the readers really say; a test draws it again and compares.
"""

import sys
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bot.workspace import load_workspace  # noqa: E402 - found only now
from dialogs.hearing import told_by  # noqa: E402
from dialogs.reading.hear import hear  # noqa: E402
from dialogs.values import Inbound, Kind  # noqa: E402
from scoring.values import Fact, FactValue, Headcount, MoneyRange, Window  # noqa: E402

SENTENCE = (
    "We're a bakery, 15 people: need an online shop by the end of May, budget up to 20k euro. "
    "I'm the owner – kate@daisy.co.uk"
)
SAID = datetime(2026, 3, 2, 9, tzinfo=UTC)
WIDTH, LEFT, CHARACTER, LINE = 960, 40, 9.63, 100
WRAP = 68  # characters a line
COLOURS = ("#2f6f9f", "#8a5a00", "#2e7d4f", "#8b3a62", "#5a4fa2", "#9a3d2b", "#3d6b6b", "#6b5d2e")


def facts() -> list[Fact]:
    """The facts in the sentence, in the order of their words."""
    library = load_workspace().library
    inbound = Inbound("i1", "c1", Kind.TEXT, SENTENCE, SAID)
    reading = hear(SENTENCE, library.ears, language="en", asked=None, today=SAID.date(), bare=False)
    return sorted(told_by(reading, inbound, None, library.mail).facts, key=lambda fact: fact.evidence.start)


def shown(value: FactValue | None) -> str:
    """A value in a few characters."""
    if isinstance(value, MoneyRange):
        low, high = value.low, value.high
        return f"{'' if low is None else low}..{'' if high is None else high} {value.currency or ''}".strip()
    if isinstance(value, Window):
        return f"{_day(value.start)}..{_day(value.end)}"
    if isinstance(value, Headcount):
        return str(value.high)
    return str(value)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def wrapped() -> list[tuple[int, str]]:
    """The lines of the sentence, each with the place it begins at."""
    lines, begin = [], 0
    while begin < len(SENTENCE):
        end = len(SENTENCE) if len(SENTENCE) - begin <= WRAP else SENTENCE.rindex(" ", begin, begin + WRAP) + 1
        lines.append((begin, SENTENCE[begin:end].rstrip()))
        begin = end
    return lines


def draw() -> str:
    """The picture as SVG."""
    by_place: dict[tuple[int, int], list[Fact]] = {}
    for fact in facts():
        by_place.setdefault((fact.evidence.start, fact.evidence.end), []).append(fact)
    parts: list[str] = []
    lines = wrapped()
    for row, (begin, text) in enumerate(lines):
        y = 92 + row * LINE
        parts.append(f'<text class="said" x="{LEFT}" y="{y}" xml:space="preserve">{escape(text)}</text>')
        free = 0.0
        for at, ((start, end), found) in enumerate(by_place.items()):
            if not begin <= start < begin + len(text):
                continue
            colour = COLOURS[at % len(COLOURS)]
            x, width = LEFT + (start - begin) * CHARACTER, (min(end, begin + len(text)) - start) * CHARACTER
            parts.append(f'<rect x="{x:.1f}" y="{y + 6}" width="{width:.1f}" height="3" fill="{colour}"/>')
            label = max(x, free)
            parts.extend(
                f'<text class="fact" x="{label:.1f}" y="{y + 28 + 17 * number}" fill="{colour}">'
                f"{escape(fact.key)} = {escape(shown(fact.value))}</text>"
                for number, fact in enumerate(found)
            )
            free = label + max(len(f"{fact.key} = {shown(fact.value)}") for fact in found) * 7.3 + 14
    height = 92 + len(lines) * LINE + 12
    steps = ("message", "folded, split into words", "every reader, every time", "facts with their quotes")
    boxes = "".join(
        f'<rect class="step" x="{LEFT + at * 224}" y="20" width="204" height="30" rx="15"/>'
        f'<text class="name" x="{LEFT + at * 224 + 102}" y="40">{step}</text>'
        + (f'<path class="arrow" d="M{LEFT + at * 224 + 206} 35h14m-5-4l5 4l-5 4"/>' if at < len(steps) - 1 else "")
        for at, step in enumerate(steps)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="A sentence and the facts read in it">'
        "<style>text{font-family:ui-monospace,'DejaVu Sans Mono',monospace}.said{font-size:16px;fill:#1d2733}"
        ".fact{font-size:12px}.name{font-size:11px;text-anchor:middle;fill:#1d2733}"
        ".step{fill:#eef2f6;stroke:#9fb0c0}.arrow{fill:none;stroke:#5b6b7b}</style>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{boxes}{"".join(parts)}</svg>\n'
    )


if __name__ == "__main__":
    (HERE / "understanding.svg").write_text(draw(), encoding="utf-8")
