"""The page that tries a change: for administrators, with faults told, on real talks, and nothing goes live."""

import asyncio
import multiprocessing
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.app import _weighing, open_house
from bot.console.what_if import LARGEST, LONGEST
from bot.rescore import Running
from bot.settings import Settings
from bot.trial import Order, Trial, Trials, Trouble, try_out
from bot.workspace import find_workspace
from dialogs.errors import ContentError
from dialogs.library import Library
from dialogs.rescoring import Scale
from scoring.stages import Stage
from tests.bot.console_twin import EVIL, START, ConsoleTwin, trial_of
from tests.bot.test_change import put, zipped
from tests.bot.test_console import Client, client_of, csrf_in, enter
from tests.bot.test_rescore import close_leads, run, talk
from tests.builders import FRAMEWORKS
from tests.twins import Clock

PATH = "/console/what-if"
FAULT = ContentError("what-if.yaml", "<b>", "<i>there is no such key</i>", "mend", 3)


@pytest.fixture
def twin() -> ConsoleTwin:
    twin = ConsoleTwin()
    twin.employ(role="admin")
    return twin


@pytest.fixture
def client(twin: ConsoleTwin) -> Iterator[Client]:
    """An administrator's browser."""
    clock = Clock(START)
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        yield client


def send(client: Client, text: str = "", file: tuple[str, bytes] | None = None) -> httpx.Response:
    """The form, as a browser sends it: an empty field for a file when none was chosen."""
    fields = {"csrf": (None, csrf_in(client.get(PATH))), "text": (None, text)}
    return client.post(PATH, files={**fields, "file": file or ("", b"")})


@pytest.mark.parametrize("role", ["admin", "sales"])
def test_administrators_try_a_change_and_see_its_sums_or_its_faults(role: str) -> None:
    twin, clock = ConsoleTwin(), Clock(START)
    twin.employ(role=role)
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        page = client.get(PATH)
        sent = {"csrf": csrf_in(page), "text": "hot: 0.8\r\n</textarea><b>"}
        if role == "sales":
            assert "<textarea" not in page.text
            assert client.post(PATH, data=sent).status_code == 403
            return
        assert client.post(PATH, data={**sent, "csrf": "guess"}).status_code == 403
        assert twin.tried == []
        answer = client.post(PATH, data=sent)
        assert answer.status_code == 200
        assert twin.tried == [("hot: 0.8\n</textarea><b>", "")]
        assert "1 of 3 leads would change" in answer.text
        assert 'href="/console/leads/c2"' in answer.text
        assert "60 → 50" in answer.text
        assert "in 50 % of pairs now, in 75 % then" in answer.text
        assert "hot: 0.8\n</textarea>" not in answer.text
        faults = client.post(PATH, data={**sent, "text": "warmth: 1"})
        assert faults.status_code == 422
        assert "what-if.yaml:3" in faults.text
        assert "<i>there" not in faults.text


def row(page: str, title: str) -> list[str]:
    """The cells beside a title."""
    _, found, after = page.partition(f'<th scope="row">{title}</th>')
    assert found, title
    return [
        cell.partition("</td>")[0].replace("\N{NO-BREAK SPACE}", " ")
        for cell in after.partition("</tr>")[0].split("<td>")[1:]
    ]


def test_the_page_tells_handoffs_a_day_flips_and_hot_leads_now_and_then(client: Client) -> None:
    page = send(client, "hot: 0.8").text
    assert row(page, "Handoffs a day") == ["2.5", "2"]
    assert row(page, "Handoffs in all") == ["5", "4"]
    assert row(page, "Share of hot leads") == ["66.7 %", "33.3 %"]
    assert row(page, "2 March 2026") == ["2", "1"]
    assert page.index("2 March 2026") < page.index("1 March 2026")
    assert row(page, "called hot") == ["0 (0 %)", "1 (50 %)"]
    flip = page.partition('<th scope="rowgroup">MQL, ready for sales → first contact</th>')[2].partition("</tbody>")[0]
    assert flip.startswith("<td>1</td>")
    assert 'href="/console/leads/c2"' in flip
    assert "handoff: yes → no" in page.replace("\n", "")


def test_without_won_and_lost_leads_the_page_says_that_nothing_can_be_told(client: Client, twin: ConsoleTwin) -> None:
    found = trial_of()
    assert found.summary is not None
    twin.trial = Trial(
        type(found.summary)(3, 0, (), (1, 1), {"2026-03-02": (1, 1)}, (1, 1), {"2026-03-02": (1, 1)}, (0, 0), None)
    )
    page = send(client, "hot: 0.8").text
    assert "None of these leads has been won or lost yet" in page
    assert "No lead would change its stage." in page
    assert "0 of 3 leads would change" in page


