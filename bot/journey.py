"""Scripted conversations: plays a journey file through the real core and says which expectations failed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from bot.plain import plain_facts
from bot.workspace import load_workspace
from dialogs.engine import advance, open_conversation
from dialogs.errors import BrokenContent, ContentError
from dialogs.library import Library
from dialogs.values import Conversation, EffectKind, Inbound, Kind, Outcome
from dialogs.yaml_source import YamlSource, not_utf8

BETWEEN_TURNS = timedelta(minutes=1)
_DURATION = re.compile(r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?)?", re.ASCII)
LONGEST_WAIT = timedelta(days=36_525)  # a century: the calendar ends somewhere
YEARS = range(1900, 3000)  # a journey may begin in
DURATIONS_AGREE_WITHIN = 0.035  # a month is 30 or 31 days


class TurnFile(msgspec.Struct, forbid_unknown_fields=True):
    """One turn: what happens, and what must be true after it."""

    says: str | None = None
    presses: str | None = None
    sends_file: str | None = None
    waits: str | None = None
    signals: list[str] = []
    human: str | None = None
    facts: dict[str, Any] = {}
    flags: list[str] = []
    asked: str | msgspec.UnsetType | None = msgspec.UNSET
    says_back: list[str] = []
    never_says: list[str] = []
    stage: str | None = None
    points: dict[str, int] = {}
    temperature: str | None = None
    language: str | None = None
    silent: bool | None = None


class EndFile(msgspec.Struct, forbid_unknown_fields=True):
    """What must be true at the end."""

    total: int | None = None
    of: int | None = None
    temperature: str | list[str] | None = None
    handoff: bool | None = None
    stage: str | None = None
    questions_asked_max: int | None = None
    points: dict[str, int] = {}
    flags: list[str] = []
    facts: dict[str, Any] = {}
    advice: list[str] = []
    implicit: int | None = None
    nurtured: bool | None = None
    updates: int | None = None  # how often sales were told more after the handoff
    verdicts: dict[str, str] = {}


class JourneyFile(msgspec.Struct, forbid_unknown_fields=True):
    """A journey file."""

    turns: list[TurnFile]
    framework: str = ""
    language: str = "auto"
    channel: Literal["web", "telegram", "terminal"] = "web"
    today: date | None = None
    company: dict[str, Any] = {}
    workspace: str = ""
    never_says: list[str] = []
    end: EndFile = msgspec.field(default_factory=EndFile)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not come true."""

    turn: int | None  # 1 for the first turn, None for the end
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        where = "end" if self.turn is None else f"turn {self.turn}"
        return f"{where}: {self.what}: expected {self.expected!r}, found {self.found!r}"


@dataclass(slots=True)
class Stage:
    """A conversation being played: the core, a clock of its own, and timers that fire when time is let pass."""

    library: Library
    conversation: Conversation
    now: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    timers: list[tuple[datetime, str, int]] = field(default_factory=list)
    inbounds: list[Inbound] = field(default_factory=list)

    def play(self, kind: Kind, text: str) -> Outcome:
        """One inbound through the core, a minute after the last."""
        self.now += BETWEEN_TURNS
        return self._advance(kind, text)

    def _advance(self, kind: Kind, text: str) -> Outcome:
        local = self.now.astimezone(ZoneInfo(self.library.company.hours.zone))
        inbound = Inbound(
            f"in-{len(self.inbounds) + 1}", self.conversation.id, kind, text, self.now, local.date().isoformat()
        )
        self.inbounds.append(inbound)
        outcome = advance(self.conversation, inbound, self.library)
        self.conversation = outcome.conversation
        self.outcomes.append(outcome)
        self.timers += [
            (effect.due, effect.purpose, self.conversation.generation)
            for effect in outcome.effects
            if effect.kind is EffectKind.SET_TIMER and effect.due is not None
        ]
        return outcome

    def wait(self, span: timedelta) -> list[Outcome]:
        """Let time pass; timers that come due fire in order."""
        end = self.now + span
        fired = []
        while ready := sorted(one for one in self.timers if one[0] <= end):
            due, purpose, generation = ready[0]
            self.timers.remove(ready[0])
            if generation == self.conversation.generation:
                self.now = max(self.now, due)
                fired.append(self._advance(Kind.TIMEOUT, purpose))
        self.now = end
        return fired


