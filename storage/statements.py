"""The turn's statements as text, compiled once from the tables; the driver gets tuples in this order."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, insert, literal_column, select, true, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import Executable

from storage.tables import conversations, facts, files, inbox, leads, occurrences, outbox, timers, turns

_DIALECT = sqlite.dialect(paramstyle="qmark")


def _text(statement: Executable, **options: Any) -> str:
    return str(statement.compile(dialect=_DIALECT, **options))  # type: ignore[attr-defined]  # every statement has it


def _insert(table: Table) -> str:
    """Values in the order of the table's columns."""
    return _text(insert(table))


def _upsert(table: Table) -> str:
    """Like an insert; a row under the same primary key takes the new values."""
    statement = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    values = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return _text(statement.on_conflict_do_update(index_elements=keys, set_=values))


INSERT_CONVERSATION = _insert(conversations)
INSERT_TURN = _insert(turns)
INSERT_OCCURRENCE = _insert(occurrences)
INSERT_FACT = _insert(facts)
UPSERT_LEAD = _upsert(leads)
UPSERT_TIMER = _upsert(timers)
UPSERT_FILE = _upsert(files)
INSERT_OUTBOX = _text(sqlite.insert(outbox).on_conflict_do_nothing(index_elements=["key"]))

# turn, generation, state; then id and the turn that was read: the guard against a second writer.
UPDATE_CONVERSATION = _text(
    update(conversations)
    .where(conversations.c.id == bindparam("of"), conversations.c.turn == bindparam("read"))
    .values(turn=bindparam("turn"), generation=bindparam("generation"), state=bindparam("state"))
)
# id
SETTLE_INBOX = _text(
    update(inbox).where(inbox.c.id == bindparam("of")).values(payload=literal_column("''"), handled=true())
)
# id: a row, if it was handled
HANDLED = _text(select(inbox.c.id).where(inbox.c.id == bindparam("of"), inbox.c.handled))
# conversation, generation
DELETE_OLD_TIMERS = _text(
    delete(timers).where(timers.c.conversation == bindparam("of"), timers.c.generation < bindparam("now"))
)
# conversation, purpose, generation
DELETE_TIMER = _text(
    delete(timers).where(
        timers.c.conversation == bindparam("of"),
        timers.c.purpose == bindparam("purpose"),
        timers.c.generation == bindparam("then"),
    )
)


# conversation, inbound: turn, replies. One by one: for many pairs at once SQLite would rather look through the table.
REPLIES_TO = _text(
    select(turns.c.turn, turns.c.replies).where(
        turns.c.conversation == bindparam("of"), turns.c.inbound == bindparam("told")
    )
)
# id: conversation.
OCCURRED = _text(select(occurrences.c.conversation).where(occurrences.c.id == bindparam("of")))
# channel, external: id.
NAMED = _text(
    select(conversations.c.id).where(
        conversations.c.channel == bindparam("channel"), conversations.c.external == bindparam("external")
    )
)


def _among(statement: Select[Any], column: ColumnElement[str], size: int) -> str:
    """A select of the rows whose column is among so many keys."""
    return _text(statement.where(column.in_([""] * size)), compile_kwargs={"render_postcompile": True})


# after, limit: whole conversations in the order of their ids, and the facts of those from one id to another.
HISTORIES = _text(
    select(
        conversations.c.id,
        conversations.c.channel,
        conversations.c.turn,
        conversations.c.generation,
        conversations.c.state,
    )
    .where(conversations.c.id > bindparam("after"))
    .order_by(conversations.c.id)
    .limit(bindparam("most"))
)
FACTS_BETWEEN = _text(
    select(facts)
    .where(facts.c.conversation >= bindparam("first"), facts.c.conversation <= bindparam("last"))
    .order_by(facts.c.conversation, facts.c.seq)
)


@lru_cache(16)
def conversations_among(size: int) -> str:
    """Rows id, channel, turn, generation, state of so many ids."""
    c = conversations.c
    return _among(select(c.id, c.channel, c.turn, c.generation, c.state), c.id, size)


@lru_cache(16)
def facts_among(size: int) -> str:
    """Whole rows of so many conversations, each one's in the order they were told."""
    c = facts.c
    return _among(select(facts).order_by(c.conversation, c.seq), c.conversation, size)
