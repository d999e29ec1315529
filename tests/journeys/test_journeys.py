"""Every scripted conversation comes true."""

from pathlib import Path

import pytest

from bot.journey import loading_once, read_journey, run_journey

HERE = Path(__file__).parent
load = loading_once()


@pytest.mark.parametrize("path", sorted(HERE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_journey_comes_true(path: Path) -> None:
    assert [str(failure) for failure in run_journey(read_journey(path), load)] == []


def test_every_outcome_is_played_in_every_language() -> None:
    played = {tuple(path.stem.split("_", 1)) for path in HERE.glob("*.yaml")}
    outcomes = {outcome for _, outcome in played}
    languages = {path.parent.name for path in (HERE.parents[1] / "locales").glob("*/widget.json")}
    assert {(language, outcome) for language in languages for outcome in outcomes} - played == set()
