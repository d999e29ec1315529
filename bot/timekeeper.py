"""Fires durable timers: each becomes an inbound that settles its row in the same transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.ports import Timers
from dialogs.values import Inbound, Kind
from storage.errors import NoSuchConversation, StorageError
from storage.values import StoredTurn, TimerRow, TurnRequest

log = structlog.get_logger("banter.timers")

LOOK_SECONDS = 2.0
AT_ONCE = 100  # timers of one look
DAY_STARTS, DAY_ENDS = 9, 20  # local hours a nudge may arrive in: nobody is written to at night


@dataclass(slots=True)
class Timekeeper:
    """The loop over due timers."""

    timers: Timers
    receive: Callable[[TurnRequest], Awaitable[StoredTurn]]
    clock: Callable[[], datetime]
    zone: Callable[[], str]
    look_seconds: float = LOOK_SECONDS
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Let `run` return."""
        self._stop.set()

    async def run(self) -> None:
        """Fire what is due until stopped; a database that is away is waited for."""
        while not self._stop.is_set():
            try:
                await self.once()
            except StorageError as error:
                log.warning("timers_wait", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.look_seconds):
                    await self._stop.wait()

    async def once(self) -> int:
        """Fire what is due now; how many fired."""
        now = self.clock()
        rows = await self.timers.due(now, AT_ONCE, loud=self._is_day(now))
        await asyncio.gather(*(self._fire(row, now) for row in rows))
        return len(rows)

    def _is_day(self, now: datetime) -> bool:
        return DAY_STARTS <= now.astimezone(ZoneInfo(self.zone())).hour < DAY_ENDS

    async def _fire(self, row: TimerRow, now: datetime) -> None:
        inbound_id = f"timer:{row.conversation}:{row.purpose}:{row.generation}"
        inbound = Inbound(inbound_id, row.conversation, Kind.TIMEOUT, row.purpose, now)
        with suppress(NoSuchConversation):
            await self.receive(TurnRequest(inbound))
