"""Migrations and tables say the same."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.database import engine_for
from storage.errors import StoreUnavailable
from storage.store import Store
from storage.tables import metadata


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
