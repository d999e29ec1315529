"""Messages in a row from one Telegram chat, from the update to the stored turn and what it was made of."""

import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from structlog.testing import capture_logs

from bot.channels.front import TelegramFront
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bursts import joined, words_among
from bot.console.transcript import Piece, bubbles
from bot.console.words import Words, load_texts
from bot.reception import Reception
from bot.routing import Routes
from bot.workspace import LOCALES
from dialogs.answers import LONGEST_READ
from dialogs.engine import advance, open_conversation
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind, Mode
from scoring.conditions import Knowledge
from storage.errors import AlreadyTaken
from storage.store import Store
from storage.values import InboxRow, TranscriptTurn, TurnRequest
from tests.emulators.process import running
from tests.emulators.telegram_api import TOKEN
from tests.product import Product, until
from tests.twins import START, Clock

SECRET = "a-secret"
CHAT = 7
THREAD = f"telegram:{CHAT}"
THOUGHT = ("We need a CRM", "I am the owner", "it has to be live in two months")


def update(number: int, chat: int = CHAT, **message: object) -> dict[str, Any]:
    """As Telegram words it."""
    person = {"id": chat, "is_bot": False, "first_name": "Jan", "language_code": "en"}
    about = {"message_id": number, "date": int(START.timestamp()), "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "message": about | {"from": person} | message}


def tap(number: int, data: str) -> dict[str, Any]:
    asked = update(number, text="?")["message"]
    query = {"id": f"q{number}", "from": asked["from"], "chat_instance": "1", "data": data, "message": asked}
    return {"update_id": number, "callback_query": query}


@dataclass
class Process:
    """One Banter of perhaps several over a database, moved on by hand."""

    store: Store
    reception: Reception
    channel: TelegramChannel
    clock: Clock

    async def hear(self, *updates: dict[str, Any], after: float = 0.0) -> None:
        """Telegram brings updates, each so many seconds after what came before."""
        for one in updates:
            self.clock.forward(after)
            assert await self.channel.accept(json.dumps(one).encode(), SECRET) == 200

    async def look(self, after: float = 0.0) -> int:
        """Handle what is due after so many seconds; how many turns came of it."""
        self.clock.forward(after)
        before = len(await self.turns())
        turns = self.channel._turns
        for row in await turns._due():
            turns._busy.add(row.thread)
            await turns._handle(row)
        return len(await self.turns()) - before

    async def conversation(self) -> Conversation:
        found = await self.store.conversation(await self.store.find("telegram", THREAD) or "")
        assert found is not None
        return found

    async def turns(self) -> Sequence[TranscriptTurn]:
        return await self.store.transcript(await self.store.find("telegram", THREAD) or "")

    async def said(self) -> list[str]:
        """What the visitor said, turn by turn."""
        return [turn.text for turn in await self.turns() if turn.author == "visitor"]


class House:
    """Starts processes over one database."""

    def __init__(self, file: Path, library: Library, stack: AsyncExitStack) -> None:
        self._url = f"sqlite:///{file}"
        self._library = library
        self._stack = stack
        self._ids = itertools.count()
        self.clock = Clock()

    async def start(self) -> Process:
        store = await Store.open(self._url)
        self._stack.push_async_callback(store.close)
        reception = Reception(store, self._library, Routes(self._library, (), "https://chat.example"))
        front = TelegramFront(store, reception)
        channel = TelegramChannel(
            cast("Any", None),
            store,
            front.receive,
            new_id=lambda: f"in-{next(self._ids):05}",
            clock=self.clock,
            may_wait=front.may_wait,
            webhook_url="https://chat.example/telegram/webhook",
            secret=SECRET,
        )
        return Process(store, reception, channel, self.clock)


@pytest.fixture
async def house(tmp_path: Path, library: Library) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(tmp_path / "banter.db", library, stack)


@pytest.fixture
async def process(house: House) -> Process:
    return await house.start()


def thought(first: int = 1) -> list[dict[str, Any]]:
    return [update(number, text=text) for number, text in enumerate(THOUGHT, first)]


async def test_three_messages_in_a_row_are_one_turn_with_the_facts_of_all(process: Process) -> None:
    await process.hear(*thought(), after=1)
    assert await process.look() == 0, "more may follow"
    assert await process.look(after=1.4) == 0
    assert await process.look(after=0.1) == 1
    (turn,) = await process.turns()
    assert (turn.inbound, turn.text) == ("tg:1", "\n".join(THOUGHT))
    known = Knowledge((await process.conversation()).facts)
    assert (known.value("need.category"), known.value("authority.role")) == ("crm", "owner")
    assert known.facts("timing.deadline")
    assert len(await process.store.outbox(["ready"], 10)) == len(turn.replies)
    assert await process.look(after=60) == 0


async def test_each_quote_stands_where_the_visitor_said_it(process: Process) -> None:
    """What the console marks is cut out of the turn's text by inbound and span."""
    await process.hear(*thought())
    await process.look(after=2)
    facts, turns = (await process.conversation()).facts, await process.turns()
    read = [fact.evidence for fact in facts if fact.how != "channel"]
    assert {one.inbound for one in read} == {"tg:1"}
    assert [turns[0].text[one.start : one.end] for one in read] == [one.quote for one in read]
    words = Words("en", load_texts(LOCALES)["en"])
    pieces = bubbles(turns, facts, {id(fact) for fact in facts}, {}, words)[0].pieces
    assert "".join(piece.text for piece in pieces) == "\n".join(THOUGHT)
    marked = [piece.text for piece in pieces if piece != Piece(piece.text)]
    assert [any(mark in line for mark in marked) for line in THOUGHT] == [True] * 3


async def test_who_types_on_is_answered_six_seconds_after_the_first_message(process: Process) -> None:
    for number in range(1, 6):
        await process.hear(update(number, text=f"and point {number}"), after=1.2)
        assert await process.look() == 0
    assert await process.look(after=1.2) == 1
    assert await process.said() == ["\n".join(f"and point {number}" for number in range(1, 6))]


async def test_a_single_message_is_answered_after_the_pause(process: Process) -> None:
    await process.hear(update(1, text="We need a CRM"))
    assert [await process.look(), await process.look(after=1.5)] == [0, 1]
    assert await process.said() == ["We need a CRM"]


@pytest.mark.parametrize(
    "quick",
    [
        update(9, text="/start"),
        update(9, text="/human"),
        update(9, text="/help"),
        tap(9, "1:need.what:crm"),
        update(9, document={"file_id": "f", "file_unique_id": "f", "file_name": "a.exe", "file_size": 4}),
        update(9, contact={"phone_number": "+48 600 100 200", "first_name": "Jan"}),
        update(9, location={"latitude": 52.2, "longitude": 21.0}),
    ],
    ids=["start", "human", "help", "button", "file", "contact", "place"],
)
async def test_what_is_not_plain_words_waits_for_nothing(process: Process, quick: dict[str, Any]) -> None:
    await process.hear(quick)
    assert await process.look() == 1
    assert len(await process.turns()) == 1


@pytest.mark.parametrize("number", ["380501234567", "+380501234567"])
async def test_a_shared_number_is_read_in_any_language(process: Process, number: str) -> None:
    """Telegram gives it with the country code, but not always with the plus."""
    await process.hear(update(1, contact={"phone_number": number, "first_name": "Jan"}))
    await process.look()
    phones = [fact.value for fact in (await process.conversation()).facts if fact.key == "contact.phone"]
    assert phones == ["+380501234567"]


async def test_a_button_amid_words_is_taken_after_them_and_at_once(process: Process) -> None:
    """Though somebody has looked already, and settled down to wait for more words."""
    await process.hear(update(1, text="We need a CRM"), update(2, text="I am the owner"))
    assert await process.look() == 0
    await process.hear(tap(3, "1:spec.has:none"), update(4, text="in two months"))
    assert [await process.look(), await process.look(), await process.look()] == [1, 1, 0]
    assert await process.said() == ["We need a CRM\nI am the owner", "1:spec.has:none"]
    assert await process.look(after=1.5) == 1
    assert (await process.said())[-1] == "in two months"


@pytest.mark.parametrize(
    ("text", "mode"),
    [("stop", Mode.CLOSED), ("I want to talk to a human", Mode.HANDED_OVER), ("/stop", Mode.CLOSED)],
)
async def test_who_wants_out_or_a_person_is_heard_at_once_amid_a_burst(process: Process, text: str, mode: Mode) -> None:
    await process.hear(update(1, text="We need a CRM"), update(2, text="I am the owner"))
    assert await process.look() == 0
    await process.hear(update(3, text=text))
    assert [await process.look(), await process.look()] == [1, 1], "without any time passing"
    assert await process.said() == ["We need a CRM\nI am the owner", text]
    conversation = await process.conversation()
    assert conversation.mode is mode
    assert Knowledge(conversation.facts).value("need.category") == "crm"


@pytest.mark.parametrize("words", ["стоп", "позовите человека", "покличте людину", "chcę rozmawiać z człowiekiem"])
async def test_a_call_for_a_person_is_heard_in_any_language(process: Process, words: str) -> None:
    front = TelegramFront(process.store, process.reception)
    assert await front.may_wait(THREAD, [words, "We need a CRM"]) == [False, True]


async def test_while_a_person_has_the_talk_nothing_waits(process: Process) -> None:
    await process.hear(update(1, text="/start"))
    await process.look()
    key = (await process.conversation()).id
    await process.reception.receive(TurnRequest(Inbound("h1", key, Kind.HUMAN, "takes_over", START)))
    await process.hear(update(2, text="Are you there"), update(3, text="Anna?"))
    assert [await process.look(), await process.look()] == [1, 1]
    turns = await process.turns()
    assert [(turn.text, turn.replies) for turn in turns[-2:]] == [("Are you there", ()), ("Anna?", ())]


async def test_updates_delivered_again_change_nothing(process: Process) -> None:
    await process.hear(*thought())
    await process.hear(*thought(), after=0.5)
    assert await process.look() == 1, "what comes again holds nobody back"
    before = await process.turns()
    await process.hear(*reversed(thought()), *thought())
    assert await process.look(after=60) == 0
    assert await process.turns() == before


async def test_the_stored_inbounds_played_again_give_the_same_bytes(process: Process, library: Library) -> None:
    await process.hear(*thought())
    await process.look(after=2)
    await process.hear(update(4, text="the price is fine"), update(5, text="jan@acme-tools.com"))
    await process.look(after=2)
    stored = await process.conversation()
    again: Conversation | None = None
    for turn in await process.turns():
        day = turn.at.date().isoformat()
        told = Inbound(turn.inbound, stored.id, Kind(turn.kind), turn.text, turn.at, day, "en", sender="Jan")
        again = again or open_conversation(stored.id, "telegram", "bant", "en", told, address=THREAD)
        outcome = advance(again, told, library)
        assert outcome.replies == turn.replies
        again = outcome.conversation
    assert repr(again) == repr(stored)


async def test_a_process_that_starts_anew_waits_no_longer_and_answers_once(house: House) -> None:
    first = await house.start()
    await first.hear(*thought())
    second = await house.start()  # the first is gone, and with it all it had in memory
    assert [await second.look(), await second.look(after=1.5), await second.look(after=60)] == [0, 1, 0]
    assert await second.said() == ["\n".join(THOUGHT)]


async def test_two_processes_answer_a_burst_once(house: House) -> None:
    one, other = await house.start(), await house.start()
    await one.hear(*thought()[:2])
    house.clock.forward(1.5)
    (row,) = await one.channel._turns._due()
    (same,) = await other.channel._turns._due()
    assert row == same
    await one.channel._turns._handle(row)
    await other.hear(thought()[2])
    with capture_logs() as logs:
        await other.channel._turns._handle(same)
    assert [line for line in logs if line["log_level"] == "error"] == []
    await other.look(after=1.5)
    assert await one.said() == ["\n".join(THOUGHT[:2]), THOUGHT[2]]
    turns = await one.turns()
    assert len(await one.store.outbox(["ready"], 20)) == sum(len(turn.replies) for turn in turns)


async def test_what_another_process_answered_meanwhile_is_not_answered_again(house: House) -> None:
    """Clocks of two machines differ: a message may be put before those that another process has seen already."""
    one, other = await house.start(), await house.start()
    await one.hear(*thought()[1:])
    late = InboxRow("in-0", "telegram", "1", THREAD, json.dumps(thought()[0]), START - timedelta(seconds=1))
    house.clock.forward(1.5)
    (row,) = await other.channel._turns._due()
    seen = await other.channel._turns._together(row)
    assert seen is not None
    await one.store.receive([late])
    assert await one.look() == 1
    with pytest.raises(AlreadyTaken):
        await other.channel._turns._take(seen)
    with capture_logs() as logs:
        await other.channel._turns._handle(row)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == []
    assert await one.said() == ["\n".join(THOUGHT)]


async def test_after_a_fault_of_ours_the_messages_are_taken_one_by_one(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the one that leads to the fault is given up."""
    real = process.channel._turns._receive

    async def receive(incoming: Any) -> Any:
        if "owner" in incoming.text and not incoming.inbound.startswith("lost:"):
            raise ValueError("owner")
        return await real(incoming)

    monkeypatch.setattr(process.channel._turns, "_receive", receive)
    await process.hear(*thought())
    with capture_logs():
        for _ in range(20):
            await process.look(after=61)
    turns = await process.turns()
    assert [(turn.inbound, turn.text) for turn in turns] == [
        (f"{'lost' if number == 2 else 'tg'}:{number}", text) for number, text in enumerate(THOUGHT, 1)
    ]


def row(number: int, text: str) -> InboxRow:
    return InboxRow(f"in-{number}", "telegram", str(number), THREAD, json.dumps(update(number, text=text)), START)


async def test_what_the_core_would_not_read_is_left_for_the_next_turn() -> None:
    """A long text that somebody pastes comes in pieces of 4096 characters."""
    pieces = [row(number, "word " * 800) for number in range(4)]
    words = await words_among(pieces)
    assert [one.id for one in words] == ["in-0", "in-1"]
    assert len(joined(words).incomings[0].text) <= LONGEST_READ
    assert [one.id for one in await words_among([row(5, "x" * 20_000), *pieces])] == ["in-5"]
    assert [one.id for one in await words_among([row(5, "x" * 5_000), row(6, "x" * 4_999), row(7, "x")])] == [
        "in-5",
        "in-6",
    ]


# -- killed


def waiting(database: Path) -> int:
    """Updates stored and not answered, seen from outside."""
    driver = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    (count,) = driver.execute("SELECT count(*) FROM inbox WHERE NOT handled").fetchone()
    driver.close()
    return int(count)


def test_killed_while_it_waits_it_loses_nothing_and_answers_once(tmp_path: Path) -> None:
    with running("telegram_api.py") as (port,), httpx2.Client(timeout=30) as client:
        url = f"http://127.0.0.1:{port}"

        def order(name: str, /, **fields: object) -> None:
            assert client.post(f"{url}/control/{name}", json=fields).status_code == 200

        def sent() -> list[str]:
            rows = client.get(f"{url}/control/sent", params={"method": "sendMessage"}).json()
            return [row["text"] for row in rows]

        product = Product(tmp_path, BANTER_TELEGRAM_TOKEN=TOKEN, BANTER_TELEGRAM_API=url).start()
        try:
            for text in THOUGHT:
                order("message", chat=CHAT, text=text, name="Jan", language="en")
            until(lambda: waiting(product.database) == len(THOUGHT))
            product.kill()
            assert sent() == []
            assert waiting(product.database) == len(THOUGHT)
            product.start()
            first = until(sent)
            order("message", chat=CHAT, text="/help", name="Jan", language="en")
            until(lambda: len(sent()) > len(first) and not waiting(product.database))
            driver = sqlite3.connect(product.database)
            turns = driver.execute("SELECT text FROM turns ORDER BY turn").fetchall()
            driver.close()
            assert turns == [("\n".join(THOUGHT),), ("/help",)]
        finally:
            product.stop()
