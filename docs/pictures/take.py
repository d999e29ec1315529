"""
Takes the pictures of the README from the running product: `make pictures`.

Starts Banter on a database of its own, talks to it through the widget in a real browser, signs in to the console and
photographs both.
"""

import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from playwright.sync_api import Browser  # noqa: E402 - found only now

from tests.browser import DESKTOP, chromium, context  # noqa: E402
from tests.product import Product  # noqa: E402

SAYS = (
    (
        "Hi! I'm the founder of Greenleaf. We need a CRM so that our sales team stops losing inquiries, "
        "not sure yet which services to connect"
    ),
    "Nothing written down yet",
    "That's fine for us",
    "In two weeks, there's a trade fair coming up",
)


def main() -> None:
    """Write widget.png and console.png beside this file."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        product = Product(Path(folder)).start()
        try:
            _photograph(product, browser)
        finally:
            product.stop()


def _photograph(product: Product, browser: Browser) -> None:
    with context(browser, DESKTOP, device_scale_factor=1) as visitor:
        page = visitor.new_page()
        page.goto(product.url)
        page.locator("[data-banter-open]").first.click()
        for line in SAYS:
            field = page.get_by_role("textbox")
            field.fill(line)
            field.press("Enter")
            page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "widget.png")
    with context(browser, DESKTOP, device_scale_factor=1) as person:
        page = person.new_page()
        link = re.search(r"http\S+/console/sign-in/\S+", product.said())
        assert link is not None
        page.goto(link[0])
        page.get_by_role("button").first.click()
        page.locator("a[href*='/console/leads/']").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=HERE / "console.png")


if __name__ == "__main__":
    main()
