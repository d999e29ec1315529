"""Stored conversations scored again: under any framework, the same bytes every time, and as a change would have it."""

import asyncio
import json
import pickle
import sqlite3
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
from msgspec.structs import replace

from bot.cli import main
from bot.reception import Reception
from bot.rescore import Running
from bot.routing import Routes
from bot.trial import Order, try_out
from bot.workspace import load_workspace
from dialogs.engine import open_conversation
from dialogs.errors import BrokenContent, ContentError
from dialogs.library import Library
from dialogs.rescoring import Scale, as_of, rescored
from dialogs.tally import ranked_right
from dialogs.values import Inbound, Kind
from scoring.stages import Stage
from storage.codec import state_text
from storage.store import Store
from storage.values import TurnRequest
from tests.builders import FRAMEWORKS, MONDAY, packaged

T = TypeVar("T")
TALKS = {
    "c1": ("We need a CRM for the sales team", "I'm the founder and I decide alone", "in two weeks"),
    "c2": ("hello", "an online shop", "the budget is 20 thousand euro"),
    "c3": ("hi",),
}


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def talk(url: str, library: Library) -> None:
    store = await Store.open(url)
    reception = Reception(store, library, Routes(library, (), "http://banter.example"))
    for key, said in TALKS.items():
        first = Inbound("open", key, Kind.START, "", MONDAY)
        opening = open_conversation(key, "web", "bant", "en", first)
        await reception.receive(TurnRequest(first, opening))
        for at, text in enumerate(said, 1):
            inbound = Inbound(f"i{at}", key, Kind.TEXT, text, MONDAY + timedelta(minutes=at))
            await reception.receive(TurnRequest(inbound))
    await store.close()


