"""A change before it goes live: laid over what runs, with its faults told where they were written."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.change import FaultyChange, load_change, read_change, unpacked
from bot.cli import main
from bot.workspace import WORKSPACES, load_workspace
from dialogs.library import Library
from dialogs.rescoring import Scale
from storage.store import Store
from storage.values import Publication
from tests.bot.test_rescore import run, talk
from tests.builders import FRAMEWORKS, MONDAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo company."""
    made = tmp_path / "mine"
    shutil.copytree(WORKSPACES / "northlight", made)
    return made


@pytest.fixture
def url(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    monkeypatch.setenv("BANTER_DATABASE_URL", url)
    run(talk(url, library))
    return url


def written(tmp_path: Path, text: str | bytes, name: str = "change.yaml") -> Path:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def put(folder: Path, line: str) -> None:
    """Write a line of company.yaml otherwise, or for the first time."""
    file = folder / "company.yaml"
    key = line.partition(":")[0]
    others = [one for one in file.read_text("utf-8").splitlines() if not one.startswith(f"{key}:")]
    file.write_text("\n".join([*others, line, ""]), "utf-8")


def zipped(folder: Path) -> bytes:
    """The operator's files, as they are kept of a version."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in (one for one in sorted(folder.rglob("*")) if one.is_file()):
            archive.write(file, file.relative_to(folder))
    return held.getvalue()


def faults(file: Path, folder: Path, library: Library) -> FaultyChange:
    with pytest.raises(FaultyChange) as raised:
        load_change(file, read_change(file), str(folder), Scale.of(library))
    return raised.value


def summary_of(told: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.splitlines()[-1])["summary"]
    return found


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("mql_others: 1\nhot: 7\n", 2, "hot"),
        ("mql_others: 1\n\nhottt: 1\n", 3, "hottt"),
        ("services:\n  crm:\n    served: maybe\n", 3, "services.crm.served"),
        ("warm: 0.9\n", None, "hot"),  # told at the key of the two that the text leaves alone
        ("sla_minutes: 5\nruns:\n- {framework: nobody, page: /a}\n", 3, "runs.0.framework"),
    ],
)
def test_a_fault_of_new_keys_is_told_at_their_own_file_and_line(
    tmp_path: Path, folder: Path, library: Library, text: str, line: int | None, key: str
) -> None:
    file = written(tmp_path, text)
    found = faults(file, folder, library)
    assert [(one.file, one.line, one.key) for one in found.own] == [(str(file), line, key)]
    assert found.others == ()


def test_faults_of_the_workspace_are_told_as_such_and_may_be_mended(
    url: str, tmp_path: Path, folder: Path, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, "sla_minutes: -1")
    found = faults(written(tmp_path, "hot: 0.8\n"), folder, library)
    assert found.own == ()
    assert [(one.file, one.key) for one in found.others] == [(str(folder / "company.yaml"), "sla_minutes")]

    both = faults(written(tmp_path, "mql_others: -1\n"), folder, library)
    assert [[one.key for one in told] for told in (both.own, both.others)] == [["mql_others"], ["sla_minutes"]]

    command = ["rescore", "--workspace", str(folder), "--what-if"]
    assert main([*command, str(written(tmp_path, "hot: 0.8\n"))]) == 1
    told = capsys.readouterr().err
    assert "the workspace has faults; nothing was tried" in told
    assert "what-if file" not in told

    assert main([*command, str(written(tmp_path, "sla_minutes: 30\n"))]) == 0
    shown = capsys.readouterr()
    assert [line[:2] for line in shown.out.splitlines()] == ["c1", "c2", "c3"]
    assert "there is no now to compare with" in shown.err
    assert "sla_minutes" in shown.err


def test_a_file_that_is_not_utf8_is_told(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, b"hot: 0.8\n# \xe9\n")
    assert main(["rescore", "--what-if", str(file)]) == 1
    told = capsys.readouterr().err
    assert "the what-if file has faults; nothing was tried" in told
    assert f"{file}:2: is not UTF-8 (byte 11)" in told


def own_framework(points: int = 15, name: str = "ours") -> str:
    text = (FRAMEWORKS / "bant.yaml").read_text("utf-8").replace("framework: bant", f"framework: {name}", 1)
    text = text.replace("{id: names_need, points: 15", f"{{id: names_need, points: {points}")
    return text.replace("max: 25", f"max: {10 + points}", 1)


def test_a_framework_is_replaced_by_its_name_whatever_its_file_is_called(
    tmp_path: Path, folder: Path, library: Library
) -> None:
    (folder / "frameworks").mkdir(exist_ok=True)
    odd = folder / "frameworks" / "spring-campaign.yaml"
    odd.write_text(own_framework(), "utf-8")
    file = written(tmp_path, own_framework(14), "try-this.yaml")
    now = Scale.of(load_workspace(str(folder)).library)
    change = load_change(file, read_change(file), str(folder), now)
    assert (change.framework, change.new) == ("", "")
    assert change.then.frameworks.keys() == now.frameworks.keys()
    assert change.then.frameworks["ours"] != now.frameworks["ours"]

    odd.write_text(own_framework().replace("when: need.category", "when: need.kategory", 1), "utf-8")
    assert load_change(file, read_change(file), str(folder), now).then.frameworks["ours"].name == "ours"  # mended
    odd.write_text(own_framework(name="theirs"), "utf-8")
    odd.rename(odd.with_name("ours.yaml"))
    assert {"ours", "theirs"} <= load_change(file, read_change(file), str(folder), now).then.frameworks.keys()


def test_a_new_framework_is_tried_on_all_leads(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, own_framework(14), "try-this.yaml")
    said = []
    for named in ([], ["--framework", "ours"]):
        assert main(["rescore", "--json", "--what-if", str(file), *named]) == 0
        shown = capsys.readouterr()
        said.append(shown.out)
        assert "ours is a new framework: all leads are weighed under it then" in shown.err
    assert said[0] == said[1]
    summary = summary_of(said[0])
    assert (summary["leads"], summary["changed"]) == (3, 3)
    first = json.loads(said[0].splitlines()[0])
    assert first["changed"]["framework"] == ["bant", "ours"]
    assert main(["rescore", "--what-if", str(file), "--framework", "nobody"]) == 1
    assert "there is no such framework" in capsys.readouterr().err


def test_now_is_what_runs_and_not_what_the_folder_holds(
    url: str, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, "mql_others: 2")  # under which c2 is no MQL
    version = load_workspace(str(folder)).library.version

    async def publish() -> None:
        store = await Store.open(url)
        await store.note_publication(Publication(version, version, "start", "", MONDAY), zipped(folder))
        await store.close()

    run(publish())
    put(folder, "mql_others: nonsense")
    monkeypatch.setenv("BANTER_WORKSPACE", str(folder))
    file = written(tmp_path, "mql_others: 1\n")
    assert main(["rescore", "--json", "--what-if", str(file)]) == 0
    shown = capsys.readouterr()
    assert summary_of(shown.out)["flips"] == [["contact_us", "mql", 1]]
    assert f"now is what runs, version {version}" in shown.err
    assert main(["rescore", "--what-if", str(written(tmp_path, "hot: 7\n", "hot.yaml"))]) == 1
    told = capsys.readouterr().err
    assert f"{tmp_path}/hot.yaml:1: hot:" in told
    assert "company.yaml" not in told


def test_where_the_files_of_a_version_were_lost_the_folder_is_now(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with unpacked(b"PK torn", "northlight") as base:
        assert base == "northlight"

    async def publish() -> None:
        store = await Store.open(url)
        await store.note_publication(Publication("0123", "0123", "start", "", MONDAY), b"")
        await store.close()

    run(publish())
    assert main(["rescore", "--json", "--what-if", str(written(tmp_path, "mql_others: 2\n"))]) == 0
    shown = capsys.readouterr()
    assert summary_of(shown.out)["changed"] == 1
    assert "the files of version 0123, which runs, were not kept; now is the folder" in shown.err


def test_a_later_handoff_shows_although_no_stage_changes(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "handoff_at: hot\n")
    assert main(["rescore", "--json", "--what-if", str(file), "--workspace", "northlight"]) == 0
    told = capsys.readouterr().out
    summary = summary_of(told)
    assert (summary["flips"], summary["qualified"], summary["handoffs"]) == ([], [2, 2], [2, 0])
    assert json.loads(told.splitlines()[0])["changed"] == {"handoff": [True, False]}
