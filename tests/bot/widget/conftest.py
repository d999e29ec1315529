from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.bot.widget.visitor import Visitor
from tests.browser import DESKTOP, chromium, context
from tests.emulators.chat_server import ChatServer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running
    assert running.violations == []


@pytest.fixture
def options() -> dict[str, Any]:
    """Options of the browser context, overridden by `parametrize`."""
    return {}


@pytest.fixture
def device(browser: Browser, options: dict[str, Any]) -> Iterator[BrowserContext]:
    with context(browser, **{"size": DESKTOP, **options}) as opened:
        yield opened


@pytest.fixture
def page(device: BrowserContext) -> Iterator[Page]:
    opened = device.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: (
            wrong.append(said.text) if "Content Security Policy" in said.text or "Trusted" in said.text else None
        ),
    )
    yield opened
    assert wrong == []


@pytest.fixture
def visitor(page: Page, server: ChatServer) -> Visitor:
    return Visitor(page, server)
