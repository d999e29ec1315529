"""Who wants a person, or out, is told apart from who goes on with a thought."""

import pytest

from dialogs.library import Library
from dialogs.urgent import is_urgent


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "Please connect me with a human",
        "start over",
        "стоп",
        "позовите человека",
        "покличте людину",
        "почнімо спочатку",
        "chcę rozmawiać z człowiekiem",
        "cofnij",
    ],
)
def test_a_message_that_leaves_the_talk_is_urgent_in_any_language(library: Library, text: str) -> None:
    assert is_urgent(text, library.ears)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "We need a CRM for 20 people",
        "Нужна система для склада",
        "Потрібен магазин до осені",
        "Mamy 80 tys. zł",
        "why do you ask?",
        "skip",
        "x" * 50_000,
    ],
    ids=lambda text: text[:20],
)
def test_everything_else_may_wait(library: Library, text: str) -> None:
    assert not is_urgent(text, library.ears)
