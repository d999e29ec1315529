"""All that is known of every conversation, for those who score history again."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection

from dialogs.values import Conversation
from storage.codec import conversation_of, fact_of
from storage.part import Part
from storage.statements import FACTS_BETWEEN, HISTORIES


class HistoriesPart(Part):
    """The `Histories` port."""

    async def histories(self, after: str = "", limit: int = 1000) -> Sequence[Conversation]:
        """The conversations with their facts whose ids come after one, in the order of ids, at most so many."""

        def find(connection: Connection) -> list[Conversation]:
            rows = connection.exec_driver_sql(HISTORIES, (after, limit, 0)).all()
            if not rows:
                return []
            told = connection.exec_driver_sql(FACTS_BETWEEN, (rows[0][0], rows[-1][0]))
            known = {key: tuple(map(fact_of, group)) for key, group in groupby(map(tuple, told), lambda row: row[0])}
            return [conversation_of(row, known.get(row[0], ())) for row in rows]

        return await self._reader.read(find)
