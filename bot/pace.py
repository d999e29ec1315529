"""How fast Telegram lets a bot speak."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` messages at once and one every `every` seconds after that."""

    every: float  # seconds
    burst: int = 1


# Telegram allows about 30 messages a second in all, 1 a second in a chat and 20 a minute in a group
# (core.telegram.org/bots/faq, "My bot is hitting limits"). Burst and refill of one span stay under each of them.
EVERYWHERE = Rate(every=1 / 25, burst=5)
CHAT = Rate(every=1.0)
GROUP = Rate(every=4.0, burst=5)
PATIENCE = 20.0  # seconds; whoever would wait longer gives the slot back and comes again
_MANY = 10_000  # chats remembered before the quiet ones are forgotten


class Pace:
    """Lets messages go as fast as Telegram takes them, for one process."""

    def __init__(
        self,
        *,
        everywhere: Rate = EVERYWHERE,
        chat: Rate = CHAT,
        group: Rate = GROUP,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._everywhere = everywhere
        self._chat = chat
        self._group = group
        self._monotonic = monotonic
        self._sleep = sleep
        self._next: dict[str, float] = {}  # when the bucket of this chat is full again; "" is the bot's own

    async def wait(self, chat: str) -> None:
        """
        Return when a message to this chat may go; waiters of one chat go in the order they came.

        Raises:
            DeliveryFailed: With retry_after when the turn would come later than `PATIENCE`.
        """
        now = self._monotonic()
        rates = (("", self._everywhere), (chat, self._rate_of(chat)))
        delay = max(self._free_at(name, rate, now) for name, rate in rates) - now
        if delay > PATIENCE:
            raise DeliveryFailed("too many messages wait for this chat", retry_after=delay)
        for name, rate in rates:
            self._next[name] = max(self._next.get(name, 0.0), now) + rate.every
        if len(self._next) > _MANY:
            self._forget(now)
        if delay > 0:
            await self._sleep(delay)

    def _rate_of(self, chat: str) -> Rate:
        # Groups and channels have negative ids or public names.
        return self._group if chat.startswith(("-", "@")) else self._chat

    def _free_at(self, name: str, rate: Rate, now: float) -> float:
        return max(self._next.get(name, 0.0) - (rate.burst - 1) * rate.every, now)

    def _forget(self, now: float) -> None:
        self._next = {name: full for name, full in self._next.items() if full > now}
