"""The web chat over HTTP: what the widget talks to."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, HTTPException, NotAuthorizedException
from litestar.params import Body
from litestar.response import ServerSentEvent, ServerSentEventMessage

from bot.hub import Hub
from bot.reception import Reception
from dialogs.engine import open_conversation
from dialogs.values import Inbound, Kind, Reply
from storage.ids import uuid7
from storage.store import Store
from storage.values import StoredTurn, TranscriptTurn, TurnRequest

LONGEST_TEXT = 20_000  # characters of one message; longer ones belong into a file
LARGEST_FILE = 10 * 1024 * 1024
FILE_ENDINGS = (".pdf", ".docx", ".xlsx", ".txt", ".md", ".png", ".jpg", ".jpeg")
SIGNALS_A_CONVERSATION = 200
KEEP_OPEN_SECONDS = 15.0  # a comment line this often keeps proxies from closing a quiet stream
LONGEST_ID = 64


class OpenRequest(msgspec.Struct):
    """What a site tells when a visitor opens the chat."""

    framework: str = ""
    language: str = ""
    page: str = ""
    source: str = ""


class InboundRequest(msgspec.Struct):
    """A message or a tap; id is made by the client, so that a repeated request is the same message."""

    id: str
    text: str | None = None
    choice: str | None = None


class SignalRequest(msgspec.Struct):
    """Something the visitor did on the site."""

    id: str
    kind: str


class ChoiceShown(msgspec.Struct):
    """A button."""

    id: str
    label: str


class ReplyShown(msgspec.Struct):
    """One message of ours."""

    id: str
    text: str
    choices: list[ChoiceShown]
    author: str


class TurnShown(msgspec.Struct):
    """What one inbound led to."""

    turn: int
    replies: list[ReplyShown]


class Opened(msgspec.Struct):
    """A new conversation; the token is shown once and opens only this conversation."""

    conversation: str
    token: str
    turn: int
    language: str
    replies: list[ReplyShown]


class InboundShown(msgspec.Struct):
    """What somebody wrote."""

    id: str
    text: str
    author: str


class TranscriptShown(msgspec.Struct):
    """One turn of the transcript."""

    turn: int
    inbound: InboundShown | None
    replies: list[ReplyShown]


class ConversationShown(msgspec.Struct):
    """A conversation as its visitor may see it."""

    conversation: str
    turn: int
    language: str
    turns: list[TranscriptShown]


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

    async def open(self, data: OpenRequest) -> Opened:
        """Open a conversation and say hello."""
        reception = self._reception()
        library = reception.library
        company = library.company
        language = data.language[:2].lower()
        language = language if language in library.wordings else company.languages[0]
        framework = data.framework or company.framework
        if framework not in library.frameworks:
            known = ", ".join(sorted(library.frameworks))
            raise ClientException(f"framework: expected one of {known}, found {framework[:40]!r}")
        conversation, token = str(uuid7()), secrets.token_urlsafe(32)
        inbound = Inbound("start", conversation, Kind.START, "", _now())
        opening = open_conversation(
            conversation, "web", framework, language, inbound, source=data.source, page=data.page
        )
        turn = await reception.receive(TurnRequest(inbound, opening, token_hash=_hash(token)))
        return Opened(conversation, token, turn.turn, language, _replies(turn.replies))

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
        return _turn(await self._reception().receive(TurnRequest(inbound)))

    async def take_file(self, caller: Caller, inbound_id: str, name: str, content: bytes) -> TurnShown:
        """Take one file."""
        _check_id(inbound_id)
        if len(content) > LARGEST_FILE:
            raise HTTPException("file: at most 10 MB; send a link instead", status_code=413)
        if not name.lower().endswith(FILE_ENDINGS):
            raise HTTPException(f"file: expected one of {', '.join(FILE_ENDINGS)}", status_code=415)
        bare = name.replace("\\", "/").rpartition("/")[2][:200]
        inbound = Inbound(inbound_id, caller.conversation, Kind.FILE, bare, _now(), size=len(content))
        return _turn(await self._reception().receive(TurnRequest(inbound, payload=content)))

    async def signal(self, caller: Caller, data: SignalRequest) -> None:
        """Note something the visitor did; kinds nobody gave a weight are refused."""
        _check_id(data.id)
        known = self._reception().library.company.signals
        if data.kind not in known:
            raise ClientException(f"kind: expected one of {', '.join(sorted(known))}, found {data.kind[:40]!r}")
        inbound = Inbound(data.id, caller.conversation, Kind.SIGNAL, data.kind, _now())
        await self._reception().receive(TurnRequest(inbound))

    async def show(self, caller: Caller) -> ConversationShown:
        """The conversation so far."""
        turns = await self._store.transcript(caller.conversation)
        found = await self._store.conversation(caller.conversation)
        language = found.language if found is not None else ""
        shown = [self._transcript(turn, language) for turn in turns if _visible(turn)]
        return ConversationShown(caller.conversation, turns[-1].turn if turns else 0, language, shown)

    async def follow(self, caller: Caller, last: int) -> AsyncIterator[ServerSentEventMessage]:
        """Turns after *last* as they are committed, until the visitor or the server goes."""
        found = await self._store.conversation(caller.conversation)
        language = found.language if found is not None else ""
        with self._hub.watch(caller.conversation) as moved:
            while not self._hub.closed:
                moved.clear()
                for turn in await self._store.turns_after(caller.conversation, last):
                    last = turn.turn
                    data = msgspec.json.encode(self._transcript(turn, language)).decode()
                    yield ServerSentEventMessage(data=data, id=str(turn.turn), event="turn")
                if not await _set_within(moved, KEEP_OPEN_SECONDS):
                    yield ServerSentEventMessage(data=None, comment="still here")

    def _transcript(self, turn: TranscriptTurn, language: str) -> TranscriptShown:
        shown = turn.author == "visitor" and turn.kind in (Kind.TEXT, Kind.CHOICE, Kind.FILE)
        text = self._label(turn.text, language) if turn.kind == Kind.CHOICE else turn.text
        inbound = InboundShown(turn.inbound, text, turn.author) if shown else None
        return TranscriptShown(turn.turn, inbound, _replies(turn.replies))

    def _label(self, choice: str, language: str) -> str:
        """What stood on the button that was pressed."""
        key = "choice." + choice.partition(":")[2].replace(":", ".")
        wording = self._reception().library.wording(language)
        return wording.render(key) if wording.has(key) else choice

    async def authorize(self, conversation: str, header: str) -> Caller:
        """
        The caller, if the token opens this conversation.

        Raises:
            NotAuthorizedException: The same words whether the conversation, the token or both are wrong.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > 200 or len(conversation) > LONGEST_ID:
            raise NotAuthorizedException(_REFUSAL)
        if not await self._store.conversation_by_token(conversation, _hash(token)):
            raise NotAuthorizedException(_REFUSAL)
        return Caller(conversation)


