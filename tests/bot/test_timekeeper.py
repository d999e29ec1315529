"""Timers: each fires once, nudges only by day, and a database that is away is waited for."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.timekeeper import Timekeeper
from dialogs.values import Kind
from storage.errors import NoSuchConversation, StoreBusy
from storage.values import StoredTurn, TimerRow, TurnRequest
from tests.twins import Clock

DAY, NIGHT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 23, 0, tzinfo=UTC)


class Book:
    """Due timers in memory, and what was received for them."""

    def __init__(self, *rows: TimerRow, trouble: Exception | None = None) -> None:
        self.rows = rows
        self.trouble = trouble
        self.asked = 0
        self.received: list[TurnRequest] = []
        self.dropped: list[TimerRow] = []
        self.fired = asyncio.Event()

    async def due(self, now: datetime, limit: int, *, loud: bool = True) -> Sequence[TimerRow]:
        self.asked += 1
        if self.trouble is not None and self.asked == 1:
            raise self.trouble
        return [row for row in self.rows if loud or row.purpose == "park"][:limit]

    async def receive(self, request: TurnRequest) -> StoredTurn:
        self.received.append(request)
        self.fired.set()
        if request.inbound.conversation == "gone":
            raise NoSuchConversation("gone")
        if request.inbound.conversation == "bad":
            raise ValueError("what the visitor wrote")
        if request.inbound.conversation == "busy":
            raise StoreBusy("locked")
        return StoredTurn(request.inbound.conversation, 1, ())

    async def drop(self, timer: TimerRow) -> None:
        self.dropped.append(timer)


def keeper(book: Book, now: datetime = DAY, zone: str = "Europe/Warsaw") -> Timekeeper:
    return Timekeeper(book, book.receive, lambda: now, lambda: zone, look_seconds=0.01)


def row(purpose: str, conversation: str = "c1", generation: int = 3) -> TimerRow:
    return TimerRow(conversation, purpose, generation, DAY)


async def test_a_due_timer_becomes_an_inbound_with_an_id_of_its_own() -> None:
    book = Book(row("nudge"))
    assert await keeper(book).once() == 1
    (request,) = book.received
    assert (request.inbound.id, request.inbound.kind, request.inbound.text) == (
        "timer:c1:nudge:3",
        Kind.TIMEOUT,
        "nudge",
    )


@pytest.mark.parametrize(
    ("purpose", "now", "zone", "fired"),
    [
        ("nudge", DAY, "Europe/Warsaw", 1),
        ("nudge", NIGHT, "Europe/Warsaw", 0),
        ("callback", NIGHT, "Europe/Warsaw", 0),
        ("park", NIGHT, "Europe/Warsaw", 1),  # says nothing, so it may happen at night
        ("nudge", NIGHT, "America/New_York", 1),
        ("nudge", datetime(2026, 3, 2, 7, 59, tzinfo=UTC), "Europe/Warsaw", 0),
        ("nudge", datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "Europe/Warsaw", 1),
        ("nudge", datetime(2026, 3, 2, 19, 0, tzinfo=UTC), "Europe/Warsaw", 0),
    ],
)
async def test_nobody_is_written_to_at_night(purpose: str, now: datetime, zone: str, fired: int) -> None:
    assert fired == await keeper(Book(row(purpose)), now, zone).once()


async def test_a_conversation_that_is_gone_does_not_stop_the_others() -> None:
    book = Book(row("nudge", "gone"), row("nudge", "c2"))
    assert await keeper(book).once() == 2
    assert [request.inbound.conversation for request in book.received] == ["gone", "c2"]
    assert book.dropped == [row("nudge", "gone")]


async def test_a_timer_that_fails_stops_no_other_and_is_tried_again_ever_later() -> None:
    book = Book(row("nudge", "bad"), row("nudge", "c2"))
    clock = Clock(DAY)
    timekeeper = Timekeeper(book, book.receive, clock, lambda: "Europe/Warsaw")
    tried = []
    with capture_logs() as logs:
        for _ in range(30):
            await timekeeper.once()
            tried.append(sum(request.inbound.conversation == "bad" for request in book.received))
            clock.forward(2)
    assert [request.inbound.conversation for request in book.received].count("c2") == 30
    assert tried == [1] * 5 + [2] * 10 + [3] * 15  # after 10, then 20 seconds, the next after 40
    assert {line["event"] for line in logs} == {"timer_failed"}
    assert (logs[0]["error"], logs[0]["conversation"], logs[-1]["failures"]) == ("ValueError", "bad", 3)
    assert "visitor" not in repr(logs)


async def test_a_hundred_failing_timers_do_not_hide_the_next_one() -> None:
    book = Book(*(row("nudge", "bad", number) for number in range(100)), row("nudge", "c2"))
    timekeeper = keeper(book)
    with capture_logs():
        await timekeeper.once()
        await timekeeper.once()
    assert book.received[-1].inbound.conversation == "c2"


async def test_a_database_that_goes_away_in_the_middle_is_told_after_all_have_ended() -> None:
    book = Book(row("nudge", "busy"), row("nudge", "c2"))
    with pytest.raises(StoreBusy):
        await keeper(book).once()
    assert [request.inbound.conversation for request in book.received] == ["busy", "c2"]


async def test_a_database_that_is_away_is_waited_for() -> None:
    book = Book(row("park"), trouble=StoreBusy("locked"))
    timekeeper = keeper(book)
    running = asyncio.create_task(timekeeper.run())
    async with asyncio.timeout(5):
        await book.fired.wait()
        timekeeper.stop()
        await running
    assert book.asked >= 2
