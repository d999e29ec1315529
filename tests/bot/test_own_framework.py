"""An operator's own framework: the page is followed step by step, the tree is proven, and a talk is scored by it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.workspace import load_workspace
from dialogs.library import Library
from scoring.values import Verdict
from tests.builders import Visitor, visitor

PAGE = Path(__file__).parents[2] / "docs" / "write-your-own-framework.md"
BLOCK = re.compile(r"^```yaml (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def follow(folder: Path) -> Path:
    """Do everything the page says: files of one's own are written, lines of company.yaml replaced."""
    assert main(["init", str(folder)]) == 0
    blocks = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    assert set(blocks) == {"frameworks/extras.yaml", "company.yaml"}
    (folder / "frameworks" / "extras.yaml").write_text(blocks["frameworks/extras.yaml"], "utf-8")
    company = (folder / "company.yaml").read_text("utf-8")
    for line in blocks["company.yaml"].splitlines():
        key = line.partition(":")[0]
        company, replaced = re.subn(rf"(?m)^{key}:.*$", line, company)
        assert replaced == 1, key
    (folder / "company.yaml").write_text(company, "utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return follow(tmp_path_factory.mktemp("own") / "mycompany")


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    return load_workspace(str(folder)).library


def test_the_page_leads_to_a_sound_workspace(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder)]) == 0
    assert "extras" in capsys.readouterr().out


def test_its_own_questions_are_asked_in_its_own_words_and_earn_points(library: Library) -> None:
    guest = Visitor(library, "en", framework="extras")
    guest.opens()
    asked = guest.says("We need a CRM for sales")
    assert asked.asked == "risk.what"
    own = library.frameworks["extras"].words["en"]["ask.risk.what"]
    assert any(line in asked.replies[-1].text for line in own)
    weighed = guest.says("Our old data is a mess and nobody has time to clean it").assessment
    row = weighed.score_of("risk")
    assert row is not None
    assert (row.points, row.verdict, [fact.evidence.quote for point in row.reasons for fact in point.facts]) == (
        15,
        Verdict.MET,
        ["Our old data is a mess and nobody has time to clean it"],
    )


def test_each_command_of_the_page_writes_a_file_of_its_own() -> None:
    """A shell empties the file before the command runs: one that fails must not take a good picture with it."""
    written = re.findall(r"^[^#\n]* > (\S+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert written
    assert sorted(set(written)) == sorted(written)


def test_the_page_starts_the_server_before_it_reads_what_was_stored() -> None:
    page = PAGE.read_text("utf-8")
    started = page.index("BANTER_WORKSPACE=mycompany make run")
    assert started < page.index("--figures")
    assert started < page.index("banter rescore")


def test_the_block_of_company_yaml_follows_words_that_say_to_change_two_lines() -> None:
    before = PAGE.read_text("utf-8").partition("```yaml company.yaml")[0]
    assert "change these two, and leave the rest" in before.rpartition("\n\n")[0].rpartition("\n\n")[2]


def test_two_lines_in_place_of_a_whole_company_are_told_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    (tmp_path / "company.yaml").write_text(blocks["company.yaml"], "utf-8")
    assert main(["check", str(tmp_path)]) == 1
    assert "`name` -> add it, and keep the lines the file had before" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("choice", "points", "verdict"),
    [("fine", 25, Verdict.MET), ("too_much", 5, Verdict.PARTLY)],
)
def test_either_answer_to_the_price_counts(library: Library, choice: str, points: int, verdict: Verdict) -> None:
    """What was said about money is never as if nothing had been said."""
    guest = Visitor(library, "en", framework="extras")
    guest.opens()
    guest.says("We need a CRM for sales")
    while guest.last.asked != "budget.expectation":
        guest.says("No, there is none")
    row = guest.presses(f"{guest.last.conversation.turn}:budget.expectation:{choice}").assessment.score_of("money")
    assert row is not None
    assert (row.points, row.verdict) == (points, verdict)


def test_a_text_it_lacks_is_told_with_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "frameworks" / "extras.yaml"
    text = file.read_text("utf-8")
    try:
        file.write_text(
            text.replace("    why.risk.what: We would rather plan for it than be surprised by it.\n", ""), "utf-8"
        )
        assert main(["check", str(folder)]) == 1
        told = capsys.readouterr().out
        line = text.splitlines().index("  en:") + 1
        mend = "add it to this file under `words:`, `en:`"
        assert f"extras.yaml:{line}: why.risk.what: is missing or empty in en -> {mend}\n" in told
        file.write_text(text.replace("{criterion: money}", "{criterion: mony}", 1), "utf-8")
        assert main(["check", str(folder)]) == 1
        line = text.splitlines().index("  spec.has: {criterion: money}") + 1
        assert f"extras.yaml:{line}: questions.spec.has.criterion" in capsys.readouterr().out
    finally:
        file.write_text(text, "utf-8")


