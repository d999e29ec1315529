"""Wires the shell together: settings in, a running server out. Nothing is built before `serve` is called."""

import asyncio
import gc
import hmac
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.config.cors import CORSConfig
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from bot import __version__
from bot.blame import kind_of, place_of
from bot.channels.events import Events, Leads, build_events
from bot.channels.web import LARGEST_BODY, WebChannel, build_api
from bot.console.app import build_router
from bot.console.ports import Drawing, Head, StageWords, Weighing
from bot.console.session import LINK_LENGTH, new_sign_in_link
from bot.console.words import load_texts
from bot.control import Place, announced, file_of, handler
from bot.delivery import Delivery
from bot.dropoff import Kept
from bot.errors import ShellError
from bot.housekeeping import Housekeeping
from bot.hub import Hub
from bot.last_resort import SpareRoutes
from bot.listening import Server, listening
from bot.metrics import Metrics
from bot.outside import open_outside, open_telegram
from bot.pages.routes import Probe, build_pages
from bot.publishing import Draft, Publisher, first
from bot.reception import Reception
from bot.refusals import broken, refused, storage_failed
from bot.rescore import A_BATCH, Running
from bot.routing import Routes
from bot.settings import Settings
from bot.supervisor import Supervisor
from bot.timekeeper import Timekeeper
from bot.trial import Trial, Trials
from bot.workspace import LOCALES, load_workspace
from dialogs.dropoff import DropOff
from dialogs.errors import BrokenContent
from dialogs.library import Library
from dialogs.picture import Labels, ask_of, table_picture, tree_picture
from dialogs.rescoring import Scale, rescored
from dialogs.values import Inbound, Kind, Origin
from scoring.stages import STAGES
from storage.database import path_of
from storage.errors import StorageError
from storage.store import Store
from storage.values import Staff, TurnRequest

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

log = structlog.get_logger("banter.server")

ADMIN = "admin"  # the role
LARGEST_UPDATE = 1024 * 1024  # bytes; Telegram names no limit, and would send one we refuse again and again


@dataclass(slots=True)
class House:
    """Everything that runs in one process."""

    settings: Settings
    store: Store
    reception: Reception
    publisher: Publisher
    hub: Hub
    metrics: Metrics
    delivery: Delivery
    timekeeper: Timekeeper
    housekeeping: Housekeeping
    parts: Supervisor
    telegram: "TelegramChannel | None" = None
    closing: Sequence[Callable[[], Awaitable[None]]] = ()  # lines to the outside, let go last

    def start(self) -> None:
        """Start what runs beside the web server."""
        self.parts.start("delivery", self.delivery.run)
        self.parts.start("timers", self.timekeeper.run)
        self.parts.start("streams", lambda: self.hub.look(self.store.latest_turns))
        self.parts.start("housekeeping", self.housekeeping.run)
        if self.telegram is not None:
            self.parts.start(TELEGRAM, self.telegram.run)

    async def stop(self) -> None:
        """Let everything finish what it holds, then close the store."""
        self.hub.close()
        self.delivery.stop()
        self.timekeeper.stop()
        self.housekeeping.stop()
        await self.parts.stop(TELEGRAM)
        await self.close()

    async def close(self) -> None:
        """Let go of the outside and of the store."""
        for close in self.closing:
            await close()
        await self.store.close()


TELEGRAM = "telegram"


async def open_house(settings: Settings, *, publish: bool = False) -> House:
    """
    Load the workspace, open the store and wire the parts.

    Args:
        settings: What the operator configured.
        publish: Run the workspace folder, also where somebody went back from it.

    Raises:
        BrokenContent: The workspace, or what somebody went back to, has faults; all are listed.
        StorageError: The database cannot be opened.
    """
    held = load_workspace(settings.workspace)
    store = await Store.open(settings.database_url)
    try:
        workspace = await first(held, store, _now, publish=publish)
    except (BrokenContent, StorageError):
        await store.close()
        raise
    hub, metrics = Hub(), Metrics()
    outside = open_outside(settings, lambda: reception.library.company.sales_language)

    def routes(library: Library) -> Routes:
        return Routes(library, outside.notifiers, settings.public_url)

    spare = SpareRoutes(outside.notifiers, settings.public_url)
    reception = Reception(store, workspace.library, routes(workspace.library), metrics, spare)
    publisher = Publisher(settings.workspace, store, reception, routes, _now, Draft.of(held))
    delivery = Delivery(store, outside.senders, clock=_now)
    timekeeper = Timekeeper(store, reception.receive, _now, lambda: reception.library.company.hours.zone)
    telegram = None if outside.telegram is None else open_telegram(settings, outside.telegram, store, reception)
    store.on_commit(hub.tell)
    store.on_commit(lambda _: delivery.nudge())
    return House(
        settings=settings,
        store=store,
        reception=reception,
        publisher=publisher,
        hub=hub,
        metrics=metrics,
        delivery=delivery,
        timekeeper=timekeeper,
        housekeeping=Housekeeping(store.forget_expired, _now),
        parts=Supervisor(lambda _: None, metrics),
        telegram=telegram,
        closing=outside.closing,
    )


