"""Keys that grow with time, so that new rows stand next to each other."""

import os
import threading
import time
import uuid

_TICKS_PER_MS = 4096  # twelve bits below the millisecond, RFC 9562 section 6.2, method 3
_lock = threading.Lock()
_last = 0


def uuid7() -> str:
    """
    A new UUIDv7, greater than every one this process made before.

    48 bits of milliseconds and 12 bits below them, then 62 random bits (RFC 9562 section 5.7). Two keys made within
    the same quarter of a microsecond still grow, because the clock part is counted up.
    """
    global _last  # noqa: PLW0603 - one counter for the process is what keeps its keys in order
    with _lock:
        _last = max(time.time_ns() * _TICKS_PER_MS // 1_000_000, _last + 1)
        ticks = _last
    milliseconds, fraction = divmod(ticks, _TICKS_PER_MS)
    chance = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | chance))
