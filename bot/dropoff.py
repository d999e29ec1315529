"""Figures of stored talks for the pictures of frameworks."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bot.rescore import A_BATCH, NoDatabase
from dialogs.dropoff import DropOff
from dialogs.values import Conversation
from storage.database import path_of
from storage.store import Store


class Histories(Protocol):
    """What is read: stored talks in the order of their ids."""

    async def histories(self, after: str = "", limit: int = 1000) -> Sequence[Conversation]:
        """The talks whose ids come after one, at most so many."""
        ...


async def stored_figures(url: str) -> Mapping[str, DropOff]:
    """
    How the questions of each framework fared in the talks of a database, by framework.

    Raises:
        NoDatabase: Nothing has been stored yet.
        StorageError: The database cannot be read.
    """
    if not path_of(url).exists():
        raise NoDatabase(path_of(url), "--database or BANTER_DATABASE_URL")
    store = await Store.open(url)
    try:
        return await figures_in(store)
    finally:
        await store.close()


async def figures_in(store: Histories) -> Mapping[str, DropOff]:
    """The same of an open store, read a thousand talks at a time."""
    found: dict[str, DropOff] = {}
    after = ""
    while read := await store.histories(after, A_BATCH):
        for conversation in read:
            found.setdefault(conversation.framework, DropOff()).add(conversation)
        after = read[-1].id
    return found


class Kept:
    """Figures that are read again once they are older than so many seconds: a page must not read all history."""

    def __init__(self, store: Histories, seconds: float = 300, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._seconds = seconds
        self._clock = clock
        self._read: tuple[float, Mapping[str, DropOff]] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def figures(self) -> Mapping[str, DropOff]:
        """
        By framework.

        Raises:
            StorageError: The database cannot be read.
        """
        async with self._one_at_a_time:
            if self._read is None or self._clock() - self._read[0] >= self._seconds:
                self._read = self._clock(), await figures_in(self._store)
            return self._read[1]
