"""A few threads that read while the writer writes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.database import trouble
from storage.errors import StoreUnavailable

T = TypeVar("T")
READERS = 4


class Reader:
    """Runs reading actions in threads, each over one snapshot of the database."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="banter-reader")
        self._closed = False

    async def read(self, action: Callable[[Connection], T]) -> T:
        """
        What the action finds.

        Raises:
            StoreBusy: The database is locked.
            StoreUnavailable: The database cannot be read, or the store is closed; the message says why.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed: the program is stopping")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, action)

    def _run(self, action: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return action(connection)
        except DBAPIError as error:
            told = trouble(error, self._path)
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        """End the threads and close their connections."""
        self._closed = True
        self._threads.shutdown()
        self._engine.dispose()
