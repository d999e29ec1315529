"""Which language, and when nothing can be told."""

import pytest

from dialogs.reading.language import detect_language
from dialogs.reading.phrases import split_words
from dialogs.reading.text import fold
from tests.builders import demo


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
