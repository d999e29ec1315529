"""What the shell asks of the outside, seen from the caller; each port has a real side and a twin for tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from storage.values import (
    Decide,
    InboxRow,
    LeadRow,
    OutboxItem,
    OutboxRow,
    Route,
    StoredTurn,
    TimerRow,
    TranscriptTurn,
    TurnRequest,
)


class Turns(Protocol):
    """Takes inbounds through committed turns."""

    async def take(self, request: TurnRequest, decide: Decide, route: Route) -> StoredTurn:
        """One turn, in one transaction; turns of different conversations that wait together share it."""
        ...

    async def turns_after(self, conversation: str, turn: int) -> Sequence[TranscriptTurn]:
        """The transcript from the turn after *turn*, oldest first."""
        ...


class Inbox(Protocol):
    """Updates, stored before they are acknowledged."""

    async def receive(self, rows: Sequence[InboxRow]) -> int:
        """Commit updates; those received before are passed over. How many were new."""
        ...

    async def waiting(self, channel: str, limit: int) -> Sequence[InboxRow]:
        """The oldest unhandled update of each thread, oldest first."""
        ...

    async def thread(self, channel: str, thread: str, limit: int) -> Sequence[InboxRow]:
        """The unhandled updates of one thread, oldest first."""
        ...

    async def settle(self, inbox_id: str) -> None:
        """Mark an update handled that needs no turn."""
        ...


class Outbox(Protocol):
    """What has to leave, until it has left."""

    async def lease(self, now: datetime, limit: int, seconds: float) -> Sequence[OutboxRow]:
        """Rows that are due, marked `sending`; of one conversation's replies only the first unfinished one."""
        ...

    async def finish(self, row: str) -> None:
        """It has arrived."""
        ...

    async def postpone(self, row: str, due: datetime, error: str) -> None:
        """It has not; try again then."""
        ...

    async def give_up(self, row: str, error: str, *, uncertain: bool = False) -> None:
        """Nobody will try again by itself; a person sees it."""
        ...

    async def resend(self, row: str, now: datetime) -> bool:
        """A person wants it tried again; False if it is not dead or uncertain."""
        ...

    async def put(self, conversation: str, items: Sequence[OutboxItem], now: datetime) -> None:
        """Add items outside a turn; known keys are passed over."""
        ...

    async def outbox(self, states: Sequence[str], limit: int) -> Sequence[OutboxRow]:
        """Rows in these states, newest first."""
        ...


class Timers(Protocol):
    """What is due later."""

    async def due(self, now: datetime, limit: int, *, loud: bool = True) -> Sequence[TimerRow]:
        """Timers whose time has come and whose generation still stands, oldest first; not loud: only silent ones."""
        ...

    async def drop(self, timer: TimerRow) -> None:
        """Forget a timer of a conversation that is gone."""
        ...


class Leads(Protocol):
    """What the console shows."""

    async def leads(
        self, *, stage: str = "", temperature: str = "", search: str = "", limit: int = 50, before: str = ""
    ) -> Sequence[LeadRow]:
        """Leads, newest change first; *before* is the conversation id of the last row of the page before."""
        ...


class Notifier(Protocol):
    """A way to tell sales."""

    name: str

    async def send(self, row: OutboxRow) -> None:
        """
        Deliver one outbox row, with its key as idempotency key.

        Raises:
            DeliveryFailed: With retry_after when the other side said when, permanent when trying again is useless,
                uncertain when it may have arrived.
        """
        ...
