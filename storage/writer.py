"""One thread that holds the write connection, and commits what waits together in one go."""

import asyncio
import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from storage.database import code_of, lasting, trouble
from storage.errors import StoreBusy, StoreUnavailable
from storage.recent import Recent
from storage.turns import Asked, take_group
from storage.values import StoredTurn

T = TypeVar("T")
Action = Callable[[Connection], Any]
Commits = Sequence[tuple[str, int]]  # (conversation, turn)

GROUP = 64  # turns a commit: on a disk with 8 ms a sync larger groups gain under a tenth and wait noticeably longer
_LOOKAHEAD = 4 * GROUP  # how far to look for turns of other conversations
_MOST_WAITING = 10_000  # beyond this a visitor hears "one moment" sooner than an answer

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    """Work for the thread: a turn, or any other writing."""

    work: Asked | Action
    future: asyncio.Future[Any]
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.work.request.inbound.conversation if isinstance(self.work, Asked) else ""


class Writer:
    """
    Does all writing, one group at a time, in the order it was asked for.

    A group holds at most one turn of a conversation; the next one waits for the next group. Whatever goes wrong with
    one job goes to whoever awaits it; when the database itself fails, the whole group is told and the next tries anew.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        """Start the thread; answers come back to the running event loop."""
        self._engine = engine
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._listeners: list[Callable[[Commits], None]] = []
        self._recent = Recent()
        self._held = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="banter-writer", daemon=True)
        self._thread.start()

    def on_commit(self, listener: Callable[[Commits], None]) -> None:
        """Call the listener in the event loop after each commit, with the turns it stored."""
        self._listeners.append(listener)

    def ask(self, work: Asked | Action) -> asyncio.Future[Any]:
        """
        The answer to come: a StoredTurn, or what the action returns.

        Raises:
            StoreBusy: Too much is waiting.
            StoreUnavailable: The store is closed.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed: the program is stopping")
        if self._queue.qsize() + self._held >= _MOST_WAITING:
            raise StoreBusy(f"{_MOST_WAITING} writings wait already: try again in a moment")
        job = _Job(work, self._loop.create_future())
        self._queue.put(job)
        return job.future

    async def write(self, action: Callable[[Connection], T]) -> T:
        """What the action returns, committed; it has a savepoint of its own in the group's transaction."""
        answer: T = await self.ask(action)
        return answer

    async def close(self) -> None:
        """Finish what waits, then let the connection go."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    # Everything below runs in the thread.

    def _run(self) -> None:
        waiting: deque[_Job] = deque()
        open_ = True
        while open_ or waiting:
            open_ = self._fill(waiting) and open_
            group = _next_group(waiting)
            self._held = len(waiting)
            if group:
                self._serve(group)
        self._disconnect()

    def _fill(self, waiting: deque[_Job]) -> bool:
        """Move what was asked into *waiting*, waiting for the first if there is none; False after the last."""
        while len(waiting) < _LOOKAHEAD:
            try:
                job = self._queue.get(block=not waiting and not self._closed)
            except queue.Empty:
                return True
            if job is None:
                return False
            waiting.append(job)
        return True

    def _serve(self, group: Sequence[_Job]) -> None:
        try:
            answers = self._commit(group)
        except Exception as error:  # noqa: BLE001 - the end of the thread's road: whoever awaits has to hear of it
            self._recent.roll_back()
            if lasting(error):
                self._disconnect()
            if trouble(error, self._path) is not None:
                _log.error("storage.failed", extra={"code": code_of(error), "jobs": len(group)})
                self._answer(group, [_because(trouble(error, self._path), error) for _ in group])
            elif len(group) > 1:  # one of them is at fault; its neighbours are not
                for job in group:
                    self._serve([job])
            else:
                self._answer(group, [error])
        else:
            self._answer(group, answers)

    def _commit(self, group: Sequence[_Job]) -> list[Any]:
        if self._connection is None:
            self._connection = self._engine.connect()
        answers: dict[int, Any] = {}
        with self._connection.begin():
            turns = [(place, job.work) for place, job in enumerate(group) if isinstance(job.work, Asked)]
            if turns:
                driver: Any = self._connection.connection.driver_connection
                taken = take_group(driver, [asked for _, asked in turns], self._recent)
                answers.update(zip((place for place, _ in turns), taken, strict=True))
            for place, job in enumerate(group):
                if not isinstance(job.work, Asked):
                    answers[place] = self._act(self._connection, job.work)
        self._recent.commit()
        return [answers[place] for place in range(len(group))]

    def _act(self, connection: Connection, action: Action) -> Any:
        savepoint = connection.begin_nested()
        try:
            answer = action(connection)
        except Exception as error:
            if trouble(error, self._path) is not None:
                raise  # the database fails: the whole transaction goes, and SQLite may have ended it already
            savepoint.rollback()
            return error
        savepoint.commit()
        return answer

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _answer(self, group: Sequence[_Job], answers: Sequence[Any]) -> None:
        stored = [
            (answer.conversation, answer.turn)
            for answer in answers
            if isinstance(answer, StoredTurn) and not answer.repeated
        ]
        with contextlib.suppress(RuntimeError):  # the event loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(self._tell, group, answers, stored)

    # In the event loop again.

    def _tell(self, group: Sequence[_Job], answers: Sequence[Any], stored: Commits) -> None:
        for job, answer in zip(group, answers, strict=True):
            if job.future.done():
                continue
            if isinstance(answer, StopIteration):  # a future refuses this one
                job.future.set_exception(_because(RuntimeError("an action ran past the end of an iterator"), answer))
            elif isinstance(answer, Exception):
                job.future.set_exception(answer)
            else:
                job.future.set_result(answer)
        if stored:
            for listener in self._listeners:
                self._loop.call_soon(listener, stored)


def _because(answer: Exception | None, cause: Exception) -> Exception:
    if answer is None:
        return cause
    answer.__cause__ = cause
    return answer


def _next_group(waiting: deque[_Job]) -> list[_Job]:
    """Take the next group out of *waiting*: the oldest first, one turn a conversation."""
    group: list[_Job] = []
    later: list[_Job] = []
    busy: set[str] = set()
    for job in waiting:
        if len(group) == GROUP or (job.key and job.key in busy):
            later.append(job)
        else:
            group.append(job)
        busy.add(job.key)
    waiting.clear()
    waiting.extend(later)
    return group
