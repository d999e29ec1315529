"""What is thrown away once a day: sessions and sign-in links that are over."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from storage.errors import StorageError

log = structlog.get_logger("banter.housekeeping")

DAY = 86_400.0
SOON = 60.0  # seconds until the next attempt when the database is away


@dataclass(slots=True)
class Housekeeping:
    """Forgets at the start, then once a day."""

    forget: Callable[[datetime], Awaitable[None]]
    clock: Callable[[], datetime]
    every: float = DAY
    soon: float = SOON
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Let `run` return."""
        self._stop.set()

    async def run(self) -> None:
        """Forget what is over until stopped; a database that is away is waited for."""
        while not self._stop.is_set():
            wait = self.every
            try:
                await self.forget(self.clock())
            except StorageError as error:
                log.warning("housekeeping_waits", error=type(error).__name__)
                wait = self.soon
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stop.wait()
