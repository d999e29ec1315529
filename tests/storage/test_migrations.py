"""Migrations and tables say the same."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from storage import database
from storage.database import engine_for
from storage.errors import StoreUnavailable
from storage.store import Store
from storage.tables import metadata
from tests import fakes
from tests.storage.test_turns import following, opening


async def test_an_empty_file_is_brought_to_what_the_tables_say(file: Path) -> None:
    await (await Store.open(f"sqlite:///{file}")).close()
    engine = engine_for(file, writes=False, busy_seconds=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_migrated_tables_are_built_like_the_tables(file: Path, tmp_path: Path) -> None:
    """Also what Alembic does not compare: the small indices' conditions, tables kept in the order of their key."""
    await (await Store.open(f"sqlite:///{file}")).close()
    made = tmp_path / "made.db"
    engine = engine_for(made, writes=True, busy_seconds=1)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    assert built(file) == built(made)


def migrated(file: Path, revision: str) -> None:
    """A database as the migrations make it, none of today's tables used."""
    file.parent.mkdir(exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = engine_for(file, writes=True, busy_seconds=1)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


async def test_the_migrations_from_the_first_on_lead_to_the_tables(file: Path, tmp_path: Path) -> None:
    migrated(file, "head")
    await (await Store.open(f"sqlite:///{tmp_path / 'made.db'}")).close()
    assert columns(file) == columns(tmp_path / "made.db")
    assert database.HEAD in sqlite3.connect(file).execute("SELECT version_num FROM alembic_version").fetchone()


async def test_a_database_of_the_first_version_keeps_its_talks_and_goes_on(file: Path) -> None:
    migrated(file, "0001")
    driver = sqlite3.connect(file)
    row = ("c1", 1, "i1", "start", "", "2026-03-02 09:00:00.000000", "2026-03-02", "en", 0, None, "[]")
    driver.execute(f"INSERT INTO turns VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    driver.commit()
    store = await Store.open(f"sqlite:///{file}")
    named = "INSERT INTO turns (conversation, turn, inbound, kind, text, at, today, language_hint, size, replies)"
    driver.execute(f"{named} VALUES ('c2', 1, 'i1', 'start', '', '2026-03-02', '', '', 0, '[]')")  # the version before
    driver.commit()
    await store.take(opening("c3"), fakes.decide, fakes.by_telegram)
    await store.close()
    assert driver.execute("SELECT conversation, content FROM turns ORDER BY 1").fetchall() == [
        ("c1", ""),
        ("c2", ""),
        ("c3", fakes.decide(fakes.conversation(), fakes.inbound()).content),
    ]
    driver.close()


async def test_a_database_of_the_second_version_keeps_what_was_published_and_goes_on(file: Path) -> None:
    migrated(file, "0002")
    driver = sqlite3.connect(file)
    written = "INSERT INTO publications (content, folder, how, author, at) VALUES (?, 'f', 'start', '', '2026-03-02')"
    driver.execute(written, ("a",))
    driver.execute("INSERT INTO contents VALUES ('a', x'00')")
    driver.commit()
    store = await Store.open(f"sqlite:///{file}")
    driver.execute(written, ("b",))  # the version before
    driver.commit()
    driver.close()
    found = await store.publications(2)
    await store.close()
    assert [(one.content, one.own, one.draft, one.kept) for one in found] == [("b", "", "", False), ("a", "", "", True)]


async def test_events_of_the_version_before_are_known_in_all_conversations(file: Path) -> None:
    migrated(file, "0002")
    driver = sqlite3.connect(file)
    told = [("c1", "event:a", "signal"), ("c2", "event:a", "signal"), ("c2", "click:b", "signal")]
    told += [("c2", "event:c", "text"), ("c2", "from-the-page", "signal")]  # a visitor's own ids
    for turn, (key, inbound, kind) in enumerate(told, 1):
        row = (key, turn, inbound, kind, "", "2026-03-02 09:00:00.000000", "2026-03-02", "en", 0, None, "[]", "")
        driver.execute(f"INSERT INTO turns VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    driver.commit()
    store = await Store.open(f"sqlite:///{file}")
    assert driver.execute("SELECT id, conversation FROM occurrences ORDER BY 1").fetchall() == [
        ("click:b", "c2"),
        ("event:a", "c1"),
    ]
    driver.close()
    await store.take(opening("c3"), fakes.decide, fakes.by_telegram)
    again = await store.take(following("event:a", "c3", once=True), fakes.decide, fakes.by_telegram)
    assert (again.conversation, again.turn, again.repeated) == ("c1", 1, True)
    await store.close()


def columns(file: Path) -> dict[str, list[tuple[object, ...]]]:
    driver = sqlite3.connect(file)
    tables = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    found = {table: driver.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}
    found |= {
        f"{table}, indices": sorted(row[1:] for row in driver.execute(f"PRAGMA index_list({table})"))
        for table in tables
    }
    driver.close()
    return found


def content(file: Path) -> bytes:
    return file.read_bytes()


def built(file: Path) -> dict[str, list[str]]:
    driver = sqlite3.connect(file)
    rows = driver.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
    found = {name: sorted(part.strip(" ,") for part in sql.splitlines()) for name, sql in rows}
    driver.close()
    return found


async def test_opening_again_changes_nothing(file: Path) -> None:
    await (await Store.open(f"sqlite:///{file}")).close()
    before = content(file)
    await (await Store.open(f"sqlite:///{file}")).close()
    assert content(file) == before


async def test_a_database_of_a_later_version_is_refused(file: Path) -> None:
    await (await Store.open(f"sqlite:///{file}")).close()
    driver = sqlite3.connect(file)
    driver.execute("UPDATE alembic_version SET version_num = 'from the future'")
    driver.commit()
    driver.close()
    with pytest.raises(StoreUnavailable, match="later Banter"):
        await Store.open(f"sqlite:///{file}")


async def test_a_database_of_another_program_is_refused_and_left_alone(file: Path) -> None:
    file.parent.mkdir()
    driver = sqlite3.connect(file)
    driver.execute("CREATE TABLE conversations (theirs TEXT)")
    driver.commit()
    driver.close()
    with pytest.raises(StoreUnavailable, match="tables of another program: set BANTER_DATABASE_URL"):
        await Store.open(f"sqlite:///{file}")
    assert list(built(file)) == ["conversations"]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_the_tables_can_be_told_to_postgresql(table: object) -> None:
    dialect = postgresql.dialect()
    text = str(CreateTable(table).compile(dialect=dialect))
    assert "TIMESTAMP WITHOUT TIME ZONE" not in text
    for index in table.indexes:
        assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
