"""Every kind of fault put into a copy of the shipped content is found at its key, and the shipped content is sound."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import msgspec
import pytest
import yaml
from babel.messages.pofile import read_po, write_po

from dialogs.check import prove, prove_texts, prove_workspace
from dialogs.check.lines import SPOKEN
from dialogs.check.places import vocabulary
from dialogs.check.worlds import worlds
from dialogs.conditions import read_condition
from dialogs.content import CompanyFile, FrameworkFile, read_company, read_framework
from dialogs.errors import ContentError
from dialogs.facts import FLAGS, READ_BY_EARS, VALUES
from dialogs.framework import Framework
from dialogs.schema import company_schema, framework_schema
from dialogs.wording import Wording, read_wording
from dialogs.yaml_source import YamlSource
from scoring.company import Company
from tests.builders import FRAMEWORKS, others, standalone

ROOT = Path(__file__).parents[2]
FRAMEWORK = standalone()
COMPANY = ROOT / "bot/workspaces/northlight/company.yaml"
LANGUAGES = ("en", "pl", "ru", "uk")
ZONES = frozenset(available_timezones())

Data = dict[str, Any]
Edit = Callable[[Data], object]


@cache
def shipped_wordings() -> Mapping[str, Wording]:
    return {language: wording(language) for language in LANGUAGES}


def file_of(language: str) -> str:
    return f"locales/{language}/LC_MESSAGES/banter.po"


def catalogue(language: str) -> bytes:
    return (ROOT / file_of(language)).read_bytes()


def wording(language: str, edits: Mapping[str, str | tuple[str, ...] | None] | None = None) -> Wording:
    """A shipped language with some texts changed, added, or (None) taken away."""
    if not edits:
        return read_wording(language, file_of(language), catalogue(language))
    texts = read_po(BytesIO(catalogue(language)), locale=language)
    for key, text in edits.items():
        if text is None:
            texts.delete(key)
        elif isinstance(text, tuple):
            texts.delete(key)
            texts.add((key, key), text)
        else:
            texts.delete(key)
            texts.add(key, text)
    written = BytesIO()
    write_po(written, texts)
    return read_wording(language, file_of(language), written.getvalue())


def proven(
    framework: str | None = None, company: str | None = None, wordings: Mapping[str, Wording] | None = None
) -> tuple[ContentError, ...]:
    framework = FRAMEWORK if framework is None else framework
    company = COMPANY.read_text("utf-8") if company is None else company
    return prove(
        read_framework("bant.yaml", framework),
        "bant.yaml",
        shipped_wordings() if wordings is None else wordings,
        read_company("company.yaml", company),
        YamlSource("bant.yaml", framework).line,
        zones=ZONES,
        others=others(),
        company_lines=YamlSource("company.yaml", company).line,
    )


@cache
def known_before() -> frozenset[tuple[str, str, str]]:
    return frozenset((problem.file, problem.key, problem.problem) for problem in proven())


def new(problems: tuple[ContentError, ...]) -> list[ContentError]:
    return [one for one in problems if (one.file, one.key, one.problem) not in known_before()]


def edited(content: Path | str, edit: Edit) -> str:
    text = content if isinstance(content, str) else content.read_text("utf-8")
    data = yaml.safe_load(text)
    edit(data)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def put(path: str, value: Any) -> Edit:
    """Set the value under a path of keys and list positions, steps parted by slashes."""

    def edit(data: Any) -> None:
        *steps, last = path.split("/")
        for step in steps:
            data = data[int(step)] if isinstance(data, list) else data.setdefault(step, {})
        data[int(last) if isinstance(data, list) else last] = value

    return edit


def drop(path: str) -> Edit:
    def edit(data: Any) -> None:
        *steps, last = path.split("/")
        for step in steps:
            data = data[int(step)] if isinstance(data, list) else data[step]
        del data[int(last) if isinstance(data, list) else last]

    return edit


def both(*edits: Edit) -> Edit:
    return lambda data: [edit(data) for edit in edits]


def first(name: str) -> Edit:
    """Move one question to the top."""

    def edit(data: Data) -> None:
        data["questions"] = {name: data["questions"].pop(name), **data["questions"]}

    return edit


def last(name: str) -> Edit:
    """Move one question to the end."""

    def edit(data: Data) -> None:
        data["questions"][name] = data["questions"].pop(name)

    return edit


Q, C = "questions/", "criteria/"
NEW = {"criterion": "need", "asks": "text", "fills": ["need.detail"], "choices": {"pass": {"act": "skip"}}}
LONG = "a_very_long_name_of_a_button_that_nobody_would_ever_want_to_see"

TREE_FAULTS: dict[str, tuple[Edit, str, str]] = {
    "a question of no criterion": (put(Q + "spec.has/criterion", "budgte"), "questions.spec.has.criterion", "budgte"),
    "a criterion nobody asks for": (
        put(C + "champion", {"max": 5, "points": [[{"points": 5, "when": "vendor.chosen"}]]}),
        "criteria.champion",
        "no question",
    ),
    "a criterion called contact": (
        put(C + "contact", {"max": 5, "points": [[{"points": 5, "when": "contact.email"}]]}),
        "criteria.contact",
        "contact",
    ),
    "a question that fills nothing": (put(Q + "spec.has/fills", []), "questions.spec.has.fills", "fills nothing"),
    "a fact filled and never read": (
        put(Q + "need.detail/fills", ["need.detail", "vendor.chosen"]),
        "questions.need.detail.fills.1",
        "no rule or condition",
    ),
    "a fact filled by nothing": (
        put(Q + "need.detail/fills", ["need.detail", "need.detial"]),
        "questions.need.detail.fills.1",
        "need.detial",
    ),
    "a rule that reads what nothing fills": (
        put(C + "need/points/1/0/when", "need.purpos or pain.says"),
        "criteria.need.points.1.0.when",
        "did you mean need.purpose?",
    ),
    "a condition that reads what nothing fills": (
        put(Q + "spec.has/skip_if", "spec.have"),
        "questions.spec.has.skip_if",
        "did you mean spec.has?",
    ),
    "advice that reads what nothing fills": (
        put("advice/5/when", "need.scop is unclear"),
        "advice.5.when",
        "need.scop",
    ),
    "a value that never occurs": (
        put(C + "budget/points/0/3/when", "budget.status is alocated"),
        "criteria.budget.points.0.3.when",
        "did you mean allocated?",
    ),
    "yes compared as true": (
        put(C + "need/points/2/0/when", "need.scope is clear or spec.has is true"),
        "criteria.need.points.2.0.when",
        "never true",
    ),
    "a figure compared with a word": (
        put(C + "budget/points/0/7/when", "budget.amount is big"),
        "criteria.budget.points.0.7.when",
        "figure",
    ),
    "a date wanted where there is none": (
        put(C + "timing/points/0/0/when", "timing.urgency within 100d"),
        "criteria.timing.points.0.0.when",
        "no date",
    ),
    "a number wanted where there is none": (
        put("advice/5/when", "need.scope at least 3"),
        "advice.5.when",
        "no number",
    ),
    "a button with a value nobody knows": (
        put(Q + "budget.status/choices/to_form/facts", {"budget.status": "forming"}),
        "questions.budget.status.choices.to_form.facts.budget.status",
        "forming",
    ),
    "a button with a category nobody serves": (
        put(Q + "need.what/choices/crm/facts", {"need.category": "cmr"}),
        "questions.need.what.choices.crm.facts.need.category",
        "did you mean crm?",
    ),
    "a flag nothing raises": (
        put("advice/0/when", "flag timing_thight"),
        "advice.0.when",
        "did you mean timing_tight?",
    ),
    "a flag of the tree in the rubric": (put("advice/0/when", "flag estimated"), "advice.0.when", "estimated"),
    "a blocking flag nothing raises": (
        put(C + "timing/unless", ["timing_late"]),
        "criteria.timing.unless.0",
        "timing_late",
    ),
    "a farewell flag nothing raises": (
        put("stages/disqualified_by", ["not_severed"]),
        "stages.disqualified_by.0",
        "did you mean not_served?",
    ),
    "an event nobody counts": (put("advice/5/when", "event price_page"), "advice.5.when", "price_page"),
    "a condition always true": (
        put(Q + "spec.has/ask_if", "need.scope or not need.scope"),
        "questions.spec.has.ask_if",
        "always true",
    ),
    "a condition never true": (
        put("advice/5/when", "spec.has is yes and spec.has is no"),
        "advice.5.when",
        "never true",
    ),
    "two verdicts that exclude each other": (
        put("advice/5/when", "flag timing_tight and flag timing_impossible"),
        "advice.5.when",
        "never true",
    ),
    "a flag without the fact it rests on": (
        put("advice/5/when", "flag budget_tight and not budget.amount"),
        "advice.5.when",
        "never true",
    ),
    "windows that exclude each other": (
        put("advice/5/when", "timing.deadline within 30d and not timing.deadline within 60d"),
        "advice.5.when",
        "never true",
    ),
    "too few points": (put(C + "need/points/0/0/points", 10), "criteria.need.max", "best come to 20"),
    "too many points": (put(C + "need/points/0/0/points", 20), "criteria.need.max", "up to 30"),
    "a maximum too low": (put(C + "timing/max", 20), "criteria.timing.max", "up to 25"),
    "no maximum": (put(C + "timing/max", 0), "criteria.timing.max", "1 or more"),
    "points beyond counting": (
        put(C + "timing/points/0/5/points", 9**400),
        "criteria.timing.points.0.5.points",
        "a figure of 382 digits",
    ),
    "a maximum beyond counting": (put(C + "timing/max", 10**7), "criteria.timing.max", "at most 1,000,000"),
    "negative points": (put(C + "timing/points/0/5/points", -5), "criteria.timing.points.0.5.points", "-5"),
    "points without evidence": (
        put(C + "timing/points/0/5/when", "not timing.deadline"),
        "criteria.timing.points.0.5.when",
        "no fact",
    ),
    "a share above one": (put(C + "timing/met", 1.2), "criteria.timing.met", "1.2"),
    "a criterion nothing can meet": (
        put(C + "timing/met_if", "timing.urgency is flexible and flag timing_tight and not timing.deadline"),
        "criteria.timing.met_if",
        "never true",
    ),
    "points and met_if that exclude each other": (
        both(put(C + "authority/met_if", "authority.role is specialist and authority.decides is false")),
        "criteria.authority.met",
        "ever meet",
    ),
    "an MQL of unknown criteria": (
        put("stages/mql/requires", ["needs"]),
        "stages.mql.requires.0",
        "did you mean need?",
    ),
    "an MQL of too many": (put("stages/mql/others", 4), "stages.mql.others", "3 can be met"),
    "a question that skips whenever it is asked": (
        put(Q + "budget.status/ask_if", "budget.amount"),
        "questions.budget.status",
        "never asked",
    ),
    "more questions than may be asked": (
        both(*(put(f"{Q}more.{n}", NEW) for n in range(3)), last("contact.how")),
        "questions.more.2",
        "at most 7",
    ),
    "another question first": (first("spec.has"), "questions.spec.has", "nothing goes without need"),
    "the budget head-on": (
        both(put(Q + "budget.expectation/shows", ""), drop(Q + "spec.has")),
        "questions.budget.expectation.asks",
        "head-on",
    ),
    "an estimate that may not be there": (
        drop(Q + "budget.expectation/ask_if"),
        "questions.budget.expectation.shows",
        "may not be there",
    ),
    "something unknown to show": (
        put(Q + "budget.expectation/shows", "price"),
        "questions.budget.expectation.shows",
        "price",
    ),
    "no way to reach the visitor": (drop(Q + "contact.how"), "questions", "reach the visitor"),
    "contact as a wall": (last("timing.deadline"), "questions.contact.how", "before other questions"),
    "yes means nothing": (put(Q + "spec.has/if_yes", {}), "questions.spec.has", "without if_yes"),
    "no means nothing": (put(Q + "authority.current/if_no", {}), "questions.authority.current", "without if_no"),
    "yes tells something else": (
        put(Q + "spec.has/if_yes", {"need.scope": "clear"}),
        "questions.spec.has.if_yes",
        "asked again",
    ),
    "a free answer kept elsewhere": (put(Q + "need.detail/text", "pain.cost"), "questions.need.detail.text", "fills"),
    "a button too long to carry": (
        put(f"{Q}need.detail/choices/{LONG}", {"act": "skip"}),
        f"questions.need.detail.choices.{LONG}",
        "64",
    ),
    "a colon in a button": (
        put(Q + "need.detail/choices/a:b", {"act": "skip"}),
        "questions.need.detail.choices.a:b",
        "colon",
    ),
    "a button that tells nothing": (
        put(Q + "spec.has/choices/ready", {}),
        "questions.spec.has.choices.ready",
        "tells nothing",
    ),
    "an act nobody knows": (
        put(Q + "need.detail/choices/not_sure", {"act": "skp"}),
        "questions.need.detail.choices.not_sure.act",
        "did you mean skip?",
    ),
    "a time that is no time": (
        put(Q + "timing.deadline/choices/no_rush", {"urgency": "flexibel"}),
        "questions.timing.deadline.choices.no_rush.urgency",
        "did you mean flexible?",
    ),
    "a day that has gone by": (
        put(Q + "timing.deadline/choices/month", {"within_days": -30}),
        "questions.timing.deadline.choices.month.within_days",
        "-30",
    ),
    "a question without buttons": (put(Q + "need.detail/choices", {}), "questions.need.detail.choices", "no buttons"),
    "no attempts": (put(Q + "need.detail/attempts", 0), "questions.need.detail.attempts", "found 0"),
    "no questions at all": (put("questions", {}), "questions", "no question"),
    "advice given twice": (put("advice/1/id", "deadline_compressed_price_up"), "advice.1.id", "twice"),
}


@pytest.mark.parametrize("name", TREE_FAULTS)
def test_a_fault_of_the_tree_is_found_at_its_key(name: str) -> None:
    """Found at its key, with a line and a mend, and not drowned in a crowd of consequences."""
    edit, key, words = TREE_FAULTS[name]
    found = [one for one in new(proven(edited(FRAMEWORK, edit), wordings={})) if one.file == "bant.yaml"]
    assert len(found) <= 6
    assert any(one.key == key and words in f"{one.problem} {one.mend}" for one in found), "\n".join(map(str, found))
    assert all(one.mend and one.line for one in found)


COMPANY_FAULTS: dict[str, tuple[Edit, str]] = {
    "a card row that does not exist": (put("services/crm/card", "crm_setpu"), "services.crm.card"),
    "a service nobody can ask for": (put("services/gardening", {"card": "landing"}), "services.gardening"),
    "nothing served": (put("services", {"crm": {"served": False}}), "services"),
    "a time zone that does not exist": (put("hours/zone", "Europe/Warszawa"), "hours.zone"),
    "closing before opening": (put("hours/opens", 19), "hours.opens"),
    "an eighth day": (put("hours/days", [1, 8]), "hours.days"),
    "hot below warm": (put("hot", 0.3), "hot"),
    "an unknown currency": (put("rate_card/currency", "EURO"), "rate_card.currency"),
    "an unknown currency of exchange": (put("rates/table/ZLO", 1), "rates.table.ZLO"),
    "the own currency missing": (drop("rates/table/EUR"), "rates.table"),
    "a day that is no day": (put("rates/as_of", "yesterday"), "rates.as_of"),
    "work for nothing": (put("rate_card/rate", 0), "rate_card.rate"),
    "an unknown moment of handoff": (put("handoff_at", "sql"), "handoff_at"),
    "a language without texts": (put("languages", ["en", "de"]), "languages.1"),
    "sales in a language without texts": (put("sales_language", "de"), "sales_language"),
    "no language": (put("languages", []), "languages"),
    "a framework that does not exist": (put("framework", "champ2"), "framework"),
    "no questions allowed": (put("max_questions", 0), "max_questions"),
    "an event worth too much": (put("signals/favourite_added", 9**400), "signals.favourite_added"),
    "an event that costs too much": (put("signals/unsubscribed", -1_000_001), "signals.unsubscribed"),
    "a cap that is none": (put("signals/liked", {"points": 5, "at_most": 9**400}), "signals.liked.at_most"),
    "an event whose name has blanks": (put("signals/price page viewed", 5), "signals.price page viewed"),
    "an event without a name": (put("signals/", 5), "signals."),
    "an event in capitals": (put("signals/Liked", 5), "signals.Liked"),
    "an event with a long name": (put("signals/" + "x" * 65, 5), "signals." + "x" * 65),
    "a half-life of all time": (put("half_life_days", 9**400), "half_life_days"),
    "an answer next millennium": (put("sla_minutes", 10**18), "sla_minutes"),
    "questions without end": (put("max_questions", 10**16), "max_questions"),
    "more criteria than anybody has": (put("mql_others", 9**400), "mql_others"),
    "customers of more people than there are": (put("icp/employees", [10, 10**10]), "icp.employees"),
    "customers of a trade nothing tells of": (put("icp/industries", ["retail", "retial"]), "icp.industries.1"),
    "customers of a country there is not": (put("icp/countries", ["PL", "Poland"]), "icp.countries.1"),
    "customers of fewer people than none": (put("icp/employees", [-20, -10]), "icp.employees"),
    "an hour that costs the world": (put("rate_card/rate", 1e300), "rate_card.rate"),
    "a currency worth the world": (put("rates/table/USD", 1e300), "rates.table.USD"),
    "a currency worth less than anything": (put("rates/table/USD", 1e-300), "rates.table.USD"),
    "a link that leads nowhere": (put("links", {"guide": "www.guide"}), "links.guide"),
}


@pytest.mark.parametrize("name", COMPANY_FAULTS)
def test_a_fault_of_the_company_is_found_at_its_key(name: str) -> None:
    edit, key = COMPANY_FAULTS[name]
    found = [one for one in new(proven(company=edited(COMPANY, edit))) if one.file == "company.yaml"]
    assert key in {one.key for one in found}
    assert all(one.mend and one.line for one in found)


TEXT_FAULTS: dict[str, tuple[str, dict[str, str | tuple[str, ...] | None], str, str]] = {
    "a question without words": ("pl", {"ask.spec.has": None, "ask.spec.has/2": None}, "ask.spec.has", "missing"),
    "no reason given": ("ru", {"why.spec.has": None}, "why.spec.has", "missing"),
    "nothing explained": ("uk", {"explain.spec.has": ""}, "explain.spec.has", "missing or empty"),
    "a button without a label": ("en", {"choice.spec.has.none": None}, "choice.spec.has.none", "missing"),
    "a farewell without words": ("pl", {"farewell.not_served": None}, "farewell.not_served", "missing"),
    "a line the code says": ("pl", {"tap.stale": None, "tap.stale/2": None}, "tap.stale", "missing"),
    "a name other languages have": ("uk", {"name.category.crm": None}, "name.category.crm", "missing"),
    "one wording only": ("en", {"again.spec.has/2": None}, "again.spec.has", "one wording"),
    "blanks for a text": ("ru", {"why.spec.has": "  "}, "why.spec.has", "is empty"),
    "a text of a dropped question": ("en", {"ask.spec.had": "Had?"}, "ask.spec.had", "no question"),
    "a text only one language has": ("ru", {"name.category.crn": "CRM"}, "name.category.crn", "no such text"),
    "a variable nothing fills": ("en", {"why.spec.has": "For {{ compny }}."}, "why.spec.has", "did you mean company?"),
    "a variable behind a condition": (
        "en",
        {"why.spec.has": "{% if link %}{{ lnk }}{% endif %}So."},
        "why.spec.has",
        "lnk",
    ),
    "a variable English does not have": ("pl", {"why.spec.has": "Dla {{ company }}."}, "why.spec.has", "not in the en"),
    "a value left out": ("uk", {"sum.up_to": "не більше"}, "sum.up_to", "missing"),
    "a variable in a label": ("ru", {"choice.spec.has.none": "{{ company }}"}, "choice.spec.has.none", "no value"),
    "a text that fails when said": ("en", {"why.spec.has": "{{ 1 // 0 }}"}, "why.spec.has", "cannot be said"),
    "a plural nobody wrote": (
        "en",
        {"estimate.weeks": "{{ weeks_low }}–{{ weeks_high }} {{ plural(weeks_high, 'unit.wek') }}"},
        "estimate.weeks",
        "cannot be said",
    ),
    "a plural form short": ("ru", {"unit.week": ("неделя", "недели")}, "unit.week[2]", "is empty"),
    "a plural nobody translated": ("pl", {"unit.week": None}, "unit.week", "is missing"),
    "an empty plural form": ("pl", {"unit.week": ("tydzień", "", "tygodni")}, "unit.week[1]", "is empty"),
    "a label that fails when said": ("pl", {"choice.spec.has.none": "{{ 1 // 0 }}"}, "choice.spec.has.none", "said"),
    "a label too long": ("pl", {"choice.spec.has.none": "x" * 41}, "choice.spec.has.none", "41 characters"),
    "two labels alike": ("en", {"choice.spec.has.none": "Yes, it's ready"}, "choice.spec.has.none", "same"),
    "six days a week": ("en", {"days.short": "Mon Tue Wed Thu Fri Sat"}, "days.short", "seven"),
}


@pytest.mark.parametrize("name", TEXT_FAULTS)
def test_a_fault_of_a_text_is_found_at_its_key(name: str) -> None:
    language, edits, key, words = TEXT_FAULTS[name]
    found = new(proven(wordings={**shipped_wordings(), language: wording(language, edits)}))
    at_fault = [one for one in found if one.file == file_of(language)]
    assert any(one.key == key and words in f"{one.problem} {one.mend}" for one in at_fault), "\n".join(map(str, found))


def test_a_catalogue_that_counts_by_another_rule_is_found() -> None:
    text = catalogue("ru").replace(b"n%10==1 && n%100!=11", b"n==1", 1)
    found = new(proven(wordings={**shipped_wordings(), "ru": read_wording("ru", file_of("ru"), text)}))
    assert ["not those of ru" in one.problem for one in found] == [True]


def test_a_catalogue_with_too_few_plural_forms_is_found() -> None:
    short = Wording("ru", {}, {"unit.week": ("неделя", "недели")}, "(n != 1)")
    found = prove_texts([bant()[0], *others()], {**shipped_wordings(), "ru": short})
    assert [one.problem for one in found if one.key == "unit.week"] == ["has 2 plural forms, ru has 3"]


def test_the_shipped_framework_texts_and_company_are_sound() -> None:
    assert [str(problem) for problem in proven()] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "bot/workspaces").glob("*/company.yaml")), ids=lambda path: path.parent.name
)
def test_every_shipped_company_is_sound(path: Path) -> None:
    text = path.read_text("utf-8")
    spoken = dict.fromkeys(yaml.safe_load(text)["languages"])
    wordings = {one: shipped_wordings().get(one) or read_wording(one, file_of(one), catalogue(one)) for one in spoken}
    assert [str(one) for one in proven(company=text, wordings=wordings) if one.file == "company.yaml"] == []


def test_everybody_an_mql_is_reported_when_nothing_is_required() -> None:
    framework = edited(FRAMEWORK, put("stages/mql", {"requires": [], "others": 0}))
    found = new(proven(framework, edited(COMPANY, put("mql_others", 0))))
    assert [one.key for one in found] == ["stages.mql"]


def test_a_company_that_asks_for_more_criteria_than_there_are_gets_no_mql() -> None:
    found = new(proven(company=edited(COMPANY, put("mql_others", 9))))
    assert [(one.key, "mql_others" in one.problem) for one in found] == [("stages.mql.others", True)]


def test_a_problem_names_file_line_key_and_how_to_mend_it() -> None:
    text = FRAMEWORK.replace("flag timing_tight}", "flag timing_thight}", 1)
    line = next(at for at, words in enumerate(text.splitlines(), 1) if "timing_thight" in words)
    assert [str(one) for one in new(proven(text))] == [
        f"bant.yaml:{line}: advice.0.when: flag timing_thight is raised by nothing here -> did you mean timing_tight?"
    ]


def test_texts_of_another_framework_are_no_surplus() -> None:
    other = read_framework("other.yaml", edited(FRAMEWORK, both(put("framework", "other"), put(Q + "need.more", NEW))))
    texts = {
        f"{kind}.need.more{variant}": "More?" for kind in ("ask", "again", "why", "explain") for variant in ("", "/2")
    }
    wordings = {one: wording(one, {**texts, "choice.need.more.pass": "Pass"}) for one in LANGUAGES}
    text, company = FRAMEWORK, COMPANY.read_text("utf-8")
    problems = prove(
        read_framework("bant.yaml", text),
        "bant.yaml",
        wordings,
        read_company("company.yaml", company),
        YamlSource("bant.yaml", text).line,
        others=[other, *others()],
    )
    assert [one for one in problems if one.file.startswith("locales")] == []


def test_a_workspace_is_proven_once_whatever_the_number_of_frameworks() -> None:
    text = edited(FRAMEWORK, put("advice/0/when", "flag nonsense"))
    framework = read_framework("bant.yaml", text)
    company = read_company("company.yaml", edited(COMPANY, put("handoff_at", "never")))
    lines = YamlSource("bant.yaml", text).line
    wordings = {**shipped_wordings(), "pl": wording("pl", {"nudge": None, "nudge/2": None})}
    problems = prove_workspace(
        {"bant.yaml": (framework, lines), "again.yaml": (framework, lines)},
        wordings,
        company,
        company_file="company.yaml",
        company_lines=lambda _: 1,
    )
    keys = [(one.file, one.key) for one in problems if one.key in ("advice.0.when", "handoff_at", "nudge")]
    assert keys == [
        ("bant.yaml", "advice.0.when"),
        ("again.yaml", "advice.0.when"),
        ("locales/pl/LC_MESSAGES/banter.po", "nudge"),
        ("company.yaml", "handoff_at"),
    ]


def test_a_workspace_without_any_language_is_reported_and_does_not_raise() -> None:
    assert {one.key for one in new(proven(wordings={}))} >= {"languages.0", "sales_language"}


@cache
def bant() -> tuple[Framework, Company]:
    return (
        read_framework("bant.yaml", FRAMEWORK),
        read_company("company.yaml", COMPANY.read_text("utf-8")),
    )


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        ("need.category is crm", {True, False}),
        ("need.category is crm and need.category is website", {True, False}),  # several needs stand side by side
        ("spec.has is yes and spec.has is no", {False}),
        ("spec.has in yes no partly or not spec.has", {True}),
        ("authority.decides is true or authority.decides is false or not authority.decides", {True}),
        ("unconfirmed authority.role and not authority.role", {False}),
        ("unconfirmed authority.role", {True, False}),
        ("timing.deadline within 90d and not timing.deadline within 30d", {True, False}),
        ("timing.deadline and not timing.deadline within 30d", {True, False}),
        ("budget.amount at least 100 and not budget.amount at least 50", {False}),
        ("budget.amount at least 50 and not budget.amount at least 100", {True, False}),
        ("flag budget_tight and flag budget_below_estimate", {True, False}),
        ("flag role_outdated and not authority.current", {False}),
        ("event unsubscribed or not event unsubscribed", {True}),
    ],
)
def test_worlds_show_every_outcome_a_condition_can_have(words: str, outcomes: set[bool]) -> None:
    condition = read_condition(words)
    every = worlds([condition], vocabulary(*bant()), FLAGS)
    assert every is not None
    assert {condition.holds(world)[0] for world in every} == outcomes


def test_nothing_is_claimed_about_a_condition_of_too_many_states() -> None:
    condition = read_condition(
        " or ".join(f"need.detail is {n}" for n in range(200)) + " or " + " or ".join(READ_BY_EARS)
    )
    assert worlds([condition], vocabulary(*bant()), FLAGS) is None


def test_every_line_the_core_says_by_name_is_known_to_the_check() -> None:
    """A text added to the code and forgotten here would be missed in a language that lacks it."""
    texts = set(shipped_wordings()["en"].keys())
    said = set()
    for path in (ROOT / "dialogs").glob("*.py"):
        code = path.read_text("utf-8")
        said |= {key for key in texts if f'"{key}"' in code}
    questions = {question.id for question in bant()[0].questions}
    assert said - SPOKEN - questions == set()


def test_lexicons_mention_only_facts_and_values_the_check_knows() -> None:
    """What a phrase says must be known here, or conditions on it would be called impossible."""
    unknown = set()
    for path in (ROOT / "locales").glob("*/lexicon*.yaml"):
        for key, groups in yaml.safe_load(path.read_text("utf-8")).get("mentions", {}).items():
            if key == "authority.alone":  # becomes authority.decides
                continue
            values = VALUES.get(key, frozenset(groups)) | {"_", "no_talk"}
            unknown |= {(path.parent.name, key, value) for value in groups if value.partition("@")[0] not in values}
            unknown |= {(path.parent.name, key, "")} if key not in READ_BY_EARS else set()
    assert unknown == set()


@pytest.mark.parametrize(
    ("schema", "path", "shape"),
    [(framework_schema, FRAMEWORKS / "gpctba_ci.yaml", FrameworkFile), (company_schema, COMPANY, CompanyFile)],
)
def test_the_schema_names_every_key_the_shipped_file_uses(
    schema: Callable[[], dict[str, Any]], path: Path, shape: type[msgspec.Struct]
) -> None:
    written = json.loads(json.dumps(schema()))
    definition = written["$defs"][shape.__name__]
    assert set(yaml.safe_load(path.read_text("utf-8"))) <= set(definition["properties"])
    assert definition["additionalProperties"] is False
    assert written["$ref"] == f"#/$defs/{shape.__name__}"
