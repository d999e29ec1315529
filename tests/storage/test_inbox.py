"""Updates: stored once, handed out in order."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from storage.store import Store
from storage.values import InboxRow
from tests import fakes


def update(number: int, thread: str = "telegram:1", channel: str = "telegram", key: str = "") -> InboxRow:
    received = fakes.MONDAY + timedelta(seconds=number)
    return InboxRow(
        key or f"{channel}-{number:03}", channel, str(number), thread, f'{{"update_id":{number}}}', received
    )


async def test_an_update_is_stored_once(store: Store) -> None:
    assert await store.receive([update(1), update(2)]) == 2
    assert await store.receive([update(2, key="another-id"), update(3), update(3)]) == 1
    assert await store.receive([]) == 0
    assert await store.receive([update(1, channel="web")]) == 1


async def test_the_oldest_of_each_thread_is_given_whole(store: Store) -> None:
    rows = [update(3, "b"), update(1, "a"), update(2, "a"), update(4, "c"), update(0, "a", channel="web")]
    await store.receive(rows)
    assert await store.waiting("telegram", 10) == [rows[1], rows[0], rows[3]]
    assert await store.waiting("telegram", 2) == [rows[1], rows[0]]
    assert await store.waiting("mail", 10) == []


async def test_updates_received_in_the_same_instant_keep_their_order(store: Store) -> None:
    rows = [InboxRow(f"r{n}", "telegram", str(n), "a", "{}", fakes.MONDAY) for n in range(3)]
    await store.receive(rows)
    given = []
    while waiting := await store.waiting("telegram", 10):
        given.append(waiting[0].id)
        await store.settle(waiting[0].id)
    assert given == ["r0", "r1", "r2"]


async def test_a_settled_update_makes_way_and_is_forgotten_but_still_known(store: Store, file: Path) -> None:
    await store.receive([update(1), update(2)])
    await store.settle("telegram-001")
    assert [row.id for row in await store.waiting("telegram", 10)] == ["telegram-002"]
    driver = sqlite3.connect(file)
    assert driver.execute("SELECT payload FROM inbox WHERE id = 'telegram-001'").fetchone() == ("",)
    driver.close()
    assert await store.receive([update(1)]) == 0


async def test_what_was_received_outlives_the_process(store: Store, file: Path) -> None:
    await store.receive([update(1)])
    other = await Store.open(f"sqlite:///{file}")
    assert await other.waiting("telegram", 10) == [update(1)]
    await other.close()
