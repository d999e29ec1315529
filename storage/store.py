"""Everything Banter remembers, in one object."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from storage.database import engine_for, migrate, path_of, prepare, trouble
from storage.histories import HistoriesPart
from storage.inbox import InboxPart
from storage.leads import LeadsPart
from storage.outbox import OutboxPart
from storage.publications import PublicationsPart
from storage.reader import READERS, Reader
from storage.staff import StaffPart
from storage.tables import pulse
from storage.timers import TimersPart
from storage.transcripts import TranscriptsPart
from storage.turns import Asked
from storage.values import Decide, Route, StoredTurn, TurnRequest
from storage.writer import Commits, Writer

# Text no database keeps: halves of UTF-16 pairs, and the zero character that PostgreSQL refuses.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Store(TranscriptsPart, InboxPart, OutboxPart, TimersPart, LeadsPart, HistoriesPart, StaffPart, PublicationsPart):
    """
    The memory of one process over a database that others may share.

    All methods raise StoreBusy when the database is locked or too much waits, and StoreUnavailable when it cannot be
    used; both say what to do, nothing was stored, and the store works again by itself when the database does.
    """

    @classmethod
    async def open(cls, url: str, *, busy_seconds: float = 5.0) -> "Store":
        """
        A store over the database of a URL, which is made or brought up to date first.

        Args:
            url: "sqlite:///var/banter.db"; the folder is made, readable by its owner alone.
            busy_seconds: How long to wait for another program that holds the database.

        Raises:
            StoreUnavailable: The database cannot be used; the message says why and what to do.
            StoreBusy: Another program holds it.
        """
        path = path_of(url)
        return cls(*await asyncio.to_thread(_open, path, busy_seconds), path)

    def __init__(self, writing: Engine, reading: Engine, path: Path) -> None:
        super().__init__(Writer(writing, path), Reader(reading, path))
        self._writing = writing

    async def close(self) -> None:
        """Finish what is queued, then let the database go; asked anything later, the store is unavailable."""
        await self._writer.close()
        self._reader.close()
        self._writing.dispose()

    async def take(self, request: TurnRequest, decide: Decide, route: Route) -> StoredTurn:
        """
        One turn, in one transaction; turns of different conversations that wait together share it.

        Turns of one conversation happen in the order they were asked for. An inbound that was taken before gives the
        replies it got, and nothing else happens. Characters that no database keeps are replaced before anybody decides.

        Args:
            request: The inbound, and the conversation to open if it does not exist yet.
            decide: The core; called in the writer's thread, so it must not wait for anything.
            route: What leaves the machine after the turn; called there too.

        Raises:
            AlreadyTaken: Another turn has settled one of its inbox rows: look for what is left.
            NoSuchConversation: Nobody opened it, and the request does not.
            ConversationConflict: The channel's name for the opening was taken meanwhile: find the conversation again.
            Exception: Whatever *decide* or *route* raised; nothing was stored.
        """
        inbound = request.inbound
        if _UNSTORABLE.search(inbound.text):
            request = replace(request, inbound=replace(inbound, text=_UNSTORABLE.sub("\ufffd", inbound.text)))
        turn: StoredTurn = await self._writer.ask(Asked(request, decide, route))
        return turn

    def on_commit(self, listener: Callable[[Commits], None]) -> None:
        """Call the listener in the event loop after each commit with the (conversation, turn) pairs it stored."""
        self._writer.on_commit(listener)

    async def writable(self) -> None:
        """
        Prove that the database can be written, by writing to it.

        Raises:
            StoreBusy: It is locked.
            StoreUnavailable: It cannot be written; the message says why and what to do.
        """
        statement = insert(pulse).values(id=1, at=datetime.now(UTC))
        beat = statement.on_conflict_do_update(index_elements=["id"], set_={"at": statement.excluded.at})

        def write(connection: Connection) -> None:
            connection.execute(beat)

        await self._writer.write(write)


def _open(path: Path, busy_seconds: float) -> tuple[Engine, Engine]:
    prepare(path)
    writing = engine_for(path, writes=True, busy_seconds=busy_seconds)
    try:
        with writing.begin() as connection:
            migrate(connection)
    except SQLAlchemyError as error:
        writing.dispose()
        raise trouble(error, path) or error from error
    return writing, engine_for(path, writes=False, busy_seconds=busy_seconds, connections=READERS)