_REFUSAL = "this token does not open this conversation; open a new one with POST /api/conversations"


def build_api(channel: WebChannel) -> Router:
    """The routes under /api."""

    @post("/conversations", status_code=201, summary="Open a conversation")
    async def open_(data: OpenRequest | None = None) -> Opened:
        return await channel.open(data or OpenRequest())

    @get("/conversations/{conversation:str}", summary="The conversation so far")
    async def show(request: Request[Any, Any, Any], conversation: str) -> ConversationShown:
        return await channel.show(await _caller(channel, request, conversation))

    @post("/conversations/{conversation:str}/inbounds", status_code=200, summary="Send a message or a tap")
    async def take(request: Request[Any, Any, Any], conversation: str, data: InboundRequest) -> TurnShown:
        return await channel.take(await _caller(channel, request, conversation), data)

    @post("/conversations/{conversation:str}/files", status_code=200, summary="Send a file")
    async def take_file(
        request: Request[Any, Any, Any],
        conversation: str,
        data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> TurnShown:
        caller = await _caller(channel, request, conversation)
        upload, inbound_id = data.get("file"), data.get("id")
        if not isinstance(upload, UploadFile) or not isinstance(inbound_id, str):
            raise ClientException('expected a multipart form with "file" and "id"')
        return await channel.take_file(caller, inbound_id, upload.filename, await upload.read())

    @post("/conversations/{conversation:str}/signals", status_code=202, summary="Note what the visitor did")
    async def signal(request: Request[Any, Any, Any], conversation: str, data: SignalRequest) -> None:
        await channel.signal(await _caller(channel, request, conversation), data)

    @get("/conversations/{conversation:str}/events", summary="Turns as they happen (server-sent events)")
    async def events(request: Request[Any, Any, Any], conversation: str) -> ServerSentEvent:
        caller = await _caller(channel, request, conversation)
        last = request.headers.get("last-event-id", "")
        after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
        return ServerSentEvent(
            channel.follow(caller, after), headers={"cache-control": "no-store", "x-accel-buffering": "no"}
        )

    return Router("/api", route_handlers=[open_, show, take, take_file, signal, events], tags=["chat"])


async def _caller(channel: WebChannel, request: Request[Any, Any, Any], conversation: str) -> Caller:
    return await channel.authorize(conversation, request.headers.get("authorization", ""))


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
    if inbound_id.startswith(("timer:", "tg:", "staff:")) or inbound_id == "start":
        raise ClientException("id: this id is ours; expected a UUID made by the client")


def _turn(turn: StoredTurn) -> TurnShown:
    return TurnShown(turn.turn, _replies(turn.replies))


def _replies(replies: Sequence[Reply]) -> list[ReplyShown]:
    return [
        ReplyShown(
            reply.id, reply.text, [ChoiceShown(choice.id, choice.label) for choice in reply.choices], reply.author
        )
        for reply in replies
    ]


def _visible(turn: TranscriptTurn) -> bool:
    return bool(turn.replies) or turn.author == "visitor"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
