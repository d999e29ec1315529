"""Calls to the Telegram Bot API; the token stays in here."""

import logging
import re
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec

from bot.errors import ShellError

DEFAULT_BASE = "https://api.telegram.org"
CONNECT_SECONDS = 5.0
CALL_SECONDS = 15.0
DOWNLOAD_SECONDS = 30.0
_QUOTED = re.compile(r'"[^"]*"')

# Failures before a byte of the request has left: trying again cannot say a thing twice.
_NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)


class TelegramRefused(ShellError):  # noqa: N818 - named for what happened
    """Telegram understood the call and said no; the description is theirs, without anything a visitor wrote."""

    def __init__(
        self, method: str, code: int, description: str, *, retry_after: float | None = None, migrated: int | None = None
    ) -> None:
        super().__init__(f"Telegram refused {method}: {code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after  # seconds
        self.migrated = migrated  # the chat's new id, when a group became a supergroup


class TelegramUnreachable(ShellError):  # noqa: N818
    """No answer came; `maybe_done` when the call may have had its effect all the same."""

    def __init__(self, method: str, problem: str, *, maybe_done: bool) -> None:
        super().__init__(f"Telegram did not answer {method}: {problem}")
        self.maybe_done = maybe_done


class _HideToken(logging.Filter):
    """Keeps the token out of the HTTP client's own log lines, which print whole addresses."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if self._token in message:
            record.msg, record.args = message.replace(self._token, "***"), ()
        return True


class TelegramApi:
    """One bot's line to Telegram, shared by whoever speaks for it."""

    def __init__(self, token: str, base: str = DEFAULT_BASE) -> None:
        self._token = token
        self._root = f"{base.rstrip('/')}/bot{token}"
        self._files = f"{base.rstrip('/')}/file/bot{token}"
        # 64 connections: 32 lanes of replies, downloads and taps, and the long poll.
        self._client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=64), follow_redirects=False)
        self._hide = _HideToken(token)
        logging.getLogger("httpx2").addFilter(self._hide)

    def __repr__(self) -> str:
        return "TelegramApi(***)"

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()
        logging.getLogger("httpx2").removeFilter(self._hide)

    async def call(
        self, method: str, params: Mapping[str, object] | None = None, *, timeout: float = CALL_SECONDS
    ) -> Any:
        """
        The `result` of one call.

        Args:
            method: As in the Bot API, "sendMessage".
            params: JSON values.
            timeout: Seconds to wait for the answer.

        Raises:
            TelegramRefused: Telegram said no, or said something that is not an answer.
            TelegramUnreachable: No answer came.
        """
        response = await self._post(method, msgspec.json.encode(params or {}), timeout)
        answer = _decoded(response.content)
        if response.status_code == httpx2.codes.OK and answer.get("ok") is True:
            return answer.get("result")
        raise self._refusal(method, response, answer)

    async def download(self, file_id: str, limit: int) -> bytes:
        """
        The bytes of a file a visitor sent.

        Raises:
            TelegramRefused: There is no such file, or it is longer than *limit* bytes.
            TelegramUnreachable: It could not be fetched.
        """
        found = await self.call("getFile", {"file_id": file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str):
            raise TelegramRefused("getFile", 404, "no file path")
        try:
            async with self._client.stream("GET", f"{self._files}/{path}", timeout=DOWNLOAD_SECONDS) as response:
                if response.status_code != httpx2.codes.OK:
                    raise TelegramRefused("file download", response.status_code, "no such file")
                parts = bytearray()
                async for part in response.aiter_bytes():
                    parts += part
                    if len(parts) > limit:
                        raise TelegramRefused("file download", 413, f"longer than {limit} bytes")
                return bytes(parts)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise TelegramUnreachable("file download", type(error).__name__, maybe_done=False) from None

    async def _post(self, method: str, content: bytes, timeout: float) -> httpx2.Response:
        # `from None`: the client's exceptions carry the request, and with it the token.
        try:
            return await self._client.post(
                f"{self._root}/{method}",
                content=content,
                headers={"content-type": "application/json"},
                timeout=httpx2.Timeout(timeout, connect=CONNECT_SECONDS),
            )
        except _NEVER_LEFT as error:
            raise TelegramUnreachable(method, type(error).__name__, maybe_done=False) from None
        except httpx2.HTTPError as error:
            raise TelegramUnreachable(method, type(error).__name__, maybe_done=True) from None

    def _refusal(self, method: str, response: httpx2.Response, answer: Mapping[str, Any]) -> TelegramRefused:
        parameters = answer.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        description = str(answer.get("description") or response.reason_phrase or "no reason given")
        wait = parameters.get("retry_after", response.headers.get("retry-after"))
        migrated = parameters.get("migrate_to_chat_id")
        return TelegramRefused(
            method,
            response.status_code,
            # Complaints about markup quote the message.
            _QUOTED.sub('"…"', description.replace(self._token, "***"))[:200],
            retry_after=_seconds(wait),
            migrated=migrated if isinstance(migrated, int) else None,
        )


def _decoded(content: bytes) -> Mapping[str, Any]:
    try:
        answer = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
