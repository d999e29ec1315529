"""The front page and the language its chat starts in."""

import json
import re
from dataclasses import replace

import pytest

from bot.pages.site import chat_language, demo_page, widget_script
from bot.tongues import LANGUAGES
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
    assert 'data-language="pl"' in demo_page(library.company, LANGUAGES, "http://localhost", "pl")


def test_languages_are_called_what_their_speakers_call_them(library: Library) -> None:
    german = replace(library.company, languages=("de", "uk"))
    page = demo_page(german, LANGUAGES, "http://localhost", "de")
    assert re.findall(r'<span lang="(\w+)">([^<]+)</span>', page) == [("de", "Deutsch"), ("uk", "Українська")]


def test_the_widget_speaks_what_the_company_speaks_and_nothing_else() -> None:
    """A browser that wishes for German must not get a German frame around a Polish bot."""
    script, tag = widget_script(("pl", "en"))
    words = json.loads(re.search(r"WORDS = .*?\((\{.*\})\);", script)[1])  # type: ignore[index]
    assert list(words) == ["pl", "en"]
    assert widget_script(("en",))[1] != tag
