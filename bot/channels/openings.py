"""How many conversations one address may open."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

BURST = 30
A_MINUTE = 30.0
_MOST_ADDRESSES = 10_000  # a flood of addresses forgets the oldest instead of filling the memory
_SITE = 64  # bits of an IPv6 address that one household has to itself


class Openings:
    """
    One token bucket for each address, in this process: 30 at once, then one every two seconds.

    The machine itself is not counted: what reaches us from there directly is its owner. Visitors who come through a
    proxy on the same machine have the address it forwards.
    """

    def __init__(self, clock: Callable[[], float], burst: float = BURST, a_minute: float = A_MINUTE) -> None:
        """Set up; *clock* gives seconds that only grow."""
        self._clock = clock
        self._burst = burst
        self._a_second = a_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def wait(self, address: str) -> float:
        """Seconds until this address may open its next conversation; 0 when it may now, and then that is counted."""
        key = _key(address)
        if not key:
            return 0.0
        now = self._clock()
        tokens, counted = self._left.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - counted) * self._a_second)
        allowed = tokens >= 1
        self._left[key] = (tokens - 1 if allowed else tokens, now)
        while len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._a_second


def _key(address: str) -> str:
    """What is counted together; "" is not counted."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _SITE), strict=False))
    return str(parsed)
