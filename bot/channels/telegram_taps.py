"""Pressed buttons, answered at once: Telegram shows a spinner until then."""

import asyncio
from contextlib import suppress

from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_wire import Tap

ANSWERERS = 4  # taps answered at once
WAITING_TAPS = 1000  # an unanswered tap only spins a little longer


class Taps:
    """Stops the spinner on pressed buttons and leaves only the chosen one; decoration, so failures pass."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._waiting: asyncio.Queue[Tap] = asyncio.Queue(WAITING_TAPS)

    def put(self, tap: Tap) -> None:
        """Have a tap answered soon; when too many wait, not at all."""
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(tap)

    async def run(self) -> None:
        """Answer until cancelled."""
        async with asyncio.TaskGroup() as answerers:
            for _ in range(ANSWERERS):
                answerers.create_task(self._answer())

    async def _answer(self) -> None:
        while True:
            tap = await self._waiting.get()
            with suppress(TelegramRefused, TelegramUnreachable):
                await self._api.call("answerCallbackQuery", {"callback_query_id": tap.id}, timeout=5.0)
            if tap.chat is not None and tap.message is not None and tap.label:
                with suppress(TelegramRefused, TelegramUnreachable):
                    await self._show_choice(tap)

    async def _show_choice(self, tap: Tap) -> None:
        # One button stays, so that the visitor sees in the chat what they chose.
        chosen = {"text": f"✓ {tap.label.removeprefix('✓ ')}", "callback_data": tap.data}
        markup = {"inline_keyboard": [[chosen]]}
        params = {"chat_id": tap.chat, "message_id": tap.message, "reply_markup": markup}
        await self._api.call("editMessageReplyMarkup", params, timeout=5.0)
