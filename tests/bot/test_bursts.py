"""What one visitor writes in a row is answered once; buttons, files and commands are never waited for."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.channels.incoming import Incoming
from bot.channels.telegram_bursts import LONGEST_PAUSE, MOST_TOGETHER, PAUSE
from bot.channels.telegram_turns import TelegramTurns
from dialogs.values import Kind
from storage.values import InboxRow, StoredTurn
from tests.builders import MONDAY
from tests.twins import Clock, InboxTwin


class Desk:
    """A reception that settles what it takes, as the store does: of a repeat only the first row."""

    def __init__(self, inbox: InboxTwin) -> None:
        self.inbox = inbox
        self.seen: list[Incoming] = []

    async def __call__(self, incoming: Incoming) -> StoredTurn:
        repeated = any(one.inbound == incoming.inbound for one in self.seen)
        rows = (incoming.inbox_id, *(() if repeated else incoming.also_settles))
        for row in filter(None, rows):
            await self.inbox.settle(row)
        if not repeated:
            self.seen.append(incoming)
        return StoredTurn("c", len(self.seen), (), repeated=repeated)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.seen]


class Chat:
    """One visitor, the clock, and the part that takes turns."""

    def __init__(self) -> None:
        self.clock = Clock(MONDAY)
        self.inbox = InboxTwin()
        self.desk = Desk(self.inbox)
        self.number = 0
        self.turns = self.process()

    def process(self) -> TelegramTurns:
        """Another process on the same inbox: it remembers nothing."""
        return TelegramTurns(cast("Any", None), self.inbox, self.desk, clock=self.clock, chance=lambda: 1.0)

    async def update(self, chat: int = 7, **content: Any) -> InboxRow:
        self.number += 1
        update = {"update_id": self.number, **content}
        row = InboxRow(
            f"in-{self.number:03}", "telegram", str(self.number), f"telegram:{chat}", json.dumps(update), self.clock()
        )
        await self.inbox.receive([row])
        return row

    async def says(self, text: str, chat: int = 7) -> None:
        message = {"message_id": 1, "date": 0, "chat": {"id": chat, "type": "private"}, "text": text}
        await self.update(chat, message=message)

    async def presses(self, data: str) -> None:
        message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "?"}
        user = {"id": 7, "is_bot": False, "first_name": "Kate"}
        query = {"id": "q", "from": user, "chat_instance": "x", "data": data, "message": message}
        await self.update(callback_query=query)

    async def look(self, turns: TelegramTurns | None = None) -> Sequence[str]:
        """One look into the inbox; the texts of all turns so far."""
        at_work = turns or self.turns
        for row in await at_work._due():
            at_work._busy.add(row.thread)
            await at_work._handle(row)
        return self.desk.texts

    def wait(self, pause: timedelta) -> None:
        self.clock.forward(pause.total_seconds())


@pytest.fixture
def chat() -> Chat:
    return Chat()


HALF = PAUSE / 2


async def test_three_messages_in_a_row_are_one_turn(chat: Chat) -> None:
    for text in ("hi", "we need a CRM", "for 15 people"):
        await chat.says(text)
        assert await chat.look() == []
        chat.wait(HALF)
    chat.wait(HALF)
    assert await chat.look() == ["hi\nwe need a CRM\nfor 15 people"]
    assert chat.inbox.unsettled == []
    assert chat.desk.seen[0].inbound == "tg:1"


async def test_a_message_that_stays_alone_is_answered_after_the_pause(chat: Chat) -> None:
    await chat.says("hello")
    assert await chat.look() == []
    chat.wait(PAUSE)
    assert await chat.look() == ["hello"]


async def test_whoever_keeps_writing_is_answered_all_the_same(chat: Chat) -> None:
    for number in range(int(LONGEST_PAUSE / HALF)):
        await chat.says(f"{number}")
        assert await chat.look() == []
        chat.wait(HALF)
    assert len(await chat.look()) == 1


async def test_so_many_messages_are_answered_at_once(chat: Chat) -> None:
    for number in range(MOST_TOGETHER + 1):
        await chat.says(f"{number}")
    assert [text.count("\n") for text in await chat.look()] == [MOST_TOGETHER - 1]
    chat.wait(PAUSE)
    assert (await chat.look())[1:] == [f"{MOST_TOGETHER}"]


@pytest.mark.parametrize("command", ["/start", "/stop", "/human", "/start campaign"])
async def test_a_command_is_never_waited_for_and_ends_the_wait_before_it(chat: Chat, command: str) -> None:
    await chat.says("one thing more")
    await chat.says(command)
    await chat.look()
    await chat.look()
    assert [one.kind for one in chat.desk.seen] == [Kind.TEXT, Kind.START if "start" in command else Kind.TEXT]
    assert chat.inbox.unsettled == []


async def test_a_button_is_never_waited_for(chat: Chat) -> None:
    await chat.presses("1:need.what:crm")
    assert await chat.look() == ["1:need.what:crm"]


async def test_words_before_and_after_a_button_are_two_turns(chat: Chat) -> None:
    await chat.says("a")
    await chat.says("b")
    await chat.presses("1:need.what:crm")
    await chat.says("c")
    await chat.look()
    await chat.look()
    chat.wait(PAUSE)
    assert await chat.look() == ["a\nb", "1:need.what:crm", "c"]


async def test_two_chats_do_not_wait_for_each_other(chat: Chat) -> None:
    await chat.says("first", chat=7)
    chat.wait(PAUSE)
    await chat.says("second", chat=8)
    assert await chat.look() == ["first"]


async def test_a_process_that_starts_again_goes_on_with_the_wait_and_answers_once(chat: Chat) -> None:
    """The wait is the age of stored rows: nothing is lost with the process, and nothing is answered twice."""
    await chat.says("we need a CRM")
    await chat.says("by May")
    assert await chat.look() == []
    fresh = chat.process()
    assert await chat.look(fresh) == []
    chat.wait(PAUSE)
    assert await chat.look(fresh) == ["we need a CRM\nby May"]
    assert await chat.look(chat.process()) == ["we need a CRM\nby May"]


async def test_the_same_updates_again_change_nothing(chat: Chat) -> None:
    await chat.says("a")
    await chat.says("b")
    chat.wait(PAUSE)
    await chat.look()
    assert await chat.inbox.receive(list(chat.inbox.rows)) == 0
    assert await chat.look() == ["a\nb"]


async def test_a_message_that_came_with_a_turn_taken_elsewhere_is_answered_afterwards(chat: Chat) -> None:
    """Two processes: one answered the first message alone, the other saw both."""
    await chat.says("a")
    chat.wait(PAUSE)
    (row,) = await chat.turns._due()
    rows = await chat.turns._together(row)
    assert rows is not None
    await chat.says("b")
    chat.wait(PAUSE)
    other = chat.process()
    (again,) = await other._due()
    both = await other._together(again)
    assert both is not None
    await chat.turns._take(rows)
    await other._take(both)
    assert chat.desk.texts == ["a"]
    assert await chat.look(chat.process()) == ["a", "b"]


async def test_the_wait_ends_by_itself(chat: Chat) -> None:
    """Nobody has to wake it: the loop looks again when the pause is over."""
    await chat.says("hello")
    await chat.look()
    assert 0 < chat.turns._until_next_look() <= 1.0
    running = asyncio.create_task(chat.turns.run())
    try:
        chat.wait(PAUSE)
        async with asyncio.timeout(5):
            while not chat.desk.seen:  # noqa: ASYNC110 - what it waits for announces nothing
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert chat.desk.texts == ["hello"]
