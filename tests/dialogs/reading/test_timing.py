"""Deadlines, starts, lengths and urgency; call-backs; and what is none of them."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from dialogs.reading.figures import Figures, FigureWords, compile_figures, read_figures
from dialogs.reading.lexicon import Lexicon, compile_lexicon
from dialogs.reading.text import prepare
from dialogs.reading.values import Asked
from scoring.values import Urgency, Window

LOCALES = Path(__file__).parents[3] / "locales"
TODAY = date(2026, 3, 2)  # a Monday
LANGUAGES = ("ru", "uk", "pl", "en")


@cache
def lexicons() -> dict[str, Lexicon]:
    return {
        language: compile_lexicon(
            language,
            yaml.safe_load((LOCALES / language / "lexicon.yaml").read_text("utf-8")),
            f"{language}/lexicon.yaml",
        )
        for language in LANGUAGES
    }


@cache
def words(language: str) -> FigureWords:
    return compile_figures(lexicons()[language], lexicons())


def read(text: str, language: str, asked: str | None = None, today: date = TODAY) -> Figures:
    return read_figures(prepare(text, language), words(language), Asked(asked) if asked else None, today)


def shape(value: Window | None) -> dict[str, object] | None:
    if value is None:
        return None
    start, end = value.start and value.start.isoformat(), value.end and value.end.isoformat()
    return {"from": start, "to": end, "urgency": value.urgency, "hard": value.hard, "phase": value.phase}


def test_a_date_is_a_call_back_once_the_answer_was_put_off() -> None:
    text = prepare("maybe in the fall", "en")
    figures = read_figures(text, words("en"), None, TODAY, later=True)
    assert figures.timing is None
    assert figures.callback is not None
    assert figures.callback.value == Window(date(2026, 9, 1), date(2026, 11, 30), Urgency.DATED)


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 3, 20), date(2026, 3, 20), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2027, 3, 1), date(2027, 3, 31)),
    ],
)
def test_a_month_is_the_next_one_and_never_lies_in_the_past(today: date, start: date, end: date) -> None:
    found = read("в марте", "ru", "timing", today).timing
    assert found is not None
    assert (found.value.start, found.value.end) == (start, end)


def test_the_29th_of_february_is_that_of_a_leap_year() -> None:
    found = read("by 29 February", "en", "timing").timing
    assert found is not None
    assert found.value.end == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "нам 5 лет"),
        ("uk", "працюємо на ринку 10 років"),
        ("pl", "otwarte pon-pt 9-17"),
        ("en", "15 years in business"),
        ("ru", "нужны 2 разработчика на полгода"),
    ],
)
def test_age_opening_hours_and_hire_are_no_deadline(language: str, text: str) -> None:
    assert read(text, language).timing is None
