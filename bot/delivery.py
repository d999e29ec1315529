"""Takes what has to leave out of the outbox and sees it off, once if possible and at least once where that is safe."""

import asyncio
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.backoff import Backoff
from bot.errors import DeliveryFailed
from bot.ports import Notifier, Outbox
from storage.errors import StorageError
from storage.values import OutboxRow

log = structlog.get_logger("banter.delivery")

# The receiver cannot tell a repetition, and a question asked twice is worse than one a person looks after.
NEVER_TWICE = frozenset({"telegram.reply"})

# What to say about a kind nobody was set up for.
MISSING: Mapping[str, str] = {
    "telegram.reply": "set BANTER_TELEGRAM_TOKEN",
    "notify.telegram": "set BANTER_TELEGRAM_TOKEN and BANTER_SALES_TELEGRAM_CHAT",
    "notify.email": "set BANTER_SMTP_URL and BANTER_SALES_EMAIL",
    "notify.webhook": "set BANTER_WEBHOOK_URL and BANTER_WEBHOOK_SECRET",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long delivery keeps trying."""

    attempts: int = 12  # and no fewer,
    at_least: timedelta = timedelta(hours=1)  # however short the waits were drawn
    backoff: Backoff = field(default_factory=Backoff)
    lease_seconds: float = 90.0  # a process that died sending gives its rows back after this
    send_seconds: float = 60.0  # longest try; stays under the lease
    look_seconds: float = 1.0  # how often to look when nobody nudges
    lanes: int = 32  # rows on the wire at once


class Delivery:
    """
    The loop between the outbox and the senders.

    Order within a conversation is the outbox's doing: it leases only the first unfinished reply of each.
    """

    def __init__(
        self,
        outbox: Outbox,
        senders: Sequence[Notifier],
        *,
        clock: Callable[[], datetime],
        patience: Patience = Patience(),
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """
        Set up; nothing leaves before `run`.

        Args:
            outbox: What has to leave.
            senders: One for each kind that is configured; `name` is the kind.
            clock: Now, aware UTC.
            patience: When to try again and when to stop.
            chance: Drawn evenly from 0 to 1, for jitter.
            sleep: Waits so many seconds, between attempts to write down what happened.
        """
        self._outbox = outbox
        self._senders = {sender.name: sender for sender in senders}
        self._clock = clock
        self._patience = patience
        self._chance = chance
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._stopping = False
        self._flying: set[str] = set()  # ids of rows on the wire

    def nudge(self) -> None:
        """Look into the outbox now; call it after a commit that put something there."""
        self._wake.set()

    def stop(self) -> None:
        """
        Take nothing new; `run` returns when what is on the wire has arrived or failed.

        A reply whose sending is cancelled instead may have arrived, and has to wait for a person to look after it.
        """
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        self._flying.clear()  # after a failure the lanes of the run before are gone
        async with asyncio.TaskGroup() as lanes:
            while not self._stopping:
                self._wake.clear()
                for row in await self._lease():
                    self._flying.add(row.id)
                    lanes.create_task(self._fly(row))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._patience.look_seconds):
                        await self._wake.wait()

    async def once(self) -> int:
        """Try what is due now, and wait for it; how many rows were tried."""
        rows = await self._lease()
        async with asyncio.TaskGroup() as lanes:
            for row in rows:
                lanes.create_task(self._deliver(row))
        return len(rows)

    async def _lease(self) -> Sequence[OutboxRow]:
        free = self._patience.lanes - len(self._flying)
        if free <= 0:
            return ()
        try:
            return await self._outbox.lease(self._clock(), free, self._patience.lease_seconds)
        except StorageError as error:
            log.warning("delivery.outbox_unreadable", problem=str(error))
            return ()

    async def _fly(self, row: OutboxRow) -> None:
        try:
            await self._deliver(row)
        finally:
            self._flying.discard(row.id)
            self._wake.set()  # the conversation's next reply may go

    async def _deliver(self, row: OutboxRow) -> None:
        sender = self._senders.get(row.kind)
        if sender is None:
            mend = MISSING.get(row.kind, "this version has no sender for it")
            await self._write(row, lambda: self._outbox.give_up(row.id, f"nothing sends {row.kind}: {mend}"))
            return
        failure = await self._attempt(sender, row)
        if failure is None:
            await self._write(row, lambda: self._outbox.finish(row.id))
            log.info("delivery.sent", **_fields(row))
        else:
            await self._failed(row, failure)

    async def _attempt(self, sender: Notifier, row: OutboxRow) -> DeliveryFailed | None:
        try:
            async with asyncio.timeout(self._patience.send_seconds):
                await sender.send(row)
        except DeliveryFailed as failure:
            return failure
        except TimeoutError:
            return DeliveryFailed(f"took longer than {self._patience.send_seconds:.0f} s", uncertain=True)
        except Exception as error:  # noqa: BLE001 - a bug met by one row must not hold back the others
            # Where it happened, and nothing the error says: it may quote the visitor.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            return DeliveryFailed(f"{type(error).__name__} in {frame.name}, line {frame.lineno}", uncertain=True)
        return None

    async def _failed(self, row: OutboxRow, failure: DeliveryFailed) -> None:
        words = str(failure)
        fields = {**_fields(row), "error": words}
        if failure.uncertain and row.kind in NEVER_TWICE:
            log.error("delivery.uncertain", **fields)
            await self._write(row, lambda: self._outbox.give_up(row.id, words, uncertain=True))
        elif failure.permanent or self._exhausted(row):
            log.error("delivery.dead", **fields)
            await self._write(row, lambda: self._outbox.give_up(row.id, words))
        else:
            log.warning("delivery.postponed", **fields)
            due = self._clock() + timedelta(seconds=self._wait(row, failure))
            await self._write(row, lambda: self._outbox.postpone(row.id, due, words))

    def _exhausted(self, row: OutboxRow) -> bool:
        tried_long = self._clock() - row.created >= self._patience.at_least
        return row.attempts >= self._patience.attempts and tried_long

    def _wait(self, row: OutboxRow, failure: DeliveryFailed) -> float:
        wait = self._patience.backoff.wait(row.attempts, self._chance())
        if failure.retry_after is None:
            return wait
        # Never sooner than they asked; a little later, so that not everybody comes at the same moment.
        return failure.retry_after + min(wait, 1.0)

    async def _write(self, row: OutboxRow, what: Callable[[], Awaitable[None]]) -> None:
        """Write down what happened; a busy database is asked again, because forgetting would send it twice."""
        for attempt in range(1, 7):
            try:
                await what()
            except StorageError as error:
                log.warning("delivery.not_noted", **_fields(row), problem=str(error))
                await self._sleep(Backoff(base=0.5, cap=8.0).wait(attempt, 0.5 + self._chance() / 2))
            else:
                return
        log.error("delivery.left_to_its_lease", **_fields(row))


def _fields(row: OutboxRow) -> dict[str, object]:
    return {"row": row.id, "kind": row.kind, "conversation": row.conversation, "attempt": row.attempts}
