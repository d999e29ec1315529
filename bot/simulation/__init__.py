"""Made-up visitors who know what they mean: `banter simulate`."""
