"""A turn: all of it, once, in order; and no neighbour's trouble."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from dialogs.values import Conversation, Effect, EffectKind, Inbound, Kind, Outcome
from scoring.values import MoneyRange
from storage import turns
from storage.errors import AlreadyTaken, ConversationConflict, NoSuchConversation
from storage.store import Store
from storage.values import InboxRow, OutboxItem, StoredTurn, TurnRequest
from tests import fakes
from tests.storage.conftest import count, size


def opening(key: str = "c1", told: str = "i1", **more: object) -> TurnRequest:
    return TurnRequest(fakes.inbound(told, key), fakes.conversation(key), **more)


def following(told: str, key: str = "c1", text: str = "and an app", **more: object) -> TurnRequest:
    return TurnRequest(fakes.inbound(told, key, text, minute=5), **more)


async def take(store: Store, request: TurnRequest) -> StoredTurn:
    return await store.take(request, fakes.decide, fakes.by_telegram)


async def test_a_first_inbound_opens_the_conversation_and_is_answered(store: Store) -> None:
    taken = await take(store, opening())
    assert (taken.conversation, taken.turn, taken.repeated) == ("c1", 1, False)
    assert taken.replies == fakes.decide(fakes.conversation(), fakes.inbound()).replies


async def test_what_the_core_decided_is_what_the_next_turn_starts_from(store: Store, file: Path) -> None:
    seen: list[Conversation] = []

    def decide(before: Conversation, told: Inbound) -> Outcome:
        seen.append(before)
        return fakes.outcome(before, told, (fakes.fact("budget.amount", fakes.MONEY, told),))

    await store.take(opening(), decide, fakes.silent)
    decided = fakes.outcome(seen[0], fakes.inbound(), (fakes.fact("budget.amount", fakes.MONEY, fakes.inbound()),))
    assert await store.conversation("c1") == decided.conversation
    other = await Store.open(f"sqlite:///{file}")  # has nothing at hand and must read
    await other.take(following("i2"), decide, fakes.silent)
    await other.close()
    await store.take(following("i3"), decide, fakes.silent)  # has an old version at hand and must not trust it
    assert seen[1] == decided.conversation
    assert (seen[2].turn, len(seen[2].facts)) == (2, 2)


async def test_a_repeated_inbound_gets_the_same_replies_and_writes_nothing(store: Store, file: Path) -> None:
    first = await take(store, opening())
    await take(store, following("i2"))
    before = count(file)
    again = await take(store, opening())
    assert again == replace(first, repeated=True)
    assert count(file) == before


async def test_an_inbound_repeated_while_the_first_still_waits_happens_once(store: Store, file: Path) -> None:
    await take(store, opening())
    taken = await asyncio.gather(*(take(store, following("i2")) for _ in range(5)))
    assert [one.repeated for one in taken] == [False, True, True, True, True]
    assert {one.turn for one in taken} == {2}
    assert count(file)["turns"] == 2


async def test_what_happens_once_happens_once_in_all_conversations(store: Store, file: Path) -> None:
    await take(store, opening("c1"))
    await take(store, opening("c2"))
    first = await take(store, following("event:a", "c1", once=True))
    before = count(file)
    for key in ("c1", "c2", "nobody's"):
        assert await take(store, following("event:a", key, once=True)) == replace(first, repeated=True)
    assert count(file) == before
    assert not (await take(store, following("event:b", "c2", once=True))).repeated
    assert not (await take(store, following("i7", "c1"))).repeated
    assert not (await take(store, following("i7", "c2"))).repeated  # other ids are each conversation's own


async def test_what_happens_once_happens_once_in_one_commit_too(store: Store, file: Path) -> None:
    keys = [f"c{number}" for number in range(6)]
    await asyncio.gather(*(take(store, opening(key)) for key in keys))
    taken = await asyncio.gather(*(take(store, following("click:a", key, once=True)) for key in keys))
    assert sorted(one.repeated for one in taken) == [False, True, True, True, True, True]
    assert len({(one.conversation, one.turn) for one in taken}) == 1
    assert count(file)["turns"] == len(keys) + 1


async def test_what_was_refused_has_not_happened(store: Store) -> None:
    await take(store, opening())

    def decide(*_: object) -> Outcome:
        raise OverflowError

    with pytest.raises(OverflowError):
        await store.take(following("event:a", once=True), decide, fakes.silent)
    assert not (await take(store, following("event:a", once=True))).repeated


async def test_turns_of_a_conversation_happen_in_the_order_they_were_asked_for(store: Store) -> None:
    await asyncio.gather(take(store, opening("c1")), take(store, opening("c2")))
    asked = [take(store, following(f"n{number}", key)) for number in range(40) for key in ("c1", "c2")]
    await asyncio.gather(*asked)
    for key in ("c1", "c2"):
        assert [turn.inbound for turn in await store.turns_after(key, 1)] == [f"n{number}" for number in range(40)]


async def test_many_conversations_share_commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = turns._write
    monkeypatch.setattr(turns, "_write", lambda driver, drafts: (sizes.append(len(drafts)), write(driver, drafts))[1])
    await asyncio.gather(*(take(store, opening(f"c{number}")) for number in range(200)))
    assert sum(sizes) == 200
    assert max(sizes) == 64
    assert len(sizes) < 20


async def test_a_failing_decision_belongs_to_its_own_request(store: Store, file: Path) -> None:
    def fail(_before: Conversation, _told: Inbound) -> Outcome:
        raise KeyError("a slip of ours")

    good, bad, fine = await asyncio.gather(
        take(store, opening("c1")),
        store.take(opening("c2"), fail, fakes.silent),
        take(store, opening("c3")),
        return_exceptions=True,
    )
    assert isinstance(bad, KeyError)
    assert isinstance(good, StoredTurn)
    assert isinstance(fine, StoredTurn)
    assert await store.conversation("c2") is None
    assert count(file)["conversations"] == 2


async def test_a_row_the_database_refuses_belongs_to_its_own_request(store: Store, file: Path) -> None:
    def huge(before: Conversation, told: Inbound) -> Outcome:
        decided = fakes.decide(before, told)
        return replace(decided, assessment=structs.replace(decided.assessment, total=2**70))

    good, bad = await asyncio.gather(
        take(store, opening("c1")), store.take(opening("c2"), huge, fakes.silent), return_exceptions=True
    )
    assert isinstance(good, StoredTurn)
    assert isinstance(bad, OverflowError)
    assert count(file)["turns"] == 1


@pytest.mark.parametrize(
    "slip",
    [
        lambda decided: replace(decided, conversation=structs.replace(decided.conversation, turn=7)),
        lambda decided: replace(decided, conversation=structs.replace(decided.conversation, id="other")),
        lambda decided: replace(decided, new_facts=()),
    ],
    ids=["a turn left out", "another conversation", "a fact that is not new"],
)
async def test_an_outcome_that_could_not_be_read_back_is_refused(store: Store, file: Path, slip: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        await store.take(opening(), lambda before, told: slip(fakes.decide(before, told)), fakes.silent)
    assert count(file)["turns"] == 0


async def test_a_stop_iteration_of_ours_is_told_and_does_not_hang(store: Store) -> None:
    def fail(_before: Conversation, _told: Inbound) -> Outcome:
        return next(iter(()))

    with pytest.raises(RuntimeError):
        await asyncio.wait_for(store.take(opening(), fail, fakes.silent), 5)


async def test_nobody_opened_it(store: Store) -> None:
    with pytest.raises(NoSuchConversation):
        await take(store, following("i2", "nobody"))


async def test_two_processes_may_serve_one_visitor(store: Store, file: Path) -> None:
    other = await Store.open(f"sqlite:///{file}")
    await take(store, opening())
    asked = [
        take(one, following(f"{name}{number}")) for number in range(20) for name, one in (("a", store), ("b", other))
    ]
    taken = await asyncio.gather(*asked)
    await other.close()
    assert sorted(one.turn for one in taken) == list(range(2, 42))
    stored = await store.conversation("c1")
    assert stored is not None
    assert [fact.evidence.inbound for fact in stored.facts] == [turn.inbound for turn in await store.transcript("c1")]


async def test_a_conversation_that_moved_on_after_it_was_read_is_not_overwritten(store: Store) -> None:
    await take(store, opening())

    def stale(connection: object) -> None:
        draft = turns._Draft(StoredTurn("c1", 9, ()))
        draft.moved = [(9, 9, "{}", "c1", 8)]
        turns._write(connection.connection.driver_connection, [draft])

    with pytest.raises(ConversationConflict):
        await store._writer.write(stale)
    assert (await store.conversation("c1")).turn == 1


async def test_a_chat_is_found_by_its_channels_name_and_opened_once(store: Store) -> None:
    chat = fakes.conversation("t1", "telegram")
    asked = [
        TurnRequest(fakes.inbound("u1", "t1"), chat, external="telegram:77"),
        TurnRequest(fakes.inbound("u2", "t2"), structs.replace(chat, id="t2"), external="telegram:77"),
    ]
    first, second = await asyncio.gather(*(take(store, request) for request in asked), return_exceptions=True)
    assert isinstance(first, StoredTurn)
    assert isinstance(second, ConversationConflict)
    with pytest.raises(ConversationConflict):
        await take(store, asked[1])
    assert await store.find("telegram", "telegram:77") == "t1"
    assert await store.find("web", "telegram:77") is None


async def test_a_turn_settles_its_inbox_row_even_when_it_is_a_repeat(store: Store) -> None:
    rows = [InboxRow(f"r{n}", "telegram", str(n), "telegram:77", "{}", fakes.MONDAY) for n in (1, 2)]
    await store.receive(rows)
    await take(store, opening(inbox_id="r1"))
    await take(store, opening(inbox_id="r2"))
    assert await store.waiting("telegram", 5) == []


async def test_a_turn_settles_all_messages_it_answers_and_a_repeat_only_the_first(store: Store) -> None:
    """Taken again with one more message, the turn is the same, and that message is still to be answered."""
    rows = [InboxRow(f"r{n}", "telegram", str(n), "telegram:77", "{}", fakes.MONDAY) for n in (1, 2, 3)]
    await store.receive(rows)
    assert [row.id for row in await store.thread("telegram", "telegram:77", 9)] == ["r1", "r2", "r3"]
    await take(store, opening(inbox_id="r1", also_settles=("r2",)))
    assert [row.id for row in await store.thread("telegram", "telegram:77", 9)] == ["r3"]
    await take(store, opening(inbox_id="r1", also_settles=("r2", "r3")))
    assert [row.id for row in await store.thread("telegram", "telegram:77", 9)] == ["r3"]
    assert await store.thread("telegram", "telegram:78", 9) == []


@pytest.mark.parametrize("taken", ["r2", "r3"])
async def test_updates_that_another_turn_answered_are_not_answered_again(store: Store, file: Path, taken: str) -> None:
    """Clocks of two processes differ: each may have seen a message the other put first."""
    await store.receive([InboxRow(f"r{n}", "telegram", str(n), "telegram:77", "{}", fakes.MONDAY) for n in (1, 2, 3)])
    await take(store, opening(inbox_id=taken))
    before = count(file)
    with pytest.raises(AlreadyTaken):
        await take(store, following("i2", inbox_id="r2", also_settles=("r3",)))
    assert count(file) == before
    left = {row.id for row in await store.thread("telegram", "telegram:77", 9)}
    assert left == {"r1", "r2", "r3"} - {taken}


async def test_what_leaves_stands_in_the_outbox_once(store: Store, file: Path) -> None:
    handoff = (OutboxItem("handoff:c1:email", "notify.email", "{}", 1),)
    await store.take(opening(), fakes.decide, lambda _told, _decided: handoff)
    await store.take(following("i2"), fakes.decide, lambda _told, _decided: handoff)
    assert count(file)["outbox"] == 1


async def test_a_file_is_kept_with_its_turn(store: Store) -> None:
    await take(store, opening())
    sent = fakes.inbound("f1", "c1", "brief.pdf", kind=Kind.FILE)
    await take(store, TurnRequest(sent, payload=b"%PDF\x00\xff"))
    assert await store.file("c1", "f1") == ("brief.pdf", b"%PDF\x00\xff")
    assert await store.file("c1", "i1") is None


async def test_what_became_of_files_is_told_without_reading_them(store: Store) -> None:
    await take(store, opening())
    for name, announced, payload in (("f1", 6, b"%PDF\x00\xff"), ("f2", 0, b""), ("f3", 900, b"")):
        sent = replace(fakes.inbound(name, "c1", "brief.pdf", kind=Kind.FILE), size=announced)
        await take(store, TurnRequest(sent, payload=payload))
    assert await store.files("c1") == {"f1": (6, 6), "f2": (0, 0), "f3": (900, 0)}
    assert await store.files("nobody") == {}


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d of a pair", "\udc00\ud800"])
async def test_characters_no_database_keeps_are_replaced_before_anybody_decides(store: Store, text: str) -> None:
    await take(store, TurnRequest(fakes.inbound("i1", "c1", text), fakes.conversation()))
    stored = await store.conversation("c1")
    [turn] = await store.transcript("c1")
    assert stored.facts[0].value == turn.text
    assert len(turn.text) == len(text)
    assert "\ufffd" in turn.text


async def test_after_the_commit_listeners_hear_which_turns_there_are(store: Store) -> None:
    heard: list[tuple[str, int]] = []
    store.on_commit(heard.extend)
    await asyncio.gather(take(store, opening("c1")), take(store, opening("c2")))
    await take(store, following("i2"))
    await take(store, following("i2"))
    await asyncio.sleep(0)
    assert sorted(heard) == [("c1", 1), ("c1", 2), ("c2", 1)]


async def test_closing_finishes_what_is_queued(file: Path) -> None:
    store = await Store.open(f"sqlite:///{file}")
    asked = [asyncio.ensure_future(take(store, opening(f"c{number}"))) for number in range(150)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*asked)) == 150
    assert count(file)["turns"] == 150


async def test_a_turn_takes_less_than_four_kilobytes(store: Store, file: Path) -> None:
    text = "Хочемо CRM для сорока менеджерів з телефонією, бюджет десь 300-400 тисяч, до вересня. " * 3

    def decide(before: Conversation, told: Inbound) -> Outcome:
        new = [fakes.fact(key, MoneyRange(Decimal(300_000), None, "UAH"), told) for key in ("budget.amount", "b.c")]
        nudge = Effect(EffectKind.SET_TIMER, f"nudge:{before.turn}", "nudge", told.at + timedelta(hours=1))
        return fakes.outcome(before, told, new, (nudge,))

    length, chats = 10, 40
    for number in range(length):
        await asyncio.gather(
            *(
                store.take(
                    TurnRequest(fakes.inbound(f"i{number}", f"c{chat}", text), fakes.conversation(f"c{chat}")),
                    decide,
                    fakes.by_telegram,
                )
                for chat in range(chats)
            )
        )
    await store.close()
    assert size(file) / (length * chats) <= 4096
