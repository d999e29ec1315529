"""The console in a real browser: readable by everybody, on a phone and a desktop, in light and dark, by keyboard."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from litestar import Litestar
from playwright.sync_api import Browser, Page

from bot.console.app import build_router
from bot.console.ports import Head
from bot.console.session import new_sign_in_link
from bot.console.words import load_texts
from bot.tongues import LANGUAGES
from storage.values import Sending
from tests.bot.console_twin import EVIL, START, ConsoleTwin, founder, sending, simple, trial_of, with_files
from tests.browser import DESKTOP, PHONE, axe_violations, chromium, context

pytestmark = pytest.mark.browser
LOCALES = Path(__file__).parents[2] / "locales"
NOW = START + timedelta(minutes=10)
SEEN = pytest.mark.parametrize("scheme", ["light", "dark"])
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@dataclass
class Console:
    """A console that runs, and its memory."""

    twin: ConsoleTwin
    url: str

    def link(self) -> str:
        """A one-time link; made in a thread, because Playwright occupies this one's event loop."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, new_sign_in_link(self.twin, "anna", self.url, NOW)).result()


@contextmanager
def running(twin: ConsoleTwin) -> Iterator[Console]:
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    head, texts = Head("Northlight Studio"), load_texts(LOCALES)
    router = build_router(twin, lambda: head, url, texts, lambda: NOW, twin.speak, twin.weighing, twin.publishing)
    app = Litestar([router], openapi_config=None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, args=([door],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Console(twin, url)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def console() -> Iterator[Console]:
    twin = ConsoleTwin()
    twin.employ()
    twin.keep(founder())
    with_files(twin)
    twin.keep(simple("lead-2", "\n".join(EVIL), name=EVIL[0], company=EVIL[1], contact=EVIL[2], source="x" * 70))
    twin.keep(simple("lead-3", "w" * 400, channel="telegram", language="uk", page=""))
    twin.rows = {
        row.id: row
        for row in (
            sending("a", Sending.DEAD, error="SMTP 550: mailbox unavailable"),
            sending("b", Sending.UNCERTAIN, "telegram.reply", "timed out " * 12),
        )
    }
    with running(twin) as console:
        yield console


def enter(page: Page, console: Console) -> None:
    page.goto(console.link())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console?notice=welcome")


def flaws(page: Page) -> list[str]:
    """What is wrong with the page as it stands: accessibility, and anything wider than the screen."""
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return axe_violations(page) + ([f"{page.url} scrolls sideways by {sideways}"] if sideways > 0 else [])


@SIZES
@SEEN
def test_every_page_is_readable_by_everybody(
    browser: Browser, console: Console, size: tuple[int, int], scheme: str
) -> None:
    with context(browser, size, color_scheme=scheme) as visitor:
        page = visitor.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        found = []
        for path in ("/console/sign-in", console.link().removeprefix(console.url)):
            page.goto(console.url + path)
            found += flaws(page)
        enter(page, console)
        found += flaws(page)
        paths = ["", "?search=nobody", "/outbox", "/outbox?show=sent", "/account", "/frameworks", "/versions"]
        paths += [f"/leads/{key}" for key in console.twin.details]
        paths += [f"{path}?lang={language}" for language in ("ru", "uk", "pl") for path in ("", "/leads/lead-1")]
        paths += [f"/frameworks?framework=champ&lang={language}" for language in ("de", "ru", "uk", "pl", "en")]
        for path in paths:
            page.goto(f"{console.url}/console{path}")
            found += flaws(page)
        console.twin.details.clear()
        page.goto(f"{console.url}/console")
        found += flaws(page)
    assert found == []
    assert complaints == []


def test_the_list_renews_itself_and_leaves_the_focus_where_it_was(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        page.clock.install()
        enter(page, console)
        page.locator("#lead-lead-3").focus()
        console.twin.keep(simple("lead-9", name="Brand New", updated=NOW))
        with page.expect_response("**/console/leads?**") as answer:
            page.clock.run_for(10_500)
        assert answer.value.status == 200
        page.get_by_role("link", name="Brand New").wait_for()
        assert page.evaluate("document.activeElement.id") == "lead-lead-3"
        with page.expect_response("**/console/leads?**") as answer:
            page.clock.run_for(10_500)
        assert answer.value.status == 204


def test_a_quote_leads_to_its_message(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        enter(page, console)
        page.goto(f"{console.url}/console/leads/lead-1")
        page.get_by_role("link", name="I decide myself").first.click()
        page.wait_for_url("**#turn-3")
        page.wait_for_function(
            "() => { const box = document.querySelector('#turn-3').getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= innerHeight; }"
        )


def test_a_file_is_saved_under_its_own_name_and_never_shown(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        enter(page, console)
        page.goto(f"{console.url}/console/leads/lead-1")
        block = page.get_by_role("region", name="Files")
        assert "could not be stored" in block.inner_text()
        assert "arrived empty" in block.inner_text()
        assert block.get_by_role("link").count() == 1
        with page.expect_download() as saved:
            block.get_by_role("link").click()
        assert saved.value.suggested_filename == "ТЗ на CRM, версия 3.pdf"
        assert saved.value.path().read_bytes() == b"%PDF" * 325_000
        assert page.url.endswith("/console/leads/lead-1")


def test_an_open_lead_says_that_the_conversation_went_on(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        page.clock.install()
        enter(page, console)
        page.goto(f"{console.url}/console/leads/lead-1")
        console.twin.keep(founder(turn=5))
        with page.expect_response("**/news?**"):
            page.clock.run_for(10_500)
        page.get_by_text("The conversation has gone on").wait_for()


def test_everything_works_by_keyboard(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        enter(page, console)
        page.goto(f"{console.url}/console/outbox")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        assert skip.evaluate("link => link === document.activeElement && link.getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        names = []
        for _ in range(6):
            page.keyboard.press("Tab")
            names.append(page.evaluate("document.activeElement.textContent.trim()"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", names
        assert names[:5] == ["Not delivered 2", "On the way", "Sent", "Open the lead", "Send again"]
        page.get_by_role("button", name="Send again: notification by e-mail").focus()
        page.keyboard.press("Enter")
        page.get_by_text("It is on its way again").wait_for()
        assert console.twin.rows["a"].state is Sending.READY


def test_nothing_a_visitor_wrote_runs(browser: Browser, console: Console) -> None:
    with context(browser) as visitor:
        page = visitor.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        enter(page, console)
        for path in ("", "/leads/lead-2"):
            page.goto(f"{console.url}/console{path}")
            assert page.get_by_text(EVIL[0]).first.is_visible()
            assert page.locator("main img, main script").count() == 0
        assert dialogs == []


def test_without_scripts_everything_is_there(browser: Browser, console: Console) -> None:
    with context(browser, PHONE, java_script_enabled=False) as visitor:
        page = visitor.new_page()
        enter(page, console)
        page.get_by_label("Name, company, contact or source").fill("kolo")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Olena Koval").click()
        assert page.get_by_role("heading", name="Conversation").is_visible()


@SIZES
@SEEN
def test_a_change_is_tried_from_a_file_without_scripts_and_by_keyboard(
    browser: Browser, console: Console, size: tuple[int, int], scheme: str, tmp_path: Path
) -> None:
    console.twin.employ(role="admin")
    console.twin.trial = trial_of("lead-1", "lead-2", name=EVIL[0], company="w" * 60)
    file = tmp_path / "spring.yaml"
    file.write_text("hot: 0.8\n", "utf-8")
    with context(browser, size, color_scheme=scheme, java_script_enabled=False) as visitor:
        page = visitor.new_page()
        enter(page, console)
        page.goto(f"{console.url}/console/what-if")
        page.get_by_label("Or choose a file").set_input_files(file)
        page.get_by_label("Keys of company.yaml").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("1 of 3 leads would change").wait_for()
        assert console.twin.tried == [("hot: 0.8\n", "spring.yaml")]
        assert page.get_by_label("Keys of company.yaml").input_value() == "hot: 0.8\n"
        page.keyboard.press("Tab")  # the focus is on what came of it
        page.keyboard.press("Enter")
        page.wait_for_url("**#text")
        page.get_by_role("table", name="Leads that would change").get_by_role("link").nth(1).click()
        page.wait_for_url("**/leads/lead-1")
    with context(browser, size, color_scheme=scheme) as visitor:
        page = visitor.new_page()
        enter(page, console)
        found = []
        for language in LANGUAGES:
            page.goto(f"{console.url}/console/what-if?lang={language}")
            found += flaws(page)
            page.locator("#text").fill("hot: 0.8")
            page.locator("form.try button").click()
            page.locator("#figures").wait_for()
            found += flaws(page)
        page.locator("#text").fill(" ")
        page.locator("form.try button").click()
        page.locator(".problem").wait_for()
        found += flaws(page)
    assert found == []
