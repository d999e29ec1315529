"""`banter simulate`: made-up visitors through the real engine and the real store, and what went wrong."""

import asyncio
import gc
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.plain import plain
from bot.reception import Reception
from bot.routing import Routes
from bot.simulation.judge import MOST_TURNS, Failure, Judge
from bot.simulation.visitor import Act, Visitor, visitor
from bot.simulation.words import Words
from dialogs.engine import open_conversation
from dialogs.library import Library
from dialogs.values import Conversation, EffectKind, Inbound, Kind, Outcome
from storage.store import Store
from storage.values import OutboxItem, TurnRequest

AT_ONCE = 64  # visitors who talk at the same time, so that their turns share transactions
BETWEEN_TURNS = timedelta(minutes=1)
_A_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is made up."""

    seed: int
    visitors: int
    frameworks: tuple[str, ...]
    languages: tuple[str, ...]
    only: int | None = None
    asked_for: str = ""  # options that chose frameworks and languages, for the command that replays

    @property
    def numbers(self) -> Sequence[int]:
        """The visitors' numbers."""
        return range(self.visitors) if self.only is None else (self.only,)


class Row(msgspec.Struct):
    """Figures of one group of visitors."""

    talks: int = 0
    turns: int = 0
    questions: int = 0
    until_decided: int = 0  # questions asked before stage and temperature stood
    failed: int = 0  # talks with a failure

    def add(self, judge: Judge) -> None:
        """Count one talk."""
        self.talks += 1
        self.turns += judge.turns
        self.questions += len(judge.asked)
        self.until_decided += judge.decided_after() if judge.states else 0
        self.failed += bool(judge.failures)


class Report(msgspec.Struct):
    """What came of it."""

    seed: int
    seconds: float
    total: Row
    groups: dict[str, Row]  # by language, framework and persona
    kinds: dict[str, int]  # failures by kind
    failures: list[Failure]

    @property
    def a_minute(self) -> float:
        """Talks a minute."""
        return self.total.talks / self.seconds * 60 if self.seconds else 0.0


