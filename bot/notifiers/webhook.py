"""Handoffs to a webhook, signed by Standard Webhooks (standardwebhooks.com)."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from standardwebhooks import Webhook

from bot.errors import BadSetting, DeliveryFailed
from bot.notifiers.card import card_of
from storage.values import OutboxRow

WEBHOOK_SECONDS = 10.0
_SHORTEST_SECRET = 24  # bytes, as the specification asks
_GONE = 410
_LONGEST_WAIT = 3600.0  # seconds; a receiver that asks for more is tried once an hour

_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class WebhookNotifier:
    """Posts the card as JSON: {"type", "timestamp", "data"}."""

    name = "notify.webhook"

    def __init__(self, url: str, secret: str, *, clock: Callable[[], datetime]) -> None:
        """
        Set up.

        Args:
            url: Where to post; http or https.
            secret: "whsec_" and base64 of at least 24 bytes.
            clock: Now, aware UTC.

        Raises:
            BadSetting: The URL or the secret is not one.
        """
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise BadSetting("BANTER_WEBHOOK_URL: expected an address that starts with https:// (or http://)")
        self._url = url
        self._signer = Webhook(_checked(secret))
        self._clock = clock
        self._client = httpx2.AsyncClient(
            timeout=WEBHOOK_SECONDS, follow_redirects=False, headers={"user-agent": "banter-webhook/1"}
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def send(self, row: OutboxRow) -> None:
        """
        Post one card; its id is the `webhook-id`, the same on every repetition, and so is the body.

        Raises:
            DeliveryFailed: As the port says; permanent when the receiver answers 410.
        """
        card = card_of(row)
        now = self._clock().astimezone(UTC)
        body = msgspec.json.encode({"type": card.event, "timestamp": row.created, "data": card})
        headers = {
            "content-type": "application/json",
            "webhook-id": card.id,  # without a full stop, which divides what is signed
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(card.id, now, body.decode()),
        }
        status, wait = await self._post(body, headers)
        if httpx2.codes.is_success(status):
            return
        words = f"the webhook answered {status}"
        if httpx2.codes.is_redirect(status):
            words += "; redirects are not followed: set BANTER_WEBHOOK_URL to the final address"
        raise DeliveryFailed(words, retry_after=self._seconds(wait), permanent=status == _GONE)

    async def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        try:
            # The client's own timeouts are per read; a receiver that drips bytes is cut off here.
            async with (
                asyncio.timeout(WEBHOOK_SECONDS),
                self._client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                return response.status_code, response.headers.get("retry-after", "")
        except _NEVER_LEFT as error:
            raise DeliveryFailed(f"the webhook cannot be reached: {type(error).__name__}") from None
        except (httpx2.HTTPError, TimeoutError) as error:
            raise DeliveryFailed(f"the webhook did not answer: {type(error).__name__}", uncertain=True) from None

    def _seconds(self, wait: str) -> float | None:
        """A Retry-After header in seconds: it is a number or a date."""
        if wait.isdecimal():
            return min(float(wait), _LONGEST_WAIT)
        try:
            until: Any = parsedate_to_datetime(wait)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return float(min(max((until - self._clock()).total_seconds(), 0.0), _LONGEST_WAIT))


def _checked(secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or len(key) < _SHORTEST_SECRET:
        raise BadSetting(
            'BANTER_WEBHOOK_SECRET: expected whsec_ and base64 of at least 24 bytes; make one with: echo "whsec_'
            '$(head -c 32 /dev/urandom | base64)"'
        )
    return secret
