"""SARIF as review tools take it: required members, rules that stay the same whatever things are called."""

import pytest

from dialogs.check.sarif import rule_of, sarif
from dialogs.errors import ContentError


@pytest.mark.parametrize(
    ("file", "key", "rule"),
    [
        ("bant.yaml", "questions.spec.has.skip_if", "framework/questions/skip_if"),
        ("bant.yaml", "questions.spec.has.choices.none.act", "framework/questions/act"),
        ("/w/frameworks/own.yaml", "criteria.need.points.1.0.when", "framework/criteria/when"),
        ("own.yaml", "", "framework"),
        ("locales/pl/LC_MESSAGES/banter.po", "ask.spec.has", "texts/ask"),
        ("company.yaml", "services.crm.card", "company/services"),
        ("locales/en/lexicon.yaml", "needs.crm.0", "lexicon/needs"),
    ],
)
def test_a_rule_is_named_by_the_part_of_the_file_and_not_by_what_its_author_called_things(
    file: str, key: str, rule: str
) -> None:
    assert rule_of(ContentError(file, key, "is wrong")) == rule


def test_every_result_has_its_rule_its_place_and_its_words() -> None:
    problems = (
        ContentError("own.yaml", "max_questions", "is 0", "raise it", 3),
        ContentError("/a b/ö.yaml", "", "cannot be read"),
        ContentError("own.yaml", "max_questions", "is 1", "", 0),
    )
    (run,) = sarif(problems, "1.2.3")["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert rules == ["framework/max_questions", "framework"]
    assert [(one["ruleId"], rules[one["ruleIndex"]]) for one in run["results"]] == [
        (one, one) for one in (rules[0], rules[1], rules[0])
    ]
    first, second, third = (one["locations"][0] for one in run["results"])
    assert first["physicalLocation"] == {"artifactLocation": {"uri": "own.yaml"}, "region": {"startLine": 3}}
    assert second == {"physicalLocation": {"artifactLocation": {"uri": "file:///a%20b/%C3%B6.yaml"}}}
    assert "region" not in third["physicalLocation"]
    assert run["results"][0]["message"]["text"] == "max_questions: is 0 -> raise it"
