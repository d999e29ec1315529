"""Content files: what they become, and how an author's slip is told by file, line and key."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.workspace import WORKSPACES
from dialogs.content import merge, read_company, read_framework
from dialogs.errors import BrokenContent, ContentError
from dialogs.framework import InDays
from dialogs.yaml_source import YamlSource
from tests.builders import standalone

BANT = standalone()
COMPANY = (Path(WORKSPACES) / "northlight" / "company.yaml").read_text(encoding="utf-8")
READERS = {"bant.yaml": (read_framework, BANT), "company.yaml": (read_company, COMPANY)}


def problems(file: str, old: str, new: str) -> tuple[ContentError, ...]:
    """What is wrong with a packaged file once one place in it is changed."""
    read, text = READERS[file]
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    with pytest.raises(BrokenContent) as raised:
        read(file, text.replace(old, new, 1))
    return raised.value.problems


def line_of(file: str, start: str) -> int:
    """The line of a packaged file that starts so (after its indentation)."""
    lines = READERS[file][1].splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(start))


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem", "line"),
    [
        ("bant.yaml", "asks: needs", "asks: neds", "questions.need.what.asks", "neds", "asks: needs"),
        ("bant.yaml", "fills: [need.category]", "fils: [need.category]",
         "questions.need.what.fils", "no key", "fills:"),
        ("bant.yaml", "title: BANT", "tilte: BANT", "tilte", "no key", "title:"),
        ("bant.yaml", "fills: [need.category]", "fills: [no]", "questions.need.what.fills.0", "`bool`", "fills:"),
        ("bant.yaml", "ready: {", "no: {", "questions.spec.has.choices", "`bool`", None),
        ("bant.yaml", "title: BANT", "title: BANT\ntitle: Bant", "title", "stands twice", None),
        ("bant.yaml", "title: BANT", " title: BANT", "", "mapping values are not allowed", "title:"),
        ("bant.yaml", "title: BANT", "\ttitle: BANT", "", "tab", "title:"),
        ("bant.yaml", "title: BANT", "title: 2026-02-31", "title", "cannot read", "title:"),
        ("bant.yaml", "title: BANT", "title: &a [*a]", "title.0", "refers to itself", "title:"),
        ("bant.yaml", "title: BANT", "title: [BANT]", "title", "Expected `str`, got `array`", "title:"),
        ("bant.yaml", "title: BANT", "title: BANT\n? [a, b]\n: c", "", "expected a word as key", None),
        ("bant.yaml", "title: BANT", "title: *nobody", "", "undefined alias", "title:"),
        ("bant.yaml", "title: BANT", "title: !!python/name:os.system x", "", "tag", "title:"),
        ("bant.yaml", "title: BANT", "title: BANT\x07", "", "the sign U+0007", None),
        ("bant.yaml", "title: BANT", "", "", "missing required field `title`", None),
        ("bant.yaml", "- - {id: names_need, points: 15, when: need.category}", "- - {points: 15}",
         "criteria.need.points.0.0", "`when`", "- - {id: names_need"),
        ("company.yaml", "[en, pl", "[en, no, pl", "languages.1", "`bool`", "languages:"),
        ("company.yaml", "crm: {card: crm_setup", "crm: {crad: crm_setup", "services.crm.crad", "no key", "crm: {card"),
        ("company.yaml", "specialty: true", "specialty: 1", "services.crm.specialty", "Expected `bool`", "crm: {card"),
        ("company.yaml", "hours: [10, 40, 100]", "hours: [10, 40]",
         "rate_card.projects.landing.hours", "length 3", "landing:"),
        ("company.yaml", "hours: [10, 40, 100]", "hours: [40, 10, 100]",
         "rate_card.projects.landing", "low <= likely", "landing:"),
        ("company.yaml", "hours: [10, 40, 100]", "hours: [10, 40, .inf]",
         "rate_card.projects.landing", "at most 1,000,000,000 hours, found inf", "landing:"),
        ("company.yaml", "weeks: [0.5, 2, 4]", "weeks: [0.5, 2, .inf]",
         "rate_card.projects.landing", "at most 10,000 weeks, found inf", "landing:"),
        ("company.yaml", "hours: [15, 28, 40]", "hours: [15, 28, 4000000000]",
         "rate_card.features.feature_push", "at most 1,000,000,000 hours", "feature_push:"),
        ("company.yaml", "half_life_days: 0", "half_life_days: " + "9" * 5000, "half_life_days", "'" + "9" * 40 + "'",
         "half_life_days"),
        ("company.yaml", "rate: 45", "rate: .nan", "rate_card.rate", "expected a number", "rate: 45"),
        ("company.yaml", "opens: 9", "opens: nine", "hours.opens", "Expected `int`", "hours: {zone"),
    ],
)  # fmt: skip
def test_a_slip_is_told_by_file_key_and_line(
    file: str, old: str, new: str, key: str, problem: str, line: str | None
) -> None:
    (found,) = problems(file, old, new)
    assert (found.file, found.key) == (file, key)
    assert problem in found.problem
    if line is not None:
        assert found.line == line_of(file, line)


def test_a_bare_no_is_explained() -> None:
    (found,) = problems("company.yaml", "[en, pl", "[en, no, pl")
    assert str(found) == (
        f"company.yaml:{line_of('company.yaml', 'languages:')}: languages.1: Expected `str`, got `bool`"
        " -> YAML reads a bare yes, no, on or off as true or false: put it in quotes"
    )


def test_conditions_that_cannot_be_read_are_told_all_at_once() -> None:
    text = BANT.replace("when: need.category}", "when: need.category is}", 1)
    text = text.replace("skip_if: need.exclusive_stack", "skip_if: need.exclusive_stack or", 1)
    text = text.replace("when: flag timing_tight}", 'when: ""}', 1)
    with pytest.raises(BrokenContent) as raised:
        read_framework("bant.yaml", text)
    assert [one.key for one in raised.value.problems] == [
        "criteria.need.points.0.0.when",
        "advice.0.when",
        "questions.need.stack.skip_if",
    ]
    assert str(raised.value).count("\n") == 2


@pytest.mark.parametrize("text", ["", "[]", "a", "# nothing", "- a: b"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(BrokenContent, match="expected keys with values"):
        YamlSource("x.yaml", text)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: x\x00y\n", 2, "holds the sign U+0000"),
        ("a: 1\n\nb: \x1b[31m\n", 3, "holds the sign U+001B"),
        ("a:\n  " + "[" * 3000 + "]" * 3000, 2, "is nested too deeply"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"{now}: &{now} [{', '.join([f'*{before}'] * 10)}]\n" for before, now in pairwise("abcdefghij")),
            1,
            "holds too many values",
        ),
    ],
    ids=["nul", "escape", "deep", "references"],
)
def test_what_yaml_or_we_cannot_take_is_told_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(BrokenContent) as raised:
        YamlSource("x.yaml", text)
    (found,) = raised.value.problems
    assert (found.file, found.line) == ("x.yaml", line)
    assert problem in found.problem
    assert found.mend


def test_the_line_of_a_key_the_file_lacks_is_that_of_its_parent() -> None:
    source = YamlSource("x.yaml", "a:\n  b:\n    c: 1\n")
    assert [source.line(key) for key in ("a.b.c", "a.b.missing", "a.missing.deep", "missing")] == [3, 2, 1, 1]


def test_a_message_names_what_it_can() -> None:
    assert str(ContentError("x.yaml", "", "is empty")) == "x.yaml: is empty"
    assert str(ContentError("x.yaml", "a.b", "is odd", "mend it", 3)) == "x.yaml:3: a.b: is odd -> mend it"


def test_the_packaged_bant_asks_for_need_first_and_contact_last() -> None:
    framework = read_framework("bant.yaml", BANT)
    asked = [question.criterion for question in framework.questions]
    assert (framework.order[0], asked[0], asked[-1]) == ("need", "need", "contact")
    assert (framework.rubric.maximum, framework.rubric.requires, framework.rubric.others) == (100, ("need",), 1)


def test_a_button_may_stand_for_a_time() -> None:
    question = read_framework("bant.yaml", BANT).question("timing.deadline")
    assert question is not None
    facts = {choice.id: choice.facts.get("timing.deadline") for choice in question.choices}
    assert (facts["month"], facts["no_rush"]) == (InDays(30), InDays(None, "flexible"))


def test_a_framework_knows_no_question_of_another_name() -> None:
    assert read_framework("bant.yaml", BANT).question("need.colour") is None


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"a": 2}, {"a": 2, "b": {"c": 1, "d": 2}}),
        ({"b": {"c": 9}}, {"a": 1, "b": {"c": 9, "d": 2}}),
        ({"b": 3}, {"a": 1, "b": 3}),
        ({"e": 4}, {"a": 1, "b": {"c": 1, "d": 2}, "e": 4}),
    ],
)
def test_overrides_lie_over_the_file_key_by_key(over: dict[str, Any], expected: dict[str, Any]) -> None:
    base = {"a": 1, "b": {"c": 1, "d": 2}}
    assert expected == merge(base, over)
    assert base == {"a": 1, "b": {"c": 1, "d": 2}}


def test_a_company_reads_with_overrides() -> None:
    made = read_company("company.yaml", COMPANY, {"max_questions": 3, "hours": {"opens": 8}})
    assert (made.max_questions, made.hours.opens, made.hours.closes) == (3, 8, 18)
