"""The journey runner: what holds passes in silence, what does not is named."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.journey import agrees, loading_once, open_stage, read_journey, run_journey
from dialogs.errors import BrokenContent
from dialogs.library import Library
from dialogs.values import Kind
from tests.builders import MONDAY

QUALIFIED = """
framework: bant
language: en
turns:
  - presses: crm
    facts: {need.category: crm}
    points: {need: 15}
    asked: need
    stage: contact_us
  - presses: not_sure
    asked: budget
  - presses: none
    says_back: ["/€[0-9]/"]
    facts: {spec.has: "no"}
  - presses: fine
    stage: mql
    temperature: warm
    never_says: ["{{"]
  - waits: PT3H
    silent: false
  - presses: owner
    language: en
  - presses: month
    flags: []
    facts: {timing.deadline: {urgency: dated, days: 30}}
  - signals: [product_page_viewed]
    silent: true
  - presses: stay_here
    asked: null
never_says: ["undefined"]
end:
  total: 90
  of: 100
  temperature: hot
  handoff: true
  stage: mql
  questions_asked_max: 7
  points: {budget: 25, authority: 25}
  facts: {authority.role: owner}
  advice: [answer_in_chat]
  implicit: 5
  nurtured: false
  verdicts: {need: met}
"""


load = loading_once()


def play(tmp_path: Path, text: str) -> list[str]:
    """What failed of a journey written down like this."""
    file = tmp_path / "journey.yaml"
    file.write_text(text, encoding="utf-8")
    return [str(failure) for failure in run_journey(read_journey(file), load, file.name)]


def test_a_journey_that_holds_has_no_failures(tmp_path: Path) -> None:
    assert play(tmp_path, QUALIFIED) == []


@pytest.mark.parametrize(
    ("turn", "failure"),
    [
        ("presses: crm, facts: {need.category: website}",
         "turn 1: fact need.category: expected 'website', found ['crm']"),
        ("presses: crm, facts: {authority.role: owner}", "turn 1: fact authority.role: expected 'owner', found None"),
        ("presses: crm, flags: [timing_tight]", "turn 1: flag: expected 'timing_tight', found []"),
        ("presses: crm, asked: timing", "turn 1: asked: expected 'timing', found 'need'"),
        ("presses: crm, asked: null", "turn 1: asked: expected None, found 'need'"),
        ("presses: crm, says_back: [Zebra]", "turn 1: says_back: expected 'Zebra', found ["),
        ("presses: crm, says_back: ['/^zebra$/']", "turn 1: says_back: expected '/^zebra$/'"),
        ("presses: crm, never_says: ['?']", "turn 1: never_says: expected '?'"),
        ("presses: crm, never_says: ['/[?]/']", "turn 1: never_says: expected '/[?]/'"),
        ("presses: crm, silent: true", "turn 1: silent: expected True"),
        ("signals: [x], silent: false", "turn 1: silent: expected False, found []"),
        ("presses: crm, stage: sql", "turn 1: stage: expected 'sql', found 'contact_us'"),
        ("presses: crm, temperature: hot", "turn 1: temperature: expected 'hot', found 'cold'"),
        ("presses: crm, language: pl", "turn 1: language: expected 'pl', found 'en'"),
        ("presses: crm, points: {need: 25}", "turn 1: points need: expected 25, found 15"),
        ("presses: crm, points: {colour: 5}", "turn 1: points colour: expected 5, found None"),
        ("waits: PT1M, stage: sql", "turn 1: stage: expected 'sql', found 'contact_us'"),  # though nothing happened
        ("stage: sql", "turn 1: stage: expected 'sql', found 'contact_us'"),
    ],
)  # fmt: skip
def test_an_expectation_of_a_turn_that_fails_is_named(tmp_path: Path, turn: str, failure: str) -> None:
    (found,) = play(tmp_path, f"language: en\nturns:\n  - {{{turn}}}\n")
    assert found.startswith(failure)


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        ("total: 99", "end: total: expected 99, found 15"),
        ("of: 70", "end: of: expected 70, found 100"),
        ("temperature: hot", "end: temperature: expected 'hot', found 'cold'"),
        ("temperature: [hot, warm]", "end: temperature: expected ['hot', 'warm'], found 'cold'"),
        ("handoff: true", "end: handoff: expected True, found False"),
        ("stage: mql", "end: stage: expected 'mql', found 'contact_us'"),
        ("questions_asked_max: 1", "end: questions_asked_max: expected 1, found 2"),
        ("points: {need: 1}", "end: points need: expected 1, found 15"),
        ("flags: [stack_mismatch]", "end: flag: expected 'stack_mismatch', found []"),
        ("facts: {spec.has: 'yes'}", "end: fact spec.has: expected 'yes', found None"),
        ("advice: [sing]", "end: advice: expected 'sing'"),
        ("implicit: 3", "end: implicit: expected 3, found 0"),
        ("nurtured: true", "end: nurtured: expected True, found False"),
        ("verdicts: {need: not_met}", "end: verdict need: expected 'not_met', found 'met'"),
        ("verdicts: {colour: met}", "end: verdict colour: expected 'met', found None"),
    ],
)
def test_an_expectation_of_the_end_that_fails_is_named(tmp_path: Path, end: str, failure: str) -> None:
    (found,) = play(tmp_path, f"language: en\nturns:\n  - presses: crm\nend: {{{end}}}\n")
    assert found.startswith(failure)


def test_what_is_never_said_holds_for_the_greeting_too(tmp_path: Path) -> None:
    found = play(tmp_path, "language: en\nnever_says: ['/bot/']\nturns: []\n")
    assert len(found) == 1
    assert "never_says" in found[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("turns:\n  - sayz: hi\n", "turns.0.sayz: is no key we know"),
        ("turn: []\n", "turn: is no key we know"),
        ("name: nothing\n", "missing required field `turns`"),
        ("turns: []\nframework: nope\n", "journey.yaml: framework: there is no framework 'nope'"),
        ("turns: []\nlanguage: xx\n", "there is no language 'xx'"),
        ("turns: []\nchannel: fax\n", "channel: Invalid enum value 'fax'"),
        ("turns: []\ntoday: 2026-13-45\n", "today"),
        ("turns: []\ntoday: soon\n", "today"),
        ("turns:\n  - waits: tomorrow\n", "expected P3D or PT2H, a century at most, found 'tomorrow'"),
        ("turns:\n  - waits: P\n", "expected P3D or PT2H, a century at most, found 'P'"),
        ("turns:\n  - waits: P999999999999D\n", "journey.yaml: turn 1: waits: expected P3D or PT2H, a century at most"),
        ("turns:\n  - waits: P99999W\n", "turn 1: waits: expected P3D or PT2H, a century at most"),
        ("turns: []\ntoday: 9999-12-31\n", "journey.yaml: today: expected a day of the years 1900 to 2999"),
        ("turns: []\nworkspace: no/such/folder\n", "there is no such file"),
        ("turns: []\ncompany: {colour: red}\n", "colour: is no key we know"),
        ("turns: [", "journey.yaml"),
    ],
)
def test_a_journey_that_is_none_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BrokenContent) as raised:
        play(tmp_path, text)
    assert problem in str(raised.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "journey.yaml"
    file.write_bytes(b"turns: []\nname: \xff\n")
    with pytest.raises(BrokenContent, match=r"journey\.yaml:2: is not UTF-8"):
        read_journey(file)


def test_a_journey_may_change_the_company(tmp_path: Path) -> None:
    text = "language: en\ncompany: {max_questions: 9, handoff_at: hot}\nturns:\n"
    turns = "".join(f"  - presses: {choice}\n" for choice in ("crm", "not_sure", "none", "fine"))
    assert play(tmp_path, f"{text}{turns}end: {{handoff: false, stage: mql}}\n") == []


def test_today_is_the_day_the_journey_says(tmp_path: Path) -> None:
    text = 'language: en\ntoday: 2027-01-31\nturns:\n  - presses: crm\n  - says: "by 15 March 2027"\n'
    assert play(tmp_path, f"{text}    facts: {{timing.deadline: {{to: 2027-03-15}}}}\n") == []


@pytest.mark.parametrize("day", ["2027-01-31", '"2027-01-31"'])
def test_a_day_may_stand_in_quotes(tmp_path: Path, day: str) -> None:
    assert play(tmp_path, f"language: en\ntoday: {day}\nturns: []\n") == []


@pytest.mark.parametrize(
    ("expected", "found", "agree"),
    [
        ("crm", "crm", True),
        ("crm", ["crm", "website"], True),
        ("erp", ["crm"], False),
        (["crm"], ["crm", "website"], True),
        (["crm", "erp"], ["crm"], False),
        (["crm"], "crm", False),
        (True, "yes", True),
        (False, "no", True),
        (True, "no", False),
        ("yes", True, True),
        ("no", True, False),
        (True, True, True),
        ({"high": 5}, {"low": 1, "high": 5}, True),
        ({"high": 5}, {"low": 1, "high": 6}, False),
        ({"high": 5}, None, False),
        ({"high": 5}, [{"high": 4}, {"high": 5}], True),
        ({"days": 30}, {"days": 31}, True),
        ({"days": 30}, {"days": 32}, False),
        ({"days": 14}, {"days": 15}, False),
        ({"days": None}, {"days": None}, True),
        ({"days": 1}, {"days": None}, False),
        (None, None, True),
        (5, None, False),
    ],
)
def test_a_fact_agrees_with_what_a_journey_expects(expected: Any, found: Any, agree: bool) -> None:
    assert agree == agrees(expected, found)


def test_time_that_passes_fires_timers_in_order_and_forgets_old_ones(library: Library) -> None:
    stage = open_stage(library, "", "en", "web", MONDAY)
    stage.play(Kind.START, "")
    stage.play(Kind.CHOICE, "crm")
    fired = stage.wait(timedelta(days=4))
    assert [inbound.text for inbound in stage.inbounds[2:]] == ["nudge", "park"]
    assert len(fired) == 2
    assert stage.now == MONDAY + timedelta(days=4, minutes=2)
