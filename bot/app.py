"""Wires the shell together: settings in, a running server out. Nothing is built before `serve` is called."""

import asyncio
import gc
import hashlib
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.config.cors import CORSConfig
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig

from bot import __version__
from bot.channels.web import LARGEST_FILE, WebChannel, build_api
from bot.console.app import build_router
from bot.console.words import load_texts
from bot.delivery import Delivery
from bot.hub import Hub
from bot.metrics import Metrics
from bot.outside import open_outside, open_telegram
from bot.pages.site import demo_page, widget_script
from bot.reception import Reception
from bot.routing import Routes
from bot.settings import Settings
from bot.timekeeper import Timekeeper
from bot.workspace import LOCALES, Workspace, load_workspace
from storage.errors import NoSuchConversation, StorageError, StoreBusy
from storage.store import Store

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

log = structlog.get_logger("banter.app")

SIGN_IN_MINUTES = 15


@dataclass(slots=True)
class House:
    """Everything that runs in one process."""

    settings: Settings
    workspace: Workspace
    store: Store
    reception: Reception
    hub: Hub
    metrics: Metrics
    delivery: Delivery
    timekeeper: Timekeeper
    telegram: "TelegramChannel | None" = None
    closing: Sequence[Callable[[], Awaitable[None]]] = ()  # lines to the outside, let go last
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Start what runs beside the web server."""
        self.tasks = [asyncio.create_task(self.delivery.run()), asyncio.create_task(self.timekeeper.run())]
        if self.telegram is not None:
            self.tasks.append(asyncio.create_task(self.telegram.run()))

    async def stop(self) -> None:
        """Let everything finish what it holds, then close the store."""
        self.hub.close()
        self.delivery.stop()
        self.timekeeper.stop()
        if self.telegram is not None:
            self.tasks[-1].cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for close in self.closing:
            await close()
        await self.store.close()


async def open_house(settings: Settings) -> House:
    """
    Load the workspace, open the store and wire the parts.

    Raises:
        BrokenContent: The workspace has faults; all are listed.
        StorageError: The database cannot be opened.
    """
    workspace = load_workspace(settings.workspace)
    store = await Store.open(settings.database_url)
    hub, metrics = Hub(), Metrics()
    outside = open_outside(settings, workspace.library.company.sales_language)
    routes = Routes(workspace.library, outside.notifiers, settings.public_url)
    reception = Reception(store, workspace.library, routes, metrics=metrics)
    delivery = Delivery(store, outside.senders, clock=_now)
    timekeeper = Timekeeper(store, reception.receive, _now, lambda: reception.library.company.hours.zone)
    telegram = None if outside.telegram is None else open_telegram(settings, outside.telegram, store, reception)
    store.on_commit(hub.tell)
    store.on_commit(lambda _: delivery.nudge())
    return House(settings, workspace, store, reception, hub, metrics, delivery, timekeeper, telegram, outside.closing)


def build_app(house: House) -> Litestar:
    """The web application over a wired house."""
    channel = WebChannel(lambda: house.reception, house.store, house.hub)

    @get("/", media_type=MediaType.HTML, include_in_schema=False)
    async def front() -> Response[str]:
        page = demo_page(house.reception.library.company, house.settings.public_url)
        return Response(page, headers={"content-security-policy": FRONT_POLICY})

    @get("/widget.js", media_type="text/javascript", include_in_schema=False)
    async def widget(request: Request[Any, Any, Any]) -> Response[str]:
        script, tag = widget_script()
        headers = {"etag": tag, "cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
        fresh = request.headers.get("if-none-match") == tag
        return Response("" if fresh else script, status_code=304 if fresh else 200, headers=headers)

    @get("/health", summary="Whether messages can be stored")
    async def health() -> Response[dict[str, Any]]:
        body: dict[str, Any] = {"status": "ok", "version": __version__, "content": house.reception.library.version}
        if house.telegram is not None:
            body["telegram"] = house.telegram.status.state.value
        try:
            await house.store.writable()
        except StorageError as error:
            return Response(body | {"status": "cannot store", "problem": str(error)}, status_code=503)
        return Response(body)

    @get("/metrics", media_type="text/plain; version=0.0.4", include_in_schema=False)
    async def metrics() -> bytes:
        await _measure(house)
        return house.metrics.text()

    @post("/telegram/webhook", include_in_schema=False, status_code=200)
    async def telegram(request: Request[Any, Any, Any]) -> Response[str]:
        if house.telegram is None or house.settings.telegram_mode != "webhook":
            return Response("", status_code=404)
        status = await house.telegram.accept(
            await request.body(), request.headers.get("x-telegram-bot-api-secret-token")
        )
        return Response("", status_code=status)

    company = house.reception.library.company
    console = build_router(
        house.store, company.name, house.settings.public_url, load_texts(LOCALES), _now, zone=company.hours.zone
    )
    return Litestar(
        route_handlers=[front, widget, health, metrics, telegram, build_api(channel), console],
        cors_config=CORSConfig(
            allow_origins=list(house.settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "last-event-id"],
            expose_headers=["retry-after"],
            max_age=600,
        ),
        openapi_config=OpenAPIConfig("Banter", __version__, path="/schema"),
        exception_handlers={StorageError: _storage_failed, HTTPException: _refused, Exception: _broken},
        request_max_body_size=LARGEST_FILE + 64 * 1024,
        lifespan=[lambda _: _running(house)],
        logging_config=None,
        debug=False,
    )


FRONT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
)


@asynccontextmanager
async def _running(house: House) -> AsyncIterator[None]:
    house.start()
    try:
        yield
    finally:
        await house.stop()


async def _measure(house: House) -> None:
    house.metrics.streams.set(house.hub.streams)
    stages: dict[str, int] = {}
    for (stage, _), count in (await house.store.lead_counts()).items():
        stages[stage] = stages.get(stage, 0) + count
    for stage, count in stages.items():
        house.metrics.leads.labels(stage).set(count)
    for state, count in (await house.store.outbox_counts()).items():
        house.metrics.outbox.labels(state).set(count)


def _storage_failed(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    if isinstance(error, NoSuchConversation):
        return Response({"status_code": 401, "detail": "this conversation is not here"}, status_code=401)
    wait = error.retry_after if isinstance(error, StoreBusy) else 5.0
    log.error("storage_failed", error=type(error).__name__, problem=str(error))
    detail = "the message could not be stored; send it again with the same id"
    headers = {"retry-after": str(max(1, round(wait)))}
    return Response({"status_code": 503, "detail": detail}, status_code=503, headers=headers)


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    body: dict[str, Any] = {"status_code": error.status_code, "detail": error.detail}
    if isinstance(error.extra, list):
        body["extra"] = [
            {"key": one.get("key"), "message": one.get("message")} for one in error.extra if isinstance(one, dict)
        ]
    return Response(body, status_code=error.status_code, headers=error.headers)


def _broken(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Our bug: logged by kind and place only, because a message of an exception may quote a visitor."""
    log.error("request_failed", path=request.scope["path"][:80], error=type(error).__name__)
    return Response({"status_code": 500, "detail": "something broke on our side; it has been noted"}, status_code=500)


