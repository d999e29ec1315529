"""The wheel: it holds all that is not code as well, and what is in it runs without the repository."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.product import Product

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("bot", "dialogs", "scoring", "storage")
MUST = (
    "bot/_locales/en/lexicon.yaml",
    "bot/_locales/uk/LC_MESSAGES/banter.po",
    "bot/_locales/pl/widget.json",
    "bot/_locales/ru/console.json",
    "bot/widget/banter.js",
    "bot/pages/demo.html.j2",
    "bot/console/templates/lead.html.j2",
    "bot/console/static/htmx.min.js",
    "bot/console/static/console.css",
    "bot/notifiers/templates/email.html",
    "bot/workspaces/northlight/company.yaml",
    "dialogs/frameworks/bant.yaml",
    "storage/migrations/env.py",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    result = subprocess.run(
        [*command, "--disable-pip-version-check", "--wheel-dir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources() -> Iterator[tuple[str, Path]]:
    """Every file of the floors and the locales: its name in the wheel, and the file."""
    for folder in (*FLOORS, "locales"):
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT).as_posix()
            if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts) and not ignored(path):
                yield inside.replace("locales/", "bot/_locales/", 1) if folder == "locales" else inside, path


def ignored(path: Path) -> bool:
    """Whether git leaves it out, as Python's caches and editors' copies."""
    return path.name.startswith(".") or path.suffix in (".pyc", ".mo", ".orig", ".rej")


def test_the_wheel_carries_everything(wheel: Path) -> None:
    inside = names(wheel)
    assert [name for name in MUST if name not in inside] == []
    assert [name for name, _ in sources() if name not in inside] == []
    assert any(name.startswith("storage/migrations/versions/") for name in inside)


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    known = {name for name, _ in sources()}
    extra = [name for name in names(wheel) if name not in known and ".dist-info/" not in name]
    assert extra == []


def test_what_it_carries_is_what_we_have(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name, path in sources() if archive.read(name) != path.read_bytes()] == []


def test_it_names_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        assert "banter = bot.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
        assert "License-Expression: MIT" in archive.read(f"{info}/METADATA").decode()
        assert archive.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_unpacked_elsewhere_it_checks_itself(unpacked: Path, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BANTER_")}
    environ |= {"PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    where = "import bot, dialogs, scoring, storage; print(*(p.__path__[0] for p in (bot, dialogs, scoring, storage)))"
    for arguments in (["-c", where], ["-m", "bot.cli", "check"]):
        result = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=tmp_path,
            env=environ,
        )
        assert result.returncode == 0, result.stderr + result.stdout
        if "-c" in arguments:
            assert result.stdout.split() == [str(unpacked / floor) for floor in FLOORS]
    assert list(tmp_path.iterdir()) == []


def test_unpacked_elsewhere_it_serves_chat_widget_and_console(unpacked: Path, tmp_path: Path) -> None:
    product = Product(tmp_path, PYTHONPATH=str(unpacked), PYTHONSAFEPATH="1").start()
    try:
        with httpx2.Client(base_url=product.url, timeout=20) as client:
            assert "/widget.js" in client.get("/").text
            script = client.get("/widget.js").text
            assert "BANTER_WORDS" not in script
            for language in ("en", "pl", "ru", "uk"):
                chat = product.open(client, language=language)
                assert chat.send("1", text="CRM").status_code == 200
            page = client.get("/console/sign-in").text
            assert "csrf" in page
            for asset in ("console.css", "htmx.min.js", "console.js"):
                address = next(part for part in page.split('"') if asset in part)
                assert client.get(address).status_code == 200, address
    finally:
        product.stop()