def build_app(house: House) -> Litestar:
    """The web application over a wired house."""
    place = Place(house.settings.own_url)
    channel = WebChannel(lambda: house.reception, house.store, house.hub)
    events = Events(lambda: house.reception, Leads(house.store.newest_of), house.metrics, _now)
    probe = Probe(house.store.writable)

    @post("/telegram/webhook", include_in_schema=False, status_code=200, request_max_body_size=LARGEST_UPDATE)
    async def telegram(request: Request[Any, Any, Any]) -> Response[str]:
        if house.telegram is None or house.settings.telegram_mode != "webhook":
            return Response("", status_code=404)
        shown = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(shown.encode(), house.settings.telegram_secret.encode()):
            return Response("", status_code=403)  # before a byte of the body is read
        return Response("", status_code=await house.telegram.accept(await request.body(), shown))

    def head() -> Head:
        company = house.reception.library.company
        return Head(company.name, company.hours.zone)

    console = build_router(
        house.store,
        head,
        house.settings.public_url,
        load_texts(LOCALES),
        _now,
        lambda conversation, text, key: speak(house.reception, conversation, text, key),
        _weighing(house),
        house.publisher,
    )
    pages = build_pages(
        lambda: house.reception.library.company,
        house.settings.public_url,
        lambda: _health(house, probe),
        lambda: _figures(house),
    )
    return Litestar(
        route_handlers=[
            *pages,
            telegram,
            build_api(channel),
            *build_events(events, lambda: house.reception.library, house.settings.events_token),
            console,
            handler(house.publisher, place.secret),
        ],
        cors_config=CORSConfig(
            allow_origins=list(house.settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "last-event-id"],
            expose_headers=["retry-after"],
            max_age=600,
        ),
        openapi_config=_openapi(),
        exception_handlers={StorageError: storage_failed, HTTPException: refused, Exception: broken},
        request_max_body_size=LARGEST_BODY,
        lifespan=[lambda _: _running(house, place)],
        logging_config=None,
        debug=False,
    )


async def speak(reception: Reception, conversation: str, text: str, key: str) -> None:
    """
    One of us says something to a visitor, or hands back to the bot; the same key again changes nothing.

    Raises:
        StorageError: Nothing was stored; NoSuchConversation where there is nobody to speak to.
    """
    await reception.receive(TurnRequest(Inbound(f"{Origin.CONSOLE}{key}", conversation, Kind.HUMAN, text, _now())))


def _weighing(house: House) -> Weighing:
    async def weigh(key: str, framework: str) -> Mapping[str, Any] | None:
        conversation = await house.store.conversation(key)
        if conversation is None:
            return None
        library = house.reception.library
        found: dict[str, Any] = msgspec.to_builtins(rescored(conversation, library.framework(framework), library))
        return found

    kept = Kept(house.store)

    async def draw(name: str, language: str, labels: Labels, stages: StageWords) -> Drawing:
        library = house.reception.library
        framework, wording = library.framework(name), library.wording(language)
        figures = (await kept.figures()).get(name, DropOff())
        svg = tree_picture(framework, wording, figures, labels, styled=False)
        rows = [(one.id, ask_of(one, wording), figures.of(one.id)) for one in framework.questions]
        pipeline = table_picture(STAGES, stages.title, stages.description, figures, stages.names, styled=False)
        return Drawing(svg, rows, figures.talks, pipeline)

    def names() -> Sequence[str]:
        library = house.reception.library
        return sorted(library.frameworks, key=lambda one: (one != library.company.framework, one))

    trials = Trials(house.settings.database_url, house.settings.workspace)

    async def try_out(text: str, name: str) -> Trial:
        library = house.reception.library
        running = Running(library.version, await house.store.archived(library.version))
        return await trials.run(text, name, running, Scale.of(library), await house.store.marks(A_BATCH))

    return Weighing(names, weigh, draw, try_out)


def _openapi() -> OpenAPIConfig:
    """The description as JSON and nothing else: pages that show it would load scripts from strangers."""
    config = OpenAPIConfig("Banter", __version__, path="/schema", render_plugins=[JsonRenderPlugin()])
    config.default_plugin = None
    return config


@asynccontextmanager
async def _running(house: House, place: Place) -> AsyncIterator[None]:
    house.start()
    with announced(file_of(path_of(house.settings.database_url)), place), _reloading(house.publisher):
        try:
            yield
        finally:
            await house.stop()


