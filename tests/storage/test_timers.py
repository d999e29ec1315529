"""Timers: due once, and gone when the visitor comes back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dialogs.values import Conversation, Effect, EffectKind, Inbound, Kind, Outcome
from storage.store import Store
from storage.values import TimerRow, TurnRequest
from tests import fakes
from tests.storage.conftest import count

HOUR = timedelta(hours=1)
NUDGE = TimerRow("c1", "nudge", 1, fakes.MONDAY + HOUR)


async def begin(store: Store, key: str = "c1") -> None:
    await store.take(TurnRequest(fakes.inbound("i1", key), fakes.conversation(key)), fakes.decide, fakes.silent)


def fired(timer: TimerRow) -> Inbound:
    key = f"timer:{timer.conversation}:{timer.purpose}:{timer.generation}"
    return replace(fakes.inbound(key, timer.conversation, timer.purpose, kind=Kind.TIMEOUT), at=timer.due)


def quiet(before: Conversation, told: Inbound) -> Outcome:
    return fakes.outcome(before, told, generation=before.generation)


async def test_a_timer_is_due_when_its_time_has_come(store: Store) -> None:
    await begin(store)
    assert await store.due(NUDGE.due - timedelta(microseconds=1), 10) == []
    assert await store.due(NUDGE.due, 10) == [NUDGE]


async def test_the_oldest_come_first_and_at_most_so_many(store: Store) -> None:
    for key in ("c1", "c2", "c3"):
        await begin(store, key)
    later = fakes.MONDAY + 2 * HOUR

    def park(before: Conversation, told: Inbound) -> Outcome:
        effect = Effect(EffectKind.SET_TIMER, "park:2", "park", fakes.MONDAY)
        return fakes.outcome(before, told, effects=[effect], generation=before.generation)

    await store.take(TurnRequest(fakes.inbound("i2", "c3")), park, fakes.silent)
    assert [timer.purpose for timer in await store.due(later, 2)] == ["park", "nudge"]
    assert [timer.purpose for timer in await store.due(later, 10, loud=False)] == ["park"]


async def test_who_waits_for_an_answer_gets_it_at_night_too(store: Store) -> None:
    await begin(store)

    def wait(before: Conversation, told: Inbound) -> Outcome:
        effect = Effect(EffectKind.SET_TIMER, "unanswered:2", "unanswered", fakes.MONDAY)
        return fakes.outcome(before, told, effects=[effect], generation=before.generation)

    await store.take(TurnRequest(fakes.inbound("i2")), wait, fakes.silent)
    assert [timer.purpose for timer in await store.due(fakes.MONDAY, 10, loud=False)] == ["unanswered"]


async def test_a_message_of_the_visitor_cancels_older_timers(store: Store, file: Path) -> None:
    await begin(store)
    await store.take(TurnRequest(fakes.inbound("i2")), fakes.decide, fakes.silent)
    assert await store.due(fakes.MONDAY + 5 * HOUR, 10) == [replace(NUDGE, generation=2)]
    assert count(file)["timers"] == 1


async def test_the_turn_of_a_timer_settles_it(store: Store, file: Path) -> None:
    await begin(store)
    await store.take(TurnRequest(fired(NUDGE)), quiet, fakes.silent)
    assert count(file)["timers"] == 0


async def test_a_timer_may_set_the_next_one(store: Store) -> None:
    await begin(store)

    def again(before: Conversation, told: Inbound) -> Outcome:
        effect = Effect(EffectKind.SET_TIMER, "nudge:2", "nudge", told.at + HOUR)
        return fakes.outcome(before, told, effects=[effect], generation=before.generation)

    await store.take(TurnRequest(fired(NUDGE)), again, fakes.silent)
    assert await store.due(fakes.MONDAY + 9 * HOUR, 10) == [replace(NUDGE, due=NUDGE.due + HOUR)]
    # The same timer under the same generation is the same inbound: it is answered as before, and does not come again.
    repeated = await store.take(TurnRequest(fired(NUDGE)), again, fakes.silent)
    assert repeated.repeated
    assert await store.due(fakes.MONDAY + 9 * HOUR, 10) == []


async def test_a_timer_nobody_will_settle_can_be_dropped(store: Store, file: Path) -> None:
    await begin(store)
    await store.drop(replace(NUDGE, generation=7))
    assert count(file)["timers"] == 1
    await store.drop(NUDGE)
    assert count(file)["timers"] == 0


async def test_an_id_that_only_looks_like_a_timer_settles_nothing(store: Store, file: Path) -> None:
    await begin(store)
    for key in ("timer:c1:nudge", "timer:c2:nudge:1", "timer:c1:nudge:x"):
        await store.take(TurnRequest(fakes.inbound(key)), quiet, fakes.silent)
    assert count(file)["timers"] == 1
