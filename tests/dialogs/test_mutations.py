"""Faults of every kind, put into every shipped framework, text and company: nearly all are found, and none invented."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from bot.workspace import load_workspace
from dialogs.check import prove_company, prove_framework, prove_texts
from dialogs.check.words import prove_ways_out
from dialogs.content import read_company, read_framework
from dialogs.errors import BrokenContent, ContentError
from dialogs.facts import READ_ALWAYS, READ_BY_EARS
from dialogs.wording import Wording
from dialogs.yaml_source import YamlSource
from tests.builders import FRAMEWORKS, SHARED, packaged
from tests.dialogs.test_check import (
    COMPANY,
    COMPANY_FAULTS,
    TEXT_FAULTS,
    ZONES,
    Data,
    Edit,
    both,
    drop,
    edited,
    put,
    shipped_wordings,
    wording,
)

NAMES = tuple(sorted(path.stem for path in FRAMEWORKS.glob("*.yaml")))
WANTED = 0.95  # of all faults


@cache
def whole(name: str) -> str:
    """A shipped framework with what it takes over of shared questions written out."""
    data = yaml.safe_load((FRAMEWORKS / f"{name}.yaml").read_text("utf-8"))
    data["questions"] = {key: {**SHARED.get(key, {}), **(own or {})} for key, own in data["questions"].items()}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def problems_of(name: str, text: str) -> tuple[ContentError, ...]:
    """What is said of one framework, and of the texts of its questions."""
    company = read_company("company.yaml", COMPANY.read_text("utf-8"))
    rest = [packaged(other) for other in NAMES if other != name]
    file = f"{name}.yaml"
    try:
        framework = read_framework(file, text)
        return prove_framework(framework, file, company, YamlSource(file, text).line, rest)
    except BrokenContent as error:
        return error.problems


@cache
def before(name: str) -> frozenset[tuple[str, str]]:
    return frozenset((one.key, one.problem) for one in problems_of(name, whole(name)))


def question(data: Data, fits: Callable[[Data], object] = lambda _: True) -> str:
    """The last question before those of contact that fits."""
    return [name for name, one in data["questions"].items() if one["criterion"] != "contact" and fits(one)][-1]


def to_question(part: str, value: object, fits: Callable[[Data], object] = lambda _: True) -> Callable[[Data], None]:
    """Set one part of a question, wherever a framework has a question of that kind."""

    def edit(data: Data) -> None:
        put(f"questions/{question(data, fits)}/{part}", value)(data)

    return edit


def criterion(data: Data) -> str:
    return next(iter(data["criteria"]))


def to_criterion(part: str, value: object) -> Callable[[Data], None]:
    return lambda data: put(f"criteria/{criterion(data)}/{part}", value)(data)


def to_button(part: str, value: object) -> Callable[[Data], None]:
    def edit(data: Data) -> None:
        name = question(data, lambda one: one.get("choices"))
        button = next(iter(data["questions"][name]["choices"]))
        put(f"questions/{name}/choices/{button}{part and '/' + part}", value)(data)

    return edit


def rename_button(name: str) -> Callable[[Data], None]:
    return to_question(f"choices/{name}", {"act": "skip"})


def contact_first(data: Data) -> None:
    every = data["questions"]
    contact = [name for name, one in every.items() if one["criterion"] == "contact"]
    data["questions"] = {name: every[name] for name in (*contact, *(one for one in every if one not in contact))}


def without_contact(data: Data) -> None:
    data["questions"] = {name: one for name, one in data["questions"].items() if one["criterion"] != "contact"}


def head_on(data: Data) -> None:
    """The budget before everything that leads up to it."""
    ask = {
        "criterion": criterion(data),
        "asks": "money",
        "fills": ["budget.amount"],
        "choices": {"no": {"act": "skip"}},
    }
    name, one = next(iter(data["questions"].items()))
    rest = {key: value for key, value in data["questions"].items() if key != name}
    data["questions"] = {name: one, "money.now": ask, **rest}


def same_twice(data: Data) -> None:
    """A rule whose points a better one always takes the place of: overwritten and never added."""
    weighed = data["criteria"][criterion(data)]
    group = weighed["points"][0]
    best = max(group, key=lambda rule: rule["points"])
    group.append({"id": "shadow", "points": best["points"], "when": best["when"]})
    best["points"] += 1
    weighed["max"] += 1


def more_points(data: Data) -> None:
    for rule in data["criteria"][criterion(data)]["points"][0]:
        rule["points"] += 1000


def unread(data: Data) -> None:
    """A fact asked for that nothing weighs."""
    text = yaml.safe_dump(data)
    key = next(key for key in sorted(READ_BY_EARS - READ_ALWAYS) if key not in text)
    data["questions"][question(data)]["fills"].append(key)


def only_typing(data: Data) -> None:
    name = question(data, lambda one: one.get("choices"))
    data["questions"][name]["choices"] = {"own": {"act": "type"}}


def many_farewells(data: Data) -> None:
    data["stages"]["disqualified_by"] = ["not_severed"]


def no_way_in(data: Data) -> None:
    name = question(data)
    data["questions"][name] |= {"ask_if": "spec.has", "skip_if": "spec.has"}


def limited(data: Data) -> None:
    data["max_questions"] = 1


Q, C, ADVICE, STAGES = "questions", "criteria", "advice", "stages"
GENERAL: dict[str, tuple[Edit, str]] = {
    "a question of a criterion that is not there": (to_question("criterion", "nonsense"), Q),
    "a criterion without a question": (
        put("criteria/extra", {"max": 5, "points": [[{"points": 5, "when": "vendor.other or person.name"}]]}),
        C,
    ),
    "a question that fills nothing goes round": (to_question("fills", []), Q),
    "a question that fills what no answer tells goes round": (to_question("fills", ["need.detial"]), Q),
    "a question worded for ever": (to_question("attempts", 99), Q),
    "a question never worded": (to_question("attempts", 0), Q),
    "a fact that nobody reads": (unread, Q),
    "a rule that reads what nothing fills": (to_criterion("points/0/0/when", "need.categry"), C),
    "a skip that reads what nothing fills": (to_question("skip_if", "need.categry"), Q),
    "an advice that reads what nothing fills": (put("advice/0/when", "need.categry"), ADVICE),
    "a value that never occurs": (to_criterion("points/0/0/when", "spec.has is perhaps"), C),
    "a condition always true": (to_question("ask_if", "need.scope or not need.scope"), Q),
    "a condition never true": (to_question("ask_if", "spec.has is yes and spec.has is no"), Q),
    "a skip always true leaves a question unreachable": (to_question("skip_if", "spec.has or not spec.has"), Q),
    "ask and skip that exclude each other": (no_way_in, Q),
    "an advice never given": (put("advice/0/when", "flag timing_tight and flag timing_impossible"), ADVICE),
    "points over the maximum": (more_points, C),
    "points under the maximum": (to_criterion("max", 1000), C),
    "a maximum of nothing": (to_criterion("max", 0), C),
    "points that cost": (to_criterion("points/0/0/points", -3), C),
    "points without a fact": (to_criterion("points/0/0/when", "not timing.deadline"), C),
    "points overwritten instead of added": (same_twice, C),
    "a threshold over everything": (to_criterion("met", 1.5), C),
    "a threshold under everything": (to_criterion("met", 0), C),
    "a criterion never met": (to_criterion("met_if", "spec.has is yes and spec.has is no"), C),
    "a flag that blocks and is never raised": (to_criterion("unless", ["timing_late"]), C),
    "a farewell never raised": (many_farewells, STAGES),
    "a stage that requires what is not there": (put("stages/mql/requires", ["nonsense"]), STAGES),
    "a stage that wants more than there is": (put("stages/mql/others", 50), STAGES),
    "a stage that wants less than nothing": (put("stages/mql/others", -1), STAGES),
    "more questions than the limit": (limited, Q),
    "a limit below nothing": (put("max_questions", -2), "max_questions"),
    "the budget head-on": (head_on, Q),
    "no way to reach the visitor": (without_contact, Q),
    "contact as a wall": (contact_first, Q),
    "a payload of too many bytes": (rename_button("very_long_name_of_a_button" * 3), Q),
    "a payload of too many bytes in Cyrillic": (rename_button("оченьдлиннаякнопкаоченьдлинная"), Q),
    "a colon in a button": (rename_button("a:b"), Q),
    "an act nobody knows": (to_button("act", "skp"), Q),
    "a button that tells nothing": (to_button("", {}), Q),
    "a value of a button nobody knows": (to_button("facts", {"spec.has": "perhaps"}), Q),
    "no buttons": (to_question("choices", {}), Q),
    "buttons that only say the visitor will type": (only_typing, Q),
    "something unknown to show": (to_question("shows", "price"), Q),
    "a plain answer that tells nothing": (both(to_question("asks", "yesno"), to_question("if_yes", {})), Q),
    "a free answer kept elsewhere": (to_question("text", "pain.says"), Q),
    "topics no reader knows": (to_question("not_about", ["weather"]), Q),
    "a day gone by": (to_button("within_days", -30), Q),
    "an urgency nobody has": (to_button("", {"urgency": "soonish"}), Q),
    "a flag nobody raises": (put("advice/0/when", "flag timing_thight"), ADVICE),
    "an event nobody counts": (put("advice/0/when", "event price_page"), ADVICE),
    "a date wanted of what has none": (put("advice/0/when", "timing.urgency within 100d"), ADVICE),
    "a number wanted of what has none": (put("advice/0/when", "need.scope at least 3"), ADVICE),
    "a figure that equals a word": (put("advice/0/when", "budget.amount is big"), ADVICE),
    "advice twice": (lambda data: data["advice"].append(data["advice"][0]), ADVICE),
    "a condition that cannot be read": (put("advice/0/when", "spec.has is is yes"), ADVICE),
    "a key nobody reads": (to_question("skipif", "spec.has"), Q),
    "a word for a number": (to_criterion("max", "many"), C),
    "a yes without quotes": (to_question("asks", True), Q),
    "no questions": (put("questions", {}), Q),
    "no stages": (drop("stages"), ""),
}


def injected() -> Iterator[tuple[str, str, bool]]:
    """Every fault put in: its kind, where it was, whether it was found there. Each is put into three frameworks."""
    for number, (kind, (edit, where)) in enumerate(GENERAL.items()):
        for name in (NAMES[(number + step) % len(NAMES)] for step in (0, 2, 4)):
            problems = problems_of(name, edited(whole(name), edit))
            found = [one for one in problems if (one.key, one.problem) not in before(name)]
            yield kind, name, any(one.key.startswith(where) and one.mend for one in found)
    for kind, (edit, key) in COMPANY_FAULTS.items():
        yield kind, "company", key in {one.key for one in company_problems(edited(COMPANY, edit))}
    every = [packaged(name) for name in NAMES]
    for kind, (language, edits, key, words) in TEXT_FAULTS.items():
        problems = prove_texts(every, {**texts_beside(language), language: wording(language, edits)})
        yield kind, language, any(one.key == key and words in f"{one.problem} {one.mend}" for one in problems)


def company_problems(text: str) -> tuple[ContentError, ...]:
    company, names = read_company("company.yaml", text), frozenset(NAMES)
    lines = YamlSource("company.yaml", text).line
    return prove_company(company, "company.yaml", shipped_wordings(), lines, zones=ZONES, frameworks=names)


def texts_beside(language: str) -> dict[str, Wording]:
    """English and one more language: enough to see what one of them lacks."""
    return {one: shipped_wordings()[one] for one in dict.fromkeys(("en", language, "pl"))}


@pytest.fixture(scope="module")
def outcomes() -> tuple[tuple[str, str, bool], ...]:
    return tuple(injected())


def test_nearly_every_fault_is_found_where_it_is(outcomes: tuple[tuple[str, str, bool], ...]) -> None:
    missed = [(kind, where) for kind, where, found in outcomes if not found]
    assert 1 - len(missed) / len(outcomes) >= WANTED, missed


def test_no_kind_of_fault_is_missed_everywhere(outcomes: tuple[tuple[str, str, bool], ...]) -> None:
    """Forty kinds and more; one counts as found when it is found wherever it is put."""
    kinds = {kind for kind, _, _ in outcomes}
    missed = {kind for kind, _, found in outcomes if not found}
    assert len(kinds) >= 40
    assert len(missed) <= (1 - WANTED) * len(kinds), missed


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_framework_gives_no_alarm_even_written_out_in_full(name: str) -> None:
    assert [str(one) for one in problems_of(name, whole(name))] == []


def test_the_shipped_company_and_texts_give_no_alarm() -> None:
    assert company_problems(COMPANY.read_text("utf-8")) == ()
    assert prove_texts([packaged(name) for name in NAMES], shipped_wordings()) == ()


@pytest.mark.parametrize("workspace", ["northlight", "byte-and-bag"])
def test_what_is_shipped_gives_no_alarm(workspace: str) -> None:
    assert load_workspace(workspace).library.frameworks


# -- collisions of an operator's own words, and the way to a person


COLLISIONS = {
    "a role that is a refusal twice": ("role: {owner: [big cheese], specialist: [big cheese]}", "big cheese"),
    "a stem too short": ("needs: {crm: [ab*]}", "too many words"),
    "a stem that swallows another meaning": ("needs: {crm: [webs*]}", "swallows"),
    "a word found everywhere": ("needs: {crm: [we]}", "ordinary messages"),
    "a way to a person that also means stop": ("intent: {stop: [supervisor]}", "human"),
    "a list no reader looks into": ("intent: {humn: [get me a boss]}", "did you mean human?"),
}


@pytest.mark.parametrize("name", COLLISIONS)
def test_words_that_collide_are_found(tmp_path: Path, name: str) -> None:
    words, expected = COLLISIONS[name]
    assert main(["init", str(tmp_path / "mine")]) == 0
    file = tmp_path / "mine/locales/en/lexicon.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(words + "\n", "utf-8")
    with pytest.raises(BrokenContent) as raised:
        load_workspace(str(tmp_path / "mine"))
    assert any(expected in str(one) and one.file == str(file) for one in raised.value.problems), str(raised.value)


def test_a_language_without_words_for_a_person_has_no_way_to_one() -> None:
    sections = {
        "en": {"intent": {"human": ["a human"], "stop": ["stop"]}},
        "pl": {"intent": {"human": [], "stop": ["s"]}},
    }
    (problem,) = prove_ways_out(sections, lambda language: f"locales/{language}/lexicon.yaml")
    assert (problem.file, problem.key) == ("locales/pl/lexicon.yaml", "intent.human")
