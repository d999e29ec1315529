"""The Telegram channel: updates are stored first, acknowledged second, understood third."""

import asyncio
import hmac
import json
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from bot.backoff import Backoff
from bot.channels.incoming import Receive
from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_bursts import PAUSE, MayWait
from bot.channels.telegram_taps import Taps
from bot.channels.telegram_turns import LANES, TelegramTurns
from bot.channels.telegram_wire import (
    ALLOWED_UPDATES,
    CHANNEL,
    tap_of,
    thread_of,
    update_id,
)
from bot.errors import BadSetting
from bot.ports import Inbox
from storage.errors import StorageError, StoreBusy
from storage.values import InboxRow

log = structlog.get_logger("banter.telegram")

POLL_SECONDS = 25  # how long Telegram may hold a poll open
# After a week of silence Telegram may start counting update ids anew, below the offset we hold
# (core.telegram.org/bots/api#update); everything under the offset is long forgotten there by then.
FORGET_OFFSET_AFTER = timedelta(days=1)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_WRONG_TOKEN = (401, 404)
_CONFLICT = 409


class ChannelState(StrEnum):
    """What the channel is doing."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"  # Telegram cannot be reached just now
    STOPPED = "stopped"  # somebody has to mend a setting


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """How the channel is, for health and console."""

    state: ChannelState
    problem: str = ""  # what is wrong and what to do, "" while nothing is
    bot: str = ""  # the bot's username, without "@", once known


class _WrongToken(Exception):  # noqa: N818 - ends the channel's tasks, nobody outside sees it
    pass


class TelegramChannel:
    """
    Brings what visitors do in Telegram to the reception, and acknowledges nothing before it is stored.

    Telegram forgets an update when it is confirmed by the next offset (polling) or answered with 200 (webhook). Both
    happen after the inbox has committed it, so a killed process gets it again and the inbox passes over it.
    """

    name = CHANNEL

    def __init__(
        self,
        api: TelegramApi,
        inbox: Inbox,
        receive: Receive,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        webhook_url: str = "",
        secret: str = "",
        poll_seconds: int = POLL_SECONDS,
        lanes: int = LANES,
        pause: timedelta = PAUSE,
        may_wait: MayWait | None = None,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """
        Set up; nothing is sent before `run`.

        Args:
            api: The bot's line to Telegram.
            inbox: Where updates are stored before they are acknowledged.
            receive: The reception.
            new_id: Makes ids of inbox rows (UUIDv7).
            clock: Now, aware UTC.
            webhook_url: Where Telegram reaches `accept`; "" means polling.
            secret: What Telegram shows with every webhook call.
            poll_seconds: How long one poll may stay open.
            lanes: How many chats are served at once.
            pause: How long to wait for more words before those of a visitor are answered together; none at all if 0.
            may_wait: Which words may wait for more; by default all.
            chance: Drawn evenly from 0 to 1, for jitter.
            sleep: Waits so many seconds.

        Raises:
            BadSetting: A webhook needs a secret of letters, digits, "_" and "-".
        """
        if webhook_url and not _SECRET.fullmatch(secret):
            raise BadSetting(
                "BANTER_TELEGRAM_SECRET: expected 1 to 256 letters, digits, _ or - because BANTER_TELEGRAM_MODE is "
                "webhook; make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        self.status = ChannelStatus(ChannelState.STARTING)
        self._api = api
        self._inbox = inbox
        self._new_id = new_id
        self._clock = clock
        self._webhook_url = webhook_url
        self._secret = secret
        self._poll_seconds = poll_seconds
        self._chance = chance
        self._sleep = sleep
        self._taps = Taps(api)
        self._turns = TelegramTurns(
            api, inbox, receive, clock=clock, chance=chance, lanes=lanes, pause=pause, may_wait=may_wait
        )

    async def run(self) -> None:
        """
        Serve until cancelled; returns by itself only when Telegram does not know the token.

        The server goes on without Telegram then, and `status` says why.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen())
                tasks.create_task(self._turns.run())
                tasks.create_task(self._taps.run())
        except* _WrongToken:
            problem = "Telegram does not know this bot: check BANTER_TELEGRAM_TOKEN (and BANTER_TELEGRAM_API)"
            self._turn(ChannelState.STOPPED, problem)
            log.error("telegram.stopped", problem=problem)  # noqa: TRY400 - the trace says nothing more

    def nudge(self) -> None:
        """Look into the inbox now."""
        self._turns.nudge()

    async def accept(self, update: bytes, secret: str | None) -> int:
        """
        Take one webhook call.

        Args:
            update: The body as received.
            secret: The header X-Telegram-Bot-Api-Secret-Token, None if there was none.

        Returns:
            The HTTP status to answer with: 200 when the update is stored, 400 when it is no update, 403 for a wrong
            secret, 404 when no webhook is set up, 503 when it could not be stored (Telegram sends it again).
        """
        if not self._webhook_url:
            return 404
        if not hmac.compare_digest((secret or "").encode(), self._secret.encode()):
            return 403
        try:
            found = json.loads(update)
        except (ValueError, RecursionError):  # also what is not UTF-8
            return 400
        if update_id(found) is None:
            return 400
        try:
            await self._store([found])
        except StorageError as error:
            log.warning("telegram.not_stored", problem=str(error))
            return 503
        return 200

    async def _listen(self) -> None:
        await self._patiently(self._introduce)
        if self._webhook_url:
            await self._patiently(self._set_webhook)
            self._turn(ChannelState.RUNNING)
            return
        await self._patiently(self._delete_webhook)
        offset: int | None = None
        heard = self._clock()
        failures = 0
        while True:
            if self._clock() - heard > FORGET_OFFSET_AFTER:
                offset = None
            try:
                updates = await self._poll(offset)
                if updates:
                    await self._store(updates)
                    heard = self._clock()
                    offset = max(update_id(update) or 0 for update in updates) + 1
            except (TelegramRefused, TelegramUnreachable, StorageError) as error:
                failures += 1
                await self._stumble(error, failures)
                continue
            failures = 0
            self._turn(ChannelState.RUNNING)

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        params: dict[str, object] = {"timeout": self._poll_seconds, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            params["offset"] = offset
        found = await self._api.call("getUpdates", params, timeout=self._poll_seconds + 10)
        return [update for update in found if update_id(update) is not None] if isinstance(found, list) else []

    async def _store(self, updates: Sequence[Mapping[str, Any]]) -> None:
        now = self._clock()
        await self._inbox.receive(
            [
                InboxRow(
                    id=self._new_id(),
                    channel=CHANNEL,
                    external=str(update_id(update)),
                    thread=thread_of(update),
                    payload=json.dumps(update, separators=(",", ":")),
                    received=now,
                )
                for update in updates
            ]
        )
        for tap in filter(None, map(tap_of, updates)):
            self._taps.put(tap)
        self._turns.nudge(map(thread_of, updates))

    async def _introduce(self) -> None:
        with suppress(TelegramRefused):  # its name is only for showing; a wrong token is told by what follows
            me = await self._api.call("getMe")
            name = me.get("username") if isinstance(me, dict) else None
            self.status = replace(self.status, bot=str(name or ""))

    async def _set_webhook(self) -> None:
        await self._api.call(
            "setWebhook",
            {"url": self._webhook_url, "secret_token": self._secret, "allowed_updates": ALLOWED_UPDATES},
        )

    async def _delete_webhook(self) -> None:
        with suppress(TelegramRefused):  # if one stays, polling is told so and asks again
            await self._api.call("deleteWebhook")

    async def _patiently(self, step: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while True:
            try:
                await step()
            except (TelegramRefused, TelegramUnreachable) as error:
                failures += 1
                await self._stumble(error, failures)
            else:
                return

    async def _stumble(self, error: Exception, failures: int) -> None:
        """Say what is wrong, once, and wait before the next attempt."""
        wait = Backoff(base=1.0, cap=60.0).wait(failures, 0.5 + self._chance() / 2)
        problem = str(error)
        if isinstance(error, TelegramRefused):
            if error.code in _WRONG_TOKEN:
                raise _WrongToken from None
            if error.code == _CONFLICT:
                problem = (
                    "another program polls Telegram with this token, or has set a webhook: stop it, or use another bot"
                )
                if "webhook" in error.description:
                    with suppress(TelegramUnreachable):
                        await self._delete_webhook()
            wait = max(wait, error.retry_after or 0.0)
        if isinstance(error, StoreBusy):
            wait = max(wait, error.retry_after)
        if self.status.problem != problem:
            log.warning("telegram.waiting", problem=problem)
        self._turn(ChannelState.WAITING, problem)
        await self._sleep(wait)

    def _turn(self, state: ChannelState, problem: str = "") -> None:
        if state is not self.status.state and state is ChannelState.RUNNING:
            log.info("telegram.running", bot=self.status.bot, webhook=bool(self._webhook_url))
        self.status = replace(self.status, state=state, problem=problem)
