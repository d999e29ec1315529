"""What the bot does next: opens, asks, shows the estimate, hands over, takes leave."""

from collections.abc import Sequence

from dialogs.framework import CONTACT, Question
from dialogs.reading.values import Ask
from dialogs.rental import RENTAL, RENTS
from dialogs.talk import NUDGE_AFTER, PARK_AFTER, Talk
from dialogs.tree import next_question
from dialogs.values import Choice, EffectKind, Ending, Mode
from scoring.conditions import MANY
from scoring.stages import STAGES, Stage
from scoring.values import Fact, Source, Temperature

NOT_SERVED = "not_served"  # the flag of who wants what is not offered; a rental is refused in words of its own
_HUMAN_TAKES, _HUMAN_LEAVES = "takes_over", "hands_back"
GUIDE = "guide"  # what a question shows, and the line that was said once
_RESTS = {Mode.HANDED_OVER: "hand_over", Mode.PARKED: "park", Mode.CLOSED: "close"}


def start(talk: Talk) -> None:
    """The visitor opened the chat, for the first time or again."""
    if talk.conversation.mode is Mode.HUMAN:
        return
    if _is_over(talk):
        _say(talk, [talk.line("close.anything")])
        return
    first = talk.before.turn == 0
    ask_on(talk, [talk.line("greet.first" if first else "greet.again")])


def go_on(talk: Talk, before: list[str]) -> None:
    """
    Whatever the facts now call for: a polite end, the next question, or leave-taking.

    Args:
        talk: Facts learned, the question that waited settled or still open.
        before: Lines said first, e.g. what was understood.
    """
    talk.resume()
    doubt = talk.doubt()
    if doubt is None or talk.weighed.stage is not Stage.DISQUALIFIED:
        talk.sync_stage()
        offer(talk)
    if doubt is not None:  # nobody is let go, and nothing else asked, over words that may be meant otherwise
        ask(talk, doubt, before)
        return
    reason = next((flag for flag in talk.framework.farewells if flag in talk.weighed.flag_names), None)
    if reason is not None:
        farewell(talk, reason, before)
        return
    ask_on(talk, before)


def ask_on(talk: Talk, before: list[str]) -> None:
    """Ask the next question, or take leave when nothing is left to ask or a person has been called."""
    waited, open_one = talk.conversation.waiting_for, talk.waiting
    if waited is not None and open_one is not None and waited.attempts > open_one.attempts:
        talk.settle(Ending.PASSED)  # answered around it often enough
    if talk.known.value("dialog.wants_human") is True:
        talk.enter("hand_over")
        _say(talk, [*before, talk.line("human.already")])
        return
    question = next_question(
        talk.framework, talk.tree_view, talk.weighed, talk.conversation.asked, talk.limit, talk.ahead
    )
    lines = [*before, *remarks(talk)]
    if question is None:
        take_leave(talk, lines)
        return
    ask(talk, question, lines)


def ask(talk: Talk, question: Question, before: list[str]) -> None:
    """Put one question, with the estimate first when it belongs there."""
    again = any(one.question == question.id for one in talk.conversation.asked)
    lines = list(before)
    shown = _show_guide(talk, question) or _show_estimate(talk, question)
    if shown:
        _say(talk, [*lines, " ".join(shown)])
        lines = []
    lines.append((again and _again(talk, question)) or talk.question_line("ask", question))
    attempts = next((one.attempts for one in talk.conversation.asked if one.question == question.id), 0)
    talk.put(question, attempts=attempts + 1)
    talk.enter(_trigger(question))
    _say(talk, lines, choices(talk, question))
    _keep_time(talk)


def price(talk: Talk, asked: Ask) -> list[str]:
    """What is said to who asks for the price, or the time: the estimate, or that it takes an answer or two more."""
    if any(flag in talk.weighed.flag_names for flag in talk.framework.farewells):
        return []  # what cannot be done has no price
    if talk.weighed.estimate is None:
        return [talk.lead(f"{asked}.soon")]
    talk.priced = True
    return [" ".join(talk.estimate_lines())]


