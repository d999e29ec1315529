"""The web application over a real store in a folder of its own, asked without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from bot.app import House, build_app, open_house
from bot.settings import Settings
from bot.workspace import load_workspace

workspace_once = cache(load_workspace)  # the same for every test, and most of what opening a house takes
ELSEWHERE = "203.0.113.9"


@dataclass(slots=True)
class Site:
    """A wired house with its application; nothing runs beside it."""

    house: House
    app: Any
    client: httpx.AsyncClient

    def from_address(self, address: str) -> httpx.AsyncClient:
        """Somebody else, elsewhere."""
        return client_of(self.app, address)

    async def open(self, **fields: str) -> "Visit":
        """A visitor's conversation."""
        response = await self.client.post("/api/conversations", json=fields)
        assert response.status_code == 201, response.text
        told = response.json()
        return Visit(self.client, told["conversation"], told["token"])


@dataclass(slots=True)
class Visit:
    """One visitor."""

    client: httpx.AsyncClient
    id: str
    token: str

    @property
    def path(self) -> str:
        """Of the conversation."""
        return f"/api/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """What opens it."""
        return {"authorization": f"Bearer {self.token}"}

    async def send(self, inbound: str, **fields: str) -> httpx.Response:
        """One message or tap."""
        return await self.client.post(f"{self.path}/inbounds", json={"id": inbound, **fields}, headers=self.headers)


def client_of(app: Any, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://chat.example")


@asynccontextmanager
async def site(folder: Path, **environ: str) -> AsyncIterator[Site]:
    """A site whose parts do not run."""
    settings = Settings.from_environ({"BANTER_DATABASE_URL": f"sqlite:///{folder / 'banter.db'}", **environ})
    with patch("bot.app.load_workspace", workspace_once):
        house = await open_house(settings)
    app = build_app(house)
    try:
        async with client_of(app, "127.0.0.1") as client:
            yield Site(house, app, client)
    finally:
        await house.close()