class Server(uvicorn.Server):
    """Ends open streams before it waits for connections, which would otherwise hold it for ever."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the hub, then stop as usual."""
        self._hub.close()
        super().handle_exit(sig, frame)


async def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until told to stop; *say* prints the addresses and the sign-in link."""
    house = await open_house(settings)
    config = uvicorn.Config(
        build_app(house),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    for line in await greeting(house):
        say(line)
    gc.collect()
    gc.freeze()  # the library lives as long as the process: no collection need walk it again
    await Server(config, house.hub).serve()


async def greeting(house: House) -> list[str]:
    """What the terminal shows when Banter is up."""
    url = house.settings.public_url
    return [
        f"Banter {__version__} for {house.reception.library.company.name}",
        f"  chat      {url}/",
        f"  console   {url}/console",
        f"  sign in   {await sign_in_link(house)}   (once, within {SIGN_IN_MINUTES} minutes)",
        f"  health    {url}/health    metrics  {url}/metrics",
        f"  telegram  {'on, ' + house.settings.telegram_mode if house.telegram else 'off: set BANTER_TELEGRAM_TOKEN'}",
    ]


async def sign_in_link(house: House) -> str:
    """A link that signs the first member of staff in, once."""
    people = await house.store.all_staff()
    person = people[0] if people else await house.store.add_staff("Admin", "", "admin", _now())
    if person is None:
        raise StorageError("the first member of staff could not be made; is another Banter starting?")
    token = secrets.token_urlsafe(24)
    digest = hashlib.sha256(token.encode()).hexdigest()
    await house.store.add_sign_in_link(digest, person.id, _now() + timedelta(minutes=SIGN_IN_MINUTES))
    return f"{house.settings.public_url}/console/sign-in/{token}"


def configure_logging(level: str) -> None:
    """One JSON line an event on standard error; libraries that would print secrets or bodies are held at WARNING."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=number, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpx2", "httpcore", "telegram", "uvicorn.access", "alembic", "asyncio", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; the only place that reads the environment."""
    return Settings.from_environ(os.environ if environ is None else environ)


def _now() -> datetime:
    return datetime.now(UTC)