def repeat(talk: Talk, before: list[str]) -> None:
    """The question that waits, worded again after a digression; opens the next one when none waits and talk goes on."""
    question = talk.waiting
    if question is None and _is_over(talk):
        _say(talk, before)
        return
    if question is None:
        ask_on(talk, before)
        return
    reworded = _again(talk, question)
    if not reworded:  # asked in every way there is: the talk goes on without the answer
        talk.settle(Ending.PASSED)
        go_on(talk, [*before, talk.lead("ack.passed")])
        return
    _say(talk, [*before, reworded], choices(talk, question))
    _keep_time(talk)


def _again(talk: Talk, question: Question) -> str:
    """The question in words it was not yet put in; "" once there are none left."""
    if not talk.voice.said(f"ask.{question.words or question.id}"):
        return talk.question_line("ask", question)  # it was put in another language
    return talk.question_line("again", question) or talk.lead("return")


def clarify(talk: Talk) -> None:
    """The answer could not be read: ask differently, then pass over it and offer a person."""
    asked, question = talk.conversation.waiting_for, talk.waiting
    if asked is None or question is None:
        ask_on(talk, [talk.lead("ack.unclear")])
        return
    reworded = "" if asked.attempts >= question.attempts else _again(talk, question)
    if not reworded:
        talk.settle(Ending.PASSED)
        go_on(talk, [talk.lead("ack.passed")])
        return
    talk.try_again()
    talk.enter("clarify")
    _say(talk, [talk.lead("ack.unclear"), reworded], choices(talk, question))
    _keep_time(talk)


def await_words(talk: Talk) -> None:
    """The visitor would rather write than press: the question stays and waits."""
    _say(talk, [talk.line("choose.type")])
    _keep_time(talk)


def choices(talk: Talk, question: Question) -> tuple[Choice, ...]:
    """The buttons of a question; their ids carry the turn, so that an old tap changes nothing."""
    return tuple(Choice(f"{talk.turn}:{question.id}:{one.id}", talk.label(question, one)) for one in question.choices)


def remarks(talk: Talk) -> list[str]:
    """Honest words about time and money, each said once."""
    flags = talk.weighed.flag_names
    lines = []
    for flag, key in (
        ("timing_tight", "remark.timing_tight"),
        ("timing_implausible", "remark.timing_implausible"),
        ("budget_below_estimate", "remark.budget_below"),
    ):
        if flag in flags and talk.voice.once(key):
            lines.append(talk.line(key))
    return lines


def offer(talk: Talk) -> None:
    """Hand the lead to sales the moment the threshold is met, and tell them later what matters."""
    if talk.conversation.stage is Stage.DISQUALIFIED and "wants_human" not in talk.weighed.flag_names:
        if talk.conversation.handoff and talk.before.stage is not Stage.DISQUALIFIED:
            talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
        return
    hot = talk.weighed.temperature is Temperature.HOT and talk.voice.once("sales:hot")
    if talk.conversation.handoff:
        if hot or _is_news_to_sales(talk):
            talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
        return
    if _threshold_met(talk):
        talk.change(handoff="offered")
        talk.cause(EffectKind.HANDOFF_OFFERED, "handoff")


def _threshold_met(talk: Talk) -> bool:
    if "wants_human" in talk.weighed.flag_names:
        return True
    if talk.conversation.stage is not Stage.MQL:
        return False
    return talk.company.handoff_at != "hot" or talk.weighed.temperature == "hot"


CONTACTS = ("contact.email", "contact.phone", "contact.telegram")
_NEWS = frozenset({*CONTACTS, "dialog.wants_human"})


def _is_news_to_sales(talk: Talk) -> bool:
    new = talk.conversation.facts[len(talk.before.facts) :]
    keys = {fact.key for fact in new}
    if talk.before.handoff and _corrects(new, talk.before.facts):
        return True
    over = talk.conversation.mode in (Mode.HANDED_OVER, Mode.CLOSED)  # sales read what comes after the talk as well
    return bool(keys & _NEWS) or (over and bool(keys))


def _corrects(new: Sequence[Fact], before: Sequence[Fact]) -> bool:
    """Whether something that sales have read is told otherwise now."""
    return any(
        fact.key not in MANY and any(one.key == fact.key and one.value not in (None, fact.value) for one in before)
        for fact in new
    ) or any(fact.how == "denied" for fact in new)


