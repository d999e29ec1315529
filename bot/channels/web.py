"""The web chat over HTTP: what the widget talks to."""

import asyncio
import hashlib
import math
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    SerializationException,
    TooManyRequestsException,
)
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath, JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage

from bot.channels.incoming import FILE_ENDINGS, LARGEST_FILE, clean
from bot.channels.openings import Openings
from bot.channels.tickets import Tickets
from bot.channels.web_shapes import (
    ConversationShown,
    InboundRequest,
    InboundShown,
    Opened,
    OpenRequest,
    SignalRequest,
    TicketShown,
    TranscriptShown,
    TurnShown,
    replies_shown,
    turn_shown,
)
from bot.forms import decoded_form
from bot.hub import Hub
from bot.reception import ConversationFull, Reception
from dialogs.engine import open_conversation
from dialogs.values import Inbound, Kind, Origin
from storage.errors import StorageError
from storage.ids import uuid7
from storage.store import Store
from storage.values import StoredTurn, TranscriptTurn, TurnRequest

log = structlog.get_logger("banter.web")

LONGEST_TEXT = 20_000  # characters of one message; longer ones belong into a file
LARGEST_BODY = 64 * 1024  # of JSON, in bytes
LARGEST_INBOUND = 256 * 1024  # the longest text, every character written as two \uXXXX
LARGEST_FORM = LARGEST_FILE + LARGEST_BODY  # a file and what stands around it
MOST_WAITING = 8  # turns of one conversation at a time; a person sends one and waits
KEEP_OPEN_SECONDS = 15.0  # a comment line this often keeps proxies from closing a quiet stream
LONGEST_ID = 64
LONGEST_NAME = 200  # characters of a file's


@dataclass(frozen=True, slots=True)
class Caller:
    """A visitor who has shown the token of a conversation."""

    conversation: str


