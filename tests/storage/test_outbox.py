"""What has to leave: once, in order, and never silently lost."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from storage.store import Store
from storage.values import OutboxItem, OutboxRow, Sending
from tests import fakes

NOW = fakes.MONDAY
MINUTE = timedelta(minutes=1)


def reply(number: int, of: str = "c1") -> OutboxItem:
    return OutboxItem(f"reply:{of}:{number}.1", "telegram.reply", f'{{"n":{number}}}', number)


def mail(number: int, of: str = "c1") -> OutboxItem:
    return OutboxItem(f"handoff:{of}:{number}", "notify.email", "{}", number)


async def lease(store: Store, at: int = 0) -> Sequence[OutboxRow]:
    return await store.lease(NOW + at * MINUTE, 10, 30)


def keys(rows: Sequence[OutboxRow]) -> list[str]:
    return [row.key for row in rows]


async def row(store: Store, state: str) -> OutboxRow:
    [found] = await store.outbox([state], 10)
    return found


async def test_an_item_is_put_once(store: Store) -> None:
    await store.put("c1", [reply(1), reply(1)], NOW)
    await store.put("c1", [reply(1)], NOW)
    await store.put("c1", [], NOW)
    ready = await row(store, "ready")
    assert (ready.key, ready.kind, ready.conversation, ready.seq, ready.payload, ready.attempts, ready.due) == (
        "reply:c1:1.1",
        "telegram.reply",
        "c1",
        1,
        '{"n":1}',
        0,
        NOW,
    )


async def test_replies_of_a_conversation_leave_one_after_the_other(store: Store) -> None:
    await store.put("c1", [reply(2), reply(3), reply(1)], NOW)
    await store.put("c2", [reply(1, "c2")], NOW)
    first = await lease(store)
    assert sorted(keys(first)) == ["reply:c1:1.1", "reply:c2:1.1"]
    assert [(one.state, one.attempts) for one in first] == [(Sending.SENDING, 1)] * 2
    assert await lease(store) == []
    await store.finish(next(one.id for one in first if one.conversation == "c1"))
    assert keys(await lease(store)) == ["reply:c1:2.1"]


async def test_replies_of_one_turn_leave_in_the_order_they_were_said(store: Store) -> None:
    said = [OutboxItem(f"reply:c1:1.{number}", "telegram.reply", "{}", 1) for number in (1, 2, 3)]
    await store.put("c1", said, NOW)
    left = []
    while leased := await lease(store):
        left += keys(leased)
        await store.finish(leased[0].id)
    assert left == ["reply:c1:1.1", "reply:c1:1.2", "reply:c1:1.3"]


async def test_kinds_leave_side_by_side_and_each_kind_of_a_conversation_in_order(store: Store) -> None:
    """An update must not overtake the handoff it updates."""
    await store.put("c1", [mail(1), mail(2), reply(1)], NOW)
    await store.put("c2", [mail(3)], NOW)
    assert sorted(keys(await lease(store))) == ["handoff:c1:1", "handoff:c1:3", "reply:c1:1.1"]


async def test_at_most_so_many_are_leased_the_longest_due_first(store: Store) -> None:
    await store.put("c1", [mail(1)], NOW + MINUTE)
    await store.put("c2", [mail(2)], NOW)
    assert keys(await store.lease(NOW + MINUTE, 1, 30)) == ["handoff:c1:2"]


async def test_what_is_not_due_waits_and_holds_back_what_follows(store: Store) -> None:
    await store.put("c1", [reply(1), reply(2)], NOW)
    [first] = await lease(store)
    await store.postpone(first.id, NOW + 2 * MINUTE, "429 Too Many Requests")
    assert await lease(store, 1) == []
    [again] = await lease(store, 2)
    assert (again.key, again.attempts, again.error) == ("reply:c1:1.1", 2, "429 Too Many Requests")


@pytest.mark.parametrize(("uncertain", "state"), [(False, "dead"), (True, "uncertain")])
async def test_what_was_given_up_is_seen_and_holds_nothing_back(store: Store, uncertain: bool, state: str) -> None:
    await store.put("c1", [reply(1), reply(2)], NOW)
    [first] = await lease(store)
    await store.give_up(first.id, "403 Forbidden", uncertain=uncertain)
    stuck = await row(store, state)
    assert (stuck.id, stuck.error) == (first.id, "403 Forbidden")
    assert keys(await lease(store)) == ["reply:c1:2.1"]


async def test_a_person_has_it_tried_again(store: Store) -> None:
    await store.put("c1", [mail(1)], NOW)
    [first] = await lease(store)
    assert not await store.resend(first.id, NOW)
    await store.give_up(first.id, "no such host")
    assert await store.resend(first.id, NOW + MINUTE)
    assert not await store.resend(first.id, NOW + MINUTE)
    [again] = await lease(store, 1)
    assert (again.id, again.attempts) == (first.id, 1)


async def test_a_lease_that_ran_out_makes_a_reply_uncertain_and_the_rest_ready(store: Store) -> None:
    await store.put("c1", [reply(1), mail(1)], NOW)
    assert len(await lease(store)) == 2
    assert await store.lease(NOW + timedelta(seconds=29), 10, 30) == []
    assert keys(await store.lease(NOW + timedelta(seconds=30), 10, 30)) == ["handoff:c1:1"]
    stuck = await row(store, "uncertain")
    assert stuck.key == "reply:c1:1.1"
    assert "may have arrived" in stuck.error


async def test_what_has_arrived_stays_so(store: Store) -> None:
    await store.put("c1", [reply(1), mail(1)], NOW)
    for one in await lease(store):
        await store.finish(one.id)
        await store.postpone(one.id, NOW, "too late")
        await store.give_up(one.id, "too late")
        assert not await store.resend(one.id, NOW)
    assert await lease(store, 60) == []
    sent = {one.kind: one for one in await store.outbox(["sent"], 10)}
    assert {kind: (one.payload, one.error) for kind, one in sent.items()} == {
        "telegram.reply": ("", ""),  # its words stand in the turn
        "notify.email": ("{}", ""),
    }


async def test_the_newest_of_several_states_are_shown_first(store: Store) -> None:
    for number in range(4):
        await store.put(f"c{number}", [mail(number)], NOW)
    rows = sorted(await lease(store), key=lambda one: one.id)
    await store.give_up(rows[0].id, "no")
    await store.finish(rows[2].id)
    shown = await store.outbox(["dead", "sent", "sending"], 3)
    assert [one.id for one in shown] == [rows[3].id, rows[2].id, rows[1].id]
    assert await store.outbox([], 3) == []


async def test_a_long_error_is_cut(store: Store) -> None:
    await store.put("c1", [mail(1)], NOW)
    [one] = await lease(store)
    await store.give_up(one.id, "x" * 5000)
    assert len((await row(store, "dead")).error) == 500
