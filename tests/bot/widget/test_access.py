"""The widget without a mouse, without sight, without motion, on a small screen."""

import pytest
from jinja2 import Environment, StrictUndefined
from playwright.sync_api import BrowserContext, Page, expect

from tests.bot.widget.visitor import Visitor
from tests.browser import DESKTOP, PHONE, axe_violations
from tests.emulators.chat_server import ROOT, ChatServer

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("options", [{"size": DESKTOP}, {"size": PHONE}], ids=["desktop", "phone"])
LOOKS = pytest.mark.parametrize(
    "options",
    [{"size": size, "color_scheme": scheme} for size in (DESKTOP, PHONE) for scheme in ("light", "dark")],
    ids=["desktop", "desktop-dark", "phone", "phone-dark"],
)


def test_everything_works_from_the_keyboard(visitor: Visitor, server: ChatServer) -> None:
    visitor.arrive()
    keyboard = visitor.page.keyboard
    keyboard.press("Tab")  # the page's own link
    keyboard.press("Tab")
    assert visitor.focused() == "launch"
    keyboard.press("Enter")
    visitor.choices.last.wait_for()
    assert visitor.focused() == "textarea"
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")  # the last choice
    visitor.sees("You said: Something else")
    assert visitor.focused() == "textarea", "the button went, the focus did not"
    keyboard.type("First line")
    keyboard.press("Shift+Enter")
    keyboard.type("second line")
    keyboard.press("Enter")
    visitor.sees("You said: First line\nsecond line")
    keyboard.press("Escape")
    expect(visitor.panel).to_be_hidden()
    assert visitor.focused() == "launch"
    assert server.only().said() == ["Something else", "First line\nsecond line"]


def test_the_pages_own_shortcuts_keep_quiet_while_somebody_types(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.evaluate("() => { window.keys = 0; document.addEventListener('keydown', () => keys++) }")
    visitor.input.press("s")
    assert visitor.page.evaluate("keys") == 0


@pytest.mark.parametrize("options", [{"size": PHONE}])
def test_on_a_phone_the_panel_covers_the_page_and_keeps_the_focus(visitor: Visitor) -> None:
    visitor.open()
    assert visitor.panel.bounding_box() == {"x": 0, "y": 0, "width": PHONE[0], "height": PHONE[1]}
    expect(visitor.panel).to_have_attribute("aria-modal", "true")
    seen = set()
    for _ in range(12):
        visitor.page.keyboard.press("Tab")
        seen.add(visitor.focused())
    assert "" not in seen
    assert {"textarea", "send", "log"} <= seen


@pytest.mark.parametrize("options", [{"size": PHONE}])
def test_a_tap_does_not_raise_the_keyboard(visitor: Visitor) -> None:
    visitor.open()
    assert visitor.focused() == "panel"
    visitor.choices.first.tap()
    visitor.sees("You said: A CRM")
    assert visitor.focused() == "panel"


@SIZES
def test_what_can_be_pressed_is_large_enough(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.go_down()
    visitor.say("Lost")
    visitor.panel.get_by_role("button", name="Try again").wait_for()
    visitor.panel.get_by_role("button", name="Start a new chat").click()
    sizes = visitor.panel.locator("button:visible, textarea").evaluate_all(
        "all => all.map(one => [one.className || one.textContent, one.offsetWidth, one.offsetHeight])"
    )
    assert len(sizes) >= 9
    assert [(name, width, height) for name, width, height in sizes if width < 44 or height < 44] == []


@LOOKS
def test_axe_finds_nothing_in_a_conversation(visitor: Visitor, server: ChatServer) -> None:
    server.says["more"] = [
        ("Please read https://northlight.example/guide first.", []),
        ("Then choose.", ["This", "That"]),
    ]
    visitor.arrive()
    assert axe_violations(visitor.page, ["#banter-chat"]) == []
    visitor.launcher.click()
    visitor.choices.first.wait_for()
    server.wait_for(lambda: server.open_streams)
    server.push("Anna here")
    visitor.sees("Anna here")
    visitor.say("more")
    visitor.choices.first.wait_for()
    assert axe_violations(visitor.page) == []


@LOOKS
def test_axe_finds_nothing_in_an_outage(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.delay = 30
    visitor.choices.first.click()
    visitor.dots.wait_for()
    assert axe_violations(visitor.page) == []
    server.delay = 0
    visitor.open()
    server.go_down()
    visitor.say("Lost")
    visitor.panel.get_by_role("button", name="Try again").last.wait_for()  # the choice may be waiting still
    visitor.lost.wait_for()
    visitor.panel.get_by_role("button", name="Start a new chat").click()
    assert axe_violations(visitor.page) == []


@pytest.mark.parametrize("color", ["#ffdd00", "#0f5a4c", "#7f7f7f", "#ff5a5f", "#ffffff", "#000000"])
@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"])
def test_every_company_colour_can_be_read(visitor: Visitor, server: ChatServer, color: str) -> None:
    server.attributes["data-color"] = color
    visitor.open().say("Hi")
    visitor.sees("You said: Hi")
    server.push("Choose", author="bot", choices=["This"])
    visitor.choices.first.wait_for()
    assert axe_violations(visitor.page, ["#banter-chat"]) == []


def test_screen_readers_hear_new_messages_and_who_speaks(visitor: Visitor) -> None:
    visitor.open().say("Hi")
    visitor.sees("You said: Hi")
    log = visitor.panel.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_accessible_name("Conversation")
    names = visitor.panel.locator(".row > :first-child").all_inner_texts()
    assert names == ["Bot", "You", "Bot"]


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}])
def test_who_wants_no_motion_gets_none_and_no_waiting(visitor: Visitor, server: ChatServer) -> None:
    server.says["go"] = [(f"Line {number}", []) for number in range(8)]
    visitor.open()
    visitor.page.evaluate(
        "() => { const root = document.querySelector('#banter-chat').shadowRoot; window.shown = 0;"
        " const dots = root.querySelector('.dots');"
        " new MutationObserver(() => { if (!dots.hidden && root.querySelectorAll('.row').length > 2) shown++ })"
        ".observe(dots, {attributes: true}) }"
    )
    visitor.say("go")
    visitor.sees("Line 7")
    assert visitor.page.evaluate("shown") == 0
    assert visitor.panel.evaluate("p => getComputedStyle(p).animationName") == "none"