class WebChannel:
    """The handlers, with what they need."""

    def __init__(self, reception: Callable[[], Reception], store: Store, hub: Hub) -> None:
        self._reception = reception
        self._store = store
        self._hub = hub
        self._openings = Openings(time.monotonic)
        self._tickets = Tickets(time.monotonic)
        self._waiting: dict[str, int] = {}  # turns on their way, by conversation

    async def open(self, data: OpenRequest, address: str) -> Opened:
        """Open a conversation for somebody at this address and say hello."""
        wait = self._openings.wait(address)
        if wait:
            raise TooManyRequestsException(
                "this address has opened many conversations in a short time; go on with one of them, or wait a moment",
                headers={"retry-after": str(math.ceil(wait))},
            )
        reception = self._reception()
        library = reception.library
        company = library.company
        language = data.language[:2].lower()
        language = language if language in library.wordings else company.languages[0]
        framework = data.framework or library.framework_for(data.page, data.source)
        if framework not in library.frameworks:
            known = ", ".join(sorted(library.frameworks))
            raise ClientException(f"framework: expected one of {known}, found {framework[:40]!r}")
        conversation, token = str(uuid7()), secrets.token_urlsafe(32)
        inbound = Inbound("start", conversation, Kind.START, "", _now())
        opening = open_conversation(
            conversation, "web", framework, language, inbound, source=clean(data.source), page=clean(data.page)
        )
        turn = await reception.receive(TurnRequest(inbound, opening, token_hash=_hash(token)))
        return Opened(conversation, token, turn.turn, language, replies_shown(turn.replies))

    async def take(self, caller: Caller, data: InboundRequest) -> TurnShown:
        """Take one message or tap."""
        _check_id(data.id)
        if (data.text is None) == (data.choice is None):
            raise ClientException("expected either text or choice, and not both")
        if data.text is not None and not data.text.strip():
            raise ClientException("text: expected words, found nothing")
        if len(data.text or "") > LONGEST_TEXT:
            raise HTTPException(
                f"text: at most {LONGEST_TEXT} characters fit into one message; send a file instead", status_code=413
            )
        kind = Kind.TEXT if data.choice is None else Kind.CHOICE
        inbound = Inbound(data.id, caller.conversation, kind, data.text or (data.choice or "")[:200], _now())
        return turn_shown(await self._receive(TurnRequest(inbound)))

    async def take_file(self, caller: Caller, inbound_id: str, name: str, content: bytes) -> TurnShown:
        """Take one file."""
        _check_id(inbound_id)
        if len(content) > LARGEST_FILE:
            raise HTTPException("file: at most 10 MB; send a link instead", status_code=413)
        if not name.lower().endswith(FILE_ENDINGS):
            raise HTTPException(f"file: expected one of {', '.join(FILE_ENDINGS)}", status_code=415)
        bare = _shortened(name.replace("\\", "/").rpartition("/")[2].replace(":", "_"))
        if not content:
            raise ClientException("file: it is empty; send the one you meant")
        inbound = Inbound(inbound_id, caller.conversation, Kind.FILE, bare, _now(), size=len(content))
        return turn_shown(await self._receive(TurnRequest(inbound, payload=content)))

    async def signal(self, caller: Caller, data: SignalRequest) -> None:
        """Note something the visitor did; kinds nobody gave a weight are refused."""
        _check_id(data.id)
        known, metrics = self._reception().library.company.signals, self._reception().metrics
        if data.kind not in known:
            if metrics is not None:
                metrics.refused_events.labels("unknown_event").inc()
            raise ClientException(f"kind: expected one of {', '.join(sorted(known))}, found {data.kind[:40]!r}")
        inbound = Inbound(data.id, caller.conversation, Kind.SIGNAL, data.kind, _now())
        await self._receive(TurnRequest(inbound))

    async def _receive(self, request: TurnRequest) -> StoredTurn:
        with self._in_line(request.inbound.conversation):
            try:
                return await self._reception().receive(request)
            except ConversationFull as full:
                # Not 429, which the widget would repeat for ever, and hold back what comes after.
                raise HTTPException(str(full), status_code=403) from None

    @contextmanager
    def _in_line(self, conversation: str) -> Iterator[None]:
        """A place in the line of a conversation, so that one visitor cannot fill everybody's."""
        ahead = self._waiting.get(conversation, 0)
        if ahead >= MOST_WAITING:
            raise TooManyRequestsException(
                f"{ahead} messages of this conversation are on their way already; send this one again in a moment",
                headers={"retry-after": "1"},
            )
        self._waiting[conversation] = ahead + 1
        try:
            yield
        finally:
            self._waiting[conversation] -= 1
            if not self._waiting[conversation]:
                del self._waiting[conversation]

    async def show(self, caller: Caller) -> ConversationShown:
        """The conversation so far."""
        turns = await self._store.transcript(caller.conversation)
        found = await self._store.conversation(caller.conversation)
        language = found.language if found is not None else ""
        labels = _labels(turns)
        shown = [self._transcript(turn, language, labels) for turn in turns if _visible(turn)]
        return ConversationShown(caller.conversation, turns[-1].turn if turns else 0, language, shown)

    async def follow(self, caller: Caller, last: int) -> AsyncIterator[ServerSentEventMessage]:
        """Turns after *last* as they are committed, until the visitor, the server or the database goes."""
        try:
            found = await self._store.conversation(caller.conversation)
            language = found.language if found is not None else ""
            labels: dict[str, str] | None = {} if last <= 0 else None
            with self._hub.watch(caller.conversation) as moved:
                while not self._hub.closed:
                    moved.clear()
                    for turn in await self._store.turns_after(caller.conversation, last):
                        last = turn.turn
                        if labels is None:  # somebody who comes back: buttons of before may be pressed
                            labels = _labels(await self._store.turns_after(caller.conversation, 0))
                        labels |= _labels([turn])
                        data = msgspec.json.encode(self._transcript(turn, language, labels)).decode()
                        yield ServerSentEventMessage(data=data, id=str(turn.turn), event="turn")
                    if not await _set_within(moved, KEEP_OPEN_SECONDS):
                        yield ServerSentEventMessage(data=None, comment="still here")
        except StorageError as error:  # the visitor comes back with the last turn seen
            log.warning("stream_ended", conversation=caller.conversation, error=type(error).__name__)

    def _transcript(self, turn: TranscriptTurn, language: str, labels: Mapping[str, str]) -> TranscriptShown:
        shown = turn.author == "visitor" and turn.kind in (Kind.TEXT, Kind.CHOICE, Kind.FILE)
        text = turn.text
        if turn.kind == Kind.CHOICE:
            text = labels.get(text) or self._label(text, language) or text
        inbound = InboundShown(turn.inbound, text, turn.author) if shown else None
        return TranscriptShown(turn.turn, inbound, replies_shown(turn.replies))

    def _label(self, choice: str, language: str) -> str:
        """What stands on a button of a tree that was never offered; "" where the tree has none of that name."""
        key = "choice." + choice.partition(":")[2].replace(":", ".")
        wording = self._reception().library.wording(language)
        return wording.render(key) if wording.has(key) else ""

    async def authorize(self, conversation: str, header: str) -> None:
        """
        Let the caller pass, if the token opens this conversation.

        Raises:
            NotAuthorizedException: The same words whether the conversation, the token or both are wrong.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > 200 or len(conversation) > LONGEST_ID:
            raise NotAuthorizedException(REFUSAL)
        if not await self._store.conversation_by_token(conversation, _hash(token)):
            raise NotAuthorizedException(REFUSAL)

    async def authorize_stream(self, conversation: str, header: str, ticket: str) -> None:
        """
        Let the caller pass, if the token or the ticket opens this conversation's stream.

        Raises:
            NotAuthorizedException: As `authorize`.
        """
        if not (ticket and self._tickets.fits(conversation, ticket)):
            await self.authorize(conversation, header)

    def ticket(self, caller: Caller) -> TicketShown:
        """A ticket for the stream."""
        return TicketShown(self._tickets.issue(caller.conversation))


REFUSAL = "this token does not open this conversation; open a new one with POST /api/conversations"
_ONE = "/conversations/{conversation:str}"


def build_api(channel: WebChannel) -> Router:
    """The routes under /api; who may not pass is sent away before a body is read."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        await channel.authorize(_conversation(connection), connection.headers.get("authorization", ""))

    async def guard_stream(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        header, ticket = connection.headers.get("authorization", ""), connection.query_params.get("ticket", "")
        await channel.authorize_stream(_conversation(connection), header, ticket)

    @post("/conversations", status_code=201, before_request=_read_json, summary="Open a conversation")
    async def open_(request: Request[Any, Any, Any], data: JSONBody[OpenRequest | None] = None) -> Opened:
        return await channel.open(data or OpenRequest(), request.client.host if request.client else "")

    @get(_ONE, guards=[guard], summary="The conversation so far")
    async def show(conversation: FromPath[str]) -> ConversationShown:
        return await channel.show(Caller(conversation))

    @post(
        f"{_ONE}/inbounds",
        status_code=200,
        guards=[guard],
        before_request=_read_something,
        request_max_body_size=LARGEST_INBOUND,
        summary="Send a message or a tap",
    )
    async def take(conversation: FromPath[str], data: JSONBody[InboundRequest]) -> TurnShown:
        return await channel.take(Caller(conversation), data)

    @post(
        f"{_ONE}/files",
        status_code=200,
        guards=[guard],
        before_request=_read_form,
        request_max_body_size=LARGEST_FORM,
        summary="Send a file",
    )
    async def take_file(
        conversation: FromPath[str], data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> TurnShown:
        upload, inbound_id = data.get("file"), data.get("id")
        if not isinstance(upload, UploadFile) or not isinstance(inbound_id, str):
            raise ClientException(_FORM)
        return await channel.take_file(Caller(conversation), inbound_id, upload.filename, await upload.read())

    @post(
        f"{_ONE}/signals",
        status_code=202,
        guards=[guard],
        before_request=_read_something,
        summary="Note what the visitor did",
    )
    async def signal(conversation: FromPath[str], data: JSONBody[SignalRequest]) -> None:
        await channel.signal(Caller(conversation), data)

    @post(f"{_ONE}/ticket", status_code=200, guards=[guard], summary="A ticket for the stream, good for a minute")
    async def ticket(conversation: FromPath[str]) -> Response[TicketShown]:
        return Response(channel.ticket(Caller(conversation)), headers={"cache-control": "no-store"})

    @get(f"{_ONE}/events", guards=[guard_stream], summary="Turns as they happen (server-sent events)")
    async def events(request: Request[Any, Any, Any], conversation: FromPath[str]) -> ServerSentEvent:
        last = request.headers.get("last-event-id", "")
        after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
        return ServerSentEvent(
            channel.follow(Caller(conversation), after),
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    handlers = [open_, show, take, take_file, signal, ticket, events]
    return Router("/api", route_handlers=handlers, request_max_body_size=LARGEST_BODY, tags=["chat"])


def _conversation(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    return str(connection.path_params["conversation"])


async def _read_json(request: Request[Any, Any, Any]) -> None:
    """
    Read the body, which the handler then has at hand.

    Raises:
        ClientException: It is no JSON; the reason does not quote it.
    """
    try:
        await request.json()
    except SerializationException as error:
        raise ClientException(f"the body is no JSON: {error}") from None
    except UnicodeDecodeError:
        raise ClientException("the body is no JSON: a text in it is not UTF-8") from None
    except RecursionError:
        raise ClientException("the body is no JSON we read: it is nested too deeply") from None


_FORM = 'expected a multipart form with one "file" and one "id"'


async def _read_form(request: Request[Any, Any, Any]) -> None:
    """
    Read the form, which the handler then has at hand.

    Raises:
        ClientException: It is no multipart form; the reason does not quote it.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ClientException(_FORM)
    await decoded_form(request)


async def _read_something(request: Request[Any, Any, Any]) -> None:
    await _read_json(request)
    if not await request.body():
        raise ClientException("the body is empty; expected a JSON object")


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _check_id(inbound_id: str) -> None:
    if not 1 <= len(inbound_id) <= LONGEST_ID or not inbound_id.isprintable():
        raise ClientException("id: expected a UUID made by the client")
    if inbound_id.startswith(tuple(Origin)) or inbound_id == "start":
        raise ClientException("id: this id is ours; expected a UUID made by the client")


def _visible(turn: TranscriptTurn) -> bool:
    return bool(turn.replies) or turn.author == "visitor"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


def _shortened(name: str) -> str:
    """The name of a file with its ending, whatever its length."""
    stem, dot, ending = name.rpartition(".")
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending


def _labels(turns: Iterable[TranscriptTurn]) -> dict[str, str]:
    """What stood on the buttons, as they were offered."""
    return {choice.id: choice.label for turn in turns for reply in turn.replies for choice in reply.choices}
