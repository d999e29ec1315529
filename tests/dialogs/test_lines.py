"""What a visitor reads: in which language, said once, and fitting what went before."""

import pytest

from dialogs.values import Mode, Outcome
from tests.builders import Visitor, demo, everywhere, visitor


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


def lines_of(one: Visitor) -> list[str]:
    return [line for outcome in one.outcomes for reply in outcome.replies for line in reply.text.split("\n\n")]


PRICE_ASKED = {
    "ru": "сколько стоит?",
    "uk": "скільки коштує?",
    "pl": "ile to kosztuje?",
    "en": "how much is it?",
    "de": "was kostet das?",
}


@pytest.mark.parametrize(("language", "text"), PRICE_ASKED.items())
def test_whoever_asks_for_the_price_again_reads_no_line_twice(language: str, text: str) -> None:
    one = visitor(everywhere(), language)
    one.says("CRM")
    for _ in range(5):
        one.says(text)
    lines = lines_of(one)
    assert len(lines) == len(set(lines))
    assert sum("680" in line for line in lines) == 4


@pytest.mark.parametrize(("language", "text"), PRICE_ASKED.items())
def test_whoever_asks_for_the_price_too_early_reads_no_line_twice(language: str, text: str) -> None:
    one = visitor(everywhere(), language)
    for _ in range(4):
        one.says(text)
    lines = lines_of(one)
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "do widzenia"),
        ("pl", "dziękuję, do widzenia"),
        ("de", "auf Wiedersehen"),
        ("de", "danke, tschüss"),
        ("ru", "до свидания"),
        ("uk", "до побачення"),
        ("en", "goodbye"),
    ],
)
def test_a_goodbye_is_answered_with_one(language: str, text: str) -> None:
    one = visitor(everywhere(), language)
    one.says("CRM")
    outcome = one.says(text)
    wording = everywhere().wordings[language]
    assert outcome.conversation.mode is Mode.CLOSED
    assert outcome.replies[-1].text in {wording.render("stop.done", at) for at in range(wording.variants("stop.done"))}


def test_what_was_promised_is_given_before_the_talk_ends() -> None:
    one = visitor(demo(), "en")
    one.says(
        "Hi, I'm Kate, founder of Bloom Ltd, we need an online shop, budget 30k euro approved, launch by 1 April, "
        "spec is ready, kate@bloom.com"
    )
    outcome = one.says("orders get lost, connect it to our warehouse")
    estimate, close = (reply.text for reply in outcome.replies)
    assert outcome.conversation.mode is Mode.HANDED_OVER
    assert "€1,400" in estimate
    assert "week" in estimate
    assert "20 minutes" in close


HUMAN = {"en": "“human”", "pl": "„człowiek”", "uk": "«людина»", "ru": "«человек»", "de": "„Mensch“"}


@pytest.mark.parametrize("language", HUMAN)
@pytest.mark.parametrize("contact", ["kate@bloom.com", "+380501234567"])
def test_whoever_left_a_contact_is_told_what_becomes_of_it(language: str, contact: str) -> None:
    one = visitor(everywhere(), language, framework="puzzle")
    one.says(contact)
    while one.conversation.mode is not Mode.CLOSED:
        one.says("/skip")
    assert HUMAN[language] in one.outcomes[-1].replies[-1].text
    assert "20" in one.outcomes[-1].replies[-1].text
    assert not one.conversation.handoff
    assert one.says("/human").conversation.handoff  # as it was told


def test_whoever_left_no_contact_is_told_of_none() -> None:
    one = visitor(demo(), "en", framework="puzzle")
    while one.conversation.mode is not Mode.CLOSED:
        one.says("/skip")
    assert HUMAN["en"] not in one.outcomes[-1].replies[-1].text
