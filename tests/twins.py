"""Inbox and outbox in memory, behaving as the store does: for tests of what stands around it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.values import InboxRow, OutboxItem, OutboxRow, Sending

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Time that moves when it is told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class InboxTwin:
    """Updates in memory."""

    def __init__(self) -> None:
        self.rows: list[InboxRow] = []
        self.settled: set[str] = set()

    async def receive(self, rows: Sequence[InboxRow]) -> int:
        known = {(row.channel, row.external) for row in self.rows}
        new = [row for row in rows if (row.channel, row.external) not in known]
        self.rows.extend(new)
        return len(new)

    async def waiting(self, channel: str, limit: int) -> Sequence[InboxRow]:
        oldest: dict[str, InboxRow] = {}
        for row in self.rows:
            if row.channel == channel and row.id not in self.settled:
                oldest.setdefault(row.thread, row)
        return list(oldest.values())[:limit]

    async def thread(self, channel: str, thread: str, limit: int) -> Sequence[InboxRow]:
        waiting = [row for row in self.unsettled if (row.channel, row.thread) == (channel, thread)]
        return sorted(waiting, key=lambda row: (row.received, row.id))[:limit]

    async def settle(self, inbox_id: str) -> None:
        self.settled.add(inbox_id)

    @property
    def unsettled(self) -> list[InboxRow]:
        return [row for row in self.rows if row.id not in self.settled]


class OutboxTwin:
    """Outgoing rows in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, OutboxRow] = {}
        self.leases: dict[str, datetime] = {}

    async def lease(self, now: datetime, limit: int, seconds: float) -> Sequence[OutboxRow]:
        for row in list(self.rows.values()):
            if row.state is Sending.SENDING and self.leases[row.id] <= now:
                state = Sending.UNCERTAIN if row.kind == "telegram.reply" else Sending.READY
                self.rows[row.id] = replace(row, state=state)
        taken: list[OutboxRow] = []
        for row in sorted(self.rows.values(), key=lambda row: (row.due, row.seq)):
            due = row.state is Sending.READY and row.due <= now
            if not due or len(taken) >= limit or not self._first(row):
                continue
            leased = replace(row, state=Sending.SENDING, attempts=row.attempts + 1)
            self.rows[row.id] = leased
            self.leases[row.id] = now + timedelta(seconds=seconds)
            taken.append(leased)
        return taken

    def _first(self, row: OutboxRow) -> bool:
        return not any(
            other.conversation == row.conversation
            and other.kind == row.kind
            and other.seq < row.seq
            and other.state in (Sending.READY, Sending.SENDING)
            for other in self.rows.values()
        )

    async def finish(self, row: str) -> None:
        self._set(row, state=Sending.SENT)

    async def postpone(self, row: str, due: datetime, error: str) -> None:
        self.rows[row] = replace(self.rows[row], state=Sending.READY, due=due, error=error)

    async def give_up(self, row: str, error: str, *, uncertain: bool = False) -> None:
        self.rows[row] = replace(self.rows[row], state=Sending.UNCERTAIN if uncertain else Sending.DEAD, error=error)

    async def resend(self, row: str, now: datetime) -> bool:
        if self.rows[row].state not in (Sending.DEAD, Sending.UNCERTAIN):
            return False
        self.rows[row] = replace(self.rows[row], state=Sending.READY, due=now, error="", attempts=0)
        return True

    async def put(self, conversation: str, items: Sequence[OutboxItem], now: datetime) -> None:
        known = {row.key for row in self.rows.values()}
        for item in items:
            if item.key not in known:
                number = f"row-{len(self.rows) + 1}"
                self.rows[number] = OutboxRow(
                    number, item.key, item.kind, conversation, item.seq, item.payload, Sending.READY, 0, now, "", now
                )

    async def outbox(self, states: Sequence[str], limit: int) -> Sequence[OutboxRow]:
        return [row for row in reversed(self.rows.values()) if row.state in states][:limit]

    def _set(self, row: str, *, state: Sending) -> None:
        self.rows[row] = replace(self.rows[row], state=state)

    def states(self) -> list[Sending]:
        return [row.state for row in self.rows.values()]