def farewell(talk: Talk, flag: str, before: list[str]) -> None:
    """Let somebody go whom we cannot help: honestly, with something useful, with the door open."""
    rents = flag == NOT_SERVED and talk.known.value(RENTAL) == RENTS
    key = "away.rental" if rents else f"farewell.{flag}"
    if talk.conversation.mode is Mode.CLOSED and not talk.voice.once(f"said:{key}"):
        _say(talk, [*before, talk.line("away.again")])
        return
    talk.voice.once(f"said:{key}")
    talk.settle(Ending.PASSED)
    talk.enter("close")
    _say(talk, [*before, talk.line(key, link=flag)])


def take_leave(talk: Talk, before: list[str]) -> None:
    """Everything is asked: say what happens next."""
    if talk.conversation.mode in (Mode.HANDED_OVER, Mode.CLOSED):
        _say(talk, [*before, talk.line("close.added" if before and talk.conversation.handoff else "close.anything")])
        return
    if talk.weighed.estimate is not None and not talk.range_told and talk.voice.once("estimate"):
        _say(talk, [*before, " ".join(talk.estimate_lines())])  # it was promised when the talk began
        before = []
    if talk.conversation.handoff:
        talk.enter("hand_over")
        talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
        _say(talk, [*before, talk.line("close.qualified", link="guide")])
    else:
        talk.enter("close")
        kept = "close.reachable" if _left_a_contact(talk) else "close.nurture"
        key = "close.guided" if GUIDE in talk.voice.told else kept
        _say(talk, [*before, talk.line(key, link="guide")])
    if talk.weighed.temperature != "hot":
        talk.cause(EffectKind.NURTURE, "nurture")


def _left_a_contact(talk: Talk) -> bool:
    """Whether the visitor said how to reach them; what the channel tells is no wish to be reached."""
    return any(fact.evidence.source is not Source.EVENT for key in CONTACTS for fact in talk.known.facts(key))


def wake(talk: Talk, purpose: str) -> None:
    """A timer fired: nudge once after silence, park after days, come back when asked to or when one of us has gone."""
    if talk.conversation.mode is Mode.HUMAN:
        _relieve(talk, purpose)
        return
    if talk.conversation.mode in (Mode.HANDED_OVER, Mode.CLOSED):
        return
    if purpose == "nudge" and talk.waiting is not None and talk.voice.once("nudged"):
        _say(talk, [talk.line("nudge")], choices(talk, talk.waiting))
    elif purpose == "park":
        talk.enter("park")
        if STAGES.can(talk.conversation.stage, "nurture") and talk.conversation.stage is not Stage.MQL:
            talk.move("nurture")
        talk.cause(EffectKind.NURTURE, "nurture")
    elif purpose == "callback":
        talk.resume()
        repeat(talk, [talk.line("greet.again")])


def human(talk: Talk, text: str) -> None:
    """One of us takes over, hands back, or speaks; the bot is silent meanwhile."""
    if text == _HUMAN_LEAVES:
        if talk.conversation.mode is Mode.HUMAN:
            go_on_or_rest = _say if _give_back(talk) else repeat
            go_on_or_rest(talk, [talk.line("human.left")])
        return
    if text and talk.conversation.mode is not Mode.HUMAN:  # who speaks has taken over
        talk.change(taken_from=talk.conversation.mode)
        talk.enter("take_over")
        talk.say(talk.line("human.joined"))
    if text and text != _HUMAN_TAKES:
        talk.say(text, author="human")


def _give_back(talk: Talk) -> bool:
    """The conversation is the bot's again; whether it had come to rest before, and rests on."""
    called = talk.known.value("dialog.wants_human") is True  # handed over for a person, who has been: the bot goes on
    rests = _RESTS.get(talk.conversation.taken_from) if talk.conversation.taken_from else None
    talk.enter("hand_back")
    talk.withdraw("dialog.wants_human")
    talk.change(taken_from=None)
    if rests is None or (rests == "hand_over" and called):
        return False
    talk.enter(rests)
    return True


def _relieve(talk: Talk, purpose: str) -> None:
    """One of us has been silent for long: the bot answers again, and speaks up if the visitor is waiting."""
    if purpose == "unanswered":
        human(talk, _HUMAN_LEAVES)
        talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
    elif purpose == "rest":
        _give_back(talk)


