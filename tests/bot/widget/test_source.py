"""What can be said of the widget without running it."""

import gzip
import json
import re

import pytest

from tests.emulators.chat_server import LANGUAGES, ROOT, widget_script

SOURCE = (ROOT / "bot" / "widget" / "banter.js").read_text("utf-8")


def words_of(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((ROOT / "locales" / language / "widget.json").read_text("utf-8"))
    return words


def test_what_browsers_load_is_under_twenty_kilobytes() -> None:
    """With the words of all languages, as gzip -6 packs it."""
    assert len(gzip.compress(widget_script(), 6)) < 20_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_and_no_other(language: str) -> None:
    words = words_of(language)
    assert set(words) == set(words_of("en"))
    assert all(text.strip() == text and text for text in words.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_stand_in_the_same_words_of_every_language(language: str) -> None:
    """No number stands before a noun, so no plural form is needed: "New messages: 3"."""
    numbered = {key for key, text in words_of(language).items() if "{n}" in text}
    assert numbered == {"unread", "file_too_big"}


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"en"}))
def test_no_language_borrows_from_english(language: str) -> None:
    english = words_of("en")
    assert {key for key, text in words_of(language).items() if text == english[key]} <= {"bot"}


def test_the_script_asks_for_the_words_there_are() -> None:
    keys = set(words_of("en"))
    assert [key for key in keys if f'"{key}"' not in SOURCE] == []
    asked = set(re.findall(r'word\(\s*"(\w+)"', SOURCE))
    assert asked <= keys


@pytest.mark.parametrize(
    "name", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
)
def test_nothing_makes_markup_or_code_of_text(name: str) -> None:
    assert name not in SOURCE