@pytest.mark.parametrize("options", [{"size": (640, 400)}, {"size": (320, 568)}], ids=["zoom-200", "zoom-400"])
def test_a_zoomed_page_still_holds_the_whole_chat(visitor: Visitor, server: ChatServer) -> None:
    server.attributes["data-language"] = "ru"
    visitor.open()
    for part in (visitor.input, visitor.panel.locator(".send"), visitor.panel.locator("header .tool").last):
        box, frame = part.bounding_box(), visitor.page.viewport_size
        assert box is not None
        assert frame is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= frame["width"]
        assert box["y"] + box["height"] <= frame["height"]
    assert visitor.panel.locator(".log").evaluate("log => log.scrollWidth <= log.clientWidth && log.clientHeight > 100")


@LOOKS
def test_axe_finds_nothing_on_the_demo_companys_page(page: Page, device: BrowserContext, server: ChatServer) -> None:
    template = (ROOT / "bot" / "pages" / "demo.html.j2").read_text("utf-8")
    server.page = (
        Environment(autoescape=True, undefined=StrictUndefined)
        .from_string(template)
        .render(
            company={"name": "Northlight <Studio>"}, languages={"en": "English", "pl": "Polski"}, chat_language="en"
        )
    )
    visitor = Visitor(page, server).arrive()
    assert axe_violations(page) == []
    expect(visitor.launcher).to_have_accessible_name("Open chat")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Get a first estimate").click()
    expect(visitor.panel).to_have_accessible_name("Northlight <Studio>")
    requested = page.evaluate("performance.getEntriesByType('resource').map(one => one.name.split('?')[0])")
    assert all(name.startswith(server.site) for name in requested), "the page needs nothing from elsewhere"
