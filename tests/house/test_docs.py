"""What the docs promise is what the code does."""

import re
from pathlib import Path

import pytest

from bot.cli import _parser
from bot.settings import ROWS, Row
from bot.workspace import FRAMEWORKS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_setting_stands_in_the_readme_with_its_default_and_help(row: Row) -> None:
    default = f"`{row.default}`" if row.default else "none"
    secret = " Secret." if row.secret else ""
    assert f"| `{row.name}` | {default} | {row.help}{secret} |" in README


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    assert set(re.findall(r"BANTER_[A-Z_]*[A-Z]", README)) <= {row.name for row in ROWS}


def commands() -> list[str]:
    actions = _parser()._subparsers._group_actions
    return sorted(actions[0].choices)


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in commands() if f"`banter {name}" not in README] == []


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    assert set(re.findall(r"banter ([a-z]+)", README)) - set(commands()) == set()


@pytest.mark.parametrize("path", sorted(FRAMEWORKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_framework_stands_in_the_docs(path: Path) -> None:
    assert f"`{path.stem}`" in README
    assert path.stem in (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS], ids=lambda path: path.name)
def test_every_link_between_the_docs_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [target for target in targets if target and not (path.parent / target).exists()] == []


def test_the_make_targets_the_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^(?:.*? )?make ([a-z]+)", README, re.MULTILINE))
    assert named <= targets


def test_the_changelog_knows_the_version() -> None:
    from bot import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
