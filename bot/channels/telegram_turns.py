"""Stored updates, one after the other in each chat and many chats at once, on their way to the reception."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.backoff import Backoff
from bot.channels.incoming import Incoming, Receive
from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_wire import CHANNEL, LARGEST_DOWNLOAD, Seen, read_update
from bot.ports import Inbox
from storage.errors import StorageError, StoreBusy
from storage.values import InboxRow

log = structlog.get_logger("banter.telegram")

LANES = 32  # chats served at once
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
    ) -> None:
        self._api = api
        self._inbox = inbox
        self._receive = receive
        self._clock = clock
        self._chance = chance
        self._lanes = lanes
        self._wake = asyncio.Event()
        self._busy: set[str] = set()  # threads whose oldest update is being handled
        self._resting: dict[str, tuple[int, datetime]] = {}  # threads that failed: how often, and until when they rest

    def nudge(self) -> None:
        """Look into the inbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Take turns until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            while True:
                self._wake.clear()
                for row in await self._due():
                    self._busy.add(row.thread)
                    lanes.create_task(self._handle(row))
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()

    async def _due(self) -> Sequence[InboxRow]:
        """The oldest update of each thread that is neither at work nor at rest, as many as there are free lanes."""
        free = self._lanes - len(self._busy)
        if free <= 0:
            return ()
        # Taken before the query: what it finds for a thread that finishes meanwhile is already handled.
        now = self._clock()
        held = self._busy | {thread for thread, (_, until) in self._resting.items() if until > now}
        try:
            rows = await self._inbox.waiting(CHANNEL, free + len(held))
        except StorageError as error:
            log.warning("telegram.inbox_unreadable", problem=str(error))
            return ()
        return [row for row in rows if row.thread not in held][:free]

    async def _handle(self, row: InboxRow) -> None:
        try:
            await self._take(row)
            self._resting.pop(row.thread, None)
        except Exception as error:  # noqa: BLE001 - one chat's trouble must not stop the others; the row stays and is tried again
            self._rest(row, error)
        finally:
            self._busy.discard(row.thread)
            self._wake.set()

    async def _take(self, row: InboxRow) -> None:
        seen = read_update(row)
        repeated = False
        for incoming in await self._with_file(seen):
            repeated = (await self._receive(incoming)).repeated
        if not seen.incomings:
            tell = log.warning if seen.why_none == "unreadable" else log.info
            tell("telegram.passed_over", update=row.external, why=seen.why_none)
        if repeated or not seen.incomings:  # a turn settles its row itself, in its own transaction
            await self._inbox.settle(row.id)

    async def _with_file(self, seen: Seen) -> Sequence[Incoming]:
        """The incomings, the first with its file's bytes; without them when they cannot be had."""
        if not seen.file_id:
            return seen.incomings
        try:
            content = await self._api.download(seen.file_id, LARGEST_DOWNLOAD)
        except (TelegramRefused, TelegramUnreachable) as error:
            log.warning("telegram.file_lost", problem=str(error))
            return seen.incomings
        first, *rest = seen.incomings
        return (replace(first, file_bytes=content, file_size=len(content)), *rest)

    def _rest(self, row: InboxRow, error: Exception) -> None:
        failures = self._resting.get(row.thread, (0, row.received))[0] + 1
        wait = Backoff(base=1.0, cap=60.0).wait(failures, 0.5 + self._chance() / 2)
        if isinstance(error, StoreBusy):
            wait = max(wait, error.retry_after)
        self._resting[row.thread] = (failures, self._clock() + timedelta(seconds=wait))
        # The name of the error and nothing it says: it may quote the visitor.
        log.error("telegram.turn_failed", update=row.external, error=type(error).__name__, failures=failures)