@pytest.fixture
def spoken_in_four(folder: Path) -> Iterator[Path]:
    """The page's workspace, of a company that speaks four languages, with words in English alone."""
    file = folder / "company.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("languages: [en]", "languages: [en, pl, uk, ru]"), "utf-8")
    yield folder
    file.write_text(text, "utf-8")


def test_languages_without_words_are_named_with_the_file_to_put_them_into(
    spoken_in_four: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = spoken_in_four / "frameworks" / "extras.yaml"
    line = file.read_text("utf-8").splitlines().index("words:") + 1
    assert main(["check", str(spoken_in_four)]) == 1
    *told, count = capsys.readouterr().out.splitlines()
    assert count == "33 problem(s)"
    assert len(told) == 3
    for language, one in zip(("pl", "uk", "ru"), told, strict=True):
        assert one.startswith(f"{file}:{line}: is missing or empty in {language} (11 times): again.risk.what, ")
        assert one.endswith(f" -> add it to this file under `words:`, `{language}:`")


def test_other_tools_are_told_each_missing_text_by_itself(
    spoken_in_four: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(spoken_in_four), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert len({(one["key"], one["problem"]) for one in problems}) == 33
    assert main(["check", str(spoken_in_four), "--sarif"]) == 1
    assert len(json.loads(capsys.readouterr().out)["runs"][0]["results"]) == 33


def test_a_slip_in_one_language_is_told_where_that_language_stands(
    spoken_in_four: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The English words of the same question are no place to mend the Polish ones."""
    file = spoken_in_four / "frameworks" / "extras.yaml"
    text = file.read_text("utf-8")
    file.write_text(f"{text}  pl:\n    why.risk.what: 'Bo {{{{ nobody }}}}.'\n", "utf-8")
    try:
        assert main(["check", str(spoken_in_four)]) == 1
    finally:
        file.write_text(text, "utf-8")
    told = capsys.readouterr().out
    last = len(text.splitlines()) + 2
    assert f"{file}:{last}: why.risk.what: {{{{ nobody }}}} has no value here" in told
    assert f"{file}:{last - 1}: is missing or empty in pl (10 times): " in told


def test_a_question_nobody_shares_has_to_say_what_it_asks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "frameworks" / "extras.yaml"
    text = file.read_text("utf-8")
    try:
        file.write_text(text.replace("  spec.has: {", "  spek.has: {"), "utf-8")
        assert main(["check", str(folder)]) == 1
        assert "says neither what it asks nor what it fills -> did you mean spec.has?" in capsys.readouterr().out
    finally:
        file.write_text(text, "utf-8")


def test_a_page_or_a_campaign_chooses_who_asks(folder: Path) -> None:
    runs = [{"framework": "meddic", "page": "/enterprise/*"}, {"framework": "champ", "source": "spring_ad"}]
    library = load_workspace(str(folder), {"runs": runs}).library
    came = [
        library.framework_for(page, source)
        for page, source in (
            ("https://shop.example/enterprise/crm?x=1", ""),
            ("/enterprise/crm", "spring_ad"),
            ("https://shop.example/", "spring_ad"),
            ("", "spring_ad"),
            ("https://shop.example", "autumn"),
            ("", ""),
        )
    ]
    assert came == ["meddic", "meddic", "champ", "champ", "extras", "extras"]


@pytest.mark.parametrize(
    ("runs", "problem"),
    [
        ([{"framework": "meddick", "page": "/a"}], "runs.0.framework: there is no framework meddick"),
        ([{"framework": "meddic"}], "runs.0: fits everybody"),
        ([{"framework": "meddic", "page": "enterprise"}], "runs.0.page: expected a path"),
    ],
)
def test_a_run_that_can_be_meant_by_nobody_is_told(folder: Path, runs: list[dict[str, str]], problem: str) -> None:
    from dialogs.errors import BrokenContent

    with pytest.raises(BrokenContent) as found:
        load_workspace(str(folder), {"runs": runs})
    assert any(problem in str(one) for one in found.value.problems)


def test_guests_of_the_page_keep_the_company_s_own_framework(library: Library) -> None:
    assert visitor(library, "en").library.company.framework == "extras"
