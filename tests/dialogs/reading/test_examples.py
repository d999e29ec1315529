"""Every language brings its own examples: words, and what must be read from them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.tongues import LANGUAGES
from dialogs.reading.hear import hear
from dialogs.reading.slots import slots
from dialogs.reading.values import Asked
from tests.builders import everywhere

LOCALES = Path(__file__).parents[3] / "locales"
TODAY = date(2026, 3, 2)  # a Monday
SETS = {"needs", "tech"}  # slots whose order says nothing


def examples() -> list[tuple[str, dict[str, Any]]]:
    return [
        (language, case)
        for language in LANGUAGES
        for case in yaml.safe_load((LOCALES / language / "examples.yaml").read_text("utf-8"))
    ]


def filled(expected: Any, found: Any) -> Any:
    """An expected mapping with the keys it does not name as null."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return dict.fromkeys(found) | expected
    return expected


@pytest.mark.parametrize(
    ("language", "case"), examples(), ids=lambda value: value["text"] if isinstance(value, dict) else value
)
def test_an_example_reads_as_its_author_says(language: str, case: dict[str, Any]) -> None:
    asked = Asked(case["asked"]) if case.get("asked") else None
    today = case.get("today", TODAY)
    today = date.fromisoformat(today) if isinstance(today, str) else today
    reading = hear(case["text"], everywhere().ears, language=language, asked=asked, today=today)
    found = slots(reading)
    expected = dict(case["expects"])
    mentioned = {(one.value.key, one.value.value) for one in reading.mentions}
    for key, value in expected.pop("mentions", {}).items():
        assert (key, value) in mentioned if value is not None else key not in {name for name, _ in mentioned}
    for slot, value in expected.items():
        if slot in SETS:
            assert set(found[slot]) == set(value)  # type: ignore[call-overload]  # slots are JSON values
        else:
            assert found[slot] == filled(value, found[slot])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_brings_more_than_a_hundred_examples(language: str) -> None:
    assert sum(one == language for one, _ in examples()) > 100
