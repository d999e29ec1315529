"""What is kept for the next start: the same as what would be made anew, never anything else."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.kept import MOST, code, kept
from bot.words import Lexicons, compile_words
from bot.workspace import LOCALES
from dialogs.errors import BrokenContent
from dialogs.reading.hear import hear


def maker(value: object) -> tuple[Callable[[], object], list[object]]:
    """A function that gives the value, and a list that grows with each call."""
    calls: list[object] = []

    def make() -> object:
        calls.append(value)
        return value

    return make, calls


def test_made_once_for_the_same_parts(tmp_path: Path) -> None:
    make, calls = maker({"a": (1, 2)})
    assert [kept((b"words", b"code"), make, tmp_path) for _ in range(3)] == [{"a": (1, 2)}] * 3
    assert len(calls) == 1


@pytest.mark.parametrize("parts", [(b"words", b"code2"), (b"word", b"scode"), (b"code", b"words"), (b"words",)])
def test_made_anew_when_a_part_differs(tmp_path: Path, parts: tuple[bytes, ...]) -> None:
    kept((b"words", b"code"), maker("old")[0], tmp_path)
    assert kept(parts, maker("new")[0], tmp_path) == "new"


@pytest.mark.parametrize("tear", [lambda _: b"", lambda held: held[:-1], lambda held: held[:40] + b"x" + held[41:]])
def test_a_torn_file_is_passed_over(tmp_path: Path, tear: Callable[[bytes], bytes]) -> None:
    kept((b"x",), maker("a long enough value to be torn in the middle")[0], tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(tear(file.read_bytes()))
    make, calls = maker("made again")
    assert kept((b"x",), make, tmp_path) == "made again"
    assert kept((b"x",), make, tmp_path) == "made again"
    assert len(calls) == 1, "the torn file was put right"


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert kept((b"x",), maker("made")[0], tmp_path / "file" / "folder") == "made"
    assert kept((b"x",), maker("made")[0], tmp_path / "file") == "made"


def test_nothing_is_kept_of_what_could_not_be_made(tmp_path: Path) -> None:
    broken = Lexicons({"en": ("en/lexicon.yaml", "needs: [")})
    for _ in range(2):
        with pytest.raises(BrokenContent, match=r"en/lexicon\.yaml"):
            compile_words(broken, {}, {}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_files_go(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        kept((bytes([number]),), maker(number)[0], tmp_path)
    assert len(list(tmp_path.iterdir())) == MOST
    make, calls = maker("new")
    kept((bytes([MOST + 4]),), make, tmp_path)
    assert not calls, "the newest is still there"


def test_code_is_told_apart_by_what_it_says(tmp_path: Path) -> None:
    module = tmp_path / "one.py"
    module.write_text("a = 1\n")
    before = code(tmp_path)
    assert code(tmp_path) == before
    module.write_text("a = 2\n")
    assert code(tmp_path) != before


def test_a_full_disk_is_not_filled_up_with_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert kept((b"x",), maker("made")[0], tmp_path) == "made"
    assert list(tmp_path.iterdir()) == []


def test_the_tables_of_telephones_are_loaded_at_every_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (LOCALES / "en" / "lexicon.yaml").read_text("utf-8")
    compile_words(Lexicons({"en": ("en", text)}), {}, {}, tmp_path)
    loaded: list[str] = []
    monkeypatch.setattr(sys.modules["bot.words"], "load_regions", loaded.extend)
    compile_words(Lexicons({"en": ("en", text)}), {}, {}, tmp_path)
    assert "GB" in loaded


def test_what_is_kept_reads_as_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def words() -> Lexicons:
        return Lexicons({one: (one, (LOCALES / one / "lexicon.yaml").read_text("utf-8")) for one in ("en", "pl")})

    made = compile_words(words(), {}, {}, tmp_path)
    monkeypatch.setattr(sys.modules["bot.words"], "compile_ears", None)  # cannot be made again
    taken = compile_words(words(), {}, {}, tmp_path)
    assert taken is not made
    assert taken.small == made.small
    said = "Hi, I'm the owner, we need an online shop by May, 20k euro, kate@daisy-trade.co.uk"
    first, second = (hear(said, one.ears, language=None, asked=None, today=date(2026, 3, 2)) for one in (made, taken))
    assert first.needs
    assert first == second
