"""A visitor of a page with the widget: what they do, and what they see."""

from playwright.sync_api import Locator, Page

from tests.emulators.chat_server import ChatServer


class Visitor:
    """Somebody at a page with the chat; texts are those of the English widget unless told otherwise."""

    def __init__(self, page: Page, server: ChatServer) -> None:
        self.page = page
        self.server = server

    def arrive(self) -> "Visitor":
        """Load the page, without touching the chat."""
        self.page.goto(self.server.site)
        self.launcher.wait_for()
        return self

    def open(self) -> "Visitor":
        """Load the page, open the chat and wait for the greeting."""
        self.arrive()
        self.launcher.click()
        self.rows("bot").first.wait_for()
        return self

    @property
    def launcher(self) -> Locator:
        return self.page.locator("#banter-chat .launch")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def input(self) -> Locator:
        return self.panel.locator("textarea")

    @property
    def choices(self) -> Locator:
        return self.panel.locator(".choices button")

    @property
    def dots(self) -> Locator:
        return self.panel.locator(".dots")

    @property
    def lost(self) -> Locator:
        return self.panel.locator(".lost")

    @property
    def notice(self) -> Locator:
        return self.panel.locator(".notice")

    def rows(self, kind: str) -> Locator:
        """Bubbles of "me", "bot" or "human"."""
        return self.panel.locator(f".row.{kind} .bubble")

    def say(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def sees(self, text: str) -> None:
        """Wait until a bubble with exactly this text is there."""
        self.panel.locator(".bubble").get_by_text(text, exact=True).first.wait_for()

    def transcript(self) -> list[tuple[str, str]]:
        """Who said what, from top to bottom."""
        found = self.panel.locator(".row").evaluate_all(
            "rows => rows.map(r => [r.classList[1], r.querySelector('.bubble').innerText])"
        )
        return [(who, text) for who, text in found]

    def focused(self) -> str:
        """The class, or else the tag, of what has the focus inside the widget; "" if it is outside."""
        found: str = self.page.evaluate(
            "() => { const a = document.querySelector('#banter-chat').shadowRoot.activeElement;"
            " return a ? a.className || a.localName : '' }"
        )
        return found
