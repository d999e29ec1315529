"""The lines to the outside that the settings ask for; nothing else leaves the machine, or is even loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.ports import Notifier
from bot.settings import Settings
from bot.workspace import LOCALES
from storage.ids import uuid7

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel
    from bot.channels.telegram_api import TelegramApi
    from bot.reception import Reception
    from storage.store import Store


@dataclass(slots=True)
class Outside:
    """Senders by kind of outbox row, and what has to be let go at the end."""

    senders: list[Notifier] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    telegram: TelegramApi | None = None

    @property
    def notifiers(self) -> tuple[str, ...]:
        """Kinds of outbox rows a handoff is sent as."""
        return tuple(sender.name for sender in self.senders if sender.name.startswith("notify."))


# Imports stand where they are needed: who has no Telegram or mail server does not wait for their libraries.


def open_outside(settings: Settings, language: Callable[[], str]) -> Outside:
    """
    One sender for each kind of outbox row that the settings allow to leave.

    Args:
        settings: What the operator configured.
        language: Asked for the sales team's whenever something leaves.

    Raises:
        BadSetting: An address or a secret is not one.
        BrokenContent: The words of handoffs are incomplete.
    """
    outside = Outside()
    if settings.telegram_token:
        _add_telegram(outside, settings, language)
    if settings.sales_email:
        _add_email(outside, settings, language)
    if settings.webhook_url:
        _add_webhook(outside, settings)
    return outside


def _add_telegram(outside: Outside, settings: Settings, language: Callable[[], str]) -> None:
    from bot.channels.telegram_api import TelegramApi  # noqa: PLC0415
    from bot.channels.telegram_replies import TelegramReplies  # noqa: PLC0415
    from bot.notifiers.render import Renderer  # noqa: PLC0415
    from bot.notifiers.telegram import TelegramNotifier  # noqa: PLC0415
    from bot.pace import Pace  # noqa: PLC0415

    api, pace = TelegramApi(settings.telegram_token, settings.telegram_api), Pace()
    outside.telegram = api
    outside.closing.append(api.close)
    outside.senders.append(TelegramReplies(api, pace))
    if settings.sales_telegram_chat:
        renderer = Renderer(LOCALES)
        outside.senders.append(TelegramNotifier(api, pace, settings.sales_telegram_chat, renderer, language=language))


def _add_email(outside: Outside, settings: Settings, language: Callable[[], str]) -> None:
    from bot.notifiers.email import EmailNotifier, SmtpServer  # noqa: PLC0415
    from bot.notifiers.render import Renderer  # noqa: PLC0415

    server = SmtpServer.from_url(settings.smtp_url)
    outside.senders.append(
        EmailNotifier(server, settings.sales_email, Renderer(LOCALES), language=language, clock=_now)
    )


def _add_webhook(outside: Outside, settings: Settings) -> None:
    from bot.notifiers.webhook import WebhookNotifier  # noqa: PLC0415

    webhook = WebhookNotifier(settings.webhook_url, settings.webhook_secret, clock=_now)
    outside.senders.append(webhook)
    outside.closing.append(webhook.close)


def open_telegram(settings: Settings, api: TelegramApi, store: Store, reception: Reception) -> TelegramChannel:
    """The channel visitors write to in Telegram, not yet running."""
    from bot.channels.front import TelegramFront  # noqa: PLC0415
    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415

    front = TelegramFront(store, reception)
    webhook = f"{settings.public_url}/telegram/webhook" if settings.telegram_mode == "webhook" else ""
    return TelegramChannel(
        api,
        store,
        front.receive,
        may_wait=front.may_wait,
        new_id=uuid7,
        clock=_now,
        webhook_url=webhook,
        secret=settings.telegram_secret,
    )


def _now() -> datetime:
    return datetime.now(UTC)
