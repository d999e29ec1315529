"""A language is one folder: all of them bring the same files, and each passes what the others pass."""

from typing import Any

import pytest
import yaml

from bot.tongues import FIRST, LANGUAGES
from bot.workspace import LOCALES
from tests.builders import everywhere, visitor

FILES = {
    "LC_MESSAGES/banter.po",
    "console.json",
    "examples.yaml",
    "handoff.json",
    "lexicon.yaml",
    "widget.json",
}
# What an answer, a request or a need means is the same in every language; words for months and scales are not.
SAME_EVERYWHERE = ("answer", "intent", "needs")


def lexicon(language: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((LOCALES / language / "lexicon.yaml").read_text("utf-8"))
    return loaded


def meanings(section: dict[str, Any]) -> set[str]:
    """The keys that mean something to the code; those with an underscore only hold others back."""
    return {key for key in section if not key.startswith("_")}


def test_every_folder_is_a_language_with_a_row_of_its_own() -> None:
    folders = {path.name for path in LOCALES.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(LANGUAGES)
    assert next(iter(LANGUAGES)) == FIRST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_brings_every_file(language: str) -> None:
    folder = LOCALES / language
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == FILES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SAME_EVERYWHERE)
def test_a_language_knows_every_meaning(language: str, section: str) -> None:
    assert meanings(lexicon(language)[section]) == meanings(lexicon(FIRST)[section])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_section(language: str) -> None:
    assert set(lexicon(language)) >= set(lexicon(FIRST))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_company_may_speak_it(language: str) -> None:
    """The library proves its texts when it is loaded; and somebody who opens the chat is greeted in it."""
    guest = visitor(everywhere(), language)
    greeting = guest.texts[0]
    assert greeting
    assert guest.conversation.language == language
    others = {visitor(everywhere(), other).texts[0] for other in LANGUAGES if other != language}
    assert greeting not in others


def test_german_numbers_are_one_word() -> None:
    """Only a language that says how its parts are joined has its words taken apart."""
    joined = {language for language in LANGUAGES if lexicon(language)["numbers"].get("compound")}
    assert joined == {"de"}
