"""The real product as a process of its own: started, killed, started again on the same database."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60.0  # two busy cores may take their time


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What *condition* returns once it is true-ish; AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {found!r}"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """`banter serve` on a database of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.database = folder / "banter.db"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BANTER_")}
        self._environ = inherited | {
            "BANTER_DATABASE_URL": f"sqlite:///{self.database}",
            "BANTER_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Product":
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "bot.cli", "serve"]
            self._process = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"banter serve ended at once:\n{self.said()[-2000:]}")
            try:
                if httpx2.get(f"{self.url}/health", timeout=2).status_code == 200:
                    return self
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"banter serve did not come up:\n{self.said()[-2000:]}")

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)

    def stop(self, seconds: float = 15.0) -> int:
        """Ask it to stop, as a service manager does; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=seconds)

    def said(self) -> str:
        """Everything it printed and logged."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def sign_in_link(self) -> str:
        """The one-time link it printed last."""
        links: list[str] = until(lambda: re.findall(r"^\s*sign in\s+(\S+)", self.said(), re.MULTILINE))
        return links[-1]

    @contextmanager
    def sign_in(self) -> Iterator[httpx2.Client]:
        """A client that has used the link, as somebody who presses the button on the page it leads to."""
        link = self.sign_in_link()
        with httpx2.Client(base_url=self.url, timeout=20) as client:
            form = client.get(link)
            assert form.status_code == 200, form.text
            field = re.search(r'name="csrf" value="([^"]+)"', form.text)
            assert field is not None, form.text
            assert client.post(link, data={"csrf": field[1]}).status_code == 303
            yield client

    def open(self, client: httpx2.Client, **fields: str) -> "Chat":
        """A visitor's conversation."""
        response = client.post(f"{self.url}/api/conversations", json=fields)
        assert response.status_code == 201, response.text
        return Chat(self, client, response.json())


class Chat:
    """One visitor of a product, over HTTP."""

    def __init__(self, product: Product, client: httpx2.Client, opened: dict[str, object]) -> None:
        self._product = product
        self._client = client
        self.id = str(opened["conversation"])
        self.opened = opened
        self.token = str(opened["token"])
        self.headers = {"authorization": f"Bearer {self.token}"}

    @property
    def url(self) -> str:
        """Of the conversation."""
        return f"{self._product.url}/api/conversations/{self.id}"

    def send(self, inbound: str, **fields: object) -> httpx2.Response:
        """POST one inbound."""
        return self.post("inbounds", json={"id": inbound, **fields})

    def post(self, door: str, /, **options: Any) -> httpx2.Response:
        """POST anything to a door of the conversation: inbounds, files, signals."""
        headers = self.headers | options.pop("headers", {})
        return self._client.post(f"{self.url}/{door}", headers=headers, **options)

    @contextmanager
    def events(self, after: str | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        """An open event stream, as an iterator of turns whose event id was right."""
        headers = self.headers | ({} if after is None else {"last-event-id": after})
        with self._client.stream("GET", f"{self.url}/events", headers=headers) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _turns(response.iter_lines())

    def transcript(self) -> list[dict[str, object]]:
        """The turns stored."""
        response = self._client.get(self.url, headers=self.headers)
        assert response.status_code == 200, response.text
        turns: list[dict[str, object]] = response.json()["turns"]
        return turns

    def said(self) -> list[str]:
        """What the visitor wrote and pressed, as stored."""
        return [turn["inbound"]["text"] for turn in self.transcript() if turn["inbound"]]  # type: ignore[index]


def _turns(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line:
            fields[name] = fields.get(name, "") + value.removeprefix(" ")
        elif "data" in fields:
            turn: dict[str, Any] = json.loads(fields["data"])
            assert fields["id"] == str(turn["turn"])
            fields = {}
            yield turn
        else:
            fields = {}


def labels(replies: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Buttons under the last reply: id by label."""
    return {choice["label"]: choice["id"] for choice in replies[-1]["choices"]}
