"""One turn after another through the real core, with the demo company and four languages."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from dialogs.engine import advance, open_conversation
from dialogs.library import Library
from dialogs.values import AskedQuestion, Choice, EffectKind, Ending, Inbound, Kind, Mode, Outcome
from scoring.conditions import Knowledge
from scoring.stages import Stage
from scoring.values import Fact, Source
from tests.builders import MONDAY, Visitor, bant, deadline, fact, visitor

LANGUAGES = ("en", "pl", "uk", "ru")
CRM = fact("need.category", "crm")
SCOPE = fact("need.scope", "clear")
NO_SPEC = fact("spec.has", "no")
FINE = fact("budget.reaction", "fine")
OWNER = fact("authority.role", "owner")
PRICED = (CRM, SCOPE, FINE)

# What has to be known for a question to be the next one.
BEFORE: dict[str, tuple[Fact, ...]] = {
    "need.what": (),
    "need.stack": (CRM, fact("need.stack", "dotnet")),
    "need.detail": (CRM,),
    "spec.has": (CRM, SCOPE),
    "budget.expectation": (CRM, SCOPE, NO_SPEC),
    "budget.status": (CRM, SCOPE, NO_SPEC, fact("budget.reaction", "too_much")),
    "authority.role": PRICED,
    "authority.current": (*PRICED, fact("authority.role", "director", source=Source.PERSON)),
    "authority.others": (*PRICED, fact("authority.role", "manager")),
    "timing.deadline": (*PRICED, OWNER),
    "contact.how": (*PRICED, OWNER, *deadline(50)),
}
QUESTIONS = tuple(BEFORE)

SAID = {
    "en": {
        "skip": "skip",
        "unknown": "I don't know",
        "back": "go back",
        "human": "can I talk to a human?",
        "stop": "stop",
        "restart": "start again",
        "why": "why do you ask?",
    },
    "pl": {
        "skip": "pomiń",
        "unknown": "nie wiem",
        "back": "wróć",
        "human": "chcę porozmawiać z człowiekiem",
        "stop": "stop",
        "restart": "zacznijmy od nowa",
        "why": "po co to pytanie?",
    },
    "uk": {
        "skip": "пропустити",
        "unknown": "не знаю",
        "back": "назад",
        "human": "хочу поговорити з людиною",
        "stop": "стоп",
        "restart": "почати спочатку",
        "why": "навіщо ви питаєте?",
    },
    "ru": {
        "skip": "пропустить",
        "unknown": "не знаю",
        "back": "назад",
        "human": "хочу поговорить с человеком",
        "stop": "стоп",
        "restart": "начать заново",
        "why": "зачем вы спрашиваете?",
    },
}


def asked(library: Library, question: str, language: str = "en") -> Visitor:
    """A visitor who has just been asked this."""
    one = Visitor(library, language)
    one.conversation = structs.replace(one.conversation, facts=BEFORE[question])
    assert one.opens().asked == question
    return one


def ending(one: Visitor, question: str) -> Ending:
    return next(put.ending for put in one.conversation.asked if put.question == question)


def standing(one: Visitor) -> set[str]:
    return set(Knowledge(one.conversation.facts).keys())


def test_every_question_of_the_tree_is_driven_here() -> None:
    assert set(QUESTIONS) == {question.id for question in bant().questions}


every_question = pytest.mark.parametrize("question", QUESTIONS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@every_question
def test_a_question_that_is_skipped_is_settled_and_nothing_is_held_against_the_visitor(
    library: Library, question: str, language: str
) -> None:
    one = asked(library, question, language)
    before = one.last.assessment
    outcome = one.says(SAID[language]["skip"])
    assert (ending(one, question), outcome.new_facts) == (Ending.SKIPPED, ())
    assert outcome.asked != question
    assert before.total == outcome.assessment.total


@every_language
@every_question
def test_not_knowing_is_an_answer(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    outcome = one.says(SAID[language]["unknown"])
    assert (ending(one, question), outcome.asked != question) == (Ending.UNKNOWN, True)


@every_language
@every_question
def test_back_leads_to_the_question_before(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    assert one.says(SAID[language]["back"]).asked == question  # there is nothing before it
    one.says(SAID[language]["skip"])
    assert one.says(SAID[language]["back"]).asked == question
    assert one.conversation.waiting_for is not None


@every_language
@every_question
def test_a_person_is_called_at_every_question(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    handed_before = one.conversation.handoff
    outcome = one.says(SAID[language]["human"])
    assert "dialog.wants_human" in standing(one)
    assert one.conversation.handoff == "offered"
    assert handed_before or EffectKind.HANDOFF_OFFERED in {effect.kind for effect in outcome.effects}
    assert outcome.asked == ("contact.how" if question != "contact.how" else None)
    assert one.says("a@lantern.example").asked is None
    assert one.conversation.mode is Mode.HANDED_OVER


@every_language
@every_question
def test_stop_ends_the_talk_at_every_question(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    generation = one.conversation.generation
    outcome = one.says(SAID[language]["stop"])
    assert (one.conversation.mode, outcome.asked, outcome.effects) == (Mode.CLOSED, None, ())
    assert one.conversation.generation > generation  # timers set before mean nothing now


@every_language
@every_question
def test_start_again_takes_everything_back(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    told = one.conversation.facts
    outcome = one.says(SAID[language]["restart"])
    assert (standing(one), outcome.asked, outcome.assessment.total) == (set(), "need.what", 0)
    assert one.conversation.facts[: len(told)] == told  # history stays


@every_language
@every_question
def test_why_is_answered_and_the_question_stays(library: Library, question: str, language: str) -> None:
    one = asked(library, question, language)
    outcome = one.says(SAID[language]["why"])
    assert (outcome.asked, outcome.new_facts) == (question, ())
    assert any(line.startswith(f"why.{question}/") for line in one.conversation.told)


@pytest.mark.parametrize(
    ("command", "mode"), [("/stop", Mode.CLOSED), ("/human", Mode.CONTACT), ("/restart@banter_bot", Mode.QUALIFYING)]
)
def test_commands_work_in_every_language(library: Library, command: str, mode: Mode) -> None:
    one = asked(library, "authority.role", "uk")
    one.says(command)
    assert (one.conversation.mode, one.conversation.language) == (mode, "uk")


@every_language
@every_question
def test_every_button_is_labelled_and_moves_the_talk_on(library: Library, question: str, language: str) -> None:
    for button in asked(library, question, language).buttons:
        one = asked(library, question, language)
        one.presses(button)
        assert all(choice.label for choice in _choices(one))
        assert all(len(choice.id.encode()) <= 64 for choice in _choices(one))
        waits_on = button.endswith(("own_words", "other"))
        assert (one.last.asked == question) == waits_on


def _choices(one: Visitor) -> tuple[Choice, ...]:
    return tuple(choice for outcome in one.outcomes for reply in outcome.replies for choice in reply.choices)


def test_words_instead_of_a_button_keep_the_question_and_its_timers(library: Library) -> None:
    one = asked(library, "need.what")
    outcome = one.presses("own_words")
    assert outcome.asked == "need.what"
    assert [effect.purpose for effect in outcome.effects] == ["nudge", "park"]


@pytest.mark.parametrize(
    "tap",
    [
        "1:need.what:crm",  # pressed again
        "need.what",
        "1:budget.expectation:fine",
        "99:spec.has:ready",
        "-1:spec.has:ready",
        "2:spec.has",
        "a:b:c:d",
        "",
        "9" * 5000 + ":need.detail:not_sure",
        "٢:need.detail:not_sure",
    ],
)
def test_a_stale_tap_changes_nothing(library: Library, tap: str) -> None:
    one = visitor(library)
    one.presses("1:need.what:crm")
    before = one.conversation
    outcome = one.presses(tap)
    kept = structs.replace(one.conversation, turn=before.turn, generation=before.generation, told=before.told)
    assert kept == before
    assert (outcome.new_facts, outcome.asked, one.conversation.turn) == ((), "need.detail", before.turn + 1)


def test_buttons_of_the_first_wording_still_count_after_the_second(library: Library) -> None:
    one = visitor(library)
    first = one.buttons[0]
    one.says("qwrtpsdf")
    assert (one.conversation.mode, one.presses(first).new_facts[0].value) == (Mode.CLARIFYING, "crm")


def test_what_cannot_be_read_is_asked_once_more_and_then_passed_over(library: Library) -> None:
    one = asked(library, "timing.deadline")
    assert one.says("qwrtpsdf").asked == "timing.deadline"
    assert one.conversation.mode is Mode.CLARIFYING
    one.says("zxcvbnm")
    assert ending(one, "timing.deadline") is Ending.PASSED


def test_the_estimate_is_shown_before_the_question_how_it_compares(library: Library) -> None:
    one = visitor(library)
    outcome = one.presses_all("crm", "not_sure", "none")
    estimate, question = (reply.text for reply in outcome.replies)
    assert outcome.asked == "budget.expectation"
    assert "€" in estimate
    assert "€" not in question
    assert outcome.replies[0].choices == ()


def test_the_estimate_is_shown_once_and_again_only_for_another_project(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none")
    assert _shown(one) == 1
    one.says("why do you ask?")
    one.says("qwrtpsdf")
    assert _shown(one) == 1
    outcome = one.says("no, I meant an online shop")
    assert (outcome.asked, _shown(one)) == ("budget.expectation", 2)


def test_after_starting_again_the_estimate_comes_before_its_question_once_more(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none")
    one.says("start again")
    assert one.presses_all("crm", "not_sure", "none").asked == "budget.expectation"
    assert _shown(one) == 2


def _shown(one: Visitor) -> int:
    return sum("€" in text for text in one.texts)


def test_contact_is_asked_last_and_not_again_once_declined(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none", "fine", "owner", "month")
    assert one.questions[-1] == "contact.how"
    one.presses("stay_here")
    for words in ("thanks", "we also need a website", "by the end of next year", "are you a bot?"):
        assert one.says(words).asked != "contact.how"


@every_language
def test_contact_declined_in_words_is_not_asked_again(library: Library, language: str) -> None:
    one = asked(library, "contact.how", language)
    one.says(SAID[language]["skip"])
    assert one.conversation.waiting_for is None
    assert one.opens().asked is None


def test_a_name_the_channel_tells_is_a_contact_and_is_noted_once(library: Library) -> None:
    first = Inbound("i1", "c1", Kind.START, "", MONDAY, handle="@olena")
    opened = open_conversation("c1", "telegram", "bant", "en", first)
    outcome = advance(opened, first, library)
    assert [(one.key, one.value) for one in outcome.new_facts] == [("contact.telegram", "@olena")]
    assert advance(outcome.conversation, replace(first, id="i2"), library).new_facts == ()


# -- people, timers and endings


def test_the_bot_is_silent_while_a_person_talks_and_still_listens(library: Library) -> None:
    one = asked(library, "authority.role")
    assert [reply.author for reply in one.act(Kind.HUMAN, "takes_over").replies] == ["bot"]  # a colleague has joined
    for kind, text in (
        (Kind.TEXT, "I am the owner"),
        (Kind.TEXT, "stop"),
        (Kind.TEXT, "human"),
        (Kind.CHOICE, "owner"),
        (Kind.FILE, "brief.pdf"),
        (Kind.START, ""),
        (Kind.SIGNAL, "product_page_viewed"),
        (Kind.TIMEOUT, "nudge"),
        (Kind.TIMEOUT, "park"),
        (Kind.TIMEOUT, "callback"),
        (Kind.HUMAN, "takes_over"),
    ):
        assert (one.act(kind, text).replies, one.conversation.mode) == ((), Mode.HUMAN)
    assert {"authority.role", "spec.file"} <= standing(one)


def test_what_a_person_says_goes_out_under_their_name(library: Library) -> None:
    one = visitor(library)
    one.act(Kind.HUMAN, "takes_over")
    (reply,) = one.act(Kind.HUMAN, "Hello, Anna here").replies
    assert (reply.author, reply.text) == ("human", "Hello, Anna here")


def test_who_speaks_has_taken_over(library: Library) -> None:
    one = asked(library, "authority.role")
    joined, said = one.act(Kind.HUMAN, "Hello, Anna here").replies
    assert (joined.author, said.author, said.text) == ("bot", "human", "Hello, Anna here")
    assert one.says("I am the owner").replies == ()
    assert [reply.author for reply in one.act(Kind.HUMAN, "Good").replies] == ["human"]


def timers(outcome: Outcome) -> dict[str, datetime | None]:
    set_now = [effect for effect in outcome.effects if effect.kind is EffectKind.SET_TIMER]
    return {effect.purpose: effect.due for effect in set_now}


def test_nobody_waits_for_a_person_who_has_gone(library: Library) -> None:
    one = asked(library, "timing.deadline")
    assert "rest" in timers(one.act(Kind.HUMAN, "Hello, Anna here"))
    outcome = one.says("I need a person, how much is it?")
    assert timers(outcome) == {"unanswered": one.now + timedelta(minutes=library.company.sla_minutes)}
    back = one.act(Kind.TIMEOUT, "unanswered")
    assert (one.conversation.mode, back.asked) == (Mode.QUALIFYING, "timing.deadline")
    assert [effect.kind for effect in back.effects].count(EffectKind.LEAD_UPDATED) == 1
    assert one.act(Kind.TIMEOUT, "unanswered").replies == ()


def test_who_writes_again_waits_no_longer_for_it(library: Library) -> None:
    one = asked(library, "timing.deadline")
    one.act(Kind.HUMAN, "Hello, Anna here")
    due = timers(one.says("How much is it?"))
    assert timers(one.says("Are you there?")) == due
    assert timers(one.act(Kind.FILE, "brief.pdf")) == due
    one.act(Kind.HUMAN, "Yes, one moment")
    again = timers(one.says("Thanks, and when?"))
    assert again == {"unanswered": one.now + timedelta(minutes=library.company.sla_minutes)}
    one.now += timedelta(hours=3)  # e.g. the server was down
    assert timers(one.says("Hello?")) == {"unanswered": one.now}


@pytest.mark.parametrize("said", ["stop", "/stop", "No thanks\nstop"])
def test_who_wants_no_more_is_not_run_after_when_the_person_has_gone(library: Library, said: str) -> None:
    one = asked(library, "timing.deadline")
    one.act(Kind.HUMAN, "Hello, Anna here")
    assert set(timers(one.says(said))) == {"rest"}
    assert one.act(Kind.TIMEOUT, "rest").replies == ()


def test_a_yes_to_a_person_is_no_answer_to_the_bot(library: Library) -> None:
    one = asked(library, "budget.expectation")
    one.act(Kind.HUMAN, "Shall I call you tomorrow?")
    one.says("Yes, fine")
    assert "budget.reaction" not in standing(one)
    one = asked(library, "need.detail")
    one.act(Kind.HUMAN, "Hello, Anna here")
    one.says("Hold on, somebody is at the door")
    assert "need.detail" not in standing(one)


def test_what_a_person_was_told_is_not_asked_again(library: Library) -> None:
    for tells in (
        lambda one: one.says("I am the owner"),
        lambda one: one.presses("owner"),
    ):
        one = asked(library, "authority.role")
        one.act(Kind.HUMAN, "Hello, Anna here")
        assert tells(one).replies == ()
        assert one.act(Kind.HUMAN, "hands_back").asked == "timing.deadline"


def test_a_button_that_calls_for_words_changes_nothing_while_a_person_talks(library: Library) -> None:
    one = visitor(library)
    one.act(Kind.HUMAN, "Hello, Anna here")
    assert one.presses("own_words").replies == one.presses("nonsense").replies == ()
    assert one.act(Kind.HUMAN, "hands_back").asked == "need.what"


def test_a_person_who_has_said_all_leaves_without_a_word(library: Library) -> None:
    one = asked(library, "timing.deadline")
    assert set(timers(one.act(Kind.HUMAN, "You will have it by noon"))) == {"rest"}
    generation = one.conversation.generation
    one.opens()  # changes nothing about who waits for whom
    assert (timers(one.last), one.conversation.generation) == ({}, generation)
    assert (one.act(Kind.TIMEOUT, "rest").replies, one.conversation.mode) == ((), Mode.QUALIFYING)
    assert one.says("within a month").replies


@pytest.mark.parametrize("ends", ["hands_back", "unanswered", "rest"])
@pytest.mark.parametrize(
    ("said", "mode"),
    [("stop", Mode.CLOSED), ("Write to me in three months", Mode.PARKED), ("rather not say", Mode.HANDED_OVER)],
)
def test_a_talk_at_rest_rests_on_when_the_person_has_gone(library: Library, said: str, mode: Mode, ends: str) -> None:
    one = asked(library, "contact.how")
    one.says(said)
    assert one.conversation.mode is mode
    one.act(Kind.HUMAN, "Hello, Anna here")
    one.says("No")
    back = one.act(Kind.HUMAN if ends == "hands_back" else Kind.TIMEOUT, ends)
    assert (one.conversation.mode, back.asked, len(back.replies)) == (mode, None, ends != "rest")
    assert set(timers(back)) == ({"callback"} if mode is Mode.PARKED else set())
    assert one.conversation.taken_from is None


def test_who_stays_in_the_chat_has_skipped_nothing(library: Library) -> None:
    def skips(question: str, choice: str) -> bool:
        one = asked(library, question)
        one.presses(choice)
        return any(line.startswith("ack.skipped") for line in one.conversation.told)

    assert skips("budget.expectation", "rather_not")
    assert not skips("contact.how", "stay_here")


def test_handed_back_after_a_call_for_a_person_the_bot_goes_on(library: Library) -> None:
    one = asked(library, "authority.role")
    one.says("can I talk to a human?")
    one.says("anna@firma.pl")
    assert one.conversation.mode is Mode.HANDED_OVER
    one.act(Kind.HUMAN, "Hello, Anna here")
    assert one.act(Kind.HUMAN, "hands_back").asked == "timing.deadline"


def test_handed_back_the_bot_goes_on_with_its_question(library: Library) -> None:
    one = asked(library, "timing.deadline")
    one.act(Kind.HUMAN, "takes_over")
    outcome = one.act(Kind.HUMAN, "hands_back")
    assert (outcome.asked, one.conversation.mode) == ("timing.deadline", Mode.QUALIFYING)
    assert one.act(Kind.HUMAN, "hands_back").replies == ()


def test_silence_is_broken_once(library: Library) -> None:
    one = asked(library, "timing.deadline")
    first, second = one.act(Kind.TIMEOUT, "nudge"), one.act(Kind.TIMEOUT, "nudge")
    assert (len(first.replies), len(second.replies)) == (1, 0)
    assert first.replies[0].choices
    assert one.presses(first.replies[0].choices[0].id).new_facts


def test_after_days_of_silence_the_lead_is_nurtured_and_may_come_back(library: Library) -> None:
    one = visitor(library)
    one.presses("crm")
    outcome = one.act(Kind.TIMEOUT, "park")
    assert (one.conversation.mode, one.conversation.stage, outcome.replies) == (Mode.PARKED, Stage.NURTURE, ())
    assert [effect.kind for effect in outcome.effects] == [EffectKind.NURTURE]
    one.opens()
    one.presses_all("not_sure", "none", "fine")
    assert one.conversation.stage is Stage.MQL


def test_a_qualified_lead_that_falls_silent_stays_with_sales(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none", "fine")
    one.act(Kind.TIMEOUT, "park")
    assert one.conversation.stage is Stage.MQL


def test_a_timer_nobody_knows_does_nothing(library: Library) -> None:
    one = visitor(library)
    outcome = one.act(Kind.TIMEOUT, "no_such_purpose")
    assert (outcome.replies, outcome.effects) == ((), ())


def test_who_asks_to_be_written_to_later_is(library: Library) -> None:
    one = asked(library, "authority.role")
    outcome = one.says("write to me in September")
    assert (one.conversation.mode, one.conversation.parked_until) == (Mode.PARKED, "2026-09-01")
    assert one.conversation.stage is Stage.CONTACT_IN_FUTURE
    (timer,) = outcome.effects
    assert (timer.purpose, timer.due and timer.due.date().isoformat()) == ("callback", "2026-09-01")
    assert one.act(Kind.TIMEOUT, "callback").replies


PLANET = (fact("need.category", "custom_software"), fact("need.scale", "planet"))


@pytest.mark.parametrize(
    ("facts", "words", "flag"),
    [
        (PLANET, "in a month", "timing_impossible"),
        ((CRM, fact("need.stack", "dotnet")), "yes, only .NET", "stack_mismatch"),
        ((), "an ERP system", "not_served"),
    ],
)
def test_who_cannot_be_helped_is_told_so_and_let_go(
    library: Library, facts: tuple[Fact, ...], words: str, flag: str
) -> None:
    one = Visitor(library)
    one.conversation = structs.replace(one.conversation, facts=facts)
    one.opens()
    outcome = one.says(words)
    assert flag in outcome.assessment.flag_names
    assert (one.conversation.mode, one.conversation.stage, outcome.asked) == (Mode.CLOSED, Stage.DISQUALIFIED, None)
    assert outcome.effects == ()  # sales are not bothered
    assert any(line.startswith(f"farewell.{flag}/") for line in one.conversation.told)


@pytest.mark.parametrize("words", ["thanks", "are you a bot?", "qwrtpsdf", "why do you ask?"])
def test_after_a_farewell_nothing_more_is_asked(library: Library, words: str) -> None:
    one = visitor(library)
    one.says("an ERP system")
    assert one.says(words).asked is None
    assert one.opens().asked is None
    assert one.conversation.mode is Mode.CLOSED


def test_a_farewell_leaves_a_way_back(library: Library) -> None:
    one = Visitor(library)
    one.conversation = structs.replace(one.conversation, facts=PLANET)
    one.opens()
    one.says("in a month")
    assert one.conversation.stage is Stage.DISQUALIFIED
    outcome = one.says("then in eight years")
    assert (one.conversation.stage, one.conversation.mode) == (Stage.MQL, Mode.QUALIFYING)
    assert outcome.asked is not None
    assert EffectKind.HANDOFF_OFFERED in {effect.kind for effect in outcome.effects}


@pytest.mark.parametrize("contact", ["+44 7700 900123", "kate@daisy-trade.co.uk", "@kate_daisy"])
def test_who_leaves_a_contact_after_a_farewell_is_passed_on(library: Library, contact: str) -> None:
    one = visitor(library)
    one.says("we need a removal van on Friday")
    assert one.conversation.stage is Stage.DISQUALIFIED
    assert not one.conversation.handoff
    one.says(f"then call me: {contact}")
    assert one.conversation.handoff == "offered"
    assert EffectKind.HANDOFF_OFFERED in {effect.kind for effect in one.last.effects}


@pytest.mark.parametrize(
    ("need", "words", "categories"),
    [
        ("we need an online shop", "about 20k euro for the site", {"ecommerce"}),
        ("we need an online shop", "and a separate CRM for 20k euro", {"ecommerce", "crm"}),
        ("we need an online shop", "no, not a shop, a website", {"website"}),
        ("we need a CRM", "and 10k for the site", {"crm", "website"}),
    ],
)
def test_a_shop_called_a_site_is_still_one_need(library: Library, need: str, words: str, categories: set[str]) -> None:
    one = visitor(library)
    one.says(need)
    one.says(words)
    assert set(Knowledge(one.conversation.facts).values("need.category")) == categories


@pytest.mark.parametrize(
    ("words", "role"),
    [("the owner, Peter Novak", "manager"), ("sorry, I am the owner", "owner"), ("CEO: Ann Lee", "manager")],
)
def test_a_title_that_is_only_named_is_not_the_visitors_once_they_told_their_own(
    library: Library, words: str, role: str
) -> None:
    one = visitor(library)
    one.says("we need an online shop, I am a manager")
    one.says(words)
    assert Knowledge(one.conversation.facts).value("authority.role") == role


def test_who_says_they_are_the_owner_after_all_decides(library: Library) -> None:
    one = visitor(library)
    one.says("we need an online shop, I am a manager, my boss decides")
    assert Knowledge(one.conversation.facts).value("authority.decides") is False
    one.says("I am the owner")
    known = Knowledge(one.conversation.facts)
    assert (known.value("authority.role"), known.value("authority.decides")) == ("owner", True)


def test_a_contact_left_while_the_talk_rests_does_not_wake_it(library: Library) -> None:
    one = visitor(library)
    one.says("we need a mobile app for our gym")
    one.says("later, we come back to it in autumn")
    assert one.conversation.mode is Mode.PARKED
    day = one.conversation.parked_until
    one.says("my email is joe@gymbox.co.uk")
    assert Knowledge(one.conversation.facts).value("contact.email") == "joe@gymbox.co.uk"
    assert (one.conversation.mode, one.conversation.parked_until) == (Mode.PARKED, day)
    assert not one.last.replies[-1].choices
    one.says("actually we have a specification already")
    assert one.conversation.mode is not Mode.PARKED


@pytest.mark.parametrize(
    ("need", "detail", "categories"),
    [
        ("we need a mobile app for our clinic", "booking system for visits", {"mobile_app"}),
        ("we need a mobile app for our clinic", "and a CRM next to it", {"mobile_app", "crm"}),
    ],
)
def test_what_the_thing_should_do_is_no_second_need(
    library: Library, need: str, detail: str, categories: set[str]
) -> None:
    one = visitor(library)
    one.says(need)
    assert one.conversation.waiting_for is not None
    assert one.conversation.waiting_for.question == "need.detail"
    one.says(detail)
    known = Knowledge(one.conversation.facts)
    assert set(known.values("need.category")) == categories
    assert one.conversation.waiting_for.question != "need.detail"


def test_a_system_to_connect_to_is_no_technology_to_build_on(library: Library) -> None:
    one = visitor(library, language="ru")
    one.says("нужен интернет-магазин запчастей")
    one.says("1с и доставка")
    known = Knowledge(one.conversation.facts)
    assert known.values("need.category") == ("ecommerce",)
    assert known.value("need.detail") == "1с и доставка"
    assert not known.facts("need.stack")
    assert one.conversation.waiting_for is not None
    assert one.conversation.waiting_for.question == "spec.has"


def test_a_yes_said_of_another_matter_answers_only_that(library: Library) -> None:
    one = visitor(library, language="ru")
    one.says("нужен магазин на Битриксе")
    assert one.conversation.waiting_for is not None
    assert one.conversation.waiting_for.question == "need.stack"
    one.says("да есть тз")
    known = Knowledge(one.conversation.facts)
    assert known.value("spec.has") == "yes"
    assert not known.facts("need.exclusive_stack")
    one.says("да, только он")
    assert Knowledge(one.conversation.facts).value("need.exclusive_stack") == "yes"


def test_whether_we_are_there_is_answered_and_the_question_stays(library: Library) -> None:
    one = visitor(library)
    one.says("we need an online shop")
    waiting = one.conversation.waiting_for
    one.says("are you still there?")
    assert one.last.replies[-1].text.split("\n")[0] in {"Yes, I'm here.", "Still here."}
    assert one.conversation.waiting_for is not None
    assert waiting is not None
    assert one.conversation.waiting_for.question == waiting.question
    assert not Knowledge(one.conversation.facts).facts("authority.current")


def test_another_need_opens_the_talk_again(library: Library) -> None:
    one = visitor(library)
    one.says("an ERP system")
    one.says("and a CRM")
    assert (one.conversation.stage, one.last.asked) == (Stage.CONTACT_US, "need.detail")


def test_the_lead_is_handed_over_once_at_the_threshold(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none", "fine", "owner", "month")
    one.says("a@lantern.example")
    kinds = [effect.kind for outcome in one.outcomes for effect in outcome.effects]
    assert kinds.count(EffectKind.HANDOFF_OFFERED) == 1
    assert [
        EffectKind.HANDOFF_OFFERED in {effect.kind for effect in outcome.effects} for outcome in one.outcomes
    ].index(True) == 4  # need and budget are met
    assert (one.conversation.mode, one.conversation.handoff) == (Mode.HANDED_OVER, "offered")


def test_a_company_may_wait_until_the_lead_is_hot(library: Library) -> None:
    hot = replace(library, company=replace(library.company, handoff_at="hot"))
    one = visitor(hot)
    one.presses_all("crm", "not_sure", "none", "fine")
    assert (one.conversation.stage, one.conversation.handoff) == (Stage.MQL, "")
    one.presses_all("owner", "month")
    assert one.conversation.handoff == "offered"


def test_effects_of_a_turn_have_keys_of_their_own(library: Library) -> None:
    one = asked(library, "contact.how")
    outcome = one.says("a@lantern.example")
    keys = [effect.key for effect in outcome.effects]
    assert len(keys) == len(set(keys)) > 0


def test_what_a_lead_does_counts_and_says_nothing(library: Library) -> None:
    one = visitor(library)
    outcome = one.act(Kind.SIGNAL, "product_page_viewed")
    assert (outcome.replies, outcome.assessment.implicit, outcome.assessment.total) == ((), 5, 0)


def test_a_file_is_a_specification_when_one_was_asked_for(library: Library) -> None:
    one = asked(library, "spec.has")
    outcome = one.act(Kind.FILE, "brief.pdf")
    assert {"spec.has", "spec.file"} <= standing(one)
    assert outcome.asked == "budget.expectation"
    other = asked(library, "authority.role")
    assert other.act(Kind.FILE, "brief.pdf").asked == "authority.role"
    assert "spec.has" not in {one.key for one in other.last.new_facts}


@pytest.mark.parametrize(
    ("words", "language"),
    [("Нам потрібна CRM для відділу продажу", "uk"), ("Potrzebujemy sklepu internetowego", "pl"), ("OK", "en")],
)
def test_the_bot_follows_the_visitor_into_their_language(library: Library, words: str, language: str) -> None:
    one = visitor(library)
    one.says(words)
    assert one.conversation.language == language


def test_a_language_the_visitor_asked_for_stays(library: Library) -> None:
    one = visitor(library)
    one.conversation = structs.replace(one.conversation, language_fixed=True)
    one.says("Нам потрібна CRM для відділу продажу")
    assert one.conversation.language == "en"


def test_a_correction_is_heard_as_one(library: Library) -> None:
    one = asked(library, "timing.deadline")
    one.says("no, I meant I am a manager")
    known = Knowledge(one.conversation.facts)
    assert known.value("authority.role") == "manager"
    assert any(line.startswith("ack.corrected/") for line in one.conversation.told)


def test_a_first_message_without_opening_the_chat_is_greeted_and_taken(library: Library) -> None:
    one = Visitor(library)
    outcome = one.says("We need a CRM")
    assert outcome.asked == "need.detail"
    assert any(line.startswith("greet.first/") for line in one.conversation.told)


def test_opening_the_chat_again_repeats_the_question_that_waits(library: Library) -> None:
    one = asked(library, "timing.deadline")
    outcome = one.opens()
    assert (outcome.asked, len(one.conversation.asked)) == ("timing.deadline", 1)
    assert any(line.startswith("again.timing.deadline/") for line in one.conversation.told)


def test_a_question_a_newer_tree_dropped_does_not_stop_the_talk(library: Library) -> None:
    one = visitor(library)
    gone = AskedQuestion("need.colour", 1)
    one.conversation = structs.replace(one.conversation, asked=(gone,))
    assert one.says("qwrtpsdf").asked == "need.what"


def test_a_framework_that_is_gone_gives_way_to_the_companys_own(library: Library) -> None:
    one = Visitor(library, framework="gone")
    assert one.opens().assessment.framework == "bant"


def test_turns_are_numbered_and_replies_named_after_them(library: Library) -> None:
    one = visitor(library)
    one.presses_all("crm", "not_sure", "none")
    assert [reply.id for outcome in one.outcomes for reply in outcome.replies] == ["1.1", "2.1", "3.1", "4.1", "4.2"]


def test_timers_are_set_for_the_question_that_waits(library: Library) -> None:
    one = visitor(library)
    due = {effect.purpose: effect.due and effect.due - one.now for effect in one.last.effects}
    assert due == {"nudge": timedelta(hours=2), "park": timedelta(days=3)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "ok"),
        ("en", "Sure, that's fine"),
        ("ru", "хорошо"),
        ("ru", "а НДС есть?"),
        ("uk", "а ПДВ є?"),
        ("pl", "w porządku"),
    ],
)
def test_whether_there_is_a_specification_is_told_by_no_ok_and_no_question(
    library: Library, language: str, words: str
) -> None:
    one = asked(library, "spec.has", language)
    assert one.says(words).asked == "spec.has"
    assert "spec.has" not in standing(one)
