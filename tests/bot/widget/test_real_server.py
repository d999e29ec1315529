"""The widget on the demo page of the real product: talking, coming back, and a server that is killed meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.bot.widget.visitor import Visitor
from tests.browser import DESKTOP, PHONE, axe_violations, context
from tests.product import Product, until

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("options", [{"size": DESKTOP}, {"size": PHONE}], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, product: Product) -> list[Any]:
    """Cookies of a salesperson: the printed link opens once, so all tests share what it gave."""
    with context(browser) as salesperson:
        page = salesperson.new_page()
        page.goto(product.sign_in_link())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console?notice=welcome")
        return list(salesperson.cookies())


@dataclass
class Site:
    """The demo company's page, where `Visitor` expects an embedding one."""

    site: str


@pytest.fixture
def guest(page: Page, product: Product) -> "Guest":
    return Guest(page, Site(f"{product.url}/"))  # type: ignore[arg-type]


class Guest(Visitor):
    """A visitor of the demo page."""

    def answered(self, seen: int) -> None:
        """Wait until the bot has said more than *seen* things and nothing waits to be sent."""
        until(lambda: self.rows("bot").count() > seen)
        expect(self.panel.locator(".state")).to_have_count(0)
        expect(self.dots).to_be_hidden()

    def tell(self, text: str) -> None:
        """Write, and wait for the answer."""
        seen = self.rows("bot").count()
        self.say(text)
        self.sees(text)
        self.answered(seen)

    def press(self, label: str) -> None:
        """Press a button of the bot, and wait for the answer."""
        seen = self.rows("bot").count()
        button = self.choices.get_by_text(label, exact=True)
        button.tap() if self.page.evaluate("navigator.maxTouchPoints > 0") else button.click()
        self.answered(seen)


def kept(page: Page) -> tuple[str, str]:
    """Conversation and token the browser remembers."""
    found: dict[str, Any] = page.evaluate(
        "() => { for (const value of Object.values(localStorage)) {"
        " try { const seen = JSON.parse(value); if (seen && seen.token) return seen } catch { /* not ours */ } } }"
    )
    return str(found.get("conversation") or found["id"]), str(found["token"])


def stored(page: Page, product: Product) -> list[str]:
    """What the visitor said, as the server has it."""
    conversation, token = kept(page)
    turns = page.request.get(
        f"{product.url}/api/conversations/{conversation}", headers={"authorization": f"Bearer {token}"}
    ).json()["turns"]
    return [turn["inbound"]["text"] for turn in turns if turn["inbound"]]


@SIZES
def test_a_talk_by_buttons_and_words_survives_a_reload(guest: Guest, product: Product) -> None:
    guest.open()
    guest.press("Online shop")
    guest.tell("We take orders by phone and lose them, we need card payments")
    guest.press("Not yet")
    before = guest.transcript()
    buttons = guest.choices.all_inner_texts()
    assert [who for who, _ in before if who == "me"] == ["me"] * 3
    guest.arrive()
    if not guest.panel.is_visible():
        guest.launcher.click()
    guest.rows("me").nth(2).wait_for()
    assert guest.transcript() == before
    assert guest.choices.all_inner_texts() == buttons
    guest.tell("that's fine")
    assert stored(guest.page, product) == [text for who, text in guest.transcript() if who == "me"]


@SIZES
def test_a_message_written_while_the_server_is_dead_arrives_once(guest: Guest, product: Product) -> None:
    guest.open()
    guest.tell("We need a CRM")
    product.kill()
    guest.say("so that no inquiry gets lost")
    guest.say("connect telephony and the website")
    expect(guest.panel.get_by_text("Not sent yet").first).to_be_visible()
    expect(guest.lost).to_be_visible()
    product.start()
    expect(guest.panel.locator(".state")).to_have_count(0, timeout=45_000)
    expect(guest.lost).to_be_hidden(timeout=45_000)
    guest.tell("no specification yet")
    said = [
        "We need a CRM",
        "so that no inquiry gets lost\nconnect telephony and the website",
        "no specification yet",
    ]
    assert stored(guest.page, product) == said
    assert [text for who, text in guest.transcript() if who == "me"] == said


@SIZES
def test_axe_finds_nothing_on_the_page_the_chat_and_the_lead(
    guest: Guest, device: BrowserContext, product: Product, signed_in: list[Any]
) -> None:
    guest.open()
    assert axe_violations(guest.page) == []
    guest.tell(
        "I'm the owner of Daisy Trade and decide myself, we need a CRM in two months, the price on your site is fine"
    )
    guest.tell("kate@daisy-trade.co.uk")
    assert axe_violations(guest.page) == []
    conversation, _ = kept(guest.page)
    device.add_cookies(signed_in)
    lead = device.new_page()
    lead.goto(f"{product.url}/console/leads/{conversation}")
    expect(lead.get_by_role("heading", name="Conversation")).to_be_visible()
    expect(lead.locator("mark").first).to_be_visible()
    assert re.search(r"\d+/100", lead.locator(".total").inner_text())
    assert axe_violations(lead) == []
    assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