def read_journey(path: Path) -> JourneyFile:
    """
    The journey a file describes.

    Raises:
        BrokenContent: With file, line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BrokenContent((not_utf8(str(path), error),)) from error
    return YamlSource(str(path), text).decode(JourneyFile, "see the journeys in tests/journeys")


def loading_once(load: Callable[..., Any] = load_workspace) -> Callable[..., Any]:
    """A loader that reads each workspace once for every set of overrides: many journeys share one."""
    kept: dict[str, Any] = {}

    def loaded(name: str, overrides: Mapping[str, object] | None = None) -> Any:
        key = f"{name}\n{overrides!r}"
        if key not in kept:
            kept[key] = load(name, overrides)
        return kept[key]

    return loaded


def run_journey(
    journey: JourneyFile, load: Callable[..., Any] = load_workspace, file: str = "journey"
) -> list[Failure]:
    """
    Play a journey; the expectations that failed, in order. Patterns that cannot be read fail before it is played.

    Raises:
        BrokenContent: It cannot be played: it, its *file*, or its workspace has a fault.
    """
    unreadable = list(_unreadable(journey))
    if unreadable:
        return unreadable
    library: Library = load(journey.workspace, journey.company or None).library
    stage = _open(journey, library, file)
    failures: list[Failure] = []
    start = stage.play(Kind.START, "")
    failures += _never(None, [reply.text for reply in start.replies], journey.never_says)
    for number, turn in enumerate(journey.turns, 1):
        first = len(stage.outcomes)
        _act(stage, turn, file, number)
        failures += _check_turn(number, turn, stage, first, journey.never_says)
    failures += _check_end(journey.end, stage)
    return failures


def open_stage(library: Library, framework: str, language: str, channel: str, now: datetime) -> Stage:
    """A conversation ready to be played, before its first turn."""
    inbound = Inbound("open", "journey", Kind.START, "", now)
    name = framework or library.company.framework
    return Stage(library, open_conversation("journey", channel, name, language, inbound), now)


def _open(journey: JourneyFile, library: Library, file: str) -> Stage:
    zone = ZoneInfo(library.company.hours.zone)
    today = journey.today or date(2026, 3, 2)
    if today.year not in YEARS:
        problem = f"expected a day of the years {YEARS[0]} to {YEARS[-1]}, found {today}"
        raise BrokenContent((ContentError(file, "today", problem, "choose a day nearer to ours"),))
    now = datetime.combine(today, time(10), zone)
    language = library.company.languages[0] if journey.language == "auto" else journey.language
    _refuse_unknown(file, "framework", journey.framework or library.company.framework, library.frameworks)
    _refuse_unknown(file, "language", language, library.wordings)
    return open_stage(library, journey.framework, language, journey.channel, now)


def _refuse_unknown(file: str, key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        mend = f"choose one of: {', '.join(sorted(known))}"
        raise BrokenContent((ContentError(file, key, f"there is no {key} {name!r}", mend),))


def _act(stage: Stage, turn: TurnFile, file: str, number: int) -> None:
    if turn.waits is not None:
        span = _span(turn.waits)
        if span is None:
            problem = f"expected P3D or PT2H, a century at most, found {turn.waits!r}"
            raise BrokenContent((ContentError(file, f"turn {number}: waits", problem, "write weeks, days, hours"),))
        stage.wait(span)
    for signal in turn.signals:
        stage.play(Kind.SIGNAL, signal)
    if turn.human is not None:
        stage.play(Kind.HUMAN, turn.human)
    if turn.says is not None:
        stage.play(Kind.TEXT, turn.says)
    if turn.presses is not None:
        stage.play(Kind.CHOICE, turn.presses)
    if turn.sends_file is not None:
        stage.play(Kind.FILE, Path(turn.sends_file).name)


def _span(text: str) -> timedelta | None:
    """So long, None if this is no length of time, or too long a one."""
    found = _DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    return span if span <= LONGEST_WAIT else None


def _check_turn(number: int, turn: TurnFile, stage: Stage, first: int, never: list[str]) -> Iterator[Failure]:
    texts = [reply.text for outcome in stage.outcomes[first:] for reply in outcome.replies]
    last, conversation = stage.outcomes[-1], stage.conversation
    facts = plain_facts(conversation.facts)
    for key, expected in turn.facts.items():
        if not agrees(expected, facts.get(key)):
            yield Failure(number, f"fact {key}", expected, facts.get(key))
    yield from _missing_flags(number, turn.flags, last)
    if turn.asked is not msgspec.UNSET and turn.asked != last.criterion:
        yield Failure(number, "asked", turn.asked, last.criterion)
    for pattern in turn.says_back:
        if not any(_matches(pattern, text) for text in texts):
            yield Failure(number, "says_back", pattern, texts)
    yield from _never(number, texts, [*never, *turn.never_says])
    if turn.silent is not None and turn.silent != (not texts):
        yield Failure(number, "silent", turn.silent, texts)
    for name, expected, found in (
        ("stage", turn.stage, conversation.stage.value),
        ("temperature", turn.temperature, last.assessment.temperature.value),
        ("language", turn.language, conversation.language),
    ):
        if expected is not None and expected != found:
            yield Failure(number, name, expected, found)
    yield from _points(number, turn.points, last)


def _missing_flags(number: int | None, flags: list[str], outcome: Outcome) -> Iterator[Failure]:
    standing = list(outcome.assessment.flag_names)
    for flag in flags:
        if flag not in standing:
            yield Failure(number, "flag", flag, standing)


def _points(number: int | None, points: Mapping[str, int], outcome: Outcome) -> Iterator[Failure]:
    for criterion, expected in points.items():
        row = outcome.assessment.score_of(criterion)
        found = None if row is None else row.points
        if found != expected:
            yield Failure(number, f"points {criterion}", expected, found)


def _never(number: int | None, texts: list[str], never: list[str]) -> Iterator[Failure]:
    for pattern in never:
        for text in texts:
            if _matches(pattern, text):
                yield Failure(number, "never_says", pattern, text)


def _check_end(end: EndFile, stage: Stage) -> Iterator[Failure]:
    last = stage.outcomes[-1]
    told = [effect.kind for outcome in stage.outcomes for effect in outcome.effects]
    kinds = set(told)
    facts = plain_facts(stage.conversation.facts)
    temperatures = [end.temperature] if isinstance(end.temperature, str) else end.temperature
    asked = len({one.asked for one in stage.outcomes if one.asked is not None})
    found = {
        "total": last.assessment.total,
        "of": last.assessment.maximum,
        "handoff": EffectKind.HANDOFF_OFFERED in kinds,
        "nurtured": EffectKind.NURTURE in kinds,
        "stage": stage.conversation.stage.value,
        "updates": told.count(EffectKind.LEAD_UPDATED),
        "implicit": last.assessment.implicit,
    }
    for name, value in found.items():
        expected = getattr(end, name)
        if expected is not None and expected != value:
            yield Failure(None, name, expected, value)
    if temperatures and last.assessment.temperature.value not in temperatures:
        yield Failure(None, "temperature", end.temperature, last.assessment.temperature.value)
    if end.questions_asked_max is not None and asked > end.questions_asked_max:
        yield Failure(None, "questions_asked_max", end.questions_asked_max, asked)
    for key, expected in end.facts.items():
        if not agrees(expected, facts.get(key)):
            yield Failure(None, f"fact {key}", expected, facts.get(key))
    for rule in end.advice:
        if rule not in last.assessment.advice:
            yield Failure(None, "advice", rule, list(last.assessment.advice))
    for criterion, verdict in end.verdicts.items():
        row = last.assessment.score_of(criterion)
        if row is None or row.verdict.value != verdict:
            yield Failure(None, f"verdict {criterion}", verdict, None if row is None else row.verdict.value)
    yield from _missing_flags(None, end.flags, last)
    yield from _points(None, end.points, last)


def agrees(expected: Any, found: Any) -> bool:
    """
    Whether a fact is what a journey expects: mappings as subsets, one value among several, true for "yes".

    Days agree within 3.5 %: a month is 30 or 31 of them.
    """
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            return isinstance(found, list) and any(agrees(expected, one) for one in found)
        return all(
            _days_agree(value, found.get(key)) if key == "days" else agrees(value, found.get(key))
            for key, value in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(found, list) and all(any(agrees(one, other) for other in found) for one in expected)
    if isinstance(found, list):
        return any(agrees(expected, one) for one in found)
    if isinstance(expected, bool) and isinstance(found, str):
        return found == ("yes" if expected else "no")
    if isinstance(expected, str) and isinstance(found, bool):
        return expected == ("yes" if found else "no")
    if isinstance(expected, date):
        return bool(expected.isoformat() == found)
    return bool(expected == found)


def _days_agree(expected: Any, found: Any) -> bool:
    if not isinstance(expected, int | float) or not isinstance(found, int | float):
        return bool(expected == found)
    return abs(expected - found) <= max(0.5, DURATIONS_AGREE_WITHIN * abs(expected))


def _unreadable(journey: JourneyFile) -> Iterator[Failure]:
    """Patterns that are no regular expressions."""
    patterns: list[tuple[int | None, str, str]] = [(None, "never_says", pattern) for pattern in journey.never_says] + [
        (number, what, pattern)
        for number, turn in enumerate(journey.turns, 1)
        for what, several in (("says_back", turn.says_back), ("never_says", turn.never_says))
        for pattern in several
    ]
    for number, what, pattern in patterns:
        if _is_expression(pattern):
            try:
                re.compile(pattern[1:-1])
            except re.error as error:
                yield Failure(number, f"{what} {pattern}", "a regular expression", str(error))


def _is_expression(pattern: str) -> bool:
    return len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/")


def _matches(pattern: str, text: str) -> bool:
    """Whether a reply has the words; a space in them stands for the unbroken space of a sum as well."""
    plain = text.replace("\xa0", " ")
    if _is_expression(pattern):
        return any(re.search(pattern[1:-1], one) is not None for one in (text, plain))
    return pattern in text or pattern in plain
