"""
A strict stand-in for the web chat over HTTP: the contract and nothing else, with faults on demand.

It is an ASGI application that uvicorn serves from a thread. Whatever a client does against the contract is answered
as the contract says *and* noted in `violations`, so that a test fails even where the client would shrug it off.
"""

import asyncio
import json
import re
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from html import escape
from pathlib import Path
from typing import Any, Self

import uvicorn

ROOT = Path(__file__).parents[2]
LANGUAGES = tuple(sorted(path.parent.name for path in (ROOT / "locales").glob("*/widget.json")))
WORDS_TOKEN = "/*BANTER_WORDS*/{}"
LONGEST_TEXT = 20_000  # characters; longer is 413
LARGEST_FILE = 10 * 1024 * 1024  # bytes; larger is 413
FILE_TYPES = (".pdf", ".docx", ".xlsx", ".txt", ".md", ".png", ".jpg", ".jpeg")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Json = dict[str, Any]


def widget_script() -> bytes:
    """The widget as a server sends it: its source with the words of all languages, the first for whom none suits."""
    names = ("en", *(name for name in LANGUAGES if name != "en"))
    words = {name: json.loads((ROOT / "locales" / name / "widget.json").read_text("utf-8")) for name in names}
    source = (ROOT / "bot" / "widget" / "banter.js").read_text("utf-8")
    if source.count(WORDS_TOKEN) != 1:
        raise ValueError(f"expected {WORDS_TOKEN!r} once in banter.js, found {source.count(WORDS_TOKEN)}")
    return source.replace(WORDS_TOKEN, json.dumps(words, ensure_ascii=False)).encode()


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one POST."""

    status: int = 0  # an HTTP status; 0 cuts the connection
    retry_after: int = 0  # seconds, for 429 and 503
    stored: bool = False  # the turn is stored all the same


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Conversation:
    """One conversation: its turns in order, and the answer to every inbound id."""

    id: str
    token: str
    language: str
    turns: list[Json] = field(default_factory=list)
    answers: dict[str, Json] = field(default_factory=dict)
    signals: list[str] = field(default_factory=list)

    def said(self) -> list[str]:
        """The visitor's messages, oldest first."""
        return [
            turn["inbound"]["text"] for turn in self.turns if turn["inbound"] and turn["inbound"]["author"] == "visitor"
        ]


