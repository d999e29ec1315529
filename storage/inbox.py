"""Updates of channels, stored before they are acknowledged."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from storage.part import Part
from storage.tables import inbox
from storage.values import InboxRow

_FIELDS = ("id", "channel", "external", "thread", "payload", "received")


def _waiting() -> Select[Any]:
    """The oldest unhandled row of each thread of a channel."""
    row, earlier = inbox.c, inbox.alias("earlier").c
    first = ~exists().where(
        earlier.channel == row.channel,
        earlier.thread == row.thread,
        ~earlier.handled,
        tuple_(earlier.received, earlier.id) < tuple_(row.received, row.id),
    )
    wanted = select(*(row[name] for name in _FIELDS)).where(row.channel == bindparam("of"), ~row.handled, first)
    return wanted.order_by(row.received, row.id).limit(bindparam("most"))


def _of_thread() -> Select[Any]:
    """The unhandled rows of one thread."""
    row = inbox.c
    wanted = select(*(row[name] for name in _FIELDS)).where(
        row.channel == bindparam("of"), row.thread == bindparam("in"), ~row.handled
    )
    return wanted.order_by(row.received, row.id).limit(bindparam("most"))


# Built once: building a statement costs more than running it.
WAITING = _waiting()
OF_THREAD = _of_thread()
RECEIVE = insert(inbox).on_conflict_do_nothing()
SETTLE = update(inbox).where(inbox.c.id == bindparam("of")).values(payload="", handled=True)


class InboxPart(Part):
    """The `Inbox` port."""

    async def receive(self, rows: Sequence[InboxRow]) -> int:
        """Commit updates; those received before are passed over. How many were new."""
        values = [{name: getattr(row, name) for name in _FIELDS} | {"handled": False} for row in rows]

        def store(connection: Connection) -> int:
            return sum(connection.execute(RECEIVE, value).rowcount for value in values)

        return await self._writer.write(store) if values else 0

    async def waiting(self, channel: str, limit: int) -> Sequence[InboxRow]:
        """
        The oldest unhandled update of each thread, oldest first.

        Asked again before it is settled, it is given again: who handles a thread has to remember that it does.
        """
        asked = {"of": channel, "most": limit}
        return await self._reader.read(
            lambda connection: [InboxRow(*row) for row in connection.execute(WAITING, asked)]
        )

    async def thread(self, channel: str, thread: str, limit: int) -> Sequence[InboxRow]:
        """The unhandled updates of one thread, oldest first: what one visitor wrote in a row."""
        asked = {"of": channel, "in": thread, "most": limit}
        return await self._reader.read(
            lambda connection: [InboxRow(*row) for row in connection.execute(OF_THREAD, asked)]
        )

    async def settle(self, inbox_id: str) -> None:
        """Mark an update handled that needs no turn, and forget what it said."""

        def mark(connection: Connection) -> None:
            connection.execute(SETTLE, {"of": inbox_id})

        await self._writer.write(mark)
