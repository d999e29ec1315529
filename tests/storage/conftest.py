import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "banter.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{file}", busy_seconds=0.2)
    yield opened
    await opened.close()


def count(file: Path) -> dict[str, int]:
    """How many rows each table has."""
    driver = sqlite3.connect(file)
    tables = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counted = {table: driver.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
    driver.close()
    return counted


def size(file: Path) -> int:
    """Bytes of a closed database."""
    return file.stat().st_size
