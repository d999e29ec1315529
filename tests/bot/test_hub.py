"""The hub: hints for open streams, and nothing kept for closed ones."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

from bot.hub import Hub
from storage.errors import StoreBusy


def test_only_the_streams_of_a_conversation_are_woken() -> None:
    hub = Hub()
    with hub.watch("a") as first, hub.watch("a") as second, hub.watch("b") as other:
        hub.tell([("a", 1), ("nobody", 1)])
        assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)


def test_a_closed_stream_is_forgotten() -> None:
    hub = Hub()
    with hub.watch("a"):
        with hub.watch("a"):
            assert hub.streams == 2
        assert hub.streams == 1
    assert hub.streams == 0
    hub.tell([("a", 2)])


def test_a_stream_that_breaks_is_forgotten_too() -> None:
    hub = Hub()
    with suppress(ConnectionError), hub.watch("a"):
        raise ConnectionError
    assert hub.streams == 0


def test_closing_lets_every_stream_end() -> None:
    hub = Hub()
    with hub.watch("a") as first, hub.watch("b") as second:
        hub.close()
        assert (hub.closed, first.is_set(), second.is_set()) == (True, True, True)


class Memory:
    """The last turns, as a database would tell them."""

    def __init__(self, **turns: int) -> None:
        self.turns = turns
        self.asked: list[list[str]] = []
        self.trouble = 0

    async def latest(self, conversations: Sequence[str]) -> Mapping[str, int]:
        self.asked.append(list(conversations))
        if self.trouble:
            self.trouble -= 1
            raise StoreBusy("locked")
        return {key: self.turns[key] for key in conversations if key in self.turns}


async def test_a_lost_hint_is_found_by_looking_and_told_once() -> None:
    hub, memory = Hub(), Memory(a=3, b=5)
    with hub.watch("a") as event:
        hub.tell([("a", 3)])
        event.clear()
        await hub.once(memory.latest)
        assert not event.is_set()
        memory.turns["a"] = 4
        await hub.once(memory.latest)
        assert event.is_set()
        event.clear()
        await hub.once(memory.latest)
        assert not event.is_set()
    assert memory.asked == [["a"]] * 3


async def test_nobody_is_asked_about_when_nobody_watches() -> None:
    memory = Memory(a=1)
    await Hub().once(memory.latest)
    assert memory.asked == []


async def test_many_streams_are_asked_for_together() -> None:
    hub, memory = Hub(), Memory()
    with ExitStack() as streams:
        for number in range(1001):
            streams.enter_context(hub.watch(str(number)))
        await hub.once(memory.latest)
    assert [len(some) for some in memory.asked] == [500, 500, 1]


async def test_looking_goes_on_when_the_database_is_away_and_ends_with_the_hub() -> None:
    hub, memory = Hub(), Memory(a=1)
    memory.trouble = 2
    looking = asyncio.create_task(hub.look(memory.latest, every=0.01))
    with hub.watch("a") as event:
        await asyncio.wait_for(event.wait(), 5)
    hub.close()
    await asyncio.wait_for(looking, 5)
    assert len(memory.asked) >= 3
