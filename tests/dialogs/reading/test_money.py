"""Sums of money: what is a budget, what is not, and the words that bound it."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from dialogs.reading.figures import Figures, FigureWords, compile_figures, read_figures
from dialogs.reading.lexicon import Lexicon, compile_lexicon
from dialogs.reading.text import prepare
from dialogs.reading.values import Asked
from scoring.values import MoneyRange

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


def shape(value: MoneyRange | None) -> dict[str, object] | None:
    if value is None:
        return None
    return {"low": value.low, "high": value.high, "currency": value.currency, "per": value.per}


def test_the_quote_is_the_visitors_own_spelling() -> None:
    found = read("Готовы: 50-70К зелени!", "ru", "money").money
    assert found is not None
    assert (found.quote, found.start, found.end) == ("50-70К зелени", 8, 21)


@pytest.mark.parametrize("text", ["50000", "сто", "12 500"])
def test_a_bare_number_is_money_only_when_money_was_asked(text: str) -> None:
    assert read(text, "ru", "money").money is not None
    assert read(text, "ru", "timing").money is None
    assert read(text, "ru").money is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "работаем с 2019 года"),
        ("ru", "обновить 1С 8.3 до 8.5"),
        ("uk", "знижка 10%"),
        ("pl", "sklep na 5000 produktów"),
        ("en", "we run iOS 17 and Windows 11"),
        ("en", "12M revenue, 40 people"),
        ("pl", "obrót 3 mln zł"),
    ],
)
def test_years_versions_goods_and_turnover_are_no_money(language: str, text: str) -> None:
    assert read(text, language, "money").money is None


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("ru", "500 тенге", "KZT"),
        ("uk", "300 злотих", "PLN"),
        ("pl", "200 USDT", "USDT"),
        ("en", "A$60k", "AUD"),
        ("ru", "2к зелени", "USD"),
    ],
)
def test_currencies_of_all_languages_are_known_everywhere(language: str, text: str, code: str) -> None:
    found = read(text, language).money
    assert found is not None
    assert found.value.currency == code
