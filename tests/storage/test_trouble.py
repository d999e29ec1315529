"""A database in trouble: a clear word to whoever waits, nothing half stored, and work again when it is over."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import writer
from storage.errors import StorageError, StoreBusy, StoreUnavailable
from storage.store import Store
from storage.values import StoredTurn, TurnRequest
from tests import fakes
from tests.storage.conftest import count

HOLD = """
import sqlite3, sys
driver = sqlite3.connect(sys.argv[1], isolation_level=None)
driver.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Another program that has the database locked."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait(10)


async def pragma(store: Store, text: str) -> None:
    await store._writer.write(lambda connection: connection.exec_driver_sql(f"PRAGMA {text}"))


async def take(store: Store, key: str, text: str = "We need a CRM") -> StoredTurn:
    request = TurnRequest(fakes.inbound("i1", key, text), fakes.conversation(key))
    return await store.take(request, fakes.decide, fakes.silent)


async def test_a_locked_database_is_busy_and_then_works(store: Store, file: Path) -> None:
    with held(file):
        told = await asyncio.gather(*(take(store, f"c{n}") for n in range(5)), store.writable(), return_exceptions=True)
        assert {type(error) for error in told} == {StoreBusy}
        assert "locked by another program" in str(told[0])
        assert told[0].retry_after > 0
        assert await store.conversation("c1") is None  # reading goes on
    assert (await take(store, "c1")).turn == 1
    assert count(file)["turns"] == 1


async def test_a_full_disk_is_told_to_everybody_who_waited_and_then_works(store: Store, file: Path) -> None:
    await take(store, "c0")
    before = count(file)
    await pragma(store, "max_page_count = 1")  # SQLite takes the present size: not one page more
    long = "x" * 50_000
    told = await asyncio.gather(*(take(store, f"c{n}", long) for n in range(1, 5)), return_exceptions=True)
    assert {type(error) for error in told} == {StoreUnavailable}
    assert "full" in str(told[0])
    assert "free some space" in str(told[0])
    assert isinstance(told[0].__cause__, sqlite3.OperationalError)
    assert count(file) == before
    await pragma(store, "max_page_count = 1000000")
    taken = await asyncio.gather(*(take(store, f"c{n}", long) for n in range(1, 5)))
    assert [(one.turn, one.repeated) for one in taken] == [(1, False)] * 4


async def test_a_full_disk_fails_other_writing_alike(store: Store, file: Path) -> None:
    await pragma(store, "max_page_count = 1")
    person = store.add_staff("x" * 50_000, "anna@northlight.example", "sales", fakes.MONDAY)
    with pytest.raises(StoreUnavailable, match="full"):
        await person
    await pragma(store, "max_page_count = 1000000")
    assert await store.all_staff() == []


async def test_a_database_that_may_only_be_read_is_told_and_then_works(store: Store) -> None:
    await pragma(store, "query_only = ON")
    with pytest.raises(StoreUnavailable, match="may only be read"):
        await take(store, "c1")
    # The store has opened the file anew, as it must when somebody has mended its rights.
    assert (await take(store, "c1")).turn == 1


async def test_whether_it_can_be_written_is_asked_by_writing(store: Store, file: Path) -> None:
    await store.writable()
    await store.writable()
    assert count(file)["pulse"] == 1
    await pragma(store, "query_only = ON")
    with pytest.raises(StoreUnavailable):
        await store.writable()


async def test_a_full_queue_says_when_to_come_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_MOST_WAITING", 3)
    go = threading.Event()
    first = asyncio.ensure_future(store._writer.write(lambda _connection: go.wait(10)))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(take(store, f"c{n}")) for n in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy, match="try again"):
        await take(store, "c9")
    go.set()
    await first
    assert len(await asyncio.gather(*waiting)) == 3


async def test_a_closed_store_says_so(file: Path) -> None:
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await take(store, "c1")
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.conversation("c1")


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("postgresql://banter@db/banter", "stores in SQLite and cannot use postgresql"),
        ("postgres+asyncpg://banter:hunter2@db/banter", "stores in SQLite"),
        ("sqlite://", "a file, like sqlite:///var/banter.db"),
        ("sqlite:///:memory:", "a file, like sqlite:///var/banter.db"),
        ("var/banter.db", "expected something like sqlite:///var/banter.db"),
        ("", "expected something like sqlite:///var/banter.db"),
    ],
)
async def test_a_url_that_cannot_be_used_says_what_to_write(url: str, advice: str) -> None:
    with pytest.raises(StoreUnavailable) as told:
        await Store.open(url)
    assert advice in str(told.value)
    assert "hunter2" not in str(told.value)


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Shopping: milk, bread, and a good deal of patience.\n" * 40)
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable, match="not a SQLite database"):
        await Store.open(f"sqlite:///{file}")
    assert file.read_bytes() == before


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        await Store.open(f"sqlite:///{tmp_path}/var/banter.db")


async def test_a_locked_database_cannot_be_opened_yet(file: Path) -> None:
    await (await Store.open(f"sqlite:///{file}")).close()
    with held(file), pytest.raises(StoreBusy):
        await Store.open(f"sqlite:///{file}", busy_seconds=0.1)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that also somebody without rights can get to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_rights() -> Iterator[None]:
    """As an ordinary user: the superuser may write anything."""
    nobody = 65534
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(nobody)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


def forbid_writing(file: Path, folder: Path) -> None:
    file.chmod(0o444)
    folder.chmod(0o555)


async def test_a_file_that_may_only_be_read_cannot_be_opened(shared: Path) -> None:
    file = shared / "banter.db"
    await (await Store.open(f"sqlite:///{file}")).close()
    forbid_writing(file, shared)
    with without_rights(), pytest.raises(StoreUnavailable, match="let the user Banter runs as write"):
        await Store.open(f"sqlite:///{file}")
    with without_rights(), pytest.raises(StoreUnavailable, match="let the user Banter runs as write"):
        await Store.open(f"sqlite:///{shared}/var/banter.db")


async def test_folder_and_file_are_their_owners_alone(store: Store, file: Path) -> None:
    await store.writable()
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in file.parent.iterdir()} == {0}


def test_every_error_is_one_of_the_stores_own() -> None:
    assert issubclass(StoreBusy, StorageError)
    assert issubclass(StoreUnavailable, StorageError)
