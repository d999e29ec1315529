"""Yes, no, does not know, declines, puts it off: in few words and among many."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from tests.builders import demo


def answer(language: str, text: str, asked: Asked | None = Asked.YESNO) -> str | None:
    reading = hear(text, demo().ears, language=language, asked=asked, today=date(2026, 1, 20))
    return None if reading.answer is None else str(reading.answer.value)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "да", "yes"),
        ("ru", "да нет", "no"),
        ("ru", "да не знаю", "unknown"),
        ("ru", "да, но позже скажу", "yes"),
        ("ru", "нет, не знаю", "unknown"),
        ("ru", "давайте пропустим", "refuse"),
        ("ru", "👍", "yes"),
        ("ru", "-", "no"),
        ("uk", "так", "yes"),
        ("uk", "та ні", "no"),
        ("uk", "гадки не маю", "unknown"),
        ("pl", "no tak", "yes"),
        ("pl", "no nie", "no"),
        ("pl", "wolę nie odpowiadać", "refuse"),
        ("en", "yes please", "yes"),
        ("en", "not really", "no"),
        ("en", "I’d rather not say", "refuse"),
        ("en", "get back to me next month", "later"),
    ],
)
def test_the_speech_act_is_read(language: str, text: str, expected: str) -> None:
    assert answer(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what kind of cameras do I have"),
        ("en", "is everything ok today?"),
        ("ru", "у нас завод, нет смысла описывать всё, нужен сайт с каталогом и заявками"),
        ("uk", "нам потрібен сайт, так щоб усе працювало на телефоні"),
    ],
)
def test_ordinary_sentences_answer_nothing(language: str, text: str) -> None:
    assert answer(language, text, None) is None