def test_everything_shown_is_escaped(client: Client, twin: ConsoleTwin) -> None:
    twin.trial = trial_of(name=EVIL[0], company=EVIL[1])
    page = send(client, "hot: 0.8", ("<script>alert(2)</script>.yaml", b"hot: 0.8 # <script>alert(3)")).text
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page.replace("&gt;", "")
    assert "&lt;script&gt;alert(1)" in page
    twin.trial = Trial(problems=[FAULT], others=[FAULT])
    faults = send(client, "x: 1").text
    assert "<i>there" not in faults
    assert "the text has faults" in faults
    assert "the workspace has faults" in faults


def test_a_file_is_tried_under_its_name_and_stays_to_be_mended(client: Client, twin: ConsoleTwin) -> None:
    answer = send(client, "warm: 0.2", ("C:\\plans\\spring.yaml", "\ufeffhot: 0.9\r\nwarm: 0.3 # лиды\r\n".encode()))
    assert answer.status_code == 200
    assert twin.tried == [("hot: 0.9\nwarm: 0.3 # лиды\n", "spring.yaml")]
    assert "hot: 0.9\nwarm: 0.3 # лиды\n</textarea>" in answer.text


@pytest.mark.parametrize(
    ("text", "file", "told", "kept"),
    [
        ("warm: 0.2", ("a.yaml", "hot: 0.9 # é".encode("latin-1")), "not UTF-8 text", "warm: 0.2"),
        ("warm: 0.2", ("a.yaml", "hot: 0.9".encode("utf-16")), "not UTF-8 text", "warm: 0.2"),
        ("", ("a.yaml", b"hot: 1 # " + b"x" * LONGEST), "longer than 20,000 characters", "x" * LONGEST),
        ("", ("a.yaml", b" \n"), "nothing to try yet", ""),
        (" ", None, "nothing to try yet", ""),
        ("hot: " + "漢" * LONGEST, None, "longer than 20,000 characters", "hot: " + "漢" * LONGEST),
    ],
)
def test_what_cannot_be_tried_is_told_and_kept(
    client: Client, twin: ConsoleTwin, text: str, file: tuple[str, bytes] | None, told: str, kept: str
) -> None:
    answer = send(client, text, file)
    assert answer.status_code == 422
    assert told in answer.text
    assert f"{kept}</textarea>" in answer.text
    assert twin.tried == []


@pytest.mark.parametrize("sign", ["h", "ж", "漢", "😀", "\n"])
@pytest.mark.parametrize("encoded", [True, False], ids=["urlencoded", "multipart"])
def test_as_many_characters_as_are_promised_fit_in_any_script(
    client: Client, twin: ConsoleTwin, sign: str, encoded: bool
) -> None:
    text = "hot: 1 # ".ljust(LONGEST, sign).replace("\n", "\r\n")
    form = {"csrf": csrf_in(client.get(PATH)), "text": text}
    answer = client.post(PATH, data=form) if encoded else send(client, text)
    assert answer.status_code == 200
    assert [len(text) for text, _ in twin.tried] == [LONGEST]


def test_more_than_a_form_may_hold_is_told_on_the_page(client: Client, twin: ConsoleTwin) -> None:
    answer = send(client, "", ("a.yaml", b"x" * LARGEST))
    assert answer.status_code == 413
    assert "too much for this page" in answer.text
    assert "<textarea" in answer.text
    assert client.post("/console/account", data={"email": "x" * 40_000}).status_code == 413  # others stay as they are


@pytest.mark.parametrize(("trouble", "status"), [(Trouble.BUSY, 503), (Trouble.LATE, 422), (Trouble.BROKEN, 500)])
def test_a_trial_without_an_answer_says_why_and_keeps_the_text(
    client: Client, twin: ConsoleTwin, trouble: Trouble, status: int
) -> None:
    twin.trial = Trial(trouble=trouble)
    answer = send(client, "hot: 0.8")
    assert answer.status_code == status
    told = {"busy": "Another change is being tried", "late": "stopped after 45 seconds", "broken": "the fault is ours"}
    assert told[trouble] in answer.text
    assert "hot: 0.8</textarea>" in answer.text


@pytest.fixture
def url(tmp_path: Path, library: Library) -> str:
    url = f"sqlite:///{tmp_path / 'banter.db'}"
    run(talk(url, library))
    return url


def running(library: Library) -> Running:
    return Running(library.version, zipped(find_workspace("")))


def order(url: str, library: Library, text: str, workspace: str = "", archive: bytes | None = None) -> Order:
    kept = running(library) if archive is None else Running(library.version, archive)
    return Order(url, workspace, text, "mine.yaml", kept, Scale.of(library), [""])


def children() -> list[multiprocessing.process.BaseProcess]:
    return multiprocessing.active_children()


