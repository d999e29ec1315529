"""A small HTTP/1.1 server that can also misbehave: cut the line, or never answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LARGEST_BODY = 64 * 1024 * 1024


class Cut(Exception):  # noqa: N818 - an order, not an error
    """Close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body)) if self.body else {}


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> "Response":
        """A JSON answer."""
        return Response(
            status,
            json.dumps(value, ensure_ascii=False).encode(),
            {"content-type": "application/json", **(headers or {})},
        )


Handler = Callable[[Request], Awaitable[Response]]


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = int(headers.get("content-length", "0"))
    if length > LARGEST_BODY:
        return None
    body = await reader.readexactly(length)
    parts = urlsplit(target)
    return Request(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)


async def start(handler: Handler, port: int) -> asyncio.Server:
    """Listen on the loopback; port 0 takes a free one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                response = await handler(request)
                headers = {"content-length": str(len(response.body)), **response.headers}
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                writer.write(f"HTTP/1.1 {response.status} -\r\n{head}\r\n".encode() + response.body)
                await writer.drain()
        except (Cut, asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port)


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def announce(*ports: int) -> None:
    """Tell whoever started this process where it listens."""
    print("listening on", *ports, flush=True)
