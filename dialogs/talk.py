"""The working state of one turn: what the conversation becomes, what is said, what should happen."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from dialogs.doubts import arising, is_doubt, question_for
from dialogs.framework import ChoiceSpec, Question
from dialogs.hearing import today_of
from dialogs.library import Library
from dialogs.phrases import brand, price
from dialogs.progress import CONVERSATION
from dialogs.reading.values import Intent
from dialogs.tree import open_keys, tree_knowledge
from dialogs.values import (
    AskedQuestion,
    Choice,
    Conversation,
    Effect,
    EffectKind,
    Ending,
    Inbound,
    Kind,
    Mode,
    Outcome,
    Reply,
)
from dialogs.wording import Voice, told_in
from scoring.assess import Assessment, weigh
from scoring.conditions import Knowledge
from scoring.estimate import Estimate
from scoring.outlook import Outlook, outlook
from scoring.stages import STAGES, Stage
from scoring.values import Evidence, Fact, FactValue, Signal, Source

REST_AFTER = timedelta(hours=1)  # of one of us who has said all there was to say: the bot is there again
NUDGE_AFTER = timedelta(hours=2)  # the sources give no figure; long enough for a meeting, short enough to be remembered
PARK_AFTER = timedelta(days=3)
_VISITORS = (Kind.TEXT, Kind.CHOICE, Kind.FILE)
OURS = frozenset({Stage.SAL, Stage.CALL, Stage.SQL, Stage.NEGOTIATION, Stage.CLOSED_WON, Stage.CLOSED_LOST})


class Talk:
    """One turn in the making; built, filled and closed inside one call of advance."""

    def __init__(self, conversation: Conversation, inbound: Inbound, library: Library) -> None:
        self.before = conversation
        self.inbound = inbound
        self.library = library
        self.company = library.company
        self.turn = conversation.turn + 1
        self.conversation = replace(conversation, turn=self.turn)
        self.framework = library.framework(conversation.framework)
        self.heard: tuple[str, ...] = ()
        self.clash: str | None = None  # the doubt about what was just said against what was said before
        self.priced = False  # whether the estimate was given in this turn because it was asked for
        self.voice = Voice(library.wording(conversation.language), f"{conversation.id}:{self.turn}", conversation.told)
        self._replies: list[Reply] = []
        self._effects: list[Effect] = []
        self._new: list[Fact] = []
        self._known: Knowledge | None = None
        self._weighed: Assessment | None = None
        self._ahead: Outlook | None = None
        self._view: Knowledge | None = None
        self._variables: dict[str, Any] | None = None
        opens = (
            inbound.kind is Kind.START and conversation.mode is not Mode.HUMAN
        )  # else a person is waited for as before
        if opens or inbound.kind in (*_VISITORS, Kind.HUMAN):
            self.conversation = replace(self.conversation, generation=conversation.generation + 1)

    # -- what is known

    @property
    def known(self) -> Knowledge:
        """Facts and signals that stand now."""
        if self._known is None:
            self._known = Knowledge(self.conversation.facts, self.conversation.signals, now=self.inbound.at)
        return self._known

    @property
    def weighed(self) -> Assessment:
        """The assessment of what is known now."""
        if self._weighed is None:
            self._weighed = self.assess(self.known)
        return self._weighed

    def assess(self, known: Knowledge) -> Assessment:
        """The assessment of something known."""
        home = self.library.home_currencies.get(self.conversation.language, "")
        return weigh(self.framework.rubric, known, self.company, self.inbound.at, home_currency=home)

    @property
    def tree_view(self) -> Knowledge:
        """What the tree's conditions look at."""
        if self._view is None:
            self._view = tree_knowledge(self.known, self.weighed, self.company)
        return self._view

    @property
    def limit(self) -> int:
        """The most questions this talk may ask."""
        return self.framework.max_questions or self.company.max_questions

    @property
    def waiting(self) -> Question | None:
        """The question whose answer is waited for, if the tree still has it."""
        open_one = self.conversation.waiting_for
        return None if open_one is None else self.question(open_one.question)

    def question(self, name: str) -> Question | None:
        """A question of the tree, or one that settles a doubt; None if there is none of that name any more."""
        if not is_doubt(name):
            return self.framework.question(name)
        return question_for(name, self.conversation.facts, self.library, self.voice, self.conversation.language)

    @property
    def ahead(self) -> Outlook:
        """What can still become of the lead, by the questions left."""
        if self._ahead is None:
            left = open_keys(self.framework, self.tree_view, self.conversation.asked)
            self._ahead = outlook(
                self.framework.rubric, self.weighed, self.known, left, self.company, whole=self.framework.adaptive
            )
        return self._ahead

    def doubt(self) -> Question | None:
        """The question a doubt calls for now; each is put once, and only while there is room for the contact too."""
        asked = {one.question for one in self.conversation.asked}
        if len(asked) + 1 >= self.limit or "wants_human" in self.weighed.flag_names:
            return None
        shown = "estimate" in self.voice.told
        language = self.conversation.language
        left = arising(self.known, self.weighed.estimate, self.library, language, shown=shown)
        names = (self.clash, *left) if self.clash else left
        open_ones = (self.question(name) for name in names if name not in asked)
        return next((one for one in open_ones if one is not None), None)

    # -- what changes

    def learn(self, facts: Iterable[Fact]) -> None:
        """Add facts; stage and handoff follow."""
        added = tuple(facts)
        if not added:
            return
        self._new.extend(added)
        known = self.known.after(added)
        self.conversation = replace(self.conversation, facts=(*self.conversation.facts, *added))
        self._forget()
        self._known = known

    def note(self, key: str, value: FactValue, quote: str) -> None:
        """One fact from the whole inbound, e.g. that a person is wanted."""
        source = Source.CHOICE if self.inbound.kind is Kind.CHOICE else Source.MESSAGE
        evidence = Evidence(source, self.inbound.id, quote, 0, len(quote))
        self.learn([Fact(key, value, evidence, "intent", self.inbound.at)])

    def withdraw(self, *keys: str) -> None:
        """Take back what stands under these keys; the history stays."""
        known = self.known
        self.learn(
            replace(found[-1], value=None, how="withdrawn", at=self.inbound.at)
            for key in keys
            if (found := known.facts(key))
        )

    def introduce(self) -> None:
        """What the channel tells of the visitor is known without asking."""
        known = self.known
        for key, value in (("contact.telegram", self.inbound.handle), ("contact.name", self.inbound.sender)):
            if value and not known.facts(key):
                evidence = Evidence(Source.EVENT, self.inbound.id, value)
                self.learn([Fact(key, value, evidence, "channel", self.inbound.at)])

    def signal(self, told: str) -> None:
        """Something the lead did: its kind and, where that was not now, a time behind it."""
        kind, _, written = told.partition(" ")
        at = self.inbound.at
        with suppress(ValueError):
            named = datetime.fromisoformat(written)
            at = at if named.tzinfo is None else named
        signals = (*self.conversation.signals, Signal(self.inbound.id, kind[:64], at))
        self.conversation = replace(self.conversation, signals=tuple(sorted(signals, key=lambda one: one.at)))
        self._forget()

    def _forget(self) -> None:
        """What was derived from the facts is derived again when it is needed."""
        self._known = self._weighed = self._ahead = self._view = self._variables = None

    def settle(self, ending: Ending) -> None:
        """The question that waited is settled."""
        asked = self.conversation.asked
        if asked and asked[-1].ending is Ending.OPEN:
            self.conversation = replace(self.conversation, asked=(*asked[:-1], replace(asked[-1], ending=ending)))
            self._ahead = None

    def put(self, question: Question, *, attempts: int = 1) -> None:
        """A question now waits; one that was put before is moved to the end."""
        kept = tuple(one for one in self.conversation.asked if one.question != question.id)
        self.conversation = replace(
            self.conversation, asked=(*kept, AskedQuestion(question.id, self.turn, Ending.OPEN, attempts))
        )

    def try_again(self) -> None:
        """The question that waits is worded once more; buttons under its first wording still count."""
        *settled, last = self.conversation.asked
        self.conversation = replace(self.conversation, asked=(*settled, replace(last, attempts=last.attempts + 1)))

    def enter(self, trigger: str) -> None:
        """Move the conversation; its table says where."""
        mode = self.conversation.mode
        self.change(mode=CONVERSATION.move(mode, trigger), moved=self._way_with(mode, trigger))

    def move(self, trigger: str) -> None:
        """Move the lead; its table says where."""
        stage = self.conversation.stage
        self.change(stage=STAGES.move(stage, trigger), moved=self._way_with(stage, trigger))

    def _way_with(self, state: Mode | Stage, trigger: str) -> tuple[str, ...]:
        """The moves taken so far and this one."""
        move, moved = f"{state.value}.{trigger}", self.conversation.moved
        return moved if move in moved else (*moved, move)

    def speak(self, language: str, *, fixed: bool = False) -> None:
        """Go on in another language."""
        self.conversation = replace(self.conversation, language=language, language_fixed=fixed)
        self._variables = None
        told = told_in(language, self.voice.wording.language, self.voice.told)
        self.voice = Voice(self.library.wording(language), f"{self.before.id}:{self.turn}", told)

    def change(self, **fields: Any) -> None:
        """Replace fields of the conversation."""
        self.conversation = replace(self.conversation, **fields)

    def sync_stage(self) -> None:
        """Move the lead to where its answers put it, while it is not yet in the hands of sales."""
        if self.conversation.stage in OURS or not self.conversation.facts:
            return
        goal = Stage.MQL if self.weighed.stage is Stage.SQL else self.weighed.stage
        for trigger in _way(self.conversation.stage, goal):
            self.move(trigger)

    # -- what is said and done

    def say(self, text: str, choices: tuple[Choice, ...] = (), author: str = "bot") -> None:
        """Add a reply."""
        self._replies.append(Reply(f"{self.turn}.{len(self._replies) + 1}", text, choices, author))

    def cause(self, kind: EffectKind, key: str, purpose: str = "", after: timedelta | None = None) -> None:
        """Add an effect; what this turn causes already is not caused twice."""
        if any(effect.key == key for effect in self._effects):
            return
        due = None if after is None else self.inbound.at + after
        self._effects.append(Effect(kind, key, purpose, due))

    def variables(self) -> dict[str, Any]:
        """What texts may mention."""
        if self._variables is None:
            known, declines = self.known, self.company.stack.declines
            declined = [str(value) for value in known.values("need.stack") if value in declines]
            role = known.value("authority.role")
            self._variables = {
                **self._house(),
                "tech": ", ".join(brand(value, self.library) for value in declined),
                "role": self.voice.word(f"name.role.{role}") if role else "",
                "link": "",
            }
        return self._variables

    def _house(self) -> Mapping[str, Any]:
        """What texts may say of the company in the language spoken; the same in every conversation."""
        language, house = self.voice.wording.language, self.library.house
        if language not in house:
            hours = self.company.hours
            house[language] = {
                "company": self.company.name,
                "works_in": ", ".join(brand(value, self.library) for value in self.company.stack.works_in[:4]),
                "minutes": self.company.sla_minutes,
                "hours": f"{_days(hours.days, self.voice)} {hours.opens}:00–{hours.closes}:00",
            }
        return house[language]

    def line(self, key: str, link: str = "", **more: Any) -> str:
        """A text with the usual variables; link names one of the company's links."""
        return self.voice.tell(key, {**self.variables(), "link": self.company.links.get(link, ""), **more})

    def lead(self, key: str, **more: Any) -> str:
        """A line that leads on to something else: left out once all its wordings are used up."""
        return self.line(key, **more) if self.voice.fresh(key) else ""

    def question_line(self, kind: str, question: Question) -> str:
        """How a question is asked, asked again, explained or justified; "" once all wordings of that are used up."""
        key = f"{kind}.{question.words or question.id}"
        return self.line(key, **question.said) if kind == "ask" or self.voice.fresh(key) else ""

    def label(self, question: Question, choice: ChoiceSpec) -> str:
        """What stands on a button."""
        return choice.label or self.voice.word(f"choice.{question.id}.{choice.id}")

    @property
    def range_told(self) -> bool:
        """Whether the range of the estimate as it is now has been told."""
        return self.weighed.estimate is not None and _range(self.weighed.estimate) in self.voice.told

    def estimate_lines(self) -> list[str]:
        """The price range and the weeks; one told before is only named again, while there are words left for it."""
        found = self.weighed.estimate
        if found is None:
            return []
        language = self.conversation.language
        low, high = price(found.low, language, self.library), price(found.high, language, self.library)
        told = self.range_told
        self.voice.once(_range(found))
        if told:
            again = self.lead("estimate.same", low=low, high=high)
            return [again] if again else []
        lines = [self.voice.say("estimate.price", low=low, high=high)]
        if found.weeks is not None:
            weeks = {"weeks_low": max(1, int(found.weeks.low)), "weeks_high": max(1, -int(-found.weeks.high // 1))}
            lines.append(self.voice.say("estimate.weeks", **weeks))
        lines.append(self.voice.say("estimate.vague" if found.vague else "estimate.detailed"))
        return lines

    def resume(self) -> None:
        """A talk that rested goes on; the lead comes back to where its answers put it."""
        if self.conversation.mode is not Mode.PARKED:
            return
        stage, goal = self.conversation.stage, self.weighed.stage
        if stage in (Stage.CONTACT_IN_FUTURE, Stage.NURTURE):
            self.move({Stage.DISQUALIFIED: "disqualify", Stage.CONTACT_US: "unqualify"}.get(goal, "qualify"))
        self.change(parked_until="")

    def _keep_the_date(self) -> None:
        """Every message makes older timers void: the promise to come back is made again."""
        if self.conversation.mode is Mode.PARKED and self.conversation.parked_until:
            day = date.fromisoformat(self.conversation.parked_until)
            wait = timedelta(days=max((day - today_of(self.inbound)).days, 0))
            self.cause(EffectKind.SET_TIMER, f"callback:{self.turn}", "callback", wait)

    def _keep_company(self) -> None:
        """The bot is silent while one of us talks, but nobody is left alone: it comes back when that ends."""
        if self.conversation.mode is not Mode.HUMAN:
            if self.conversation.alone_since is not None:
                self.change(alone_since=None)
            return
        if self.inbound.kind in _VISITORS and f"intent:{Intent.STOP}" not in self.heard:
            since = self.conversation.alone_since or self.inbound.at  # who writes again has waited all the longer
            self.change(alone_since=since)
            wait = since + timedelta(minutes=self.company.sla_minutes) - self.inbound.at
            self.cause(EffectKind.SET_TIMER, f"unanswered:{self.turn}", "unanswered", max(wait, timedelta()))
        elif self.inbound.kind in (*_VISITORS, Kind.HUMAN):
            self.change(alone_since=None)
            self.cause(EffectKind.SET_TIMER, f"rest:{self.turn}", "rest", REST_AFTER)

    def outcome(self) -> Outcome:
        """The turn, closed."""
        self._keep_the_date()
        self._keep_company()
        waiting = self.waiting
        return Outcome(
            conversation=replace(self.conversation, told=self.voice.told),
            replies=tuple(self._replies),
            effects=tuple(self._effects),
            assessment=replace(self.weighed, certain=self.ahead.certificate),
            new_facts=tuple(self._new),
            asked=None if waiting is None else waiting.id,
            criterion=None if waiting is None else waiting.criterion,
            heard=self.heard,
            content=self.library.version,
        )


def _range(found: Estimate) -> str:
    """The one-time line that a range is."""
    return f"range:{found.low.amount}-{found.high.amount}:{found.low.currency}"


def _way(stage: Stage, goal: Stage) -> tuple[str, ...]:
    if stage is goal or (stage in (Stage.NURTURE, Stage.CONTACT_IN_FUTURE) and goal is Stage.CONTACT_US):
        return ()
    if goal is Stage.DISQUALIFIED:
        return ("disqualify",)
    lift = ("reconsider",) if stage is Stage.DISQUALIFIED else ()
    if goal is Stage.MQL:
        return (*lift, "qualify")
    return lift or ("unqualify",)


def _days(days: tuple[int, ...], voice: Voice) -> str:
    names = voice.word("days.short").split()
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{names[days[0] - 1]}–{names[days[-1] - 1]}"
    return ", ".join(names[day - 1] for day in days)
