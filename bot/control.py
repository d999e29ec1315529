"""How a command reaches the server that runs: by its address, with a secret only the owner of the database can read."""

import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from bot.errors import ShellError
from bot.publishing import Publisher, Standing
from dialogs.errors import ContentError

Action = Literal["reload", "rollback"]
SECONDS = 120.0  # a check of a large workspace on a slow machine
_HIDDEN = Response("", status_code=404)


class NoServer(ShellError):  # noqa: N818 - named for what happened
    """No server of this database answers; the message says what to do."""


class Place(msgspec.Struct, frozen=True):
    """Where the server that runs listens to commands, and the secret it knows them by."""

    url: str
    secret: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(32))


class Order(msgspec.Struct, frozen=True):
    """What is asked of it."""

    action: Action
    content: str = ""


class Report(msgspec.Struct, frozen=True):
    """What came of it."""

    before: str
    content: str
    problems: tuple[ContentError, ...] = ()
    kept: bool = True  # whether one can go back to it later


def file_of(database: Path) -> Path:
    """The file beside a database that tells commands where its server is."""
    return database.with_name(f"{database.name}.control")


@contextmanager
def announced(file: Path, place: Place) -> Iterator[None]:
    """
    Tell commands where the server is while it runs.

    A server that was killed leaves the file behind; the next one writes its own.
    """
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.touch(0o600)
    fresh.write_bytes(msgspec.json.encode(place))
    fresh.replace(file)
    try:
        yield
    finally:
        with suppress(OSError, msgspec.DecodeError):
            if _read(file) == place:
                file.unlink()


def handler(publisher: Publisher, secret: str) -> HTTPRouteHandler:
    """The address commands write to; who does not know the secret finds nothing there."""

    @post("/control", include_in_schema=False, status_code=200)
    async def control(request: Request[Any, Any, Any]) -> Response[Any]:
        shown = request.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {secret}".encode()):
            return _HIDDEN
        try:
            order = msgspec.json.decode(await request.body(), type=Order)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problem = error if isinstance(error, msgspec.DecodeError) else "it is no JSON we read"
            return Response({"detail": f"expected an order: {problem}"}, status_code=400)
        before = publisher.content
        standing = await _done(publisher, order)
        return Response(msgspec.to_builtins(Report(before, standing.content, standing.problems, standing.kept)))

    return control


async def _done(publisher: Publisher, order: Order) -> Standing:
    if order.action == "reload":
        return await publisher.reload("command")
    return await publisher.roll_back(order.content, "command")


def send(file: Path, order: Order) -> Report:
    """
    Have the server that runs do something.

    Raises:
        NoServer: None runs over this database, or it does not answer.
    """
    import httpx2  # noqa: PLC0415 - no other command needs it

    try:
        place = _read(file)
    except (OSError, msgspec.DecodeError):
        raise NoServer(f"no server runs here: {file} is not there. Start one with `banter serve`") from None
    try:
        answer = httpx2.post(
            f"{place.url}/control",
            content=msgspec.json.encode(order),
            headers={"authorization": f"Bearer {place.secret}"},
            timeout=SECONDS,
            trust_env=False,
        )
    except httpx2.HTTPError as error:
        raise NoServer(f"the server at {place.url} does not answer ({type(error).__name__}): is it running?") from None
    if answer.status_code != 200:
        raise NoServer(f"the server at {place.url} answered {answer.status_code}: restart it")
    return msgspec.json.decode(answer.content, type=Report)


def _read(file: Path) -> Place:
    return msgspec.json.decode(file.read_bytes(), type=Place)
