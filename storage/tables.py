"""
The tables, one definition for SQLite and PostgreSQL.

Every hot table leads with the conversation id: rows of one conversation stand together, and a distributed PostgreSQL
can shard by it; only what counts once in all conversations is looked for by an id of its own. Hot tables carry no
foreign keys, because all their rows are written by one turn that has just read the conversation; the staff's tables,
written by hand, do.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Moment(TypeDecorator[datetime]):
    """An instant: aware in and out, UTC, to the microsecond; SQLite knows no time zones and keeps the bare UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it; a time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a zone, found {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A conversation without its facts: everything the next turn needs stands in one JSON column.
conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external", Text),  # the channel's own name for it ("telegram:<chat id>"); a web chat has none
    Column("token_hash", Text, nullable=False),
    Column("turn", Integer, nullable=False),  # the version that guards two writers
    Column("generation", Integer, nullable=False),
    Column("state", Text, nullable=False),
    UniqueConstraint("channel", "external"),
)

# What came in and what was said. An inbound is kept whole, so that a conversation can be replayed.
turns = Table(
    "turns",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("inbound", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("today", Text, nullable=False),
    Column("language_hint", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("asked", Text),
    Column("replies", Text, nullable=False),
    Column("content", Text, nullable=False, server_default=""),  # the version of the workspace it was decided by
    UniqueConstraint("conversation", "inbound"),
    sqlite_with_rowid=False,
)

# Inbounds whose id is known in all conversations, with the one each happened in: what is told of a lead twice counts
# once, though the lead may have begun another talk in between.
occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    sqlite_with_rowid=False,
)

# All that was ever said, oldest first; a correction is a later row, a withdrawal one with the value null.
facts = Table(
    "facts",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("inbound", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Column("how", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# The lead as lists show it, written anew by each turn; contact details stand here because lists search them.
leads = Table(
    "leads",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("framework", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("maximum", Integer, nullable=False),
    Column("temperature", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("telegram", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("handoff", Text, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("assessment", Text, nullable=False),
    Column("grade", Text, nullable=False, server_default=""),
    Index(None, "updated", "conversation"),  # the list's order
    Index(None, "email"),  # whose mail a click or an event belongs to
    Index(None, "stage", "temperature"),  # counts; left alone by a turn that changes neither
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("payload", Text, nullable=False),  # emptied once handled: the turn keeps the words
    Column("received", Moment, nullable=False),
    Column("handled", Boolean, nullable=False),
    UniqueConstraint("channel", "external"),
    Index(
        "ix_inbox_waiting",
        "channel",
        "thread",
        "received",
        "id",
        sqlite_where=text("handled = 0"),
        postgresql_where=text("handled = false"),
    ),
)

# The condition stands in the query word for word, or SQLite would not see that the small index serves it.
UNFINISHED = "state IN ('ready', 'sending')"
outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("error", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Index(
        "ix_outbox_unfinished",
        "conversation",
        "kind",
        "seq",
        sqlite_where=text(UNFINISHED),
        postgresql_where=text(UNFINISHED),
    ),
    Index(None, "state", "due", "id"),  # what is due, what a lease was taken of, and the lists of the console
)

timers = Table(
    "timers",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("due", Moment, nullable=False),
    Index(None, "due"),
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("inbound", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, unique=True),  # lower case
    Column("password_hash", Text, nullable=False),  # "" until one is set
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("expires", Moment, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
)

# What the bot ran on, oldest first: the start of a server is a row only where it changed something.
publications = Table(
    "publications",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # the version that ran from then on
    Column("folder", Text, nullable=False),  # the version the folder held then; another one after a rollback
    Column("how", Text, nullable=False),  # start, reload or rollback
    Column("author", Text, nullable=False),  # id of the person, or what asked: "signal", "command"
    Column("at", Moment, nullable=False),
    Column("own", Text, nullable=False, server_default=""),  # a hash of the operator's files alone that ran
    Column("draft", Text, nullable=False, server_default=""),  # of those the folder held; other ones after a rollback
)

# The operator's own files of each version that ran, packed, so that a rollback finds them.
contents = Table(
    "contents",
    metadata,
    Column("content", Text, primary_key=True),
    Column("archive", LargeBinary, nullable=False),
)

# One row, rewritten when somebody asks whether the database can be written.
pulse = Table("pulse", metadata, Column("id", Integer, primary_key=True), Column("at", Moment, nullable=False))
