"""
What has to leave, until it has left.

A row is ready, then sending while somebody holds its lease, then sent. A reply to Telegram whose lease ran out may have
arrived, and Telegram has no key against doubles: it becomes uncertain and waits for a person. Everything else is tried
again, because its receiver knows the key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from storage.ids import uuid7
from storage.part import Part
from storage.tables import outbox
from storage.values import OutboxItem, OutboxRow, Sending

REPLIES = "telegram.reply"  # leaves in order, and is never repeated blindly

_FIELDS = ("id", "key", "kind", "conversation", "seq", "payload", "state", "attempts", "due", "error", "created")
# Literal, so that the small index serves.
_READY: ColumnElement[str] = literal_column("'ready'")
_SENDING: ColumnElement[str] = literal_column("'sending'")
_MOST_OF_AN_ERROR = 500  # characters


def _due() -> Select[Any]:
    """Ready rows that are due, longest due first; those with an unfinished one of their kind before them wait."""
    row, earlier = outbox.c, outbox.alias("earlier").c
    blocked = exists().where(
        earlier.conversation == row.conversation,
        earlier.kind == row.kind,
        earlier.state.in_((_READY, _SENDING)),
        tuple_(earlier.seq, earlier.id) < tuple_(row.seq, row.id),
    )
    wanted = select(*(row[name] for name in _FIELDS)).where(row.state == _READY, row.due <= bindparam("now"))
    return wanted.where(~blocked).order_by(row.due, row.id).limit(bindparam("most"))


def _expire() -> Update:
    """Whoever sent these has not come back in time."""
    row, is_reply = outbox.c, outbox.c.kind == REPLIES
    told = "whoever was sending it did not come back: it may have arrived"
    values = {
        "state": case((is_reply, Sending.UNCERTAIN.value), else_=Sending.READY.value),
        "error": case((is_reply, told), else_=row.error),
        "lease_until": null(),
    }
    return update(outbox).where(row.state == _SENDING, row.lease_until <= bindparam("now")).values(values)


def _shown() -> Select[Any]:
    """The rows in one state, those that were due last first."""
    row = outbox.c
    wanted = select(*(row[name] for name in _FIELDS)).where(row.state == bindparam("of"))
    return wanted.order_by(row.due.desc(), row.id.desc()).limit(bindparam("most"))


# Built once: building a statement costs more than running it.
DUE, EXPIRE, SHOWN = _due(), _expire(), _shown()
TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(state=_SENDING, lease_until=bindparam("until"), attempts=outbox.c.attempts + 1)
)
# A reply's payload is forgotten once it has arrived, for its words stand in the turn.
FINISH = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        state=Sending.SENT.value,
        lease_until=null(),
        error="",
        payload=case((outbox.c.kind == REPLIES, ""), else_=outbox.c.payload),
    )
)


class OutboxPart(Part):
    """The `Outbox` port."""

    async def lease(self, now: datetime, limit: int, seconds: float) -> Sequence[OutboxRow]:
        """Rows that are due, marked `sending` for so many seconds; of one conversation's replies only the first."""
        until = now + timedelta(seconds=seconds)

        def take(connection: Connection) -> list[OutboxRow]:
            connection.execute(EXPIRE, {"now": now})
            rows = connection.execute(DUE, {"now": now, "most": limit}).mappings().all()
            if rows:
                connection.execute(TAKE, [{"of": row["id"], "until": until} for row in rows])
            return [_row({**row, "state": "sending", "attempts": row["attempts"] + 1}) for row in rows]

        return await self._writer.write(take)

    async def finish(self, row: str) -> None:
        """It has arrived; a reply's payload is forgotten, for its words stand in the turn."""

        def mark(connection: Connection) -> None:
            connection.execute(FINISH, {"of": row})

        await self._writer.write(mark)

    async def postpone(self, row: str, due: datetime, error: str) -> None:
        """It has not; try again then."""
        await self._change(row, Sending.READY, due=due, error=error[:_MOST_OF_AN_ERROR])

    async def give_up(self, row: str, error: str, *, uncertain: bool = False) -> None:
        """Nobody will try again by itself; a person sees it."""
        state = Sending.UNCERTAIN if uncertain else Sending.DEAD
        await self._change(row, state, error=error[:_MOST_OF_AN_ERROR])

    async def resend(self, row: str, now: datetime) -> bool:
        """A person wants it tried again, with attempts counted anew; False if it is not dead or uncertain."""
        stuck = outbox.c.state.in_((Sending.DEAD.value, Sending.UNCERTAIN.value))
        values = {"state": Sending.READY.value, "due": now, "attempts": 0}
        statement = update(outbox).where(outbox.c.id == row, stuck).values(values)
        return await self._writer.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def put(self, conversation: str, items: Sequence[OutboxItem], now: datetime) -> None:
        """Add items outside a turn; known keys are passed over."""
        values = [_new(conversation, item, now) for item in items]

        def add(connection: Connection) -> None:
            if values:
                connection.execute(insert(outbox).on_conflict_do_nothing(index_elements=["key"]), values)

        await self._writer.write(add)

    async def outbox(self, states: Sequence[str], limit: int) -> Sequence[OutboxRow]:
        """Rows in these states, those that were due last first."""

        def find(connection: Connection) -> list[OutboxRow]:
            rows = [
                row for state in states for row in connection.execute(SHOWN, {"of": state, "most": limit}).mappings()
            ]
            rows.sort(key=lambda row: (row["due"], row["id"]), reverse=True)
            return [_row(row) for row in rows[:limit]]

        return await self._reader.read(find)

    async def outbox_counts(self) -> Mapping[str, int]:
        """How many rows are in each state, sent ones left out: they are many and nobody waits for them."""
        states = [state.value for state in Sending if state is not Sending.SENT]
        statement = select(outbox.c.state, func.count()).where(outbox.c.state.in_(states)).group_by(outbox.c.state)
        return await self._reader.read(
            lambda found: (
                dict.fromkeys(states, 0) | {str(state): int(count) for state, count in found.execute(statement)}
            )
        )

    async def _change(self, row: str, state: Sending, **values: Any) -> None:
        """Settle an attempt; what has arrived stays so, whoever comes late."""
        unsent = outbox.c.state != Sending.SENT.value
        statement = (
            update(outbox).where(outbox.c.id == row, unsent).values(state=state.value, lease_until=None, **values)
        )

        def change(connection: Connection) -> None:
            connection.execute(statement)

        await self._writer.write(change)


def _new(conversation: str, item: OutboxItem, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "key": item.key,
        "kind": item.kind,
        "conversation": conversation,
        "seq": item.seq,
        "payload": item.payload,
        "state": Sending.READY.value,
        "attempts": 0,
        "due": now,
        "error": "",
        "created": now,
    }


def _row(found: Any) -> OutboxRow:
    return OutboxRow(**{**found, "state": Sending(found["state"])})
