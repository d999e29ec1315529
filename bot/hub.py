"""Tells open streams of this process that a conversation has moved on; carries hints, never content."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Hub:
    """One event per open stream, grouped by conversation; nothing is kept for conversations nobody watches."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def tell(self, commits: Iterable[tuple[str, int]]) -> None:
        """Wake the streams of these conversations; call it in the event loop, after the commit."""
        for conversation, _ in commits:
            for event in self._watchers.get(conversation, ()):
                event.set()

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

    @property
    def streams(self) -> int:
        """Open streams."""
        return sum(len(events) for events in self._watchers.values())

    def close(self) -> None:
        """Let every stream end, so that the server can stop."""
        self.closed = True
        for events in self._watchers.values():
            for event in events:
                event.set()