class Refused(Exception):  # noqa: N818 - a refusal is an answer here
    """The request gets this status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Cut(Exception):  # noqa: N818
    """The connection breaks in the middle of the answer."""


def _reply(turn: int, place: int, text: str, choices: Sequence[str], author: str) -> Json:
    buttons = [{"id": f"{turn}:q:{number}", "label": label} for number, label in enumerate(choices)]
    return {"id": f"{turn}.{place}", "text": text, "choices": buttons, "author": author}


class ChatServer:
    """
    The chat server of a test; a context manager that serves on a free port of 127.0.0.1.

    Attributes:
        url: Where the API and the widget are.
        site: A page of another origin (localhost is not 127.0.0.1 to a browser) that embeds the widget
            under a strict policy.
        attributes: Attributes of that page's script tag; change them before the page is opened.
        page: A whole page to serve instead of that one, without its policy.
        says: What the bot answers, by the visitor's words, as (text, labels of choices); else it echoes.
        faults: What goes wrong with the coming POSTs, first come first served.
        delay: Seconds that every answer takes.
        silent: True keeps event streams open and says nothing in them.
        down: True cuts every API request and stream.
        requests: All API requests, oldest first, preflights left out.
        violations: What the client did against the contract; empty in a good test.
    """

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {"data-framework": "bant", "data-language": "en"}
        self.says: dict[str, list[tuple[str, list[str]]]] = {
            "": [("Hello! What can we build for you?", ["A CRM", "A mobile app", "Something else"])]
        }
        self.faults: deque[Fault] = deque()
        self.delay = 0.0
        self.down = False
        self.silent = False
        self.markup = "<h1>Any site</h1><p>Words of the page.</p><a href='#elsewhere'>A link</a>"
        self.page_language = "en"
        self.page = ""
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.expected_refusals: set[int] = set()
        self.conversations: dict[str, Conversation] = {}
        self._changed: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._streams = 0  # grows when the open ones are to end
        self.open_streams = 0

    # ------------------------------------------------------------ for tests

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.site = f"http://localhost:{self.port}/"
        config = uvicorn.Config(self, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, ws="none")
        self._server = uvicorn.Server(config)
        started = threading.Event()

        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._changed = asyncio.Event()
            started.set()
            await self._server.serve([listener])

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        started.wait(10)
        self.wait_for(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.drop_streams()
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    def wait_for(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Return once *condition* holds; raises TimeoutError after *seconds*."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise TimeoutError(f"still not so after {seconds} s")
            time.sleep(0.02)

    def only(self) -> Conversation:
        """The one conversation there is."""
        (conversation,) = self.conversations.values()
        return conversation

    def push(self, *texts: str, author: str = "human", choices: Sequence[str] = ()) -> int:
        """Say something of our own accord in the only conversation; returns the turn."""
        conversation = self.only()

        async def say() -> int:
            turn = len(conversation.turns)
            replies = [_reply(turn, place, text, choices, author) for place, text in enumerate(texts)]
            conversation.turns.append({"turn": turn, "inbound": None, "replies": replies})
            self._wake()
            return turn

        return asyncio.run_coroutine_threadsafe(say(), self._loop).result(5)

    def drop_streams(self) -> None:
        """End every open event stream, as a proxy or a restart would."""
        self._streams += 1
        self._loop.call_soon_threadsafe(self._wake)

    def go_down(self) -> None:
        """Cut everything until `come_back`."""
        self.down = True
        self.drop_streams()

    def come_back(self) -> None:
        """Serve again."""
        self.down = False

    def posted(self, door: str = "inbounds") -> list[Json]:
        """Bodies of the POSTs to that door, oldest first, repeated ones too."""
        return [r.json() for r in self.requests if r.method == "POST" and r.path.endswith(f"/{door}")]

    def streams_asked(self) -> list[str]:
        """The Last-Event-ID of every stream asked for, oldest first."""
        return [r.headers.get("last-event-id", "") for r in self.requests if r.path.endswith("/events")]

    # ------------------------------------------------------------ serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path, method = scope["path"], scope["method"]
        if not path.startswith("/api/"):
            await self._page(path, send)
            return
        if method == "OPTIONS":
            await self._preflight(send)
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        body = await _read(receive)
        self.requests.append(Request(method, path, headers, body))
        try:
            await self._route(scope, headers, body, receive, send)
        except Refused as refused:
            if refused.status not in self.expected_refusals:
                self.violations.append(f"{method} {path}: {refused.status} {refused.reason}")
            await self._answer(send, refused.status, {"detail": refused.reason})
        except Cut:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000"), *_cors()]}
            )
            await send({"type": "http.response.body", "body": b"{"})  # fewer bytes than promised: uvicorn hangs up

    async def _route(self, scope: Scope, headers: Mapping[str, str], body: bytes, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if self.down:
            raise Cut
        if scope["query_string"]:
            raise Refused(400, "the contract knows no query here")
        if (method, path) == ("POST", "/api/conversations"):
            await self._create(headers, body, send)
            return
        found = re.fullmatch(r"/api/conversations/([^/]+)(?:/(inbounds|files|signals|events))?", path)
        if found is None:
            raise Refused(404, "no such place")
        conversation = self._authorised(found[1], headers)
        match method, found[2]:
            case "GET", None:
                await self._answer(send, 200, self._transcript(conversation))
            case "GET", "events":
                await self._events(conversation, headers, receive, send)
            case "POST", "inbounds":
                await self._inbound(conversation, _json(headers, body), send)
            case "POST", "files":
                await self._file(conversation, headers, body, send)
            case "POST", "signals":
                await self._signal(conversation, _json(headers, body), send)
            case _:
                raise Refused(405, "not this method here")

    def _authorised(self, key: str, headers: Mapping[str, str]) -> Conversation:
        conversation = self.conversations.get(key)
        if conversation is None or headers.get("authorization") != f"Bearer {conversation.token}":
            raise Refused(401, "no such conversation for this token")
        return conversation

    async def _create(self, headers: Mapping[str, str], body: bytes, send: Send) -> None:
        if "authorization" in headers:
            raise Refused(400, "a token, where none is known yet")
        asked = _json(headers, body)
        _only(asked, {"framework", "language", "page", "source"})
        if any(not isinstance(value, str) for value in asked.values()):
            raise Refused(400, "all of them are strings")
        conversation = Conversation(str(uuid.uuid4()), uuid.uuid4().hex, asked.get("language", "en"))
        fault = await self._trouble()
        if fault and not fault.stored:
            await self._fail(fault, send)
            return
        self.conversations[conversation.id] = conversation
        answer = self._turn(conversation, None, "")
        if fault:
            await self._fail(fault, send)
            return
        start = {"conversation": conversation.id, "token": conversation.token}
        await self._answer(send, 201, {**start, **answer})

    async def _inbound(self, conversation: Conversation, asked: Json, send: Send) -> None:
        _only(asked, {"id", "text", "choice"})
        if ("text" in asked) == ("choice" in asked):
            raise Refused(400, "either text or choice")
        text = asked.get("text", asked.get("choice"))
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "empty")
        if len(text) > LONGEST_TEXT:
            raise Refused(413, "too long")
        if "choice" in asked and asked["id"] not in conversation.answers:
            text = self._label(conversation, text)
        await self._take(conversation, asked["id"], text, send)

    def _label(self, conversation: Conversation, choice: str) -> str:
        for turn in reversed(conversation.turns):
            for reply in turn["replies"]:
                for button in reply["choices"]:
                    if button["id"] == choice:
                        return str(button["label"])
        raise Refused(400, f"no choice {choice}")

    async def _file(self, conversation: Conversation, headers: Mapping[str, str], body: bytes, send: Send) -> None:
        if not headers.get("content-type", "").startswith("multipart/form-data; boundary="):
            raise Refused(400, "expected multipart/form-data")
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + body
        )
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        if set(parts) != {"id", "file"}:
            raise Refused(400, f"expected the fields id and file, found {sorted(map(str, parts))}")
        name, content = parts["file"].get_filename() or "", parts["file"].get_payload(decode=True)
        if not name.lower().endswith(FILE_TYPES):
            raise Refused(415, f"not a type we read: {name}")
        if not isinstance(content, bytes) or len(content) > LARGEST_FILE:
            raise Refused(413, "too big")
        key = parts["id"].get_payload(decode=True)
        await self._take(conversation, key.decode() if isinstance(key, bytes) else "", name, send)

    async def _signal(self, conversation: Conversation, asked: Json, send: Send) -> None:
        _only(asked, {"id", "kind"})
        _uuid(asked.get("id"))
        conversation.signals.append(asked["kind"])
        await self._answer(send, 202, None)

    async def _take(self, conversation: Conversation, key: str, text: str, send: Send) -> None:
        """One turn, once; or its answer again."""
        _uuid(key)
        fault = await self._trouble()
        if key not in conversation.answers and (fault is None or fault.stored):
            conversation.answers[key] = self._turn(conversation, key, text)
            self._wake()
        if fault:
            await self._fail(fault, send)
            return
        await self._answer(send, 200, conversation.answers[key])

    def _turn(self, conversation: Conversation, key: str | None, text: str) -> Json:
        number = len(conversation.turns)
        lines = self.says.get(text, [(f"You said: {text}", [])])
        replies = [_reply(number, place, line, labels, "bot") for place, (line, labels) in enumerate(lines)]
        inbound = {"id": key, "text": text, "author": "visitor"} if key else None
        conversation.turns.append({"turn": number, "inbound": inbound, "replies": replies})
        return {"turn": number, "replies": replies}

    def _transcript(self, conversation: Conversation) -> Json:
        return {
            "conversation": conversation.id,
            "turn": conversation.turns[-1]["turn"],
            "language": conversation.language,
            "turns": conversation.turns,
        }

    async def _events(
        self, conversation: Conversation, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        last = headers.get("last-event-id", "-1")
        if not re.fullmatch(r"-?\d+", last):
            raise Refused(400, "Last-Event-ID is a turn number")
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream"), *_cors()],
            }
        )
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        gone = asyncio.ensure_future(_disconnected(receive))
        self.open_streams += 1
        try:
            await self._feed(conversation, int(last), gone, send)
        finally:
            self.open_streams -= 1
            gone.cancel()
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})

    async def _feed(self, conversation: Conversation, last: int, gone: "asyncio.Future[None]", send: Send) -> None:
        series = self._streams
        while series == self._streams and not gone.done():
            for turn in [] if self.silent else conversation.turns[last + 1 :]:
                last = turn["turn"]
                event = f"id: {last}\ndata: {json.dumps(turn, ensure_ascii=False)}\n\n".encode()
                # In two pieces, cut inside a character if there is one: a client must join them.
                middle = next((at for at, byte in enumerate(event) if byte > 0xBF), len(event) // 2) + 1
                for piece in (event[:middle], event[middle:]):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    await asyncio.sleep(0)
            changed = asyncio.ensure_future(self._changed.wait())
            either: set[asyncio.Future[Any]] = {changed, gone}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _trouble(self) -> Fault | None:
        if self.delay:
            await asyncio.sleep(self.delay)
        return self.faults.popleft() if self.faults else None

    async def _fail(self, fault: Fault, send: Send) -> None:
        if not fault.status:
            raise Cut
        extra = [(b"retry-after", str(fault.retry_after).encode())] if fault.retry_after else []
        await self._answer(send, fault.status, {"detail": "a fault of the test"}, extra)

    async def _answer(
        self, send: Send, status: int, body: Json | None, extra: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = [(b"content-type", b"application/json"), *_cors(), *extra]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _preflight(self, send: Send) -> None:
        allowed = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
            (b"access-control-max-age", b"600"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": [*_cors(), *allowed]})
        await send({"type": "http.response.body", "body": b""})

    async def _page(self, path: str, send: Send) -> None:
        """The widget's script, or else a page that embeds it and forbids styles, evaluation and markup from text."""
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        if path == "/widget.js":
            content, headers = widget_script(), [(b"content-type", b"text/javascript; charset=utf-8")]
        elif self.page:
            content = self.page.encode()
        else:
            tag = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
            content = (
                f'<!doctype html><html lang="{self.page_language}"><head><meta charset="utf-8"><title>Any site</title>'
                '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
                f"</head><body><main>{self.markup}</main>"
                f'<script async src="{self.url}/widget.js"{tag}></script></body></html>'
            ).encode()
            policy = (
                f"default-src 'none'; img-src data:; script-src {self.url}; connect-src {self.url}; "
                "require-trusted-types-for 'script'"
            )
            headers.append((b"content-security-policy", policy.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _cors() -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after")]


def _json(headers: Mapping[str, str], body: bytes) -> Json:
    if headers.get("content-type") != "application/json":
        raise Refused(400, f"expected application/json, found {headers.get('content-type')}")
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise Refused(400, f"not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise Refused(400, "expected an object")
    return asked


def _only(asked: Json, known: set[str]) -> None:
    if unknown := set(asked) - known:
        raise Refused(400, f"unknown: {sorted(unknown)}")


def _uuid(key: object) -> None:
    if not isinstance(key, str) or str(uuid.UUID(key)) != key:
        raise Refused(400, f"expected a UUID, found {key!r}")


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
