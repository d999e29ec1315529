"""What we say in Telegram, on its way out of the outbox."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import msgspec
import structlog

from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_payload import KIND, TelegramChoice, TelegramReply
from bot.errors import DeliveryFailed
from bot.pace import Pace
from storage.values import OutboxRow

log = structlog.get_logger("banter.telegram")

LONGEST_TEXT = 4096  # Telegram's limit; counted here in UTF-16 units, the strictest reading of "characters"
LONGEST_DATA = 64  # bytes of callback data
_SHORT_LABEL = 18  # characters that still fit twice into the width of a phone
_TYPING_SECONDS = 0.6  # long enough to be seen, short enough not to annoy
_GONE = (400, 403)  # the chat is not there, we are blocked, or the message itself is impossible


class TelegramReplies:
    """Sends replies; never one of them twice."""

    name = KIND

    def __init__(
        self, api: TelegramApi, pace: Pace, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._api = api
        self._pace = pace
        self._sleep = sleep
        self._said: dict[str, int] = {}  # row key -> parts already sent, while a long text is on its way

    async def send(self, row: OutboxRow) -> None:
        """
        Say one reply; a text too long for one message goes as several, the buttons under the last.

        Raises:
            DeliveryFailed: As the port says; uncertain after a time-out, because Telegram has no idempotency key.
        """
        try:
            reply = msgspec.json.decode(row.payload, type=TelegramReply)
        except msgspec.DecodeError as error:
            raise DeliveryFailed(f"the payload is not a reply: {error}", permanent=True) from None
        if reply.typing and row.key not in self._said:
            await self._show_typing(reply.chat_id)
        parts = split(reply.text)
        done = self._said.get(row.key, 0)
        for number, part in enumerate(parts[done:], start=done + 1):
            await self._say(row, reply, part, last=number == len(parts))
            self._said[row.key] = number
        self._said.pop(row.key, None)

    async def _say(self, row: OutboxRow, reply: TelegramReply, part: str, *, last: bool) -> None:
        # No parse_mode: nothing a visitor wrote can become markup.
        params: dict[str, object] = {"chat_id": reply.chat_id, "text": part}
        buttons = keyboard(reply.choices) if last else []
        if buttons:
            params["reply_markup"] = {"inline_keyboard": buttons}
        await self._pace.wait(str(reply.chat_id))
        try:
            await self._api.call("sendMessage", params)
        except (TelegramRefused, TelegramUnreachable) as error:
            failure = delivery_failure(error)
            if failure.permanent or failure.uncertain:
                self._said.pop(row.key, None)
            raise failure from None

    async def _show_typing(self, chat: int) -> None:
        with suppress(TelegramRefused, TelegramUnreachable):
            await self._api.call("sendChatAction", {"chat_id": chat, "action": "typing"}, timeout=3.0)
            await self._sleep(_TYPING_SECONDS)


def delivery_failure(error: TelegramRefused | TelegramUnreachable) -> DeliveryFailed:
    """What a failed call means for the row that wanted it."""
    if isinstance(error, TelegramUnreachable):
        return DeliveryFailed(str(error), uncertain=error.maybe_done)
    return DeliveryFailed(str(error), retry_after=error.retry_after, permanent=error.code in _GONE)


def split(text: str) -> list[str]:
    """
    The text in parts Telegram takes, cut at line ends, else at spaces, else anywhere.

    Whitespace at a cut is dropped; a text without anything to see gives no parts.
    """
    parts = []
    rest = text.strip()
    while _units(rest) > LONGEST_TEXT:
        longest = _fitting(rest)
        cut = max(longest.rfind("\n"), 0) or max(longest.rfind(" "), 0) or len(longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def keyboard(choices: Sequence[TelegramChoice]) -> list[list[dict[str, str]]]:
    """Rows of buttons: two a row while all labels are short, else one."""
    usable = [choice for choice in choices if 0 < len(choice.id.encode()) <= LONGEST_DATA and choice.label.strip()]
    if len(usable) < len(choices):  # the visitor can still write; a message Telegram refuses helps nobody
        log.error("telegram.buttons_left_out", left_out=len(choices) - len(usable))
    buttons = [{"text": choice.label, "callback_data": choice.id} for choice in usable]
    width = 2 if all(len(choice.label) <= _SHORT_LABEL for choice in usable) else 1
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitting(text: str) -> str:
    cut = text[:LONGEST_TEXT]
    return cut.encode("utf-16-le", "surrogatepass")[: LONGEST_TEXT * 2].decode("utf-16-le", "ignore")
