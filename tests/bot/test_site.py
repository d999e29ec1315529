"""The front page and the language its chat starts in."""

import pytest

from bot.pages.site import chat_language, demo_page
from dialogs.library import Library


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("", "", "en"),
        ("", "uk-UA,uk;q=0.9,en;q=0.5", "uk"),
        ("", "de-DE,pl;q=0.4", "pl"),
        ("ru", "pl", "ru"),
        ("xx", "pl", "pl"),
        ('"><script>', "", "en"),
    ],
)
def test_the_chat_starts_in_the_visitors_language(library: Library, asked: str, accepted: str, expected: str) -> None:
    """What the address asks for, else the best of the browser's that the company speaks, else the company's first."""
    assert chat_language(library.company, asked, accepted) == expected


def test_the_page_tells_the_widget_its_language(library: Library) -> None:
    assert 'data-language="pl"' in demo_page(library.company, "http://localhost", "pl")
