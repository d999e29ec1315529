"""All that is known of every conversation, for those who score history again."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from dialogs.values import Conversation
from storage.codec import conversation_of, fact_of
from storage.database import engine_for, path_of, trouble
from storage.part import Part
from storage.statements import FACTS_BETWEEN, HISTORIES

# size: the last id of each full batch of so many, in the order of ids; looks through all ids, once for a whole history
_MARKS = (
    "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM conversations)"
    " WHERE place % ? = 0 ORDER BY id"
)


class HistoriesPart(Part):
    """The `Histories` port."""

    async def histories(self, after: str = "", limit: int = 1000) -> Sequence[Conversation]:
        """The conversations with their facts whose ids come after one, in the order of ids, at most so many."""
        return await self._reader.read(lambda connection: _histories(connection, after, limit))

    async def marks(self, size: int) -> Sequence[str]:
        """What to ask `histories` after, one for each batch of so many conversations; none when there are none."""

        def find(connection: Connection) -> list[str]:
            ends = [row[0] for row in connection.exec_driver_sql(_MARKS, (size,))]
            return ["", *ends]

        return await self._reader.read(find)


def _histories(connection: Connection, after: str, limit: int) -> list[Conversation]:
    rows = connection.exec_driver_sql(HISTORIES, (after, limit, 0)).all()
    if not rows:
        return []
    told = connection.exec_driver_sql(FACTS_BETWEEN, (rows[0][0], rows[-1][0]))
    known = {key: tuple(map(fact_of, group)) for key, group in groupby(map(tuple, told), lambda row: row[0])}
    return [conversation_of(row, known.get(row[0], ())) for row in rows]


class HistoryReader:
    """The same for a worker process, which only reads: over a database that a store has brought up to date."""

    def __init__(self, url: str, *, busy_seconds: float = 5.0) -> None:
        self._path = path_of(url)
        self._engine = engine_for(self._path, writes=False, busy_seconds=busy_seconds)

    def histories(self, after: str, limit: int) -> Sequence[Conversation]:
        """
        As `HistoriesPart.histories`.

        Raises:
            StorageError: The database cannot be read.
        """
        try:
            with self._engine.connect() as connection:
                return _histories(connection, after, limit)
        except DBAPIError as error:
            told = trouble(error, self._path)
            if told is None:
                raise
            raise told from error
