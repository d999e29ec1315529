"""Stored updates, one after the other in each chat and many chats at once, on their way to the reception."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.backoff import Backoff
from bot.blame import kind_of, place_of
from bot.channels.incoming import Incoming, Receive
from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_bursts import LONGEST_PAUSE, MOST_TOGETHER, PAUSE, MayWait, joined, words_among
from bot.channels.telegram_wire import CHANNEL, LARGEST_DOWNLOAD, Seen, read_update
from bot.ports import Inbox
from dialogs.values import Kind, Origin
from storage.errors import AlreadyTaken, StorageError, StoreBusy
from storage.values import InboxRow

log = structlog.get_logger("banter.telegram")

LANES = 32  # chats served at once
MOST_FAULTS = 6  # of one update by a fault of ours, about half a minute; then a person is told instead
DOWNLOADS = 3  # attempts to get a file before the turn goes on without its bytes
LONGEST_DOWNLOAD_WAIT = 10.0  # seconds; the chat waits as long
_PASSING = (408, 425, 429)
LOOK_SECONDS = 1.0  # a lost wake-up, or another process's update, costs at most this


class TelegramTurns:
    """Takes the oldest update of each chat to the reception; a chat whose turn fails rests and is tried again."""

    def __init__(
        self,
        api: TelegramApi,
        inbox: Inbox,
        receive: Receive,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        lanes: int = LANES,
        pause: timedelta = PAUSE,
        may_wait: MayWait | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._inbox = inbox
        self._receive = receive
        self._clock = clock
        self._chance = chance
        self._lanes = lanes
        self._pause = pause
        self._may_wait = may_wait
        self._gathering: dict[str, datetime] = {}  # threads whose visitor may still be writing, and until when we wait
        self._stirred: set[str] = set()  # threads that got something new since they were last looked at
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._busy: set[str] = set()  # threads whose oldest update is being handled
        self._resting: dict[str, tuple[int, datetime]] = {}  # threads that failed: how often, and until when they rest
        self._faults: dict[str, int] = {}  # of those, how often by a fault of ours and not for want of the database

    def nudge(self, threads: Iterable[str] = ()) -> None:
        """Look into the inbox now; these threads have something new, which may end a wait for words."""
        self._stirred.update(threads)
        self._wake.set()

    async def run(self) -> None:
        """Take turns until cancelled."""
        self._busy.clear()  # started again after a failure: nothing is at work
        async with asyncio.TaskGroup() as lanes:
            while True:
                self._wake.clear()
                for row in await self._due():
                    self._busy.add(row.thread)
                    lanes.create_task(self._handle(row))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._until_next_look()):
                        await self._wake.wait()

    def _until_next_look(self) -> float:
        """Seconds until a thread has been silent long enough, or until the inbox is looked into anyway."""
        now = self._clock()
        waits = ((until - now).total_seconds() for until in self._gathering.values())
        return min(LOOK_SECONDS, max(0.01, min(waits, default=LOOK_SECONDS)))

    async def _due(self) -> Sequence[InboxRow]:
        """The oldest update of each thread that is neither at work nor at rest, as many as there are free lanes."""
        free = self._lanes - len(self._busy)
        if free <= 0:
            return ()
        # Taken before the query: what it finds for a thread that finishes meanwhile is already handled.
        now = self._clock()
        self._gathering = {thread: until for thread, until in self._gathering.items() if until > now}
        held = self._busy | (self._gathering.keys() - self._stirred)
        held |= {thread for thread, (_, until) in self._resting.items() if until > now}
        try:
            rows = await self._inbox.waiting(CHANNEL, free + len(held))
        except StorageError as error:
            log.warning("telegram.inbox_unreadable", problem=str(error))
            return ()
        return [row for row in rows if row.thread not in held][:free]

    async def _handle(self, row: InboxRow) -> None:
        self._stirred.discard(row.thread)
        self._gathering.pop(row.thread, None)
        try:
            with suppress(AlreadyTaken):  # by another process: what is left of the thread is looked for again
                if self._faults.get(row.thread, 0) >= MOST_FAULTS:
                    await self._give_up(row)
                elif (rows := await self._together(row)) is not None:
                    await self._take(rows)
            self._resting.pop(row.thread, None)
            self._faults.pop(row.thread, None)
        except Exception as error:  # noqa: BLE001 - one chat's trouble must not stop the others; the row stays and is tried again
            self._rest(row, error)
        finally:
            self._busy.discard(row.thread)
            self._wake.set()

    async def _together(self, row: InboxRow) -> Sequence[InboxRow] | None:
        """
        What is answered with this update: the words its visitor wrote after it; None while more of them may come.

        The wait is the age of rows that are stored, so a killed process goes on with it. What may not wait is taken
        alone and at once, and ends the wait for the words before it. After a fault of ours, which one of several
        messages may lead to, they are taken one by one.
        """
        if not self._pause or self._faults.get(row.thread):
            return (row,)
        rows = await self._inbox.thread(CHANNEL, row.thread, MOST_TOGETHER)
        if not rows or rows[0].id != row.id:
            return ()  # taken by another process meanwhile
        words = await words_among(rows, self._may_wait)
        if not words:
            return (row,)
        due = min(words[-1].received + self._pause, words[0].received + LONGEST_PAUSE)
        if len(words) < len(rows) or len(rows) == MOST_TOGETHER or self._clock() >= due:
            return words
        self._gathering[row.thread] = due
        return None

    async def _take(self, rows: Sequence[InboxRow]) -> None:
        if not rows:
            return
        row, *more = rows
        seen = joined(rows) if more else read_update(row)
        repeated = False
        for incoming in await self._with_file(seen):
            repeated = (await self._receive(incoming)).repeated
        if not seen.incomings:
            tell = log.warning if seen.why_none == "unreadable" else log.info
            tell("telegram.passed_over", update=row.external, why=seen.why_none)
        if repeated or not seen.incomings:  # a turn settles its row itself, in its own transaction
            await self._inbox.settle(row.id)

    async def _give_up(self, row: InboxRow) -> None:
        """
        An update that only ever fails: the visitor is told, and a person; it stops nobody who comes after it.

        Raises:
            StorageError: The database is away; the row stays.
        """
        log.error("telegram.given_up", update=row.external, failures=self._faults[row.thread])
        try:
            stored = await self._receive(self._lost(row))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - nothing is left to try; the log has it
            log.critical("telegram.lost", update=row.external, error=kind_of(error), at=place_of(error))
            await self._inbox.settle(row.id)
        else:
            if stored.repeated:
                await self._inbox.settle(row.id)

    def _lost(self, row: InboxRow) -> Incoming:
        """What can still be said of an update: its words, if they can be read."""
        try:
            *_, said = read_update(row).incomings
        except Exception:  # noqa: BLE001 - reading it may be what fails
            said = Incoming(CHANNEL, row.thread, "", Kind.TEXT, "", row.received)
        return replace(said, inbound=f"{Origin.LOST}{row.external}", inbox_id=row.id)

    async def _with_file(self, seen: Seen) -> Sequence[Incoming]:
        """The incomings, the first with its file's bytes; without them when they cannot be had."""
        if not seen.file_id:
            return seen.incomings
        content = await self._download(seen.file_id)
        if content is None:
            return seen.incomings
        first, *rest = seen.incomings
        return (replace(first, file_bytes=content, file_size=len(content)), *rest)

    async def _download(self, file_id: str) -> bytes | None:
        """The bytes of a file, None if they cannot be had; what may pass is tried again a few times."""
        for attempt in range(1, DOWNLOADS + 1):
            try:
                return await self._api.download(file_id, LARGEST_DOWNLOAD)
            except (TelegramRefused, TelegramUnreachable) as error:
                if attempt == DOWNLOADS or not _passing(error):
                    log.warning("telegram.file_lost", problem=str(error), attempts=attempt)
                    return None
                asked = error.retry_after if isinstance(error, TelegramRefused) else None
                wait = Backoff(base=0.5, cap=2.0).wait(attempt, 0.5 + self._chance() / 2)
                await self._sleep(min(max(wait, asked or 0.0), LONGEST_DOWNLOAD_WAIT))
        return None

    def _rest(self, row: InboxRow, error: Exception) -> None:
        failures = self._resting.get(row.thread, (0, row.received))[0] + 1
        if not isinstance(error, StorageError):  # a database that is away is waited for as long as it takes
            self._faults[row.thread] = self._faults.get(row.thread, 0) + 1
        wait = Backoff(base=1.0, cap=60.0).wait(failures, 0.5 + self._chance() / 2)
        if isinstance(error, StoreBusy):
            wait = max(wait, error.retry_after)
        self._resting[row.thread] = (failures, self._clock() + timedelta(seconds=wait))
        # The name of the error and its place, and nothing it says: it may quote the visitor.
        log.error(
            "telegram.turn_failed", update=row.external, error=kind_of(error), at=place_of(error), failures=failures
        )


def _passing(error: TelegramRefused | TelegramUnreachable) -> bool:
    return isinstance(error, TelegramUnreachable) or error.code in _PASSING or error.code >= 500