def call_human(talk: Talk, before: Sequence[str] = ()) -> None:
    """The visitor wants a person: one is called, whatever the score."""
    quote = talk.inbound.text.strip()[:200]
    already = bool(talk.known.facts("dialog.wants_human"))
    talk.note("dialog.wants_human", True, quote)
    talk.sync_stage()
    offer(talk)
    talk.settle(Ending.SKIPPED)
    contact = next((one for one in talk.framework.questions if one.criterion == CONTACT), None)
    line = talk.line("human.already" if already else "human.called")
    known = talk.known
    reachable = any(map(known.facts, CONTACTS))
    asked = {one.question for one in talk.conversation.asked}
    if contact is not None and not reachable and contact.id not in asked and talk.conversation.channel != "telegram":
        ask(talk, contact, [*before, line])
        return
    talk.enter("hand_over")
    _say(talk, [*before, line])


def stop(talk: Talk) -> None:
    """The visitor wants no more messages."""
    talk.settle(Ending.SKIPPED)
    talk.enter("close")
    _say(talk, [talk.line("stop.done")])


KEPT_ON_RESTART = ("contact.", "company.", "dialog.", "spec.file")  # who they are does not change


def restart(talk: Talk) -> None:
    """From the beginning: what was said of the need is taken back, who it was stays, and so does the history."""
    talk.withdraw(*(key for key in talk.known.keys() if not key.startswith(KEPT_ON_RESTART)))  # noqa: SIM118
    talk.withdraw("dialog.wants_human")
    talk.change(asked=())
    talk.voice.start_over()
    talk.resume()
    talk.sync_stage()
    if talk.conversation.handoff:
        talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
    ask_on(talk, [talk.line("restart.done")])


def step_back(talk: Talk, before: Sequence[str] = ()) -> None:
    """To the question before; its new answer will correct the old one."""
    settled = [one for one in talk.conversation.asked if one.ending is not Ending.OPEN]
    question = talk.question(settled[-1].question) if settled else None
    if question is None:
        repeat(talk, [*before, talk.line("back.nothing")])
        return
    kept = tuple(one for one in talk.conversation.asked if one.ending is not Ending.OPEN and one is not settled[-1])
    talk.change(asked=kept)
    ask(talk, question, [*before, talk.line("back.done")])


def _show_estimate(talk: Talk, question: Question) -> list[str]:
    due = question.shows == "estimate" or (
        bool(talk.known.facts("budget.amount")) and question.criterion not in ("need", "budget")
    )
    found = talk.weighed.estimate
    if not due or found is None:
        return []
    first, fresh = talk.voice.once("estimate"), talk.voice.once(f"estimate:{found.items[0]}")
    if talk.priced and due:
        return []  # it stands right above
    # Of another project the range is told again where it is asked about: an old one would be judged in its place.
    return talk.estimate_lines() if first or (fresh and question.shows == "estimate") else []


def _show_guide(talk: Talk, question: Question) -> list[str]:
    """Something useful for who cannot choose yet, given once and before anything more is asked."""
    if question.shows != GUIDE or not talk.voice.once(GUIDE):
        return []
    talk.cause(EffectKind.NURTURE, "nurture")
    return [talk.line("guide.choosing", link="guide")]


def _is_over(talk: Talk) -> bool:
    """Whether the talk has come to its end, so that only something new opens it again."""
    return talk.waiting is None and talk.conversation.mode in (Mode.HANDED_OVER, Mode.CLOSED)


def _trigger(question: Question) -> str:
    if question.criterion == CONTACT:
        return "ask_contact"
    return "estimate" if question.shows == "estimate" else "ask"


def _say(talk: Talk, lines: list[str], buttons: tuple[Choice, ...] = ()) -> None:
    talk.say("\n\n".join(line for line in lines if line), buttons)


def _keep_time(talk: Talk) -> None:
    talk.cause(EffectKind.SET_TIMER, f"nudge:{talk.turn}", "nudge", NUDGE_AFTER)
    talk.cause(EffectKind.SET_TIMER, f"park:{talk.turn}", "park", PARK_AFTER)
