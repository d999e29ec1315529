"""Keeps what runs beside the web server running; what keeps failing is said, and ends the server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from bot.backoff import Backoff
from bot.blame import kind_of, place_of
from bot.metrics import Metrics

log = structlog.get_logger("banter.parts")

MOST_FAILURES = 5  # one after the other; with the waits in between about fifteen seconds
HEALTHY_SECONDS = 60.0  # a part that ran so long has recovered from what failed before


class PartState(StrEnum):
    """What a part is doing."""

    RUNNING = "running"
    RESTARTING = "restarting"  # it failed and waits to be started again
    DEAD = "dead"  # it kept failing
    ENDED = "ended"  # it returned by itself


@dataclass(slots=True)
class Part:
    """One thing that runs beside the web server."""

    name: str
    run: Callable[[], Awaitable[None]]
    state: PartState = PartState.RUNNING
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Supervisor:
    """Starts parts, starts them again when they fail, and calls *on_death* with the name of one that keeps failing."""

    on_death: Callable[[str], None]
    metrics: Metrics | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _parts: dict[str, Part] = field(default_factory=dict)
    _stopping: bool = False

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part from now on; call it in the event loop."""
        part = Part(name, run)
        part.task = asyncio.create_task(self._keep(part), name=name)
        self._parts[name] = part

    @property
    def down(self) -> Mapping[str, str]:
        """Parts that should run and do not, with their state."""
        missing = (PartState.RESTARTING, PartState.DEAD)
        return {part.name: part.state.value for part in self._parts.values() if part.state in missing}

    async def stop(self, *cancelled: str) -> None:
        """Wait until all parts have returned; those named, and those that wait to be started again, are cancelled."""
        self._stopping = True
        for part in self._parts.values():
            if part.task is not None and (part.name in cancelled or part.state is PartState.RESTARTING):
                part.task.cancel()
        tasks = [part.task for part in self._parts.values() if part.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, part: Part) -> None:
        failures = 0
        while True:
            began = self.clock()
            try:
                await part.run()
            except Exception as error:  # noqa: BLE001 - a bug of ours, which must not end a part for good without a word
                failures = 1 if self.clock() - began >= HEALTHY_SECONDS else failures + 1
                self._tell(part, error, failures)
            else:
                part.state = PartState.ENDED
                return
            if self._stopping:
                return
            if failures >= MOST_FAILURES:
                part.state = PartState.DEAD
                log.critical("part_dead", part=part.name, failures=failures)
                self.on_death(part.name)
                return
            part.state = PartState.RESTARTING
            await self.sleep(Backoff(base=1.0, cap=60.0).wait(failures, 1.0))
            part.state = PartState.RUNNING

    def _tell(self, part: Part, error: Exception, failures: int) -> None:
        if self.metrics is not None:
            self.metrics.part_failures.labels(part.name).inc()
        log.error("part_failed", part=part.name, error=kind_of(error), at=place_of(error), failures=failures)
