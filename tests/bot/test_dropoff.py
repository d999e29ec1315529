"""Figures of stored talks: counted once each, read from the store, shown in pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.cli import FAILED, GOOD, MISUSED, main
from bot.dropoff import Kept, figures_in, stored_figures
from bot.rescore import NoDatabase
from dialogs.dropoff import ANY, drop_off, together
from dialogs.library import Library
from dialogs.values import AskedQuestion, Conversation, Ending
from scoring.stages import Stage
from storage.store import Store
from tests.bot.test_rescore import TALKS as STORED
from tests.bot.test_rescore import run
from tests.bot.test_rescore import talk as stored_talk
from tests.builders import MONDAY

Capture = pytest.CaptureFixture[str]


def talk(key: str, *asked: tuple[str, Ending], framework: str = "bant") -> Conversation:
    put = tuple(AskedQuestion(question, at, ending) for at, (question, ending) in enumerate(asked, 1))
    return replace(Conversation(key, "web", framework, "en", MONDAY), asked=put)


TALKS = (
    talk("a", ("need.what", Ending.ANSWERED), ("spec.has", Ending.OPEN)),
    talk("b", ("need.what", Ending.SKIPPED), ("need.detail", Ending.UNKNOWN), ("spec.has", Ending.PASSED)),
    talk("c", ("need.what", Ending.OPEN), framework="champ"),
    talk("d"),
)


@dataclass
class Memory:
    """Stored talks, and how often they were read."""

    talks: Sequence[Conversation]
    reads: list[str] = field(default_factory=list)

    async def histories(self, after: str = "", limit: int = 1000) -> Sequence[Conversation]:
        """Two at a time."""
        self.reads.append(after)
        return [one for one in self.talks if one.id > after][: min(limit, 2)]


def test_every_question_has_its_fate_and_the_last_that_waits_is_where_a_talk_stopped() -> None:
    bant = drop_off(TALKS)["bant"]
    assert bant.talks == 3
    first, spec = bant.of("need.what"), bant.of("spec.has")
    assert (first.put, first.answered, first.skipped, first.stopped) == (2, 1, 1, 0)
    assert (spec.put, spec.passed, spec.stopped) == (2, 1, 1)
    assert bant.of("need.detail").unknown == 1
    assert bant.of("timing.deadline").put == 0


def test_each_talk_counts_once_on_every_way_it_went() -> None:
    ways = drop_off((*TALKS, talk("e", ("need.what", Ending.PASSED), ("need.what", Ending.ANSWERED))))["bant"].ways
    assert ways == {
        ("start", "need.what"): 3,
        ("need.what", "spec.has"): 1,
        ("need.what", "need.detail"): 1,
        ("need.detail", "spec.has"): 1,
        ("spec.has", "done"): 1,
        ("need.what", "done"): 1,
    }


def test_a_question_put_twice_counts_once_as_it_last_ended() -> None:
    figures = drop_off([talk("a", ("need.what", Ending.PASSED), ("need.what", Ending.ANSWERED))])["bant"]
    assert (figures.of("need.what").put, figures.of("need.what").answered, figures.of("need.what").passed) == (1, 1, 0)


def test_a_question_left_open_for_another_is_not_where_the_talk_stopped() -> None:
    figures = drop_off([talk("a", ("need.what", Ending.OPEN), ("spec.has", Ending.OPEN))])["bant"]
    assert (figures.of("need.what").put, figures.of("need.what").stopped, figures.of("spec.has").stopped) == (1, 0, 1)


def moved(key: str, *moves: str, framework: str = "bant") -> Conversation:
    return replace(talk(key, framework=framework), moved=moves)


def test_each_lead_counts_once_on_every_move_and_once_from_any_state() -> None:
    figures = drop_off(
        [
            moved("a", "contact_us.qualify", "mql.unqualify", "mql.postpone"),
            moved("b", "contact_us.qualify", "mql.disqualify", "contact_us.disqualify"),
        ]
    )["bant"]
    assert figures.moves == {
        ("contact_us", "qualify"): 2,
        (ANY, "qualify"): 2,
        ("mql", "unqualify"): 1,
        (ANY, "unqualify"): 1,
        ("mql", "postpone"): 1,
        (ANY, "postpone"): 1,
        ("mql", "disqualify"): 1,
        ("contact_us", "disqualify"): 1,
        (ANY, "disqualify"): 1,
    }


def test_the_figures_of_all_frameworks_add_up() -> None:
    one, other = moved("a", "contact_us.qualify"), moved("b", "contact_us.qualify", framework="champ")
    whole = together(drop_off([one, other, *TALKS]).values())
    assert whole == drop_off([replace(each, framework="bant") for each in (one, other, *TALKS)])["bant"]
    assert (whole.talks, whole.moves["contact_us", "qualify"], whole.of("need.what").put) == (6, 2, 3)


async def test_all_talks_of_a_store_are_counted_batch_by_batch() -> None:
    memory = Memory(TALKS)
    assert await figures_in(memory) == drop_off(TALKS)
    assert memory.reads == ["", "b", "d"]


async def test_figures_are_read_again_only_once_they_are_old() -> None:
    memory, now = Memory(TALKS), [0.0]
    kept = Kept(memory, 60, lambda: now[0])
    await kept.figures()
    await kept.figures()
    assert memory.reads.count("") == 1
    now[0] = 60
    await kept.figures()
    assert memory.reads.count("") == 2


async def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="there is no database"):
        await stored_figures(f"sqlite:///{tmp_path / 'none.db'}")


def test_a_picture_of_a_database_that_is_not_there_fails(tmp_path: Path, capsys: Capture) -> None:
    assert main(["diagram", "bant", "--svg", "--database", f"sqlite:///{tmp_path / 'none.db'}"]) == FAILED
    told = capsys.readouterr().err
    assert "there is no database" in told
    assert "`banter serve`" in told
    assert not (tmp_path / "none.db").exists()


def test_figures_of_the_page_of_all_frameworks_are_wrong_use(capsys: Capture) -> None:
    assert main(["diagram", "frameworks", "--figures"]) == MISUSED
    assert main(["diagram", "frameworks", "--svg", "--figures"]) == MISUSED
    assert "banter diagram bant --svg --figures" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_picture_speaks_the_language_it_is_asked_for(language: str, capsys: Capture) -> None:
    assert main(["diagram", "bant", "--svg", "--lang", language]) == GOOD
    assert bool(re.search("[іїє]", capsys.readouterr().out)) == (language == "uk")


def test_a_language_without_texts_is_told(capsys: Capture) -> None:
    assert main(["diagram", "bant", "--svg", "--lang", "xx"]) == MISUSED
    assert "no texts in 'xx'" in capsys.readouterr().err


def test_a_picture_has_the_figures_of_the_stored_talks(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    run(stored_talk(url, library))
    monkeypatch.setenv("BANTER_DATABASE_URL", url)
    capsys.readouterr()  # what the talks logged
    assert main(["diagram", "bant", "--svg", "--figures"]) == GOOD
    drawn = capsys.readouterr().out
    assert f">put {len(STORED)} " in drawn
    assert re.search(r'class="lost"[^>]*>stopped here \d+ \(\d+%\)<', drawn)
    monkeypatch.delenv("BANTER_DATABASE_URL")
    assert main(["diagram", "bant", "--svg", "--database", url]) == GOOD
    assert capsys.readouterr().out == drawn
    assert main(["diagram", "champ", "--svg", "--database", url]) == GOOD
    assert "stopped here" not in capsys.readouterr().out


async def histories(url: str) -> Sequence[Conversation]:
    store = await Store.open(url)
    try:
        return await store.histories()
    finally:
        await store.close()


def test_the_stages_have_the_figures_of_the_stored_leads(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    run(stored_talk(url, library))
    stages = [one.stage for one in run(histories(url))]
    mql = stages.count(Stage.MQL)
    assert mql
    monkeypatch.setenv("BANTER_DATABASE_URL", url)
    capsys.readouterr()  # what the talks logged
    assert main(["diagram", "--figures"]) == GOOD
    page = capsys.readouterr().out
    assert f"Leads counted: {len(stages)}." in page
    assert f"    contact_us --> mql: {mql} · qualify\n" in page
    assert "    mql --> sal: 0 · accept\n" in page
    assert f"| `qualify` | contact_us, contact_in_future, nurture | mql | {mql} |" in page
    assert main(["diagram", "--svg", "--database", url]) == GOOD
    drawn = capsys.readouterr().out
    assert f"{mql} · qualify" in drawn
    assert main(["diagram", "--svg"]) == GOOD
    assert " · " not in capsys.readouterr().out


def test_stages_of_a_database_that_is_not_there_fail(tmp_path: Path, capsys: Capture) -> None:
    assert main(["diagram", "--database", f"sqlite:///{tmp_path / 'none.db'}"]) == FAILED
    assert "`banter serve`" in capsys.readouterr().err
