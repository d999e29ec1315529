"""The SQLite file: opened, set up and migrated, and what its errors mean to whoever has to act."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from storage.errors import StorageError, StoreBusy, StoreUnavailable
from storage.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"

# FULL, not NORMAL: with NORMAL every second simulated power cut lost rows that had been acknowledged.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864")

# What to tell people, by SQLite's primary result code.
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk, or the file's size limit, is full: free some space; nothing has to be restarted",
    sqlite3.SQLITE_READONLY: "it may only be read: let the user Banter runs as write the file and its folder",
    sqlite3.SQLITE_PERM: "access is denied: let the user Banter runs as write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: let the user Banter runs as write the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk reports an error: look at the disk, then at the system's log",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: stop Banter and restore the last copy",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database: check BANTER_DATABASE_URL",
}
_LASTING = _ADVICE.keys() - {sqlite3.SQLITE_FULL}


def path_of(url: str) -> Path:
    """
    The database file a URL names.

    Raises:
        StoreUnavailable: The URL cannot be read, or names a database this build does not store in.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnavailable(
            "BANTER_DATABASE_URL cannot be read: expected something like sqlite:///var/banter.db"
        ) from error
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnavailable(
            f"this build stores in SQLite and cannot use {parsed.get_backend_name()}: "
            "set BANTER_DATABASE_URL to something like sqlite:///var/banter.db"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise StoreUnavailable(
            "a database in memory forgets everybody: set BANTER_DATABASE_URL to a file, like sqlite:///var/banter.db"
        )
    return Path(parsed.database)


def prepare(path: Path) -> None:
    """
    Make the folder (0700) and the file (0600) unless they are there: visitors' words are nobody else's business.

    Raises:
        StoreUnavailable: They cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be made ({error.strerror}): let the user Banter runs as write the folder {path.parent}"
        ) from error


def engine_for(path: Path, *, writes: bool, busy_seconds: float, connections: int = 1) -> Engine:
    """
    An engine over the file.

    Transactions of a writing engine begin with the write lock in hand (BEGIN IMMEDIATE), so that what a turn has read
    still stands when it writes; the others see one snapshot for as long as they last.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error is logged, and never what a visitor wrote
        connect_args={"timeout": busy_seconds, "cached_statements": 256, "check_same_thread": False},
    )
    pragmas = (*_PRAGMAS, "cache_size=-8000") if writes else ("query_only=ON", "cache_size=-2000")

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # begin and commit are ours to say
        # Staff write names in Cyrillic too, which SQLite's own lower() leaves as they are.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


HEAD = "0004"  # the newest revision; a test holds it to the migrations
_STAMP = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def migrate(connection: Connection) -> None:
    """
    Bring the tables to what this version expects, in the connection's own transaction.

    A new database gets the tables as they are today and one that is up to date is left alone, both without Alembic,
    whose import takes longer than everything else here; a test holds that its migrations lead to the same tables.

    Raises:
        StoreUnavailable: The database was written by a later version, or by another program.
    """
    names = inspect(connection).get_table_names()
    if not names:
        metadata.create_all(connection)
        connection.exec_driver_sql(_STAMP)
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))
    elif "alembic_version" not in names:
        raise StoreUnavailable(
            "the database holds tables of another program: set BANTER_DATABASE_URL to a file that is Banter's alone"
        )
    elif connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() != [HEAD]:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - only where there is something to migrate
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnavailable(
            f"the database cannot be brought to this version ({error}): was it used by a later Banter?"
        ) from error


def code_of(error: BaseException) -> int | None:
    """SQLite's primary result code, None if the error is not the database's."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None
    return None if code is None else code & 0xFF


def trouble(error: BaseException, path: Path) -> StorageError | None:
    """What an error of the database means to whoever has to act; None if it is a slip of ours."""
    if isinstance(error, StorageError):
        return None
    code = code_of(error)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(f"{path} is locked by another program: try again, and close that program if this stays")
    if code in _ADVICE:
        return StoreUnavailable(f"{path} cannot be used: {_ADVICE[code]}")
    return None


def lasting(error: BaseException) -> bool:
    """Whether only a new connection can get over this error (the file was replaced, made writable, mounted anew)."""
    return code_of(error) in _LASTING
