"""Tells open streams of this process that a conversation has moved on; carries hints, never content."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import structlog

from storage.errors import StorageError

log = structlog.get_logger("banter.hub")

Latest = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]  # the last turn of each of these conversations
LOOK_SECONDS = 2.0  # a lost hint costs at most this
_AT_ONCE = 500  # conversations one query asks for


class Hub:
    """One event per open stream, grouped by conversation; nothing is kept for conversations nobody watches."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._heard: dict[str, int] = {}  # the last turn the streams of a watched conversation were woken for
        self._closing = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether streams should end."""
        return self._closing.is_set()

    def tell(self, commits: Iterable[tuple[str, int]]) -> None:
        """Wake the streams of these conversations; call it in the event loop, after the commit."""
        for conversation, turn in commits:
            watchers = self._watchers.get(conversation, ())
            if watchers:
                self._heard[conversation] = turn
            for event in watchers:
                event.set()

    async def look(self, latest: Latest, every: float = LOOK_SECONDS) -> None:
        """Wake streams of conversations that moved on without a hint, until the hub closes."""
        while not self.closed:
            try:
                await self.once(latest)
            except StorageError as error:
                log.warning("streams_wait", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._closing.wait()

    async def once(self, latest: Latest) -> None:
        """
        Look once, for all streams together: one small query for so many conversations.

        Raises:
            StorageError: The database is away.
        """
        watched = list(self._watchers)
        for start in range(0, len(watched), _AT_ONCE):
            found = await latest(watched[start : start + _AT_ONCE])
            self.tell((conversation, turn) for conversation, turn in found.items() if self._is_news(conversation, turn))

    def _is_news(self, conversation: str, turn: int) -> bool:
        return turn > self._heard.get(conversation, -1)

    @contextmanager
    def watch(self, conversation: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation has moved on, or the hub closes."""
        event = asyncio.Event()
        self._watchers.setdefault(conversation, set()).add(event)
        try:
            yield event
        finally:
            watchers = self._watchers[conversation]
            watchers.discard(event)
            if not watchers:
                del self._watchers[conversation]
                self._heard.pop(conversation, None)

    @property
    def streams(self) -> int:
        """Open streams."""
        return sum(len(events) for events in self._watchers.values())

    def close(self) -> None:
        """Let every stream end, so that the server can stop."""
        self._closing.set()
        for events in self._watchers.values():
            for event in events:
                event.set()
