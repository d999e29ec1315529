"""Who wants a person, or out, is told apart from who goes on with a thought."""

import pytest

from dialogs.library import Library
from dialogs.urgent import is_urgent
from dialogs.values import Mode
from tests.builders import visitor


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


@pytest.mark.parametrize(
    ("line", "heard", "mode"),
    [
        ("stop", "intent:stop", Mode.CLOSED),
        ("/stop", "intent:stop", Mode.CLOSED),
        ("/human", "intent:human", Mode.CONTACT),
        ("I want to talk to a human", "intent:human", Mode.CONTACT),
        ("start over", "intent:restart", Mode.QUALIFYING),
        ("back", "intent:back", Mode.QUALIFYING),
    ],
)
@pytest.mark.parametrize("text", ["We sell furniture, 20 people\n{}", "{}\nsorry", "20 people\n {} \nthanks"])
def test_a_call_amid_lines_of_one_message_is_heard(
    library: Library, text: str, line: str, heard: str, mode: Mode
) -> None:
    """The widget sends what is written in one breath as one message."""
    guest = visitor(library, "en")
    guest.says("we need a CRM")
    outcome = guest.says(text.format(line))
    assert heard in outcome.heard
    assert outcome.conversation.mode is mode
    told = [fact for fact in outcome.new_facts if fact.key == "people.count" and fact.value is not None]
    assert len(told) == text.count("20 people")
    assert [text.format(line)[fact.evidence.start : fact.evidence.end] for fact in told] == ["20 people"] * len(told)


@pytest.mark.parametrize("line", ["/skip", "/help", "skip"])
def test_what_may_wait_is_not_taken_out_of_a_message(library: Library, line: str) -> None:
    guest = visitor(library, "en")
    guest.says("we need a CRM")
    outcome = guest.says(f"for our sales people in two shops\n{line}")
    assert outcome.replies
    assert outcome.conversation.mode is not Mode.CLOSED
