"""The real product as a process of its own: started, killed, started again on the same database."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 30.0


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
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BANTER_")}
        self._environ = inherited | {
            "BANTER_DATABASE_URL": f"sqlite:///{folder / 'banter.db'}",
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
        self._headers = {"authorization": f"Bearer {opened['token']}"}

    def send(self, inbound: str, **fields: str) -> httpx2.Response:
        """POST one inbound."""
        url = f"{self._product.url}/api/conversations/{self.id}/inbounds"
        return self._client.post(url, json={"id": inbound, **fields}, headers=self._headers)

    def transcript(self) -> list[dict[str, object]]:
        """The turns stored."""
        url = f"{self._product.url}/api/conversations/{self.id}"
        response = self._client.get(url, headers=self._headers)
        assert response.status_code == 200, response.text
        turns: list[dict[str, object]] = response.json()["turns"]
        return turns
