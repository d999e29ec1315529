"""Head-counts of staff and users."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from dialogs.reading.figures import Figures, FigureWords, compile_figures, read_figures
from dialogs.reading.lexicon import Lexicon, compile_lexicon
from dialogs.reading.text import prepare
from dialogs.reading.values import Asked

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


@pytest.mark.parametrize(("language", "text"), [("ru", "25"), ("uk", "двадцять п'ять"), ("pl", "ok 25"), ("en", "25")])
def test_a_bare_number_counts_people_only_when_they_were_asked_for(language: str, text: str) -> None:
    found = read(text, language, "people").people
    assert found is not None
    assert (found.value.low, found.value.high) == (25, 25)
    assert read(text, language).people is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "нужно 2 менеджера"),
        ("uk", "80 людей на рік"),
        ("pl", "potrzebuję 3 programistów"),
        ("en", "hire 2 developers"),
    ],
)
def test_people_to_be_hired_and_people_a_year_are_no_head_count(language: str, text: str) -> None:
    assert read(text, language).people is None


def test_the_quote_covers_number_and_noun() -> None:
    found = read("Нас 40 сотрудников", "ru").people
    assert found is not None
    assert found.quote == "40 сотрудников"
