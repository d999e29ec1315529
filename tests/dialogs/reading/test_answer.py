"""Yes, no, does not know, declines, puts it off: in few words and among many."""

from datetime import date

import pytest

from dialogs.reading.answer import ASSENT
from dialogs.reading.hear import hear
from dialogs.reading.values import Answer, Asked
from tests.builders import everywhere


def answer(language: str, text: str, asked: Asked | None = Asked.YESNO) -> str | None:
    reading = hear(text, everywhere().ears, language=language, asked=asked, today=date(2026, 1, 20))
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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "and is there VAT, yes?"),
        ("ru", "а НДС есть?"),
        ("ru", "есть?"),
        ("uk", "а ПДВ є?"),
        ("uk", "українською можна?"),
        ("pl", "po polsku można?"),
        ("pl", "a faktura jest?"),
        ("de", "gibt es eine Rechnung, ja?"),
    ],
)
def test_a_yes_inside_a_question_to_us_answers_nothing(language: str, text: str) -> None:
    assert answer(language, text) is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "yes, do you want to see it?", "yes"),
        ("ru", "нет, а надо?", "no"),
        ("uk", "так, надіслати?", "yes"),
        ("pl", "nie. A trzeba?", "no"),
    ],
)
def test_who_answers_first_may_ask_then(language: str, text: str, expected: str) -> None:
    assert answer(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "agrees"),
    [
        ("en", "ok", True),
        ("en", "Sure, that's fine", True),
        ("en", "sounds good", True),
        ("en", "ok, yes", False),
        ("en", "yes, we do", False),
        ("ru", "ок, нормально", True),
        ("ru", "да, есть", False),
        ("uk", "добре", True),
        ("pl", "w porządku", True),
        ("pl", "tak", False),
        ("de", "passt", True),
    ],
)
def test_an_assent_is_a_yes_marked_as_such(language: str, text: str, agrees: bool) -> None:
    found = hear(text, everywhere().ears, language=language, asked=Asked.YESNO, today=date(2026, 1, 20)).answer
    assert found is not None
    assert (found.value, found.how == ASSENT) == (Answer.YES, agrees)
