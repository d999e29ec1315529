"""Workspaces: the packaged one, one of your own, and everything that can be wrong with it."""

import shutil
from pathlib import Path

import pytest

from bot.workspace import WORKSPACES, find_workspace, load_workspace
from dialogs.errors import BrokenContent

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo company."""
    made = tmp_path / "mine"
    shutil.copytree(WORKSPACES / "northlight", made)
    return made


def problems(folder: Path) -> str:
    with pytest.raises(BrokenContent) as raised:
        load_workspace(str(folder))
    return str(raised.value)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_packaged_workspace_is_found_by_name_and_by_default() -> None:
    assert find_workspace("") == find_workspace("northlight") == WORKSPACES / "northlight"


def test_a_folder_is_found_by_its_path(folder: Path) -> None:
    assert find_workspace(str(folder)) == folder
    assert load_workspace(str(folder)).library.company.name == "Northlight Studio"


def test_a_folder_that_is_none_is_told_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(BrokenContent, match=r"banter init .*packaged one: northlight"):
        find_workspace(str(tmp_path / "nowhere"))


def test_an_operators_own_lines_lie_over_ours(folder: Path) -> None:
    own = folder / "locales" / "en" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "banter.po").write_text(PO + '\nmsgid "help"\nmsgstr "Ask {{ company }}."\n', encoding="utf-8")
    wording = load_workspace(str(folder)).library.wordings["en"]
    assert wording.render("help", company="us") == "Ask us."


def test_an_operators_own_framework_replaces_the_packaged_one(folder: Path) -> None:
    packaged = WORKSPACES.parent.parent / "dialogs" / "frameworks" / "bant.yaml"
    own = folder / "frameworks"
    own.mkdir()
    text = packaged.read_text(encoding="utf-8").replace("title: BANT", "title: Our BANT", 1)
    (own / "bant.yaml").write_text(text, encoding="utf-8")
    assert load_workspace(str(folder)).library.frameworks["bant"].title == "Our BANT"


def test_all_problems_of_all_files_are_told_together(folder: Path) -> None:
    edit(folder / "company.yaml", "framework: bant", "framework: bnat")
    own = folder / "frameworks"
    own.mkdir()
    (own / "broken.yaml").write_text("framework: [", encoding="utf-8")
    text = problems(folder)
    assert "there is no framework" in text
    assert "broken.yaml" in text


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[en, pl, uk, ru]", "[en, xx]", "there are no texts in 'xx'"),
        ("zone: Europe/Warsaw", "zone: Mars/Olympus", "there is no time zone Mars/Olympus"),
        ("currency: EUR", "currency: eur", "there is no currency eur"),
        ("crm: {card: crm_setup", "crm: {card: crm_dream", "the rate card has no project crm_dream"),
        ("rate: 45", "rate: .nan", "rate_card.rate: expected a number, found nan"),
        ("max_questions: 7", "max_questions: 1", "questions are asked of everybody"),
        ("name: Northlight Studio", "nmae: Northlight Studio", "nmae: is no key we know"),
    ],
)
def test_a_slip_in_the_company_is_told_before_anybody_is_served(folder: Path, old: str, new: str, problem: str) -> None:
    edit(folder / "company.yaml", old, new)
    assert problem in problems(folder)


def test_a_file_that_is_not_utf_8_is_told(folder: Path) -> None:
    (folder / "company.yaml").write_bytes(b"name: \xff")
    assert "is not UTF-8 (byte 6)" in problems(folder)


def test_a_text_that_wants_a_variable_nobody_gives_is_told(folder: Path) -> None:
    own = folder / "locales" / "en" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "banter.po").write_text(PO + '\nmsgid "help"\nmsgstr "Ask {{ nobody }}."\n', encoding="utf-8")
    assert "nobody" in problems(folder)


def test_the_version_changes_with_any_file_and_only_then(folder: Path) -> None:
    first = load_workspace(str(folder)).library.version
    assert load_workspace(str(folder)).library.version == first
    edit(folder / "company.yaml", "sla_minutes: 20", "sla_minutes: 21")
    assert load_workspace(str(folder)).library.version != first


def test_overrides_reach_the_company() -> None:
    assert load_workspace("", {"sla_minutes": 5}).library.company.sla_minutes == 5
