"""What is due later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, delete, or_, select

from storage.part import Part
from storage.tables import conversations, timers
from storage.values import TimerRow

# Served at night too: these write to nobody, or to who has just written and waits for an answer.
AT_ANY_HOUR = ("park", "rest", "unanswered")


def _due() -> Select[Any]:
    """Rows conversation, purpose, generation, due."""
    row, stands = timers.c, conversations.c
    return (
        select(row.conversation, row.purpose, row.generation, row.due)
        .join(conversations, (stands.id == row.conversation) & (stands.generation == row.generation))
        .where(
            row.due <= bindparam("now"),
            or_(bindparam("loud", type_=Integer) == 1, or_(*(row.purpose == one for one in AT_ANY_HOUR))),
        )
        .order_by(row.due)
        .limit(bindparam("most"))
    )


DUE = _due()  # built once: building a statement costs more than running it


class TimersPart(Part):
    """
    The `Timers` port.

    A timer is settled by the turn of an inbound with the id "timer:<conversation>:<purpose>:<generation>", which
    deletes its row; a turn that raises the generation deletes those that mean nothing any more.
    """

    async def due(self, now: datetime, limit: int, *, loud: bool = True) -> Sequence[TimerRow]:
        """Timers whose time has come and whose generation stands, oldest first; not loud: only those for any hour."""
        asked = {"now": now, "most": limit, "loud": int(loud)}
        return await self._reader.read(lambda connection: [TimerRow(*row) for row in connection.execute(DUE, asked)])

    async def drop(self, timer: TimerRow) -> None:
        """Forget a timer of a conversation that is gone: no turn will settle it."""
        row = timers.c
        statement = delete(timers).where(
            row.conversation == timer.conversation,
            row.purpose == timer.purpose,
            row.generation == timer.generation,
        )

        def forget(connection: Connection) -> None:
            connection.execute(statement)

        await self._writer.write(forget)
