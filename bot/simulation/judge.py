"""What was understood against what the visitor meant: the oracle's verdicts on a talk."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from bot.plain import plain
from bot.simulation.visitor import RESTING, WATCHED, Act, Persona, Visitor
from dialogs.doubts import WHICH
from dialogs.values import Conversation, Kind, Mode, Outcome
from scoring.assess import Assessment, weigh
from scoring.conditions import MANY, Knowledge
from scoring.stages import Stage
from scoring.values import Evidence, Fact, FactValue, Source, Window
from storage.values import LeadDetails

MOST_TURNS = 40  # of a visitor who is still asked something
_QUESTION = re.compile(r"[^.!?…\n][^.!?…\n]*\?")
_LEAST_QUESTION = 12  # letters; "Right?" may come twice
_SAYING = frozenset({Kind.TEXT, Kind.CHOICE})


class Failure(msgspec.Struct, frozen=True):
    """One thing that went wrong in one talk."""

    visitor: int
    kind: str  # as docs/simulation.md lists them: "wrong_fact", "dead_talk", …
    what: str  # the fact's key, the question, …
    expected: object
    found: object
    turn: int
    replay: str = ""  # the command that plays this visitor alone

    def __str__(self) -> str:
        return f"turn {self.turn}: {self.kind} {self.what}: expected {self.expected!r}, found {self.found!r}"


class Line(msgspec.Struct, frozen=True):
    """One line of a transcript."""

    author: str  # visitor | bot
    text: str
    heard: dict[str, object] = {}  # facts that were new, of a visitor's line


@dataclass(slots=True)
class Judge:
    """Follows one talk; each fact fails at most once, at the turn it did first."""

    visitor: Visitor
    failures: list[Failure] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # distinct, in order
    states: list[tuple[int, str, str]] = field(default_factory=list)  # questions asked so far, stage, temperature
    turns: int = 0
    last: Outcome | None = None
    _said: Counter[str] = field(default_factory=Counter)
    _failed: set[str] = field(default_factory=set)

    def follow(self, act: Act, outcome: Outcome) -> None:
        """One turn: what the visitor did, and what came of it."""
        self.turns += 1
        self.last = outcome
        if act.kind in _SAYING:
            shown = {fact.key: plain(fact.value, fact) for fact in outcome.new_facts}
            self.lines.append(Line("visitor", act.text, shown))
        self.lines += [Line("bot", reply.text) for reply in outcome.replies]
        before = (len(self.asked), outcome.conversation.stage.value, outcome.assessment.temperature.value)
        self.states.append(before)
        if outcome.asked is not None and outcome.asked not in self.asked:
            self.asked.append(outcome.asked)
        self._hear_questions(outcome)
        if act.kind in _SAYING and not outcome.replies and outcome.conversation.mode is not Mode.HUMAN:
            self.fail("dead_talk", "no reply", "an answer", "silence")
        self._hear_language(outcome.conversation.language)
        self._compare(outcome.conversation, outcome.asked)

    def close(self, stored: Conversation | None, lead: LeadDetails | None) -> None:
        """The talk is over: what was stored, weighed against what was meant."""
        if self.last is None or stored is None:
            self.fail("broken", "stored", "a conversation", "none")
            return
        conversation = self.last.conversation
        if stored != conversation:
            self.fail("broken", "stored", "the conversation as it was left", "another")
        if conversation.mode not in RESTING:
            self.fail("dead_talk", "no end", "leave-taking", conversation.mode.value)
        if lead is not None:
            self._weigh(conversation, lead)

    def decided_after(self) -> int:
        """How many questions had been asked when stage and temperature were as they stayed."""
        final = self.states[-1][1:]
        asked = self.states[-1][0]
        for count, *state in reversed(self.states):
            if tuple(state) != final:
                break
            asked = count
        return asked

    def fail(self, kind: str, what: str, expected: object, found: object) -> None:
        """Write down what went wrong, each thing once."""
        name = f"{kind}:{what}"
        if name not in self._failed:
            self._failed.add(name)
            self.failures.append(Failure(self.visitor.number, kind, what, expected, found, self.turns))

    # -- what is compared

    def _compare(self, conversation: Conversation, asked: str | None) -> None:
        known = Knowledge(conversation.facts)
        open_key = next((key for key, which in WHICH.items() if which == asked), None)
        for key in sorted(WATCHED):
            if key in self.visitor.also or (open_key and key.partition(".")[0] == open_key.partition(".")[0]):
                continue
            held, found = self.visitor.holds.get(key), known.values(key)
            others = [value for value in found if held is None or not _same(held, value)]
            if held is not None and len(others) == len(found):
                kind = "wrong_fact" if found else "missed_fact"
                self.fail(kind, key, plain(held), plain(found[-1]) if found else None)
            elif others:
                self.fail("wrong_fact", key, None if held is None else plain(held), plain(others[-1]))

    def _hear_questions(self, outcome: Outcome) -> None:
        for reply in outcome.replies:
            for found in _QUESTION.findall(reply.text):
                question = found.strip()
                self._said[question] += 1
                if self._said[question] == 2 and len(question) >= _LEAST_QUESTION:
                    self.fail("repeated_question", question, "each wording once", "twice")

    def _hear_language(self, found: str) -> None:
        spoken = self.visitor.language
        if found != spoken and self.visitor.persona is not Persona.CODE_SWITCHING:
            self.fail("wrong_language", "language", spoken, found)

    def _weigh(self, conversation: Conversation, lead: LeadDetails) -> None:
        meant = self._meant(conversation)
        stage = Stage.MQL if meant.stage is Stage.SQL else meant.stage
        parked = conversation.mode is Mode.PARKED
        if not parked and lead.row.stage != stage.value:
            self.fail("wrong_stage", "stage", stage.value, lead.row.stage)
        if lead.row.temperature != meant.temperature.value:
            self.fail("wrong_temperature", "temperature", meant.temperature.value, lead.row.temperature)

    def _meant(self, conversation: Conversation) -> Assessment:
        """The assessment of what the visitor meant; words that stand as they were said are taken as stored."""
        visitor = self.visitor
        facts = [fact for fact in conversation.facts if fact.key not in WATCHED or fact.key in visitor.also]
        facts += [_fact(key, value, visitor) for key, value in visitor.holds.items() if key not in visitor.also]
        facts.sort(key=lambda fact: fact.at)
        framework = visitor.library.framework(visitor.framework)
        home = visitor.library.home_currencies.get(conversation.language, "")
        known = Knowledge(facts, conversation.signals, now=visitor.now)
        return weigh(framework.rubric, known, visitor.library.company, visitor.now, home_currency=home)


def _same(meant: FactValue, found: FactValue) -> bool:
    """Whether it is what was meant; whether a deadline is for the start or the end, or hard, is not asked here."""
    if isinstance(meant, Window) and isinstance(found, Window):
        return (meant.start, meant.end, meant.urgency) == (found.start, found.end, found.urgency)
    return meant == found


def _fact(key: str, value: FactValue, visitor: Visitor) -> Fact:
    return Fact(key, value, Evidence(Source.MESSAGE, "oracle", key, 0, len(key)), "oracle", visitor.said_at[key])


def standing(conversation: Conversation) -> Iterator[tuple[str, object]]:
    """Keys and plain values that stand in a conversation, for a transcript."""
    known = Knowledge(conversation.facts)
    for key in known.keys():  # noqa: SIM118 - Knowledge is no mapping
        values = [plain(fact.value, fact) for fact in known.facts(key)]
        yield key, values if key in MANY else values[-1]
