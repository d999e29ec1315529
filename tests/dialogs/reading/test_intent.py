"""Messages about the conversation itself, and ordinary ones that look alike."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from tests.builders import demo


def intent(language: str, text: str) -> str | None:
    reading = hear(text, demo().ears, language=language, asked=None, today=date(2026, 1, 20))
    return None if reading.intent is None else str(reading.intent.value)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "соедините с менеджером", "human"),
        ("ru", "отпишите меня", "stop"),
        ("ru", "следующий вопрос", "skip"),
        ("uk", "почати заново", "restart"),
        ("uk", "навіщо це питаєте", "why_ask"),
        ("pl", "cofnij", "back"),
        ("pl", "nie 10 tylko 15 tysięcy", "correction"),
        ("en", "are you a bot", "bot_identity"),
        ("en", "what do you mean", "clarify"),
        ("en", "stop, I want a human", "human"),
        ("en", "you idiots, leave me alone", "stop"),
        ("en", "what's the weather like", "off_topic"),
        ("en", "call a human", "human"),
        ("uk", "людину покличте", "human"),
        ("ru", "я запутался. давайте начнём сначала", "restart"),
    ],
)
def test_the_intent_is_read(language: str, text: str, expected: str) -> None:
    assert intent(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "нужен бот для отдела продаж"),
        ("uk", "дякую, ясно"),
        ("pl", "dzięki, wszystko jasne"),
        ("en", "we need a site with a back office"),
        ("en", "ok, let's continue"),
        ("en", "a football club app"),
        ("en", "people should be able to go back to their order"),
        ("en", "we sell to people who want to start over in fitness"),
        ("en", "leads get lost between the sales reps"),
        ("pl", "proszę pisać do mnie po południu"),
    ],
)
def test_ordinary_replies_have_none(language: str, text: str) -> None:
    assert intent(language, text) is None