def test_a_change_is_tried_in_a_process_of_its_own(url: str, library: Library) -> None:
    run(close_leads(url, c1=Stage.CLOSED_WON))
    trials = Trials(url, "")
    found = run(trials.run("mql_others: 2\nhot: 0.99\n", "", running(library), Scale.of(library), [""]))
    assert found.summary is not None
    assert (found.summary.leads, found.summary.changed, found.summary.handoffs) == (3, 1, (2, 1))
    assert [one.scored.conversation for one in found.leads] == ["c2"]
    assert {flip: [one.scored.conversation for one in leads] for flip, leads in found.flips.items()} == {
        ("mql", "contact_us"): ["c2"]
    }
    assert found.summary.agreement is not None
    assert found.summary.agreement.ranked is None
    assert (found.content, found.laid_over_folder) == (library.version, False)
    assert children() == []


def test_faults_of_a_text_have_no_path_of_ours(url: str, library: Library, tmp_path: Path) -> None:
    lines = {"hottt: 1\n": 1, "hot: [\n": 2, "just words": None, "framework: bant\ncriteria: 3\n": 2}
    for at, (wrong, line) in enumerate(lines.items()):
        folder = tmp_path / str(at)
        folder.mkdir()
        found = try_out(order(url, library, wrong), str(folder))
        assert [(one.file, one.line) for one in found.problems] == [("mine.yaml", line)], wrong
        assert found.others == []


def test_a_new_framework_is_tried_on_all_leads(url: str, library: Library, tmp_path: Path) -> None:
    text = (FRAMEWORKS / "bant.yaml").read_text("utf-8").replace("framework: bant", "framework: ours", 1)
    found = try_out(order(url, library, text), str(tmp_path))
    assert found.summary is not None
    assert (found.new, found.summary.changed) == ("ours", 3)


def test_now_is_what_runs_whatever_the_folder_holds(url: str, library: Library, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "company.yaml").write_text("name: 7\n", "utf-8")
    (tmp_path / "one").mkdir()
    found = try_out(order(url, library, "mql_others: 2\n", str(broken)), str(tmp_path / "one"))
    assert found.summary is not None
    assert (found.summary.changed, found.laid_over_folder) == (1, False)
    (tmp_path / "two").mkdir()
    unkept = try_out(order(url, library, "mql_others: 2\n", str(broken), archive=b""), str(tmp_path / "two"))
    assert unkept.problems == []
    assert [(one.file, one.key) for one in unkept.others] == [("company.yaml", "name")]


async def test_after_going_back_now_is_the_version_gone_back_to(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(find_workspace(""), folder)
    settings = Settings.from_environ({"BANTER_DATABASE_URL": url, "BANTER_WORKSPACE": str(folder)})
    house = await open_house(settings)
    try:
        first = house.publisher.content
        put(folder, "mql_others: 2")
        assert (await house.publisher.reload("Anna")).content != first
        weighing = _weighing(house)
        published = await weighing.try_out("mql_others: 1\n", "")
        assert (await house.publisher.roll_back(first, "Anna")).content == first
        (folder / "company.yaml").write_text("name: 7\n", "utf-8")
        gone_back = await weighing.try_out("mql_others: 1\n", "")
    finally:
        await house.close()
    assert published.summary is not None
    assert gone_back.summary is not None
    assert published.summary.flips == (("contact_us", "mql", 1),)
    assert (gone_back.content, gone_back.summary.flips) == (first, ())


KEYWORDS = "\n".join(f"      - word{at}s of{at} many{at}" for at in range(1500))
ENDLESS = f"services:\n  crm:\n    keywords:\n      en:\n{KEYWORDS}\n"


async def test_a_trial_that_takes_too_long_is_ended_and_others_wait_or_are_told(url: str, library: Library) -> None:
    hasty, scale = Trials(url, "", deadline=1.5, patience=0.3), Scale.of(library)

    async def run_one(text: str) -> Trial:
        return await hasty.run(text, "", running(library), scale, [""])

    lags: list[float] = []

    async def chat() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.02)
            lags.append(time.monotonic() - began - 0.02)

    talking = asyncio.create_task(chat())
    first, second = await asyncio.gather(run_one(ENDLESS), run_one("hot: 0.8\n"))
    talking.cancel()
    assert (first.trouble, second.trouble) == (Trouble.LATE, Trouble.BUSY)
    assert children() == []
    assert max(lags) < 1.0  # nobody in a chat would notice
    patient = Trials(url, "", patience=60)
    both = await asyncio.gather(
        *(patient.run(text, "", running(library), scale, [""]) for text in ("hot: 7\n", "hot: 0.9\n"))
    )
    assert [one.trouble for one in both] == [None, None]
    assert [bool(one.problems) for one in both] == [True, False]


async def test_a_process_that_is_killed_is_told(url: str, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    trials = Trials(url, "")
    trial = asyncio.create_task(trials.run(ENDLESS, "", running(library), Scale.of(library), [""]))
    for _ in range(500):
        await asyncio.sleep(0.02)
        if children():
            break
    (process,) = children()
    process.kill()
    assert (await trial).trouble is Trouble.BROKEN
    missing = Trials("sqlite:////nowhere/banter.db", "")
    found = await missing.run("hot: 0.9\n", "", running(library), Scale.of(library), [""])
    assert found.trouble is Trouble.BROKEN
