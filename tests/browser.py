"""Chromium for tests: one way to start it, to look at it, and to have axe-core judge a page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_core_python  # type: ignore[import-untyped]  # it ships no stubs
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 800)
PHONE = (390, 844)


@contextmanager
def chromium() -> Iterator[Browser]:
    """
    A running Chromium.

    Keep it no longer than a module: while Playwright's synchronous side is up, asyncio believes that a loop is
    running, and no asynchronous test of another module could start.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def context(browser: Browser, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[BrowserContext]:
    """A fresh visitor: no storage, no cookies; up to 480 wide, with a finger instead of a mouse."""
    phone = size[0] <= 480
    options = {"has_touch": phone, "is_mobile": phone, "locale": "en-GB", **options}
    visitor = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    visitor.set_default_timeout(10_000)
    try:
        yield visitor
    finally:
        visitor.close()


def axe_violations(page: Page, within: Sequence[str] | None = None) -> list[str]:
    """
    What axe-core finds wrong, a line each, shadow roots looked into; *within* are selectors to limit it to.

    What fades in is judged by the colour it ends with.
    """
    script = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
    page.evaluate(script)
    page.evaluate(
        "() => { const roots = [...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean);"
        " const running = [document, ...roots].flatMap((root) => root.getAnimations());"
        " return Promise.all(running.filter((one) => one.effect.getTiming().iterations !== Infinity)"
        ".map((one) => one.finished.catch(() => {}))) }"
    )
    include = [[selector] for selector in within] if within else None
    result = page.evaluate(
        "(include) => axe.run(include ? {include} : document, {resultTypes: ['violations']})", include
    )
    return [
        f"{violation['id']}: {violation['help']}: {[node['html'][:120] for node in violation['nodes']]}"
        for violation in result["violations"]
    ]
