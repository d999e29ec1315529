"""Handoffs to a Telegram chat of the sales team."""

from collections.abc import Callable

import structlog

from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_replies import delivery_failure
from bot.notifiers.card import card_of
from bot.notifiers.render import Renderer
from bot.pace import Pace
from storage.values import OutboxRow

log = structlog.get_logger("banter.telegram")


class TelegramNotifier:
    """Posts the card to one chat; after a time-out a second copy is better than none, and carries the same figures."""

    name = "notify.telegram"

    def __init__(
        self, api: TelegramApi, pace: Pace, chat: str, renderer: Renderer, *, language: Callable[[], str]
    ) -> None:
        """
        Set up.

        Args:
            api: The bot's line to Telegram.
            pace: Shared with the replies: Telegram counts a bot's messages together.
            chat: The chat's number ("-100…" for a group) or "@name" of a channel.
            renderer: Puts the card into words.
            language: Asked for the sales team's with each card.
        """
        self._api = api
        self._pace = pace
        self._chat = chat
        self._renderer = renderer
        self._language = language

    async def send(self, row: OutboxRow) -> None:
        """
        Post one card.

        Raises:
            DeliveryFailed: As the port says.
        """
        text = self._renderer.telegram(card_of(row), self._language())
        try:
            await self._post(text)
        except TelegramRefused as error:
            if error.migrated is None:
                raise delivery_failure(error) from None
            # The group became a supergroup: same people, new number.
            self._chat = str(error.migrated)
            log.warning("telegram.sales_chat_moved", set=f"BANTER_SALES_TELEGRAM_CHAT={self._chat}")
            await self.send(row)
        except TelegramUnreachable as error:
            raise delivery_failure(error) from None

    async def _post(self, text: str) -> None:
        await self._pace.wait(self._chat)
        await self._api.call(
            "sendMessage",
            {
                "chat_id": self._chat,
                "text": text,
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": True},
            },
        )
