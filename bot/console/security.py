"""What keeps the console ours: passwords, tokens, tries a minute, headers."""

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 12  # characters; length beats rules about signs
LONGEST_PASSWORD = 256
TRIES = 5
TRIES_SECONDS = 60
_MOST_KEYS = 10_000  # a flood of made-up addresses forgets the oldest instead of filling the memory
_AT_ONCE = 2  # each hash takes 19 MiB while it runs

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_KEPT = {"Cache-Control": "no-store"}


def new_token() -> str:
    """A secret of 256 bits that fits a cookie and an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a token; tokens are random, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The form token that goes with a cookie's token; it does not give the cookie away."""
    return hmac.new(token.encode(), b"banter console form", hashlib.sha256).hexdigest()


def same(expected: str, found: str) -> bool:
    """Whether both are equal, in a time that does not tell where they differ; never true for an empty one."""
    return bool(expected) and hmac.compare_digest(expected.encode(), found.encode())


class Passwords:
    """
    Argon2id in a thread, a few at a time.

    19 MiB, two passes, one lane: OWASP's first choice for servers that have other things to do with their memory.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobody = self._hasher.hash(new_token())
        self._turnstile = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._turnstile:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password_hash: str, password: str) -> bool:
        """Whether the password is the one of the hash; takes as long when there is no hash, and says no."""
        async with self._turnstile:
            held = await asyncio.to_thread(self._verify, password_hash or self._nobody, password)
        return held and bool(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class Throttle:
    """So many tries in so many seconds for each key, counted in this process."""

    def __init__(self, clock: Callable[[], datetime], tries: int = TRIES, seconds: float = TRIES_SECONDS) -> None:
        self._clock = clock
        self._tries = tries
        self._seconds = seconds
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, *keys: str) -> bool:
        """Whether one more try is left for all of these keys; it is counted for each that has one left."""
        now = self._clock().timestamp()
        left = [self._take(key, now) for key in keys]
        return all(left)

    def _take(self, key: str, now: float) -> bool:
        seen = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while len(self._seen) > _MOST_KEYS:
            self._seen.popitem(last=False)
        while seen and seen[0] <= now - self._seconds:
            seen.popleft()
        if len(seen) >= self._tries:
            return False
        seen.append(now)
        return True
