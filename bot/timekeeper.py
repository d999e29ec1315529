"""Fires durable timers: each becomes an inbound that settles its row in the same transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.backoff import Backoff
from bot.blame import kind_of, place_of
from bot.ports import Timers
from dialogs.values import Inbound, Kind, Origin
from storage.errors import NoSuchConversation, StorageError
from storage.values import StoredTurn, TimerRow, TurnRequest

log = structlog.get_logger("banter.timers")

LOOK_SECONDS = 2.0
AT_ONCE = 100  # timers of one look
REST = Backoff(base=10.0, cap=3600.0)  # a timer that fails is tried again ever later, and never forgotten
FORGOTTEN_AFTER = timedelta(days=1)  # what has not been due for so long has been settled otherwise
DAY_STARTS, DAY_ENDS = 9, 20  # local hours a nudge may arrive in: nobody is written to at night

Key = tuple[str, str, int]  # conversation, purpose, generation


@dataclass(slots=True)
class Timekeeper:
    """The loop over due timers."""

    timers: Timers
    receive: Callable[[TurnRequest], Awaitable[StoredTurn]]
    clock: Callable[[], datetime]
    zone: Callable[[], str]
    look_seconds: float = LOOK_SECONDS
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _resting: dict[Key, tuple[int, datetime]] = field(default_factory=dict)  # failed: how often, and rests until when

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
        """
        Fire what is due now; how many were tried.

        Raises:
            StorageError: The database is away; what could not be fired is due at the next look.
        """
        now = self.clock()
        self._resting = {key: rest for key, rest in self._resting.items() if now - rest[1] < FORGOTTEN_AFTER}
        rows = await self.timers.due(now, AT_ONCE + len(self._resting), loud=self._is_day(now))
        ready = [row for row in rows if not self._rests(row, now)][:AT_ONCE]
        # All have ended before anybody hears of the first trouble: none is left running on its own.
        for trouble in await asyncio.gather(*(self._fire(row, now) for row in ready)):
            if trouble is not None:
                raise trouble
        return len(ready)

    def _is_day(self, now: datetime) -> bool:
        return DAY_STARTS <= now.astimezone(ZoneInfo(self.zone())).hour < DAY_ENDS

    def _rests(self, row: TimerRow, now: datetime) -> bool:
        rest = self._resting.get(_key(row))
        return rest is not None and rest[1] > now

    async def _fire(self, row: TimerRow, now: datetime) -> StorageError | None:
        """Take the turn of one timer; gives what the database said if it is away."""
        inbound_id = f"{Origin.TIMER}{row.conversation}:{row.purpose}:{row.generation}"
        inbound = Inbound(inbound_id, row.conversation, Kind.TIMEOUT, row.purpose, now)
        try:
            await self._settle(row, TurnRequest(inbound))
        except StorageError as error:
            return error
        except Exception as error:  # noqa: BLE001 - one timer's trouble must not stop the others
            self._rest(row, now, error)
        else:
            self._resting.pop(_key(row), None)
        return None

    async def _settle(self, row: TimerRow, request: TurnRequest) -> None:
        try:
            await self.receive(request)
        except NoSuchConversation:
            await self.timers.drop(row)

    def _rest(self, row: TimerRow, now: datetime, error: Exception) -> None:
        failures = self._resting.get(_key(row), (0, now))[0] + 1
        self._resting[_key(row)] = (failures, now + timedelta(seconds=REST.wait(failures, 1.0)))
        fields = {"conversation": row.conversation, "purpose": row.purpose, "failures": failures}
        log.error("timer_failed", **fields, error=kind_of(error), at=place_of(error))


def _key(row: TimerRow) -> Key:
    return (row.conversation, row.purpose, row.generation)
