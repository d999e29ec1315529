"""What stands beside the chat's API: the front page, the widget, health and figures."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from litestar import HttpMethod, MediaType, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from bot.pages.site import chat_language, demo_page, widget_script
from bot.tongues import LANGUAGES
from scoring.company import Company
from storage.errors import StorageError

FRONT_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
}
PROBED_SECONDS = 1.0  # so long an answer of the database is good for everybody who asks
_READ = [HttpMethod.GET, HttpMethod.HEAD]
AnyRequest = Request[Any, Any, Any]


@dataclass(slots=True)
class Probe:
    """Whether messages can be stored, asked at most once a second however many ask."""

    writable: Callable[[], Awaitable[None]]
    clock: Callable[[], float] = time.monotonic
    _asked: float | None = None
    _problem: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def problem(self) -> str:
        """What the database says against it, "" if nothing."""
        async with self._turn:
            if self._asked is None or self.clock() - self._asked >= PROBED_SECONDS:
                try:
                    await self.writable()
                except StorageError as error:
                    self._problem = str(error)
                else:
                    self._problem = ""
                self._asked = self.clock()
            return self._problem


def build_pages(
    company: Callable[[], Company],
    public_url: str,
    health: Callable[[], Awaitable[dict[str, Any]]],
    figures: Callable[[], Awaitable[bytes]],
) -> list[HTTPRouteHandler]:
    """
    The handlers, which answer GET and HEAD.

    Args:
        company: Whose front page it is.
        public_url: Where browsers reach us.
        health: The body of /health; all is well when its "status" is "ok".
        figures: The body of /metrics.
    """

    @route("/", http_method=_READ, media_type=MediaType.HTML, include_in_schema=False)
    async def front(request: AnyRequest) -> Response[str]:
        asked, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
        page = demo_page(company(), LANGUAGES, public_url, chat_language(company(), asked, accepted))
        return Response(page, headers=FRONT_HEADERS | {"vary": "accept-language"})

    @route("/widget.js", http_method=_READ, media_type="text/javascript", include_in_schema=False)
    async def widget(request: AnyRequest) -> Response[bytes]:
        packed = _takes_gzip(request.headers.get("accept-encoding", ""))
        script, tag = _script(tuple(company().languages), packed=packed)
        headers = {
            "etag": tag,
            "cache-control": "public, max-age=300",
            "vary": "accept-encoding",
            "access-control-allow-origin": "*",
            "x-content-type-options": "nosniff",
        }
        if tag in _tags(request.headers.get("if-none-match", "")):
            return Response(b"", status_code=304, headers=headers)
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(script, headers=headers)

    @route("/health", http_method=_READ, summary="Whether messages can be stored and all parts run")
    async def show_health() -> Response[dict[str, Any]]:
        body = await health()
        return Response(body, status_code=200 if body["status"] == "ok" else 503, headers={"cache-control": "no-store"})

    @route("/metrics", http_method=_READ, media_type="text/plain; version=0.0.4", include_in_schema=False)
    async def show_figures() -> bytes:
        return await figures()

    return [front, widget, show_health, show_figures]


@cache
def _script(languages: tuple[str, ...], *, packed: bool) -> tuple[bytes, str]:
    """The widget's bytes and their entity tag; packed ones have a tag of their own, as they are other bytes."""
    script, tag = widget_script(languages)
    if not packed:
        return script.encode(), tag
    return gzip.compress(script.encode(), 9, mtime=0), f'{tag[:-1]}-gzip"'


def _takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header has room for gzip (RFC 9110, section 12.5.3)."""
    weights = dict.fromkeys(("gzip", "*"), "0")
    for one in header.lower().replace(" ", "").split(","):
        name, _, weight = one.partition(";")
        weights[name] = weight.removeprefix("q=") or "1"
    wanted = weights["gzip"] if "gzip" in header.lower() else weights["*"]
    return wanted.strip("0.") != ""


def _tags(header: str) -> list[str]:
    """Entity tags of an If-None-Match header; a proxy may have made them weak."""
    return [one.strip().removeprefix("W/") for one in header.split(",")]
