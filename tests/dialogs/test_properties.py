"""What holds for every conversation, whatever a visitor does."""

import re
from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from dialogs.engine import advance, open_conversation
from dialogs.framework import CONTACT
from dialogs.values import AskedQuestion, Ending, Inbound, Kind, Mode, Outcome
from tests.builders import MONDAY, Visitor, bant, demo

LANGUAGES = ("en", "pl", "uk", "ru")
PHRASES = (
    "We need a CRM for the sales team",
    "an online shop, preferably in .NET",
    "only .NET",
    "an ERP",
    "our own Google",
    "5000 EUR",
    "up to 80 tys. zł",
    "100",
    "in two weeks",
    "do końca maja",
    "через місяць",
    "я власник",
    "директор",
    "jestem kierownikiem, decyduje szef",
    "yes",
    "no",
    "nie",
    "так",
    "не знаю",
    "пропустить",
    "later",
    "write to me in September",
    "anna@lantern.example",
    "+48 601 234 567",
    "@olena_k",
    "no, I meant a website",
    "why do you ask?",
    "are you a bot?",
    "you idiot",
    "what's the weather like?",
    "can I talk to a human?",
    "stop",
    "thanks!",
    "qwrtpsdf",
    "",
)
AGAIN = ("go back", "start again", "/restart", "wróć", "начать заново")

# A step: (kind, text); a number stands for one of the buttons on the screen.
Step = tuple[Kind, str | int]
button = st.tuples(st.just(Kind.CHOICE), st.integers(0, 9))
said = st.tuples(st.just(Kind.TEXT), st.sampled_from(PHRASES))
odd = st.one_of(
    st.sampled_from(
        [
            (Kind.START, ""),
            (Kind.FILE, "brief.pdf"),
            (Kind.SIGNAL, "product_page_viewed"),
            (Kind.CHOICE, "1:need.what:crm"),
            (Kind.TIMEOUT, "nudge"),
            (Kind.TIMEOUT, "park"),
            (Kind.TIMEOUT, "callback"),
        ]
    ),
    st.tuples(st.just(Kind.TEXT), st.text(max_size=40)),
)
people = st.sampled_from([(Kind.HUMAN, "takes_over"), (Kind.HUMAN, "hands_back"), (Kind.HUMAN, "Anna here")])
onward = st.lists(st.one_of(button, button, said, odd), max_size=16)
anything = st.lists(
    st.one_of(button, said, odd, people, st.tuples(st.just(Kind.TEXT), st.sampled_from(AGAIN))), max_size=16
)
languages = st.sampled_from(LANGUAGES)


def walked(steps: list[Step], language: str) -> Visitor:
    """A conversation after these steps."""
    one = Visitor(demo(), language)
    one.opens()
    for kind, text in steps:
        if isinstance(text, int):
            text = one.buttons[text % len(one.buttons)] if one.buttons else ""  # noqa: PLW2901
        one.act(kind, text)
    return one


@given(steps=onward, language=languages)
def test_no_path_asks_more_questions_than_the_limit(steps: list[Step], language: str) -> None:
    assert len(walked(steps, language).questions) <= demo().company.max_questions


@given(steps=onward, language=languages, limit=st.integers(1, 4))
def test_a_lower_limit_is_kept_too(steps: list[Step], language: str, limit: int) -> None:
    small = replace(demo(), company=replace(demo().company, max_questions=limit))
    one = Visitor(small, language)
    one.opens()
    for kind, text in steps:
        one.act(kind, one.buttons[text % len(one.buttons)] if isinstance(text, int) and one.buttons else str(text))
    assert len(one.questions) <= limit


@given(steps=anything, language=languages)
def test_whatever_happens_the_books_are_in_order(steps: list[Step], language: str) -> None:
    one = walked(steps, language)
    assert [outcome.conversation.turn for outcome in one.outcomes] == list(range(1, len(one.outcomes) + 1))
    replies = [reply.id for outcome in one.outcomes for reply in outcome.replies]
    assert len(replies) == len(set(replies))
    effects = [effect.key for outcome in one.outcomes for effect in outcome.effects if effect.key != "nurture"]
    assert len(effects) == len(set(effects))
    assert effects.count("handoff") == (one.conversation.handoff == "offered")
    for outcome in one.outcomes:
        assert 0 <= outcome.assessment.total <= outcome.assessment.maximum
        assert len({put.question for put in outcome.conversation.asked}) <= demo().company.max_questions


KEYS = re.compile(r"\b[a-z]+(?:\.[a-z_]+)+\b")


