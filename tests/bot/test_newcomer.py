"""What a newcomer is promised: chat in every language, see the lead and its quotes, get it by mail and webhook."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_string
from email.policy import default
from typing import Any

import httpx2
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from tests.bot.widget.visitor import Visitor
from tests.browser import chromium, context
from tests.emulators.process import running
from tests.emulators.webhook_receiver import SECRET
from tests.product import ROOT, Product, until

pytestmark = pytest.mark.browser

# What shows the language of a few replies.
LETTERS = {"en": "^[^а-яіїєґąęłżźćńś]+$", "pl": "[ąęłżźćńś]", "uk": "[іїєґ]", "ru": "[ыэъ]"}


@dataclass
class Place:
    """Banter as the newcomer set it up, with a mailbox and a receiver of their own."""

    product: Product
    hook: str
    mail: str
    site: str


@dataclass
class Told:
    """What one visitor told, and where it is found."""

    said: list[str]
    card: dict[str, Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        (hook,) = stack.enter_context(running("webhook_receiver.py", "--secret", SECRET))
        mail, control = stack.enter_context(running("smtp_sink.py"))
        product = Product(
            tmp_path_factory.mktemp("newcomer"),
            BANTER_SMTP_URL=f"smtp://127.0.0.1:{mail}",
            BANTER_SALES_EMAIL="me@newcomer.example",
            BANTER_WEBHOOK_URL=f"http://127.0.0.1:{hook}/hook",
            BANTER_WEBHOOK_SECRET=SECRET,
        ).start()
        stack.callback(product.stop)
        yield Place(product, f"http://127.0.0.1:{hook}", f"http://127.0.0.1:{control}", f"{product.url}/")


@pytest.fixture(scope="module")
def console(browser: Browser, place: Place) -> Iterator[Page]:
    """The console, opened by the link in the terminal."""
    with context(browser) as salesperson:
        page = salesperson.new_page()
        page.goto(place.product.sign_in_link())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/console?notice=welcome")
        yield page


def cards(place: Place, said: list[str]) -> list[dict[str, Any]]:
    """New leads the receiver got that quote what this visitor said."""
    rows = httpx2.get(f"{place.hook}/control/received", timeout=20).json()
    assert [row["problem"] for row in rows if row["problem"]] == []
    return [
        row["body"]["data"]
        for row in rows
        if row["body"]["type"] == "handoff.offered" and all(quote in said[0] for quote in quotes(row["body"]["data"]))
    ]


def quotes(card: dict[str, Any]) -> list[str]:
    return [quote for row in card["criteria"] for reason in row["reasons"] for quote in reason["quotes"]]


def chat(browser: Browser, place: Place, language: str) -> Told:
    """Somebody on the front page who writes in their language, and is answered in it."""
    script = yaml.safe_load((ROOT / "tests" / "journeys" / f"{language}_hot_founder.yaml").read_text("utf-8"))
    said = [turn["says"] for turn in script["turns"]]
    with context(browser) as visitor:
        talk = Visitor(visitor.new_page(), place)  # type: ignore[arg-type]
        talk.open()
        for line in said:
            seen = talk.rows("bot").count()
            talk.say(line)
            until(lambda seen=seen: talk.rows("bot").count() > seen)  # type: ignore[misc]
            expect(talk.dots).to_be_hidden()
        answers = " ".join(talk.rows("bot").all_inner_texts()[1:]).lower()
        assert re.search(LETTERS[language], answers), answers
    return Told(said, until(lambda: cards(place, said))[0])


def test_the_terminal_tells_where_everything_is(place: Place) -> None:
    said, url = place.product.said(), place.product.url
    for line in (f"chat      {url}/", f"console   {url}/console", f"{url}/health", f"{url}/metrics"):
        assert line in said
    assert place.product.sign_in_link().startswith(f"{url}/console/sign-in/")


@pytest.mark.parametrize("language", LETTERS)
def test_a_newcomer_chats_and_finds_the_lead_everywhere(
    browser: Browser, place: Place, console: Page, language: str
) -> None:
    told = chat(browser, place, language)
    card = told.card
    assert card["language"] == language
    assert card["temperature"] == "hot"
    assert quotes(card)

    console.goto(f"{place.product.url}/console")
    console.locator(f'a[href$="/leads/{card["conversation"]}"]').first.click()
    expect(console.get_by_role("heading", name="Conversation")).to_be_visible()
    expect(console.locator(".total")).to_contain_text(f"{card['total']}/{card['maximum']}")
    for quote in set(quotes(card)):
        expect(console.locator("q").filter(has_text=quote).first).to_be_visible()
        expect(console.locator("mark").filter(has_text=quote).first).to_be_visible()
    expect(console.locator(".bubbles")).to_contain_text(told.said[-1])

    def mailed() -> list[str]:
        raw = [mail["raw"] for mail in httpx2.get(f"{place.mail}/control/mails", timeout=20).json()]
        bodies = [message_from_string(text, policy=default).get_body(("plain",)) for text in raw]
        texts = [str(body.get_content()) for body in bodies if body is not None]
        return [text for text in texts if card["transcript_url"] in text]

    text = until(mailed)[0]
    first = [next(iter(reason["quotes"])) for row in card["criteria"] for reason in row["reasons"][:1]]
    assert [quote for quote in first if quote not in text] == []
