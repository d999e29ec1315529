"""Emulators as processes of their own, and a way to talk to them."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

HERE = Path(__file__).parent


class Emulator:
    """A running emulator."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx2.AsyncClient(base_url=self.url, timeout=20)

    async def control(self, name: str, /, **fields: object) -> Any:
        """Order something: POST /control/<name>."""
        response = await self._client.post(f"/control/{name}", json=fields)
        assert response.status_code == 200, response.text
        return response.json()

    async def seen(self, name: str, /, **fields: object) -> Any:
        """Ask something: GET /control/<name>; `at_least` and `seconds` wait for it."""
        response = await self._client.get(f"/control/{name}", params={key: str(value) for key, value in fields.items()})
        assert response.status_code == 200, response.text
        return response.json()

    async def close(self) -> None:
        await self._client.aclose()


@contextmanager
def running(script: str, *arguments: str) -> Iterator[Sequence[int]]:
    """Start tests/emulators/<script> on free loopback ports; gives the ports it names, in order."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / script), "--port", "0", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), f"{script} did not start: {line!r}"
        yield [int(port) for port in line.removeprefix("listening on ").split()]
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
