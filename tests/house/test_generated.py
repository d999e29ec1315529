"""Generated pages are what the generator makes of today's code."""

import runpy
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).resolve().parents[2]


def test_the_stages_page_is_drawn_from_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", "stages"]) == 0
    assert capsys.readouterr().out.strip() == (ROOT / "docs" / "stages.md").read_text(encoding="utf-8").strip()


def test_the_frameworks_page_tells_of_the_files_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", "frameworks"]) == 0
    assert capsys.readouterr().out.strip() == (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", sorted((ROOT / "dialogs" / "frameworks").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_framework_can_be_drawn(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram", path.stem]) == 0
    assert capsys.readouterr().out.startswith("flowchart TD")


def test_the_picture_of_reading_shows_what_is_read() -> None:
    drawn = runpy.run_path(str(ROOT / "docs" / "pictures" / "understanding.py"))["draw"]()
    assert drawn == (ROOT / "docs" / "pictures" / "understanding.svg").read_text(encoding="utf-8"), (
        "the readers say something else now: run docs/pictures/understanding.py"
    )
