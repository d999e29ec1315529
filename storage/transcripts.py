"""Conversations as they stand: for the channels that serve them and the people who read them."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from dialogs.values import Conversation, Kind
from scoring.values import Fact
from storage.codec import conversation_of, fact_of, kind, replies_of
from storage.part import Part
from storage.reader import Reader
from storage.statements import conversations_among, facts_among
from storage.tables import conversations, files, turns
from storage.values import FileKept, TranscriptTurn
from storage.writer import Writer

_AUTHORS = {Kind.HUMAN: "human", Kind.TIMEOUT: "system", Kind.SIGNAL: "system", Kind.START: "system"}

_MOST_TOKENS = 10_000  # a few hundred bytes each

# Built once: building a statement costs more than running it. Rows turn, at, inbound, kind, text, replies, asked.
TURNS = (
    select(turns.c.turn, turns.c.at, turns.c.inbound, turns.c.kind, turns.c.text, turns.c.replies, turns.c.asked)
    .where(turns.c.conversation == bindparam("of"), turns.c.turn > bindparam("after"))
    .order_by(turns.c.turn)
)
LATEST = select(conversations.c.id, conversations.c.turn).where(
    conversations.c.id.in_(bindparam("among", expanding=True))
)
TOKEN = select(conversations.c.token_hash).where(conversations.c.id == bindparam("of"))

# Asks for lengths alone: a page that lists files must not read them. Rows inbound, announced, stored.
FILES = (
    select(files.c.inbound, turns.c.size, func.length(files.c.payload))
    .join(turns, (turns.c.conversation == files.c.conversation) & (turns.c.inbound == files.c.inbound))
    .where(files.c.conversation == bindparam("of"))
)


class TranscriptsPart(Part):
    """Reading conversations."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        super().__init__(writer, reader)
        self._tokens: dict[str, str] = {}  # a conversation keeps its token for life, and is asked for it every time

    async def conversation(self, key: str) -> Conversation | None:
        """The conversation as its last turn left it, None if nobody opened it."""
        return await self._reader.read(lambda connection: load(connection, key))

    async def conversation_by_token(self, conversation: str, token_hash: str) -> bool:
        """Whether this conversation was opened with the token of this hash."""
        known = self._tokens.get(conversation)
        if known is None:
            asked = {"of": conversation}
            known = await self._reader.read(lambda connection: connection.execute(TOKEN, asked).scalar())
            if not known:
                return False
            while len(self._tokens) >= _MOST_TOKENS:
                del self._tokens[next(iter(self._tokens))]
            self._tokens[conversation] = known
        return hmac.compare_digest(known.encode(), token_hash.encode())

    async def find(self, channel: str, external: str) -> str | None:
        """The id of the conversation a channel knows under its own name, None if there is none."""
        row = conversations.c
        statement = select(row.id).where(row.channel == channel, row.external == external)
        return await self._reader.read(lambda connection: connection.execute(statement).scalar())

    async def transcript(self, conversation: str) -> Sequence[TranscriptTurn]:
        """All turns of a conversation, oldest first."""
        return await self.turns_after(conversation, -1)

    async def turns_after(self, conversation: str, turn: int) -> Sequence[TranscriptTurn]:
        """The transcript from the turn after *turn*, oldest first."""
        return await self._reader.read(lambda connection: read_turns(connection, conversation, turn))

    async def latest_turns(self, keys: Sequence[str]) -> Mapping[str, int]:
        """The last turn of each of these conversations; those nobody opened are absent."""
        return await self._reader.read(
            lambda connection: {str(key): int(turn) for key, turn in connection.execute(LATEST, {"among": list(keys)})}
        )

    async def file(self, conversation: str, inbound: str) -> tuple[str, bytes] | None:
        """The name and the bytes of a file that was sent, None if there is none."""
        row = files.c
        statement = select(row.name, row.payload).where(row.conversation == conversation, row.inbound == inbound)
        found = await self._reader.read(lambda connection: connection.execute(statement).one_or_none())
        return None if found is None else (found.name, found.payload)

    async def files(self, conversation: str) -> Mapping[str, FileKept]:
        """What became of each file of a conversation, by inbound id."""
        rows = await self._reader.read(lambda connection: connection.execute(FILES, {"of": conversation}).all())
        return {inbound: FileKept(announced, stored) for inbound, announced, stored in rows}


def load(connection: Connection, key: str) -> Conversation | None:
    """A conversation with its facts."""
    row = connection.exec_driver_sql(conversations_among(1), (key,)).one_or_none()
    return None if row is None else conversation_of(row, load_facts(connection, key))


def load_facts(connection: Connection, key: str) -> tuple[Fact, ...]:
    """All that was ever said in a conversation, oldest first."""
    return tuple(fact_of(tuple(row)) for row in connection.exec_driver_sql(facts_among(1), (key,)))


def read_turns(connection: Connection, conversation: str, after: int) -> tuple[TranscriptTurn, ...]:
    """The turns after one, oldest first."""
    return tuple(_turn(row) for row in connection.execute(TURNS, {"of": conversation, "after": after}))


def _turn(row: Sequence[Any]) -> TranscriptTurn:
    turn, at, inbound, told, text, replies, asked = row
    author = _AUTHORS.get(kind(told), "visitor")
    return TranscriptTurn(turn, at, inbound, told, text, author, replies_of(replies), asked)
