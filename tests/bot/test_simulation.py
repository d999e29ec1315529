"""Made-up visitors: the same seed the same talks, and an oracle that notices what went wrong."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest

import bot.reception
from bot.cli import main
from bot.simulation.judge import Judge
from bot.simulation.run import Plan, Report, report_lines, simulate
from bot.simulation.visitor import PERSONAS, Persona, visitor
from bot.simulation.words import Words, draw, languages, read_words, told
from bot.tongues import LANGUAGES
from bot.workspace import LOCALES
from dialogs.engine import advance
from dialogs.errors import BrokenContent
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind, Outcome, Reply
from scoring.stages import Stage
from scoring.values import MoneyRange, Urgency, Window
from tests.builders import demo, everywhere

MONDAY = date(2026, 3, 2)
EVERY = 4 * 7 * 9  # languages, frameworks, personas


def words_of(library: Library) -> Mapping[str, Words]:
    return {one: read_words(LOCALES, one) for one in languages(LOCALES) if one in library.wordings}


def plan(visitors: int = EVERY, seed: int = 1, **changes: object) -> Plan:
    speak = tuple(sorted(demo().wordings))
    made = Plan(seed, visitors, tuple(sorted(demo().frameworks)), speak)
    return replace(made, **changes)  # type: ignore[arg-type]


async def played(chosen: Plan) -> tuple[Report, list[Judge]]:
    return await simulate(chosen, demo(), words_of(demo()))


# -- the words


@pytest.mark.parametrize("language", LANGUAGES)
def test_visitors_speak_every_language_there_is(language: str) -> None:
    words = read_words(LOCALES, language)
    assert len(words.deadlines) >= 6
    assert {value for one in words.needs for value in one.tells.values()} >= {"crm", "website", "ecommerce"}


def sentence(section: str, says: str) -> msgspec.Struct:
    return next(one for one in read_words(LOCALES, "en").about(section) if one.says == says)


def test_a_sentence_tells_exactly_what_its_number_means() -> None:
    sum_ = told(sentence("money", "up to ${n},000"), 12, MONDAY)  # type: ignore[arg-type]
    weeks = told(sentence("deadlines", "within {n} weeks"), 3, MONDAY)  # type: ignore[arg-type]
    day = told(sentence("deadlines", "by {n} May"), 10, date(2026, 5, 11))  # type: ignore[arg-type]
    assert (sum_.words, sum_.facts["budget.amount"]) == ("up to $12,000", MoneyRange(None, Decimal(12_000), "USD"))
    assert weeks.facts["timing.deadline"] == Window(None, date(2026, 3, 23), Urgency.DATED)
    assert day.facts["timing.deadline"] == Window(None, date(2027, 5, 10), Urgency.DATED)
    assert day.facts["timing.urgency"] == "dated"


def test_nobody_says_by_may_10_the_day_after() -> None:
    by_may = [one for one in read_words(LOCALES, "en").deadlines if "May" in one.says or "weeks" in one.says]
    drawn = {draw(by_may, Random(seed), date(2026, 5, 27)).words for seed in range(30)}
    assert all("weeks" in words for words in drawn)


def test_faults_in_the_words_are_all_told_with_their_place(tmp_path: Path) -> None:
    text = (LOCALES / "en" / "visitors.yaml").read_text(encoding="utf-8")
    text = text.replace("n: [10, 15, 25], tells", "n: [10, 35], tells").replace("correction: {says}", "correction")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "visitors.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenContent) as caught:
        read_words(tmp_path, "en")
    assert [(one.file, one.key) for one in caught.value.problems] == [
        ("locales/en/visitors.yaml", "deadlines.2"),
        ("locales/en/visitors.yaml", "corrections"),
    ]


# -- the visitors


def test_every_persona_comes_in_every_language_and_framework() -> None:
    words, chosen = words_of(demo()), plan()
    made = [visitor(1, number, demo(), words, chosen.frameworks, chosen.languages) for number in range(EVERY)]
    met = Counter((one.language, one.framework, one.persona) for one in made)
    assert (len(met), set(met.values())) == (EVERY, {1})


async def test_the_same_seed_plays_the_same_talks_and_another_seed_others() -> None:
    _, first = await played(plan(28))
    _, second = await played(plan(28))
    _, other = await played(plan(28, seed=2))
    assert [judge.lines for judge in first] == [judge.lines for judge in second]
    assert [judge.lines for judge in first] != [judge.lines for judge in other]


async def test_a_visitor_played_alone_says_and_hears_what_they_did_among_others() -> None:
    _, together = await played(plan(60))
    report, alone = await played(plan(60, only=37))
    assert report.total.talks == 1
    assert (alone[0].lines, alone[0].failures) == (together[37].lines, together[37].failures)


async def test_the_shipped_trees_repeat_no_question_and_leave_nobody_without_an_answer() -> None:
    report, judges = await played(plan())
    assert set(report.kinds) & {"repeated_question", "dead_talk", "broken"} == set()
    assert {judge.visitor.persona for judge in judges} == set(PERSONAS)
    assert all(judge.last is not None and judge.last.asked is None for judge in judges if _stays(judge))
    assert report.total.until_decided <= report.total.questions


def _stays(judge: Judge) -> bool:
    return judge.visitor.persona is not Persona.SILENT


async def test_english_visitors_of_bant_are_understood_without_a_slip() -> None:
    report, _ = await played(plan(18, seed=4, frameworks=("bant",), languages=("en",)))
    assert report.failures == []


async def test_whoever_goes_silent_is_reminded_and_then_left_in_peace() -> None:
    _, judges = await played(plan())
    silent = [judge for judge in judges if not _stays(judge) and judge.last is not None and judge.last.asked]
    assert silent
    assert {judge.last.conversation.mode.value for judge in silent if judge.last is not None} == {"parked"}


# -- what is noticed


Twisted = Mapping[str, object]


def twist(monkeypatch: pytest.MonkeyPatch, change: object) -> None:
    """Let the engine go wrong: *change* gets every outcome of a text and gives another."""

    def twisted(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
        outcome = advance(conversation, inbound, library)
        return change(outcome) if inbound.kind is Kind.TEXT else outcome  # type: ignore[operator]

    monkeypatch.setattr(bot.reception, "advance", twisted)


def _facts(outcome: Outcome, key: str, value: object) -> Outcome:
    def swap(fact: object) -> object:
        return msgspec.structs.replace(fact, value=value) if fact.key == key else fact  # type: ignore[attr-defined, type-var]

    def keep(facts: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(swap(one) for one in facts if value is not None or one.key != key)  # type: ignore[attr-defined]

    conversation = msgspec.structs.replace(outcome.conversation, facts=keep(outcome.conversation.facts))
    return replace(outcome, conversation=conversation, new_facts=keep(outcome.new_facts))  # type: ignore[arg-type]


def _fact_wrong(outcome: Outcome) -> Outcome:
    return _facts(outcome, "authority.role", "specialist")


def _fact_lost(outcome: Outcome) -> Outcome:
    return _facts(outcome, "spec.has", None)


def _stage_wrong(outcome: Outcome) -> Outcome:
    return replace(outcome, conversation=msgspec.structs.replace(outcome.conversation, stage=Stage.DISQUALIFIED))


def _parrot(outcome: Outcome) -> Outcome:
    said = Reply(f"{outcome.conversation.turn}.9", "Could you say that again, please?")
    return replace(outcome, replies=(*outcome.replies, said))


def _mute(outcome: Outcome) -> Outcome:
    return replace(outcome, replies=())


def _foreign(outcome: Outcome) -> Outcome:
    return replace(outcome, conversation=msgspec.structs.replace(outcome.conversation, language="pl"))


def _fails(_: Outcome) -> Outcome:
    raise RuntimeError("broken on purpose")


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        (_fact_wrong, "wrong_fact", "authority.role"),
        (_fact_lost, "missed_fact", "spec.has"),
        (_stage_wrong, "wrong_stage", "stage"),
        (_parrot, "repeated_question", "Could you say that again, please?"),
        (_mute, "dead_talk", "no reply"),
        (_foreign, "wrong_language", "language"),
        (_fails, "broken", "core_failed RuntimeError"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_what_goes_wrong_is_noticed(
    change: object, kind: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, change)
    report, _ = await played(plan(10, seed=4, frameworks=("bant",), languages=("en",)))
    found = [failure for failure in report.failures if failure.kind == kind and failure.what.startswith(what)]
    assert found
    assert found[0].replay.startswith("banter simulate --seed 4 --only ")


# -- the command


def test_the_command_is_0_when_all_went_well(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["simulate", "--visitors", "18", "--seed", "4", "--framework", "bant", "--lang", "en"])
    out = capsys.readouterr().out
    assert code == 0
    assert "18 talks" in out
    assert "nothing wrong" in out


def test_the_command_is_1_when_something_is_wrong_and_says_how_to_see_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    twist(monkeypatch, _parrot)
    base = ["simulate", "--visitors", "5", "--seed", "4", "--framework", "bant", "--lang", "en"]
    assert main([*base, "--json"]) == 1
    report = msgspec.json.decode(capsys.readouterr().out)
    failure = next(one for one in report["failures"] if one["kind"] == "repeated_question")
    assert failure["replay"].endswith("--framework bant --lang en")
    assert main(failure["replay"].split()[1:]) == 1
    told_alone = capsys.readouterr().out
    assert "> " in told_alone
    assert "repeated_question" in told_alone
    assert "meant {" in told_alone


@pytest.mark.parametrize(
    "wrong", [["--framework", "bart"], ["--lang", "xx"], ["--visitors", "0"], ["--only", "-1"]], ids=" ".join
)
def test_wrong_use_is_2(wrong: list[str]) -> None:
    assert main(["simulate", *wrong]) == 2


def test_the_report_names_only_so_many_failures() -> None:
    assert len(list(report_lines(_report_of(30), most=5))) == 5 * 2 + 1 + 1 + 1 + 1


def _report_of(failures: int) -> Report:
    from bot.simulation.judge import Failure
    from bot.simulation.run import Row

    many = [Failure(number, "missed_fact", "spec.has", "yes", None, 3, "…") for number in range(failures)]
    return Report(1, 1.0, Row(), {}, {"missed_fact": failures}, many)


def test_german_visitors_are_understood_where_a_company_speaks_german() -> None:
    assert "de" in words_of(everywhere())