@given(steps=anything, language=languages)
def test_nothing_unrendered_reaches_a_visitor(steps: list[Step], language: str) -> None:
    wrote = " ".join(str(text) for _, text in steps)
    one = walked(steps, language)
    keys = {key for wording in demo().wordings.values() for key in wording.keys()}  # noqa: SIM118 - no mapping
    for outcome in one.outcomes:
        for reply in outcome.replies:
            texts = [reply.text, *(choice.label for choice in reply.choices)]
            assert all(text.strip() for text in texts)
            if reply.author == "bot" and not any(brace in wrote for brace in "{}"):
                assert not any(brace in text for text in texts for brace in ("{{", "}}", "{%", "None"))
            assert not {found for text in texts for found in KEYS.findall(text)} & keys
            assert all(len(choice.id.encode()) <= 64 for choice in reply.choices)


@given(steps=anything, language=languages)
def test_the_bot_says_nothing_while_a_person_talks(steps: list[Step], language: str) -> None:
    one = walked(steps, language)
    before = Mode.GREETING
    for outcome, inbound in zip(one.outcomes, one.inbounds, strict=True):
        if before is Mode.HUMAN and inbound.kind is not Kind.HUMAN:
            assert outcome.replies == ()
        before = outcome.conversation.mode


@given(steps=onward, language=languages)
def test_contact_declined_is_not_asked_for_again(steps: list[Step], language: str) -> None:
    question = next(one.id for one in bant().questions if one.criterion == CONTACT)
    declined = False
    for outcome in walked(steps, language).outcomes:
        assert not (declined and outcome.asked == question)
        declined = declined or any(
            put.question == question and put.ending is Ending.SKIPPED for put in outcome.conversation.asked
        )


@given(steps=onward, language=languages)
def test_how_the_price_compares_is_asked_only_once_a_price_was_named(steps: list[Step], language: str) -> None:
    named = False
    for outcome in walked(steps, language).outcomes:
        named = named or any(line.startswith("estimate.price/") for line in outcome.conversation.told)
        assert named or outcome.asked != "budget.expectation"


@given(steps=anything, language=languages)
def test_replayed_inbounds_give_the_same_bytes(steps: list[Step], language: str) -> None:
    one = walked(steps, language)
    conversation = open_conversation(
        "c1", one.channel, one.framework, language, Inbound("o", "c1", Kind.START, "", MONDAY)
    )
    for inbound, outcome in zip(one.inbounds, one.outcomes, strict=True):
        again = advance(conversation, inbound, demo())
        assert _bytes(again) == _bytes(outcome)
        conversation = again.conversation


def _bytes(outcome: Outcome) -> bytes:
    return msgspec.json.encode(outcome, enc_hook=str)


TRICKS = (
    "{{7*7}} {% for x in [] %} {# #} ${7*7} <script>alert(1)</script>",
    "{{ config.__class__ }}",
    "%s %(x)s %n {0} \\x00",
    "\x00\x01\x02\x7f\u200b\u200e\u202e\ufeff",
    "مرحبا، نحتاج إلى نظام CRM بميزانية ٥٠٠٠ يورو",
    "\u202etxet desrever\u202c",
    "😀" * 200,
    "👨‍👩‍👧‍👦🏳️‍🌈🇺🇦",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "a" * 10_000,
    "we need a crm " * 800,
    "5000 EUR " * 1200,
    "1 2 3 4 5 6 7 8 9 " * 600,
    "((((((((((" * 1000,
    "-" * 10_000,
    "1" * 10_000,
    "9" * 400 + " EUR",
    "0.0000000000000000001 EUR",
    "1e999999999 EUR",
    "in 999999999999 years",
    "in 10000 months and 99999 weeks",
    "31.02.2026",
    "99.99.9999",
    "by 31 December 9999",
    "write to me in 9000 years",
    "-5000 EUR, from 10 to 2 EUR",
    "²³¼ EUR ٣ ৩ Ⅷ",
    "a@b@c@d.com +0000000000000000000 @_ http://",
    "\n" * 5000,
    "/",
    "//restart",
    "ÿþ",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", [None, *(one.id for one in bant().questions)])
def test_no_trick_breaks_a_turn(language: str, question: str | None) -> None:
    for number, trick in enumerate(TRICKS):
        one = Visitor(demo(), language)
        if question is not None:
            _put(one, question)
        outcome = one.says(trick)
        assert outcome.replies, (number, trick[:30])
        assert all("49" not in reply.text for reply in outcome.replies) or "7*7" not in trick


def _put(one: Visitor, question: str) -> None:

    one.conversation = structs.replace(
        one.conversation, turn=1, asked=(AskedQuestion(question, 1),), mode=Mode.QUALIFYING
    )


@given(text=st.text(max_size=300), language=languages, question=st.sampled_from([one.id for one in bant().questions]))
@example(text="", language="en", question="need.what")
@settings(max_examples=300)
def test_no_text_breaks_a_turn(text: str, language: str, question: str) -> None:
    one = Visitor(demo(), language)
    _put(one, question)
    assert one.says(text).replies


@given(kind=st.sampled_from(list(Kind)), text=st.text(max_size=100), language=languages)
def test_no_inbound_of_any_kind_breaks_a_first_turn(kind: Kind, text: str, language: str) -> None:
    assert Visitor(demo(), language).act(kind, text).conversation.turn == 1