@contextmanager
def _reloading(publisher: Publisher) -> Iterator[None]:
    """Publish the workspace when the process is told to hang up, as servers do; tests run where no signals come."""
    loop = asyncio.get_running_loop()
    asked: set[asyncio.Task[Any]] = set()

    def ask() -> None:
        task = loop.create_task(publisher.reload("signal"))
        asked.add(task)
        task.add_done_callback(_told)
        task.add_done_callback(asked.discard)

    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGHUP"):
        yield
        return
    loop.add_signal_handler(signal.SIGHUP, ask)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _told(task: "asyncio.Task[Any]") -> None:
    """Log why a publication could not be remembered; nobody waits for the answer to a signal."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("publication_not_kept", error=kind_of(error), at=place_of(error))


async def _health(house: House, probe: Probe) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "ok", "version": __version__, "content": house.reception.library.version}
    if house.telegram is not None:
        body["telegram"] = house.telegram.status.state.value
    if down := house.parts.down:
        body |= {"status": "not all parts run", "parts": dict(down)}
    if problem := await probe.problem():
        body |= {"status": "cannot store", "problem": problem}
    return body


async def _figures(house: House) -> bytes:
    house.metrics.streams.set(house.hub.streams)
    stages: dict[str, int] = {}
    for (stage, _), count in (await house.store.lead_counts()).items():
        stages[stage] = stages.get(stage, 0) + count
    for stage, count in stages.items():
        house.metrics.leads.labels(stage).set(count)
    for state, count in (await house.store.outbox_counts()).items():
        house.metrics.outbox.labels(state).set(count)
    return house.metrics.text()


async def serve(settings: Settings, say: Callable[[str], None], *, publish: bool = False) -> None:
    """
    Serve until told to stop; *say* prints the addresses and the sign-in link once visitors can come.

    Raises:
        BadSetting: The address or the port cannot be had.
        BrokenContent: As open_house.
        StorageError: The database cannot be opened.
        PartDied: A part beside the web server kept failing; start again, the log has the reason.
    """
    with listening(settings.host, settings.port) as sockets:
        house = await open_house(settings.on_port(sockets[0].getsockname()[1]), publish=publish)
        try:
            lines = await greeting(house)
        except StorageError:
            await house.close()
            raise
        died: list[str] = []
        config = uvicorn.Config(
            build_app(house), log_config=None, access_log=False, timeout_graceful_shutdown=5, server_header=False
        )
        server = Server(config, house.hub, lambda: say("\n".join(lines)))

        def end(part: str) -> None:
            died.append(part)
            server.end()

        house.parts.on_death = end
        gc.collect()
        gc.freeze()  # the library lives on: no collection need walk it again
        await server.serve(sockets)
        if died:
            raise PartDied(f"{died[0]} kept failing, so Banter has stopped; the log says why. Start it again.")


class PartDied(ShellError):  # noqa: N818 - named for what happened
    """A part beside the web server kept failing, and the server has stopped."""


async def greeting(house: House) -> list[str]:
    """What the terminal shows when Banter is up."""
    url = house.settings.public_url
    return [
        f"Banter {__version__} for {house.reception.library.company.name}",
        f"  chat      {url}/",
        f"  console   {url}/console",
        f"  sign in   {await sign_in_link(house)}   (once, within {LINK_LENGTH.seconds // 60} minutes)",
        f"  health    {url}/health    metrics  {url}/metrics",
        f"  telegram  {'on, ' + house.settings.telegram_mode if house.telegram else 'off: set BANTER_TELEGRAM_TOKEN'}",
    ]


async def sign_in_link(house: House) -> str:
    """
    A link that signs an administrator in, once: the first who may sign in, or else a new one.

    Raises:
        StorageError: There is none and none could be made.
    """
    admins = [one for one in await house.store.all_staff() if one.active and one.role == ADMIN]
    person = min(admins, key=lambda one: (one.created, one.id)) if admins else await _new_admin(house.store)
    return await new_sign_in_link(house.store, person.id, house.settings.public_url, _now())


async def _new_admin(store: Store) -> Staff:
    # Addresses are unique, and one who may not sign in any more may still have the first of these.
    for address in ("", *(f"admin-{number}@localhost" for number in range(1, 100))):
        person = await store.add_staff("Admin", address, ADMIN, _now())
        if person is not None:
            return person
    raise StorageError("no member of staff could be made for signing in; is another Banter starting?")


def configure_logging(level: str) -> None:
    """
    One JSON line an event of ours on standard error.

    Libraries are held at WARNING whatever the level: below it they print addresses, headers and bodies.
    """
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
    libraries = max(number, logging.WARNING)
    logging.basicConfig(level=libraries, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("telegram", "uvicorn.access", "alembic", "asyncio", "uvicorn.error"):  # which have levels of their own
        logging.getLogger(name).setLevel(libraries)


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; the only place that reads the environment."""
    return Settings.from_environ(os.environ if environ is None else environ)


def _now() -> datetime:
    return datetime.now(UTC)