async def simulate(plan: Plan, library: Library, words: Mapping[str, Words]) -> tuple[Report, list[Judge]]:
    """
    Play every visitor of a plan, and judge each talk.

    Returns:
        The report, and the judges with the transcripts, in the order of the visitors' numbers.

    Raises:
        StorageError: The temporary database cannot be written.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, _listening() as broken:
        store = await Store.open(f"sqlite:///{Path(folder) / 'simulated.db'}")
        gc.freeze()  # the library stays: the collector need not look through it again and again
        try:
            judges = await _play_all(plan, library, words, store)
            await _judge_all(judges, store, broken)
        finally:
            gc.unfreeze()
            await store.close()
    return _report(plan, judges, time.perf_counter() - started), judges


async def _play_all(plan: Plan, library: Library, words: Mapping[str, Words], store: Store) -> list[Judge]:
    house = _House(store, library)
    waiting = iter(plan.numbers)
    judges: list[Judge] = []

    async def one() -> None:
        for number in waiting:
            made = visitor(plan.seed, number, library, words, plan.frameworks, plan.languages)
            judge = Judge(made)
            judges.append(judge)
            await _play(house, made, judge)

    async with asyncio.TaskGroup() as together:
        for _ in range(min(AT_ONCE, len(plan.numbers))):
            together.create_task(one())
    return sorted(judges, key=lambda judge: judge.visitor.number)


class _House:
    """A reception whose last outcome of every conversation can be seen."""

    def __init__(self, store: Store, library: Library) -> None:
        self._seen: dict[str, Outcome] = {}
        self._routes = Routes(library, ("notify.webhook",), "http://localhost")
        self._reception = Reception(store, library, self._route)

    def _route(self, inbound: Inbound, outcome: Outcome) -> tuple[OutboxItem, ...]:
        self._seen[inbound.conversation] = outcome
        return self._routes(inbound, outcome)

    async def take(self, request: TurnRequest) -> Outcome | None:
        """One committed turn, and what was decided in it; None when that could not be written down, which is logged."""
        await self._reception.receive(request)
        return self._seen.pop(request.inbound.conversation, None)


async def _play(house: _House, made: Visitor, judge: Judge) -> None:
    """One talk to its end: while the visitor says nothing, time passes and the timers that stand fire in order."""
    act, key = Act(Kind.START, ""), "in-1"
    timers: dict[str, tuple[datetime, str, int]] = {}
    for turn in range(1, MOST_TURNS + 1):
        inbound = Inbound(key, made.id, act.kind, act.text, made.now, made.today)
        opening = open_conversation(made.id, "web", made.framework, made.language, inbound) if turn == 1 else None
        outcome = await house.take(TurnRequest(inbound, opening))
        if outcome is None:
            return
        judge.follow(act, outcome)
        timers |= _timers(outcome)
        made.now += BETWEEN_TURNS
        said = made.answer(outcome)
        if said is not None:
            act, key = said, f"in-{turn + 1}"
            continue
        standing = sorted(one for one in timers.values() if one[2] == outcome.conversation.generation)
        if not standing:
            return
        due, purpose, generation = standing[0]
        timers.pop(purpose)
        made.now = max(made.now, due)
        act, key = Act(Kind.TIMEOUT, purpose), f"timer:{purpose}:{generation}"


def _timers(outcome: Outcome) -> dict[str, tuple[datetime, str, int]]:
    generation = outcome.conversation.generation
    return {
        effect.purpose: (effect.due, effect.purpose, generation)
        for effect in outcome.effects
        if effect.kind is EffectKind.SET_TIMER and effect.due is not None
    }


async def _judge_all(judges: Sequence[Judge], store: Store, broken: Mapping[str, str]) -> None:
    kept = {one.id: one async for one in _stored(store)}
    for judge in judges:
        key = judge.visitor.id
        if key in broken:
            judge.fail("broken", broken[key], "no error", "an error in the core")
        judge.close(kept.get(key), await store.lead(key))


async def _stored(store: Store) -> AsyncIterator[Conversation]:
    after = ""
    while found := await store.histories(after, _A_BATCH):
        for conversation in found:
            yield conversation
        after = found[-1].id


@contextmanager
def _listening() -> Iterator[dict[str, str]]:
    """What the turns log as errors, by conversation; nothing of it is printed."""
    errors: dict[str, str] = {}

    def keep(_: Any, method: str, event: Any) -> Any:
        if method == "error":
            errors[str(event.get("conversation"))] = f"{event.get('event')} {event.get('error')} at {event.get('at')}"
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], cache_logger_on_first_use=False)
    try:
        yield errors
    finally:
        structlog.configure(**before)


def _report(plan: Plan, judges: Sequence[Judge], seconds: float) -> Report:
    total, groups, kinds = Row(), dict[str, Row](), Counter[str]()
    failures = []
    for judge in judges:
        made = judge.visitor
        for name in (made.language, made.framework, made.persona.value):
            groups.setdefault(name, Row()).add(judge)
        total.add(judge)
        kinds.update(failure.kind for failure in judge.failures)
        command = f"banter simulate --seed {plan.seed} --only {made.number}{plan.asked_for}"
        failures += [msgspec.structs.replace(failure, replay=command) for failure in judge.failures]
    return Report(plan.seed, seconds, total, groups, dict(sorted(kinds.items())), failures)


def report_lines(report: Report, most: int = 20) -> Iterator[str]:
    """The report for people; at most so many failures."""
    for failure in report.failures[:most]:
        yield f"visitor {failure.visitor}, {failure}"
        yield f"     {failure.replay}"
    if len(report.failures) > most:
        yield f"… and {len(report.failures) - most} more"
    yield f"{'':<16}{'talks':>8}{'failed':>8}{'turns':>8}{'questions':>11}{'decided after':>15}"
    for name, row in [*report.groups.items(), ("all", report.total)]:
        talks = max(row.talks, 1)
        figures = f"{row.turns / talks:>8.1f}{row.questions / talks:>11.1f}{row.until_decided / talks:>15.1f}"
        yield f"{name:<16}{row.talks:>8}{row.failed:>8}{figures}"
    counted = ", ".join(f"{count} {kind}" for kind, count in report.kinds.items()) or "nothing wrong"
    yield f"{report.total.talks} talks in {report.seconds:.1f} s ({report.a_minute:.0f} a minute): {counted}"


def transcript_lines(judge: Judge) -> Iterator[str]:
    """One talk, line by line, with what was heard and what went wrong."""
    made = judge.visitor
    yield f"visitor {made.number}: {made.persona}, {made.language}, {made.framework}, {made.id}"
    for line in judge.lines:
        yield f"{'> ' if line.author == 'visitor' else '  '}{line.text}"
        if line.heard:
            yield f"     heard {msgspec.json.encode(line.heard).decode()}"
    for failure in judge.failures:
        yield f"! {failure}"
    yield f"  meant {msgspec.json.encode({key: plain(value) for key, value in made.holds.items()}).decode()}"