@pytest.fixture
def url(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    monkeypatch.setenv("BANTER_DATABASE_URL", url)
    run(talk(url, library))
    return url


def scored(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["rescore", "--json", *arguments]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [one for one in found if "summary" not in one]


def test_each_lead_keeps_its_own_framework_and_its_score(
    url: str, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    found = scored(capsys)
    assert [(one["conversation"], one["framework"]) for one in found] == [(key, "bant") for key in TALKS]

    async def stored() -> list[int]:
        store = await Store.open(url)
        rows = [await store.lead(key) for key in TALKS]
        await store.close()
        return [row.row.total for row in rows if row is not None]

    assert [one["total"] for one in found if one["conversation"] != "c3"] == run(stored())[:2]
    assert found[0]["total"] > found[1]["total"] > found[2]["total"] == 0


@pytest.mark.parametrize("name", ["champ", "anum", "meddic", "gpctba_ci", "puzzle"])
def test_any_framework_scores_them_the_same_bytes_every_time(
    url: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    outputs = []
    for _ in range(2):
        assert main(["rescore", "--json", "--framework", name]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    first = json.loads(outputs[0].splitlines()[0])
    rubric = packaged(name).rubric
    assert list(first["points"]) == [row.id for row in rubric.criteria]
    assert first["maximum"] == rubric.maximum
    assert first["total"] == sum(first["points"].values()) > 0


def test_nothing_is_changed_by_scoring(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(url.removeprefix("sqlite:///"))

    async def dump() -> list[object]:
        store = await Store.open(url)
        kept: list[object] = [list(await store.histories()), [await store.lead(key) for key in TALKS]]
        await store.close()
        return kept

    before = run(dump())
    scored(capsys, "--framework", "champ")
    assert run(dump()) == before
    assert file.exists()


def test_the_last_thing_learned_is_the_hour_it_is_weighed_at(url: str, library: Library) -> None:
    async def read() -> None:
        store = await Store.open(url)
        one, two, three = await store.histories()
        assert (as_of(one), as_of(three)) == (MONDAY + timedelta(minutes=3), three.started)
        assert rescored(one, library.framework("bant"), library) == rescored(one, library.framework("bant"), library)
        assert [found.id for found in await store.histories(one.id, 1)] == [two.id]
        assert await store.histories(three.id) == []
        await store.close()

    run(read())


def test_new_weights_tell_what_would_change(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text("mql_others: 2\nhot: 0.99\n", encoding="utf-8")
    changed = scored(capsys, "--what-if", str(stricter))
    assert [one["conversation"] for one in changed] == ["c2"]
    assert changed[0]["changed"]["stage"] == ["mql", "contact_us"]
    assert main(["rescore", "--what-if", str(stricter)]) == 0
    lead, *summary = capsys.readouterr().out.splitlines()
    assert lead.endswith("(stage mql -> contact_us; handoff yes -> no)")
    assert summary == [
        "3 leads, 1 would change",
        "  mql -> contact_us: 1",
        "qualified a day: 2.00 now, 1.00 then",
        "handoffs a day: 2.00 now, 1.00 then",
        "hot: 0.0% now, 0.0% then",
        "won and lost: none of these leads is closed yet, so nothing tells whether the change ranks them better",
    ]


def test_a_new_tree_tells_what_would_change(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (FRAMEWORKS / "bant.yaml").read_text("utf-8")
    poorer = tmp_path / "bant-2.yaml"
    poorer.write_text(text.replace("id: heads_company, points: 25", "id: heads_company, points: 20"), "utf-8")
    assert scored(capsys, "--what-if", str(poorer)) == []  # "I decide alone" earns the 25 all the same
    poorer.write_text(
        text.replace("{id: names_need, points: 15", "{id: names_need, points: 14").replace("max: 25", "max: 24", 1),
        "utf-8",
    )
    changed = scored(capsys, "--what-if", str(poorer))
    totals = [one["changed"].get("total", (0, 0)) for one in changed]
    assert [old - new for old, new in totals] == [1, 1, 0]
    assert {tuple(one["changed"]["maximum"]) for one in changed} == {(100, 99)}
    poorer.write_text(text.replace("when: need.category", "when: need.kategory", 1), "utf-8")
    assert main(["rescore", "--what-if", str(poorer)]) == 1
    assert "did you mean need.category?" in capsys.readouterr().err


def test_what_cannot_be_scored_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BANTER_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert main(["rescore"]) == 1
    told = capsys.readouterr().err
    assert "there is no database at" in told
    assert "`banter serve`" in told
    assert not (tmp_path / "none.db").exists()


def test_an_unknown_framework_is_told_with_those_there_are(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescore", "--framework", "bnat"]) == 1
    assert "choose anum, b2c_express, bant, champ, gpctba_ci, meddic, puzzle" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rescore", "--what-if", "nowhere.yaml"]) == 1
    assert "nowhere.yaml" in capsys.readouterr().err


async def close_leads(url: str, **stages: Stage) -> None:
    """Write how leads ended, and copies of them."""
    store = await Store.open(url)
    found = {one.id: one for one in await store.histories()}
    await store.close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as driver:
        for key, stage in stages.items():
            text = state_text(replace(found[key], stage=stage))
            driver.execute("UPDATE conversations SET state = ? WHERE id = ?", (text, key))
    driver.close()


def test_won_and_lost_leads_tell_whether_a_change_agrees_with_what_came_of_them(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(close_leads(url, c1=Stage.CLOSED_WON, c2=Stage.CLOSED_LOST))
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text("mql_others: 2\n", encoding="utf-8")
    assert main(["rescore", "--json", "--what-if", str(stricter)]) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])["summary"]
    assert summary["flips"] == [["mql", "contact_us", 1]]
    assert summary["days"] == {MONDAY.date().isoformat(): [2, 1]}
    assert summary["handoffs"] == [2, 1]
    assert summary["handoff_days"] == summary["days"]
    assert summary["hot"] == [0, 0]
    assert summary["agreement"]["won"] == {"leads": 1, "qualified": [1, 1], "hot": [0, 0]}
    assert summary["agreement"]["lost"] == {"leads": 1, "qualified": [1, 0], "hot": [0, 0]}
    assert summary["agreement"]["ranked"] == [1.0, 1.0]
    assert main(["rescore", "--what-if", str(stricter)]) == 0
    told = capsys.readouterr().out
    assert "lost, 1 leads: qualified 100% now, 0% then; hot 0% now, 0% then" in told
    assert "a won lead scores above a lost one in 100.0% of pairs now" in told


def test_pairs_are_ranked_by_share_and_ties_count_half() -> None:
    won, lost = Counter({Fraction(1, 2): 1, Fraction(9, 10): 1}), Counter({Fraction(1, 2): 1, Fraction(6, 10): 1})
    assert ranked_right(won, lost) == (0.5 + 0 + 1 + 1) / 4


def test_the_same_bytes_come_from_one_process_and_from_two(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rescore.A_BATCH", 1)
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text("mql_others: 2\n", encoding="utf-8")
    told = []
    for workers in ("1", "2"):
        assert main(["rescore", "--json", "--what-if", str(stricter), "--workers", workers]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert '"leads":3' in told[0]
    assert main(["rescore", "--workers", "-1"]) == 2


def breaks(*_: object) -> NoReturn:
    raise OverflowError("Olena's budget is too large")


def test_what_breaks_while_scoring_is_a_problem_and_quotes_nobody(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = tmp_path / "tried.yaml"
    tried.write_text("hot: 0.8\n", encoding="utf-8")
    monkeypatch.setattr("dialogs.rescoring.weighed", breaks)
    for arguments, file in (((), "company.yaml"), (("--what-if", str(tried)), str(tried))):
        assert main(["rescore", *arguments]) == 1
        told = capsys.readouterr().err
        assert f"{file}: scoring c1 breaks: OverflowError at {__file__}" in told
        assert "Olena" not in told
    running = Running("1", None)
    order = Order(url, "", "hot: 0.8\n", "what-if.yaml", running, Scale.of(load_workspace("").library), [""])
    (problem,) = try_out(order, str(tmp_path)).problems
    assert (problem.file, "scoring c1 breaks: OverflowError" in problem.problem) == ("what-if.yaml", True)


def test_what_breaks_while_reading_is_a_problem_of_the_change(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = tmp_path / "tried.yaml"
    tried.write_text("hot: 0.8\n", encoding="utf-8")
    monkeypatch.setattr("bot.rescore.load_change", breaks)
    assert main(["rescore", "--what-if", str(tried)]) == 1
    told = capsys.readouterr().err
    assert f"{tried}: reading it breaks: OverflowError at {__file__}" in told
    assert "Olena" not in told


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"signals: {unsubscribed: -" + b"9" * 400 + b"}", "signals.unsubscribed: expected -1,000,000 or more"),
        (b"half_life_days: " + b"9" * 400, "half_life_days: expected at most 1,000,000"),
        (b"hot: 0.8 # \xff", "UTF-8"),
    ],
)
def test_a_change_beyond_all_bounds_is_told_of(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: bytes, says: str
) -> None:
    tried = tmp_path / "tried.yaml"
    tried.write_bytes(written + b"\n")
    assert main(["rescore", "--what-if", str(tried)]) == 1
    assert says in capsys.readouterr().err


def test_problems_travel_between_processes() -> None:
    problems = (ContentError("company.yaml", "hot", "is odd", line=3),)
    assert pickle.loads(pickle.dumps(BrokenContent(problems))).problems == problems  # noqa: S301 - our own bytes
