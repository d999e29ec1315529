"""What was published is remembered, with the files of every version."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.store import Store
from storage.values import Publication

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def published(content: str, minutes: int = 0, how: str = "reload") -> Publication:
    return Publication(content, content, how, "command", START + timedelta(minutes=minutes))


async def test_publications_come_back_newest_first(file: Path) -> None:
    store = await Store.open(f"sqlite:///{file}")
    for at, content in enumerate(("a", "b", "a")):
        await store.note_publication(published(content, at), b"files of " + content.encode())
    assert list(await store.publications(2)) == [published("a", 2), published("b", 1)]
    assert await store.archived("b") == b"files of b"
    assert await store.archived("c") is None
    await store.close()


async def test_whose_files_ran_and_whether_they_are_kept_comes_back(file: Path) -> None:
    store = await Store.open(f"sqlite:///{file}")
    await store.note_publication(replace(published("a"), own="1", draft="2"), b"files")
    await store.note_publication(published("b"), b"")
    assert list(await store.publications(2)) == [
        replace(published("b"), kept=False),
        replace(published("a"), own="1", draft="2", kept=True),
    ]
    await store.close()


async def test_the_files_of_a_version_stay_as_they_were_first_kept(file: Path) -> None:
    store = await Store.open(f"sqlite:///{file}")
    await store.note_publication(published("a"), b"first")
    await store.note_publication(published("a", how="rollback"), b"second")
    await store.note_publication(published("b"), b"")
    assert await store.archived("a") == b"first"
    assert await store.archived("b") is None
    await store.close()
