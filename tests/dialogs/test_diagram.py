"""Trees become pictures that say what the trees do."""

import re
from functools import cache
from pathlib import Path

import pytest

from dialogs.conditions import read_condition
from dialogs.content import read_framework
from dialogs.diagram import TABLES, stages_page, tree_diagram, words_of
from dialogs.framework import Framework
from dialogs.wording import Wording, read_wording
from tests.builders import packaged

ROOT = Path(__file__).parents[2]
SMALL = """
framework: small
title: Small "one"
criteria:
  need: {max: 10, points: [[{points: 10, when: need.category}]]}
  budget: {max: 10, points: [[{points: 10, when: budget.reaction}]]}
stages: {mql: {requires: [need], others: 1}, disqualified_by: [not_served]}
questions:
  what:
    criterion: need
    asks: needs
    fills: [need.category]
    choices: {crm: {facts: {need.category: crm}}, own: {act: type}}
  price:
    criterion: budget
    asks: money
    fills: [budget.reaction]
    shows: estimate
    ask_if: flag estimated
    choices: {fine: {facts: {budget.reaction: fine}}, dear: {facts: {budget.reaction: too_much}}, pass: {act: skip}}
  plans: {criterion: budget, asks: text, fills: [budget.status], skip_if: budget.reaction is fine, optional: true}
  when:
    criterion: need
    asks: timing
    fills: [timing.deadline]
    choices: {soon: {within_days: 30}, later: {urgency: flexible}}
  why:
    criterion: need
    asks: text
    fills: [timing.reason]
    ask_if: timing.deadline within 60d and timing.urgency is dated
  reach: {criterion: contact, asks: contact, fills: [contact.email], choices: {stay: {act: skip}}}
"""


@cache
def small() -> Framework:
    return read_framework("small.yaml", SMALL)


@cache
def bant() -> Framework:
    return packaged("bant")


def arrows(diagram: str) -> set[tuple[str, str, str]]:
    return set(re.findall(r'^    (\w+) -->\|"(.*)"\| (\w+)', diagram, re.MULTILINE))


def test_buttons_label_the_arrows_and_pass_over_what_their_answer_rules_out() -> None:
    drawn = arrows(tree_diagram(small()))
    assert drawn == {
        ("q1", "crm / own words", "q2"),
        ("q2", "fine", "q4"),
        ("q2", "dear / pass / own words", "q3"),
        ("q3", "own words", "q4"),
        ("q4", "soon / own words", "q5"),
        ("q4", "later", "q6"),
        ("q5", "own words", "q6"),
        ("q6", "stay / own words", "done"),
        ("done", "yes", "handed_over"),
        ("done", "no", "closed"),
    }


def test_criteria_are_boxes_around_their_questions() -> None:
    boxes = re.findall(r'    subgraph (\w+)\["(\w+)"\]\n(.*?)    end\n', tree_diagram(small()), re.DOTALL)
    assert [(name, re.findall(r"q\d", inside)) for _, name, inside in boxes] == [
        ("need", ["q1", "q4", "q5"]),
        ("budget", ["q2", "q3"]),
        ("contact", ["q6"]),
    ]


def test_conditions_stand_inside_their_question_in_words() -> None:
    diagram = tree_diagram(small())
    assert "<b>price</b><br/><i>after the estimate</i><br/><i>asked if there is an estimate</i>" in diagram
    assert "<b>plans</b><br/><i>skipped if budget.reaction is fine</i><br/><i>only while there is room</i>" in diagram


def test_the_ways_out_are_drawn() -> None:
    diagram = tree_diagram(small())
    assert 'any -.->|"human, please"| human' in diagram
    assert 'any -.->|"not served"| farewell1(["polite end: not_served"])' in diagram
    assert 'done{"need and 1 more met?"}' in diagram


def test_what_would_break_a_label_is_written_as_an_entity() -> None:
    assert 'start(["Small #quot;one#quot;"])' in tree_diagram(small())


def test_a_wording_puts_the_words_of_its_language_on_questions_and_buttons() -> None:
    wording = Wording("en", {"ask.what": "What <b>, {{ company }}?", "choice.what.crm": "A CRM"}, {}, "(n != 1)")
    diagram = tree_diagram(small(), wording)
    assert "<b>what</b><br/>What #lt;b#gt;, #lt;company#gt;?" in diagram
    assert ("q1", "A CRM / own words", "q2") in arrows(diagram)


def test_a_text_that_cannot_be_said_leaves_its_key_in_the_picture() -> None:
    wording = Wording("en", {"ask.what": "What, {{ nobody }}?"}, {}, "(n != 1)")
    assert "<b>what</b><br/>ask.what" in tree_diagram(small(), wording)


@pytest.mark.parametrize("language", ["en", "pl", "ru", "uk"])
def test_every_question_of_the_shipped_tree_is_drawn_once_and_reached(language: str) -> None:
    path = ROOT / f"locales/{language}/LC_MESSAGES/banter.po"
    diagram = tree_diagram(bant(), read_wording(language, path.name, path.read_bytes()))
    names = re.findall(r'^        (q\d+)\["<b>([\w.]+)</b>', diagram, re.MULTILINE)
    assert sorted(question for _, question in names) == sorted(question.id for question in bant().questions)
    reached = {end for _, _, end in arrows(diagram)} | {"q1"}
    assert {name for name, _ in names} <= reached


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("need.category", "need.category is known"),
        ("not need.category", "need.category is unknown"),
        ("budget.reaction in fine less", "budget.reaction is fine or less"),
        ("not budget.reaction is fine", "not (budget.reaction is fine)"),
        ("authority.decides is true", "authority.decides is true"),
        ("timing.deadline within 90d", "timing.deadline is within 90 days"),
        ("people.count at least 20", "people.count is at least 20"),
        ("flag timing_tight", "timing tight stands"),
        ("event page_viewed", "page viewed happened"),
        ("unconfirmed authority.role", "authority.role is not confirmed"),
        (
            "spec.has and (need.scope or need.feature)",
            "spec.has is known and (need.scope is known or need.feature is known)",
        ),
    ],
)
def test_conditions_are_said_in_words(condition: str, words: str) -> None:
    assert words_of(read_condition(condition)) == words


def test_the_page_of_stages_draws_every_table() -> None:
    page = stages_page()
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["The lead", "The conversation"]
    assert page.count("```mermaid\nstateDiagram-v2") == 2
    assert "| `accept` | mql | sal |" in page
    assert "human --> qualifying: hand_back" in page
    assert " · " not in page


def test_no_move_is_in_two_tables_or_in_two_rows() -> None:
    """What a lead went through is kept as state and trigger, and counted from any state by the trigger alone."""
    triggers = [trigger for _, _, table in TABLES for trigger, _, _ in table.rows]
    assert sorted(triggers) == sorted(set(triggers))
    states = [str(state) for _, _, table in TABLES for state in table.states]
    assert sorted(states) == sorted(set(states))
    assert not any("." in name for name in (*triggers, *states))
