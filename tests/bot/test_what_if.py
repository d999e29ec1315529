"""The page that tries a change: for administrators, with faults told, on real talks, and nothing goes live."""

from pathlib import Path

import pytest

from bot.trial import Trials, try_out
from dialogs.library import Library
from tests.bot.console_twin import START, ConsoleTwin
from tests.bot.test_console import client_of, csrf_in, enter
from tests.bot.test_rescore import run, talk
from tests.twins import Clock


@pytest.mark.parametrize("role", ["admin", "sales"])
def test_administrators_try_a_change_and_see_its_sums_or_its_faults(role: str) -> None:
    twin, clock = ConsoleTwin(), Clock(START)
    twin.employ(role=role)
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        page = client.get("/console/what-if")
        sent = {"csrf": csrf_in(page), "text": "hot: 0.8\r\n</textarea><b>"}
        if role == "sales":
            assert "<textarea" not in page.text
            assert client.post("/console/what-if", data=sent).status_code == 403
            return
        assert client.post("/console/what-if", data={**sent, "csrf": "guess"}).status_code == 403
        assert twin.tried == []
        answer = client.post("/console/what-if", data=sent)
        assert answer.status_code == 200
        assert twin.tried == ["hot: 0.8\n</textarea><b>"]
        assert "1 of 3 leads would change" in answer.text
        assert 'href="/console/leads/c2"' in answer.text
        assert "60 → 50" in answer.text
        assert "in 50.0 % of pairs now, in 75.0 % then" in answer.text
        assert "hot: 0.8\n</textarea>" not in answer.text
        faults = client.post("/console/what-if", data={**sent, "text": "warmth: 1"})
        assert faults.status_code == 422
        assert "what-if.yaml:3" in faults.text
        assert "<i>there" not in faults.text
        assert client.post("/console/what-if", data={**sent, "text": "hot" * 7000}).status_code == 422
        assert len(twin.tried) == 2


def test_a_change_is_tried_on_stored_talks_and_faults_have_no_path_of_ours(tmp_path: Path, library: Library) -> None:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    run(talk(url, library))
    found = run(Trials(url, "").run("mql_others: 2\nhot: 0.99\n", [""]))
    assert found.summary is not None
    assert (found.summary.leads, found.summary.changed) == (3, 1)
    assert [one.conversation for one in found.leads] == ["c2"]
    for wrong in ("hottt: 1\n", "hot: [\n", "just words", "framework: bant\ncriteria: 3\n", ""):
        problems = try_out(url, "", wrong, [""]).problems
        assert problems, wrong
        assert all("/" not in one.file for one in problems)
