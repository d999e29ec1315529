"""What a visitor reads: in which language, said once, and fitting what went before."""

import pytest

from dialogs.values import Outcome
from tests.builders import demo, everywhere, visitor


@pytest.mark.parametrize(
    ("spoken", "text", "language"),
    [
        ("pl", "I'd like it to connect to our telephony and mail, please", "en"),
        ("pl", "I'm the boss", "en"),
        ("pl", "маємо бриф", "uk"),
        ("uk", "this price is fine", "en"),
        ("en", "wir verlieren Kunden, weil alles in Excel liegt", "de"),
    ],
)
def test_who_writes_a_sentence_in_another_language_is_followed(spoken: str, text: str, language: str) -> None:
    one = visitor(everywhere(), spoken)
    one.says("CRM")
    assert one.says(text).conversation.language == language


@pytest.mark.parametrize("text", ["Green Valley", "product owner", "deadline 1.06"])
def test_a_borrowed_word_or_a_name_is_answered_in_the_language_spoken(text: str) -> None:
    one = visitor(demo(), "ru")
    one.says("CRM")
    assert one.says(text).conversation.language == "ru"


def test_an_answer_that_changes_the_language_is_still_an_answer() -> None:
    one = visitor(demo(), "pl")
    one.says("CRM")
    outcome = one.says("everything is in spreadsheets and requests get lost all the time")
    assert outcome.conversation.language == "en"
    assert outcome.asked != "need.detail"


def put_anew(outcome: Outcome) -> bool:
    """Whether the question that waits is put in one of its first wordings."""
    wording = everywhere().wordings[outcome.conversation.language]
    asks = [wording.render(f"ask.{outcome.asked}", at) for at in range(wording.variants(f"ask.{outcome.asked}"))]
    return any(line in outcome.replies[-1].text for line in asks)


@pytest.mark.parametrize(
    ("spoken", "text", "language"),
    [
        ("uk", "Давайте русский, мне так удобнее", "ru"),
        ("ru", "давайте українську", "uk"),
        ("ru", "lieber Englisch bitte", "en"),
        ("en", "może polski", "pl"),
        ("de", "lets do english, its easier for me", "en"),
        ("en", "Może po polsku?", "pl"),
        ("en", "давайте по-русски", "ru"),
    ],
)
def test_a_language_asked_for_is_no_answer_and_the_question_is_put_in_it(spoken: str, text: str, language: str) -> None:
    one = visitor(everywhere(), spoken)
    asked = one.says("CRM").asked
    outcome = one.says(text)
    assert outcome.asked == asked
    assert outcome.conversation.language == language
    assert put_anew(outcome)
    assert not [fact for fact in outcome.conversation.facts if fact.key == "need.detail"]


def test_the_question_is_put_in_every_language_the_talk_comes_to() -> None:
    one = visitor(demo(), "en")
    one.says("I need a website")
    one.says("давайте по-русски")
    one.says("интернет-магазин")
    assert put_anew(one.says("Może po polsku?"))


def test_lines_read_in_a_language_stay_read_when_the_talk_comes_back_to_it() -> None:
    one = visitor(demo(), "en")
    one.says("CRM")
    for text in ("давайте по-русски", "let's speak English", "давайте по-русски", "in English please"):
        one.says(text)
    lines = [line for reply in (r for o in one.outcomes for r in o.replies) for line in reply.text.split("\n\n")]
    assert len(lines) == len(set(lines))
