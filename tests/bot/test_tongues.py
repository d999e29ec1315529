"""A language is one folder: all of them bring the same files, and each passes what the others pass."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import GOOD, main
from bot.tongues import FIRST, LANGUAGES
from bot.workspace import LOCALES, load_workspace
from dialogs.reading.slots import read_case
from tests.builders import everywhere, visitor

FILES = {
    "LC_MESSAGES/banter.po",
    "console.json",
    "examples.yaml",
    "handoff.json",
    "lexicon.yaml",
    "visitors.yaml",
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


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != FIRST])
def test_a_workspace_may_speak_it_beside_the_first(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What docs/adding-a-language.md promises: list the language, check the workspace, and it is understood."""
    folder = tmp_path / "mycompany"
    assert main(["init", str(folder)]) == GOOD
    company = folder / "company.yaml"
    listed = f"languages: [{language}, {FIRST}]"
    text, changed = re.subn(r"^languages: \[.*?\]", listed, company.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert changed == 1
    company.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(folder)]) == GOOD
    assert f"languages: {language}, {FIRST}" in capsys.readouterr().out
    example = next(
        case
        for case in yaml.safe_load((LOCALES / language / "examples.yaml").read_text("utf-8"))
        if (case["expects"].get("money") or {}).get("high") and not case.get("asked")
    )
    case = {"id": "a", "text": example["text"], "lang": language, "ref_date": "2026-03-02"}
    found: Any = read_case(case, load_workspace(str(folder)).library.ears, date(2026, 3, 2))["slots"]
    assert found["money"]["high"] == example["expects"]["money"]["high"]
