"""From a reading to facts, and from a button to facts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.framework import ChoiceSpec, InDays, Question
from dialogs.hearing import LONGEST_NOTE, Told, news, told_by, told_by_choice, withdrawals
from dialogs.library import MailDomains
from dialogs.reading.answer import ASSENT
from dialogs.reading.spelling import is_typed_at_random
from dialogs.reading.values import Answer, Asked, Found, Intent, Mention, Reading
from dialogs.values import Inbound, Kind
from scoring.conditions import Knowledge
from scoring.values import Fact, FactValue, RoleLevel, Source, Urgency, Window
from tests.builders import MONDAY, bant, everywhere, fact, sum_of, visitor

MAIL = MailDomains(frozenset({"gmail.com"}), frozenset({"mailinator.com"}))


def question(name: str) -> Question:
    found = bant().question(name)
    assert found is not None
    return found


def told(reading: Reading, text: str = "some words", asked: str = "") -> dict[str, FactValue | None]:
    inbound = Inbound("i1", "c1", Kind.TEXT, text, MONDAY)
    facts = told_by(reading, inbound, question(asked) if asked else None, MAIL).facts
    return {one.key: one.value for one in facts}


def found(value: Any, confidence: float = 1.0) -> Found[Any]:
    return Found(value, 0, 4, "some", "test", confidence)


def assent() -> Found[Any]:
    return Found(Answer.YES, 0, 2, "ok", ASSENT)


DAY = Window(None, date(2026, 4, 1), Urgency.DATED)


@pytest.mark.parametrize(
    ("reading", "facts"),
    [
        (Reading("en"), {}),
        (Reading("en", needs=(found("crm"),)), {"need.category": "crm"}),
        (Reading("en", tech=(found("dotnet"),)), {"need.stack": "dotnet"}),
        (Reading("en", money=found(sum_of("5"))), {"budget.amount": sum_of("5")}),
        (Reading("en", timing=found(DAY)), {"timing.deadline": DAY, "timing.urgency": "dated"}),
        (Reading("en", role=found(RoleLevel.OWNER)), {"authority.role": "owner"}),
        (Reading("en", role=found(RoleLevel.NONE)), {}),
        (Reading("en", decides=found(False)), {"authority.decides": False}),
        (
            Reading("en", email=found("me@gmail.com")),
            {"contact.email": "me@gmail.com", "contact.email_kind": "free"},
        ),
        (Reading("en", phone=found("+48123")), {"contact.phone": "+48123", "company.country": "PL"}),
        (
            Reading("en", email=found("me@polmax.pl")),
            {"contact.email": "me@polmax.pl", "contact.email_kind": "corporate", "company.country": "PL"},
        ),
        (
            Reading("en", url=found("https://acme.co.uk/shop")),
            {"company.site": "https://acme.co.uk/shop", "company.country": "GB"},
        ),
        (Reading("en", url=found("acme.io")), {"company.site": "acme.io"}),
        (Reading("en", mentions=(found(Mention("spec.has", "no")),)), {"spec.has": "no"}),
        (Reading("en", mentions=(found(Mention("authority.alone", "yes")),)), {"authority.decides": True}),
        (
            Reading("en", decides=found(True), mentions=(found(Mention("authority.alone", "no")),)),
            {"authority.decides": True},
        ),
        (Reading("en", mentions=(found(Mention("budget.reaction", "no_talk")),)), {}),
        (Reading("en", needs=(found("crm", 0.4),)), {}),  # hardly believed
        (Reading("en", answer=found(Answer.YES)), {}),  # a yes to nothing
    ],
)
def test_what_is_read_becomes_facts_whatever_was_asked(reading: Reading, facts: dict[str, object]) -> None:
    assert facts == told(reading)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("me@gmail.com", "free"),
        ("Me@GMAIL.com", "free"),
        ("x@mailinator.com", "disposable"),
        ("info@firm.pl", "role"),
        ("anna@firm.pl", "corporate"),
        ("info@gmail.com", "free"),
        ("no-at-sign", "corporate"),
    ],
)
def test_a_domain_says_what_kind_of_address_it_is(address: str, kind: str) -> None:
    assert kind == MAIL.kind(address)


@pytest.mark.parametrize(
    ("asked", "reading", "facts"),
    [
        ("spec.has", Reading("en", answer=found(Answer.YES)), {"spec.has": "yes"}),
        ("spec.has", Reading("en", answer=found(Answer.NO)), {"spec.has": "no"}),
        ("need.stack", Reading("en", answer=found(Answer.YES)), {"need.exclusive_stack": "yes"}),
        ("budget.expectation", Reading("en", answer=found(Answer.NO)), {"budget.reaction": "too_much"}),
        ("spec.has", Reading("en", answer=found(Answer.UNKNOWN)), {}),
        ("spec.has", Reading("en", answer=found(Answer.NO), intent=found(Intent.CORRECTION)), {}),  # "no, I meant …"
        ("authority.role", Reading("en", answer=found(Answer.YES)), {}),
        (
            "spec.has",
            Reading("en", answer=found(Answer.YES), mentions=(found(Mention("spec.has", "partly")),)),
            {"spec.has": "partly"},
        ),
        ("spec.has", Reading("en", answer=assent()), {}),  # "ok" does not say that they have one
        ("budget.status", Reading("en", answer=assent()), {}),
        ("budget.expectation", Reading("en", answer=assent()), {"budget.reaction": "fine"}),
        ("authority.current", Reading("en", answer=assent()), {"authority.current": "yes"}),
    ],
)
def test_a_bare_answer_counts_for_the_question_that_waits(
    asked: str, reading: Reading, facts: dict[str, object]
) -> None:
    assert facts == told(reading, "yes", asked)


@pytest.mark.parametrize("other", ["yes", "no"])
def test_a_draft_is_what_there_is_whatever_else_is_said_of_it(other: str) -> None:
    said = (found(Mention("spec.has", other)), found(Mention("spec.has", "partly")))
    inbound = Inbound("i1", "c1", Kind.TEXT, "some words", MONDAY)
    facts = told_by(Reading("en", mentions=said), inbound, question("spec.has"), MAIL).facts
    assert [fact.value for fact in facts] == ["partly"]


@pytest.mark.parametrize(
    ("reading", "text", "kept"),
    [
        (Reading("en"), "so that no inquiry gets lost", True),
        (Reading("en"), "  ok?  ", False),
        (Reading("en"), "12345678", False),
        (Reading("en"), "???", False),
        (Reading("en", answer=found(Answer.REFUSE)), "I would rather not say", False),
        (Reading("en", answer=found(Answer.UNKNOWN)), "I do not know yet", False),
        (Reading("en", intent=found(Intent.WHY_ASK)), "why do you ask", False),
        (Reading("en", answer=Found(Answer.YES, 0, 3, "yes", "test")), "yes", False),
        (Reading("en", answer=Found(Answer.YES, 0, 3, "yes", "test")), "yes, it must call customers", True),
    ],
)
def test_a_free_answer_is_kept_when_it_is_one(reading: Reading, text: str, kept: bool) -> None:
    assert kept == ("need.detail" in told(reading, text, "need.detail"))


@given(text=st.text(max_size=1200))
def test_a_kept_note_is_short_and_stands_where_its_evidence_says(text: str) -> None:
    inbound = Inbound("i1", "c1", Kind.TEXT, text, MONDAY)
    for one in told_by(Reading("en"), inbound, question("need.detail"), MAIL).facts:
        assert one.value == one.evidence.quote == text[one.evidence.start : one.evidence.end]
        assert 3 <= len(one.evidence.quote) <= LONGEST_NOTE


def test_a_button_tells_what_it_stands_for_with_its_label_as_the_quote() -> None:
    inbound = Inbound("i1", "c1", Kind.CHOICE, "fine", MONDAY)
    (one,) = told_by_choice(ChoiceSpec("fine", {"budget.reaction": "fine"}), "That's fine", inbound).facts
    assert (one.key, one.value, one.evidence.quote, one.evidence.source) == (
        "budget.reaction",
        "fine",
        "That's fine",
        Source.CHOICE,
    )


@pytest.mark.parametrize(
    ("button", "window"),
    [
        (InDays(30), Window(None, MONDAY.date() + timedelta(30), Urgency.DATED)),
        (InDays(None, "flexible"), Window(None, None, Urgency.FLEXIBLE)),
    ],
)
def test_a_time_button_tells_the_window_and_its_urgency(button: InDays, window: Window) -> None:
    inbound = Inbound("i1", "c1", Kind.CHOICE, "month", MONDAY)
    facts = told_by_choice(ChoiceSpec("x", {"timing.deadline": button}), "x", inbound).facts
    assert [(one.key, one.value) for one in facts] == [
        ("timing.deadline", window),
        ("timing.urgency", window.urgency.value),
    ]


OWNER, MANAGER = fact("authority.role", "owner"), fact("authority.role", "manager")
CRM, SITE = fact("need.category", "crm"), fact("need.category", "website")


@pytest.mark.parametrize(
    ("facts", "known", "fresh", "corrects"),
    [
        ([OWNER], [], [OWNER], False),
        ([OWNER], [OWNER], [], False),
        ([MANAGER], [OWNER], [MANAGER], True),
        ([SITE], [CRM], [SITE], False),
        ([CRM, CRM], [], [CRM], False),
        ([CRM, MANAGER], [CRM, OWNER], [MANAGER], True),
    ],
)
def test_only_what_is_new_is_news(facts: list[Fact], known: list[Fact], fresh: list[Fact], corrects: bool) -> None:
    assert (tuple(fresh), corrects) == news(Told(tuple(facts)), Knowledge(known))


def test_a_correction_takes_back_the_old_needs_first() -> None:
    taken = withdrawals((SITE, MANAGER), Knowledge([CRM, OWNER]))
    assert [(one.key, one.value) for one in taken] == [("need.category", None)]
    assert withdrawals((SITE,), Knowledge([])) == ()


def test_the_kind_of_question_does_not_change_what_is_read() -> None:
    assert question("need.detail").asks == Asked.TEXT
    assert told(Reading("en", needs=(found("crm"),)), "a CRM", "authority.role") == {"need.category": "crm"}


def is_kept(language: str, need: str, text: str) -> bool:
    """Whether an answer in free words becomes a fact, through the whole core."""
    one = visitor(everywhere(), language)
    assert one.says(need).asked == "need.detail"
    return "need.detail" in {fact.key for fact in one.says(text).new_facts}


@pytest.mark.parametrize(
    ("language", "need", "text"),
    [
        ("en", "we need a CRM", "my budget is 5000 euros"),
        ("en", "we need a CRM", "asdfghjkl"),
        ("en", "we need a CRM", "qwerty asdf"),
        ("en", "we need a CRM", "no, not two weeks, three weeks"),
        ("en", "we need a CRM", "Ooh, that's a bit steep. I was thinking more like three and a half grand"),
        ("en", "we need a CRM", "that's a joke of a price"),
        ("en", "we need a CRM", "just give me a price"),
        ("en", "we need a CRM", "do you keep bees? do you invoice in crowns?"),
        ("de", "Wir brauchen ein CRM", "Unser Budget liegt bei 5000 Euro"),
        ("de", "Wir brauchen ein CRM", "Das ist aber teuer"),
        ("pl", "potrzebujemy CRM", "budżet mamy 5 tysięcy"),
        ("pl", "potrzebujemy CRM", "w porządku"),
        ("uk", "потрібна CRM", "Так, приблизно так"),
        ("uk", "потрібна CRM", "бюджет у нас десь 5 тисяч євро"),
        ("ru", "нужна CRM", "нет, через два"),
        ("ru", "нужна CRM", "ну, хотелось бы к маю"),
        ("ru", "нужна CRM", "фыва"),
    ],
)
def test_what_is_about_something_else_is_no_free_answer(language: str, need: str, text: str) -> None:
    """A budget, a date, a word on the price and keys hit at random earn no points for the need."""
    assert not is_kept(language, need, text)


@pytest.mark.parametrize(
    ("language", "need", "text"),
    [
        ("en", "we need a CRM", "so that no inquiry gets lost, budget 5000 euro"),
        ("en", "we need a CRM", "yes, it must call customers"),
        ("en", "we need a CRM", "I would like the thing to send reminders"),
        ("pl", "potrzebujemy CRM", "żeby przypominało handlowcom o umowach, mamy 5 tysięcy"),
        ("uk", "потрібна CRM", "щоб усе нагадувало менеджерам"),
        ("ru", "нужна CRM", "пролог: пусть всё напоминает менеджерам"),
    ],
)
def test_what_is_said_of_the_need_is_kept_beside_other_matters(language: str, need: str, text: str) -> None:
    assert is_kept(language, need, text)


@pytest.mark.parametrize("word", ["asdfghjkl", "qwerty", "qwrtpsdf", "aaaaa", "asdfasdf", "zxcvbnm", "йцукен", "фыва"])
def test_keys_hit_at_random_are_known_as_such(word: str) -> None:
    assert is_typed_at_random(word)


@pytest.mark.parametrize(
    "word", ["tree", "property", "https", "html", "schrift", "strength", "пролог", "напролом", "права", "сервис", ""]
)
def test_words_are_no_keys_hit_at_random(word: str) -> None:
    assert not is_typed_at_random(word)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("what's the weather at the hotel today?", False),
        ("are you a bot from the bank", False),
        ("we are a bakery", True),
    ],
)
def test_the_trade_is_told_by_a_statement_and_answers_nothing(said: str, known: bool) -> None:
    one = visitor(everywhere(), "en")
    one.says("we need a website")
    assert one.says("it has to take bookings for our guests").asked == "spec.has"
    heard = {fact.key for fact in one.says(said).new_facts}
    assert ("company.industry" in heard) is known
    assert "spec.has" not in heard
