"""Tickets that open one stream for a minute, for browsers' EventSource, which can send no header."""

import hashlib
import hmac
import secrets
from collections.abc import Callable

LIFE_SECONDS = 60


class Tickets:
    """Signed with a key of this process; nothing is kept, and a restart makes all of them void."""

    def __init__(self, clock: Callable[[], float], key: bytes = b"") -> None:
        """Set up; *clock* gives seconds that only grow."""
        self._clock = clock
        self._key = key or secrets.token_bytes(32)

    def issue(self, conversation: str) -> str:
        """A ticket for the stream of this conversation."""
        until = int(self._clock()) + LIFE_SECONDS
        return f"{until}.{self._sign(conversation, until)}"

    def fits(self, conversation: str, ticket: str) -> bool:
        """Whether the ticket is ours, of this conversation and still good."""
        until, _, signature = ticket.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16):
            return False
        expected = self._sign(conversation, int(until))
        return hmac.compare_digest(expected.encode(), signature.encode()) and self._clock() < int(until)

    def _sign(self, conversation: str, until: int) -> str:
        return hmac.new(self._key, f"{until} {conversation}".encode(), hashlib.sha256).hexdigest()
