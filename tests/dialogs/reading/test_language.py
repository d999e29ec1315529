"""Which language, and when nothing can be told."""

import pytest

from dialogs.reading.language import detect_language
from dialogs.reading.phrases import split_words
from dialogs.reading.text import fold
from tests.builders import demo, everywhere


def told(text: str) -> tuple[str | None, float]:
    return detect_language(text, split_words(fold(text)), demo().ears.known)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("сколько стоит сделать сайт для нашей компании", "ru"),
        ("скільки коштує зробити сайт для нашої компанії", "uk"),
        ("ile kosztuje strona dla naszej firmy", "pl"),
        ("how much is a website for our company", "en"),
        ("мы ищем подрядчика", "ru"),
        ("je możemy zacząć w marcu", "pl"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    found, sure = told(text)
    assert found == language
    assert sure >= 0.5


@pytest.mark.parametrize("text", ["", "ok", "CRM", "50 000", "+", "React, Vue", "👍"])
def test_a_word_all_languages_share_tells_nothing(text: str) -> None:
    assert told(text)[1] < 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("crm для отдела продаж", "ru"),
        ("aplikacja mobilna", "pl"),
        ("рекламне агентство мріявів", "uk"),
    ],
)
def test_an_ending_or_the_alphabet_hints_where_no_word_tells(text: str, language: str) -> None:
    found, sure = told(text)
    assert found == language
    assert 0.2 <= sure <= 1


@pytest.mark.parametrize("text", ["ok", "CRM", "ок", "50 000", "React, Vue"])
def test_what_all_languages_write_hints_at_none(text: str) -> None:
    assert told(text) == (None, 0.0)


def test_a_cyrillic_word_both_languages_share_is_of_the_first_that_is_spoken() -> None:
    spoken = [language for language in demo().ears.known if language in {"ru", "uk"}]
    assert told("сайт") == (spoken[0], 0.3)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("was kostet eine Website für unsere Firma", "de"),
        ("wir brauchen das bis Ende Mai", "de"),
        ("how much is a website for our company", "en"),
        ("is it possible to start in May", "en"),
        ("ile kosztuje strona dla naszej firmy", "pl"),
        ("je możemy zacząć w marcu", "pl"),
    ],
)
def test_a_sentence_is_told_from_those_of_every_other_language(text: str, language: str) -> None:
    found, sure = detect_language(text, split_words(fold(text)), everywhere().ears.known)
    assert found == language
    assert sure >= 0.5
