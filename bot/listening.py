"""The address visitors reach us at: had before anything else is done, and said once they can come."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import uvicorn

from bot.errors import BadSetting
from bot.hub import Hub


@contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """
    Sockets bound to all addresses of a host, closed at the end.

    Raises:
        BadSetting: The host is none of ours, or the port is taken or reserved.
    """
    with ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except (OSError, UnicodeError) as error:  # no name has a part of 64 letters
            why = getattr(error, "strerror", None) or "not a name"
            raise BadSetting(f"BANTER_HOST: {host[:80]!r} is no address of this machine ({why})") from None
        sockets = []
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = opened.enter_context(socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                one.bind(address)
            except OSError as error:
                raise BadSetting(_why_not_bound(host, port, error)) from None
            one.setblocking(False)
            sockets.append(one)
        yield sockets


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"BANTER_PORT: port {port} of {host} is taken by another program: stop it, or choose another port"
    if error.errno == errno.EACCES:
        return f"BANTER_PORT: this user may not listen on port {port}: choose one from 1024 up"
    return f"BANTER_HOST: cannot listen on {host!r} ({error.strerror})"


class Server(uvicorn.Server):
    """Says when it is up; ends open streams before it waits for connections, which would otherwise hold it for ever."""

    def __init__(self, config: uvicorn.Config, hub: Hub, is_up: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._is_up = is_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._is_up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the hub, then stop as usual."""
        self._hub.close()
        super().handle_exit(sig, frame)

    def end(self) -> None:
        """Stop as if told from outside."""
        self._hub.close()
        self.should_exit = True
