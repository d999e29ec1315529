"""The twins of inbox and outbox keep the promises of the store: the same tests run against both."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store
from storage.values import InboxRow, OutboxItem
from tests.twins import START, InboxTwin, OutboxTwin

SECONDS = 60.0


def update(number: int, chat: int = 1) -> InboxRow:
    # The id of a row is the store's to sort by: later updates have greater ones.
    return InboxRow(f"in-{number:03}", "telegram", str(number), f"telegram:{chat}", "{}", START)


@pytest.fixture(params=["twin", "store"])
async def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    if request.param == "twin":
        yield InboxTwin()
        return
    real = await Store.open(f"sqlite:///{tmp_path}/banter.db")
    yield real
    await real.close()


@pytest.fixture(params=["twin", "store"])
async def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    if request.param == "twin":
        yield OutboxTwin()
        return
    real = await Store.open(f"sqlite:///{tmp_path}/banter.db")
    yield real
    await real.close()


async def waiting(inbox: Any, limit: int = 10) -> list[str]:
    return [row.external for row in await inbox.waiting("telegram", limit)]


async def test_an_update_received_twice_is_there_once(inbox: Any) -> None:
    assert await inbox.receive([update(1), update(2)]) == 2
    assert await inbox.receive([update(2), update(3)]) == 1
    assert await waiting(inbox) == ["1"]


async def test_only_the_oldest_of_each_thread_waits(inbox: Any) -> None:
    await inbox.receive([update(1), update(2), update(3, chat=2), update(4, chat=3)])
    assert await waiting(inbox) == ["1", "3", "4"]
    assert await waiting(inbox, limit=2) == ["1", "3"]
    await inbox.settle("in-001")
    await inbox.settle("in-001")
    assert sorted(await waiting(inbox)) == ["2", "3", "4"]


async def test_another_channel_waits_elsewhere(inbox: Any) -> None:
    await inbox.receive([update(1)])
    assert not await inbox.waiting("web", 10)


async def put(outbox: Any, kind: str, *keys: str, conversation: str = "c1") -> None:
    await outbox.put(conversation, [OutboxItem(key, kind, "{}", seq) for seq, key in enumerate(keys)], START)


async def leased(outbox: Any, seconds: float = 0.0, limit: int = 10) -> list[str]:
    return sorted(row.key for row in await outbox.lease(START + timedelta(seconds=seconds), limit, SECONDS))


async def states(outbox: Any) -> dict[str, str]:
    rows = await outbox.outbox(["ready", "sending", "uncertain", "sent", "dead"], 100)
    return {row.key: row.state.value for row in rows}


async def row_id(outbox: Any, key: str) -> str:
    rows = await outbox.outbox(["ready", "sending", "uncertain", "sent", "dead"], 100)
    return next(row.id for row in rows if row.key == key)


async def test_a_known_key_is_passed_over(outbox: Any) -> None:
    await put(outbox, "notify.email", "k1")
    await put(outbox, "notify.email", "k1", "k2")
    assert await leased(outbox) == ["k1"]
    await outbox.finish(await row_id(outbox, "k1"))
    assert await leased(outbox) == ["k2"]


async def test_each_kind_of_a_conversation_leaves_one_by_one_and_no_other_waits(outbox: Any) -> None:
    await put(outbox, "telegram.reply", "r1", "r2")
    await put(outbox, "telegram.reply", "s1", conversation="c2")
    await put(outbox, "notify.email", "e1", "e2")
    assert await leased(outbox) == ["e1", "r1", "s1"]
    assert await leased(outbox) == []
    await outbox.finish(await row_id(outbox, "r1"))
    assert await leased(outbox) == ["r2"]


@pytest.mark.parametrize("uncertain", [True, False])
async def test_a_reply_given_up_does_not_hold_back_the_next(outbox: Any, uncertain: bool) -> None:
    await put(outbox, "telegram.reply", "r1", "r2")
    await leased(outbox)
    await outbox.give_up(await row_id(outbox, "r1"), "why", uncertain=uncertain)
    assert await states(outbox) == {"r1": "uncertain" if uncertain else "dead", "r2": "ready"}
    assert await leased(outbox) == ["r2"]


async def test_a_postponed_row_comes_when_it_is_due_and_counts_its_attempts(outbox: Any) -> None:
    await put(outbox, "notify.email", "k1")
    (row,) = await outbox.lease(START, 10, SECONDS)
    await outbox.postpone(row.id, START + timedelta(seconds=30), "busy")
    assert await leased(outbox, 29) == []
    (again,) = await outbox.lease(START + timedelta(seconds=30), 10, SECONDS)
    assert (row.attempts, again.attempts, again.error, again.created) == (1, 2, "busy", START)


async def test_a_lapsed_lease_is_tried_again_unless_it_was_a_reply(outbox: Any) -> None:
    await put(outbox, "notify.email", "k1")
    await put(outbox, "telegram.reply", "r1")
    await leased(outbox)
    assert await leased(outbox, SECONDS - 1) == []
    assert await leased(outbox, SECONDS) == ["k1"]
    assert await states(outbox) == {"k1": "sending", "r1": "uncertain"}


async def test_a_person_may_send_again_what_was_given_up(outbox: Any) -> None:
    await put(outbox, "notify.email", "k1")
    (row,) = await outbox.lease(START, 10, SECONDS)
    assert not await outbox.resend(row.id, START)
    await outbox.give_up(row.id, "why")
    assert await outbox.resend(row.id, START)
    (again,) = await outbox.lease(START, 10, SECONDS)
    assert again.attempts == 1
