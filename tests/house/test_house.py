"""The house itself: floors, pure core, locks, vendored files, what must never be committed."""

import ast
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = sorted([*(ROOT / "scoring").rglob("*.py"), *(ROOT / "dialogs").rglob("*.py")])
FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
TOP = {"bot", "dialogs", "scoring", "storage", "tests", "locales", "docs"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:  # a source archive without git: every file counts
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_the_floors_hold() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_waits_for_nothing_and_opens_nothing(path: Path) -> None:
    """No async, no files, no printing, and nothing that asks what time it is."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            found.append(f"async at line {node.lineno}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(f"{node.func.id}() at line {node.lineno}")
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS:
            found.append(f"{ast.unparse(node)} at line {node.lineno}")
    assert found == []


def test_scoring_takes_nothing_of_msgspec_but_the_struct() -> None:
    """Scoring decodes nothing: a struct is only a quicker dataclass (docs/decisions/0006-values-are-structs.md)."""
    taken = {
        ast.unparse(node)
        for path in (ROOT / "scoring").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "msgspec" in ast.unparse(node)
    }
    assert taken == {"from msgspec import Struct"}


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if re.search(r"os\.environ|os\.getenv", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["bot/app.py"]


def test_nothing_stands_outside_the_known_folders() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    assert folders - TOP == {".ci"}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9][\w.-]*)==", text, re.MULTILINE)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|file:", text) == []


def test_every_dependency_is_in_the_lock() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    dev = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    names = [
        re.split(r"[\[<>=;]", one)[0].strip().lower().replace("_", "-") for one in project["project"]["dependencies"]
    ]
    tools = [
        re.split(r"[\[<>=;]", one)[0].strip().lower().replace("_", "-") for one in project["dependency-groups"]["dev"]
    ]
    assert [name for name in names if f"{name}==" not in lock.lower()] == []
    assert [name for name in tools if f"{name}==" not in dev.lower()] == []


def test_vendored_files_are_what_their_note_says() -> None:
    note = ROOT / "bot" / "console" / "static" / "VENDORED.md"
    rows = re.findall(r"`([^`]+\.js)`.*?`([0-9a-f]{64})`", note.read_text(encoding="utf-8"), re.DOTALL)
    assert rows
    for name, digest in rows:
        assert hashlib.sha256((note.parent / name).read_bytes()).hexdigest() == digest
