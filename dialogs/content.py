"""Turns the text of content files into frameworks and company profiles; all problems of a file at once."""

import math
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from dialogs.check.places import nearest
from dialogs.conditions import UnreadableCondition, read_condition
from dialogs.errors import BrokenContent, ContentError
from dialogs.framework import ChoiceSpec, Framework, InDays, Question
from dialogs.reading.values import Asked
from dialogs.yaml_source import YamlSource
from scoring.company import (
    CardItem,
    Company,
    Icp,
    Range,
    RateCard,
    Rates,
    Run,
    Salesperson,
    Service,
    Stack,
    WorkingHours,
)
from scoring.conditions import Condition
from scoring.rubric import AdviceRule, Criterion, PointsRule, Rubric
from scoring.values import FactValue

MOST_HOURS = 10**9  # of one piece of work; a new planet-wide search engine takes a twentieth
MOST_WEEKS = 10_000  # two centuries


class RuleFile(msgspec.Struct, forbid_unknown_fields=True):
    """`{id: names_need, points: 15, when: need.category}`; the words for the reason are the console's rule.<id>."""

    points: int
    when: str
    id: str = ""


class CriterionFile(msgspec.Struct, forbid_unknown_fields=True):
    """One criterion: its maximum, groups of rules, and what "met" means."""

    max: int
    points: list[list[RuleFile]]
    met: float = 0.6
    met_if: str = ""
    unless: list[str] = []


class MqlFile(msgspec.Struct, forbid_unknown_fields=True):
    """What makes an MQL: criteria nothing goes without, and how many more."""

    requires: list[str]
    others: int


class StagesFile(msgspec.Struct, forbid_unknown_fields=True):
    """Stage rules of a framework."""

    mql: MqlFile
    disqualified_by: list[str] = []


class AdviceFile(msgspec.Struct, forbid_unknown_fields=True):
    """`{id: offer_demo_access, when: …}`; the words are the locale text advice.<id>."""

    id: str
    when: str


class ChoiceFile(msgspec.Struct, forbid_unknown_fields=True):
    """A button: facts it tells, a time it stands for, or an act."""

    facts: dict[str, str | bool] = {}
    within_days: int | None = None
    urgency: str = ""
    act: str = ""


class QuestionFile(msgspec.Struct, forbid_unknown_fields=True):
    """One question; its words stand in the locales. All but the criterion may come from the shared questions."""

    criterion: str
    asks: Asked | None = None
    fills: list[str] = []
    choices: dict[str, ChoiceFile] = {}
    skip_if: str = ""
    ask_if: str = ""
    optional: bool = False
    shows: str = ""
    if_yes: dict[str, str | bool] = {}
    if_no: dict[str, str | bool] = {}
    assent: bool = True
    text: str = ""
    not_about: list[str] = []
    about: list[str] = []
    not_with: list[str] = []
    attempts: int = 2


class FrameworkFile(msgspec.Struct, forbid_unknown_fields=True):
    """A framework file: rubric and tree."""

    framework: str
    title: str
    criteria: dict[str, CriterionFile]
    stages: StagesFile
    questions: dict[str, QuestionFile]
    advice: list[AdviceFile] = []
    max_questions: int = 0
    order: Literal["tree", "adaptive"] = "adaptive"
    stop: bool = True
    about: str = ""
    words: dict[str, dict[str, str | list[str]]] = {}


NONE_SHARED: Mapping[str, Mapping[str, object]] = MappingProxyType({})


def read_questions(file: str, text: str) -> dict[str, Mapping[str, object]]:
    """
    The questions frameworks share, by id, as their file says them; what is wrong in them shows where they are used.

    Raises:
        BrokenContent: The file holds no questions.
    """
    source = YamlSource(file, text)
    questions = source.data.get("questions")
    if not isinstance(questions, Mapping):
        raise BrokenContent((source.problem("questions", "expected questions by id", "see dialogs/questions.yaml"),))
    return dict(questions)


def read_framework(file: str, text: str, shared: Mapping[str, Mapping[str, object]] = NONE_SHARED) -> Framework:
    """
    The framework a file describes.

    Args:
        file: Its name, for errors.
        text: YAML.
        shared: Questions it may take over, from read_questions.

    Raises:
        BrokenContent: Every problem found, with file, line and key.
    """
    source = YamlSource(file, text)
    _take_over(source, shared)
    shape = source.decode(FrameworkFile)
    problems: list[ContentError] = [
        source.problem(f"questions.{name}", "says neither what it asks nor what it fills", nearest(name, shared))
        for name, one in shape.questions.items()
        if one.asks is None
    ]

    def condition(key: str, words: str) -> Condition | None:
        if not words and not key.endswith(".when"):  # a rule always says when
            return None
        try:
            return read_condition(words)
        except UnreadableCondition as error:
            problems.append(source.problem(key, str(error), "see docs/frameworks.md, “Conditions”"))
            return None

    rubric = _rubric(shape, condition)
    questions = tuple(_question(name, one, condition) for name, one in shape.questions.items())
    if problems:
        raise BrokenContent(tuple(problems))
    return Framework(
        name=shape.framework,
        title=shape.title,
        rubric=rubric,
        questions=questions,
        order=tuple(shape.criteria),
        farewells=tuple(shape.stages.disqualified_by),
        max_questions=shape.max_questions,
        stops=shape.stop,
        adaptive=shape.order == "adaptive",
        about=shape.about.strip(),
        words={
            language: {key: (said,) if isinstance(said, str) else tuple(said) for key, said in texts.items()}
            for language, texts in shape.words.items()
        },
    )


def _take_over(source: YamlSource, shared: Mapping[str, Mapping[str, object]]) -> None:
    """Put what the file says of a shared question over the shared one; buttons of its own replace all of that one's."""
    questions = source.data.get("questions")
    if not isinstance(questions, Mapping):
        return
    source.data["questions"] = {
        name: {**shared[name], **one} if name in shared and isinstance(one, Mapping) else one
        for name, one in questions.items()
    }


def _rubric(shape: FrameworkFile, condition: Any) -> Rubric:
    return Rubric(
        framework=shape.framework,
        criteria=tuple(_criterion(name, one, condition) for name, one in shape.criteria.items()),
        requires=tuple(shape.stages.mql.requires),
        others=shape.stages.mql.others,
        disqualified_by=tuple(shape.stages.disqualified_by),
        advice=tuple(
            AdviceRule(rule.id, when)
            for at, rule in enumerate(shape.advice)
            if (when := condition(f"advice.{at}.when", rule.when)) is not None
        ),
    )


def _criterion(name: str, shape: CriterionFile, condition: Any) -> Criterion:
    groups = tuple(
        tuple(
            PointsRule(rule.points, when, f"{name}.{group_at}.{at}", rule.id)
            for at, rule in enumerate(group)
            if (when := condition(f"criteria.{name}.points.{group_at}.{at}.when", rule.when)) is not None
        )
        for group_at, group in enumerate(shape.points)
    )
    met_if = condition(f"criteria.{name}.met_if", shape.met_if)
    return Criterion(name, shape.max, groups, shape.met, met_if, tuple(shape.unless))


def _question(name: str, shape: QuestionFile, condition: Any) -> Question:
    return Question(
        id=name,
        criterion=shape.criterion,
        asks=shape.asks or Asked.TEXT,
        fills=tuple(shape.fills),
        choices=tuple(_choice(choice, one) for choice, one in shape.choices.items()),
        skip_if=condition(f"questions.{name}.skip_if", shape.skip_if),
        ask_if=condition(f"questions.{name}.ask_if", shape.ask_if),
        optional=shape.optional,
        shows=shape.shows,
        yes=dict(shape.if_yes),
        no=dict(shape.if_no),
        assent=shape.assent,
        text=shape.text,
        not_about=frozenset(shape.not_about),
        about=frozenset(shape.about),
        not_with=tuple(shape.not_with),
        attempts=shape.attempts,
    )


def _choice(name: str, shape: ChoiceFile) -> ChoiceSpec:
    facts: dict[str, FactValue | InDays] = dict(shape.facts)
    if shape.within_days is not None:
        facts["timing.deadline"] = InDays(shape.within_days)
    elif shape.urgency:
        facts["timing.deadline"] = InDays(None, shape.urgency)
    return ChoiceSpec(name, facts, shape.act)


class ItemFile(msgspec.Struct, forbid_unknown_fields=True):
    """A row of the rate card: low, likely and high."""

    hours: tuple[float, float, float]
    weeks: tuple[float, float, float] | None = None


class CardFile(msgspec.Struct, forbid_unknown_fields=True):
    """The rate card."""

    currency: str
    rate: float
    projects: dict[str, ItemFile]
    features: dict[str, ItemFile] = {}


class ServiceFile(msgspec.Struct, forbid_unknown_fields=True):
    """One need category."""

    served: bool = True
    card: str = ""
    specialty: bool = False
    keywords: dict[str, list[str]] = {}


class StackFile(msgspec.Struct, forbid_unknown_fields=True):
    """Technologies worked in and declined."""

    works_in: list[str] = []
    declines: list[str] = []


class IcpFile(msgspec.Struct, forbid_unknown_fields=True):
    """The ideal customer profile."""

    employees: tuple[int, int] = (0, 1_000_000)
    industries: list[str] = []
    countries: list[str] = []
    roles: list[str] = []


class SignalFile(msgspec.Struct, forbid_unknown_fields=True):
    """`{points: 5, at_most: 15}`: what an event is worth, and what all of its kind may come to."""

    points: int
    at_most: int = 0  # 0: no limit


class HoursFile(msgspec.Struct, forbid_unknown_fields=True):
    """When somebody answers."""

    zone: str = "UTC"
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens: int = 9
    closes: int = 18


class PersonFile(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody in sales."""

    name: str
    languages: list[str]


class RunFile(msgspec.Struct, forbid_unknown_fields=True):
    """`{framework: meddic, page: "/enterprise/*"}`: which framework asks where."""

    framework: str
    page: str = ""
    source: str = ""


class RatesFile(msgspec.Struct, forbid_unknown_fields=True):
    """Currency conversion: units of the card's currency for one unit of another, as of a day."""

    as_of: str
    table: dict[str, float]


class CompanyFile(msgspec.Struct, forbid_unknown_fields=True):
    """company.yaml of a workspace."""

    name: str
    services: dict[str, ServiceFile]
    rate_card: CardFile
    rates: RatesFile
    languages: tuple[str, ...] = ("ru", "uk", "pl", "en")
    tagline: str = ""
    framework: str = "bant"
    runs: list[RunFile] = []
    stack: StackFile = msgspec.field(default_factory=StackFile)
    icp: IcpFile = msgspec.field(default_factory=IcpFile)
    hours: HoursFile = msgspec.field(default_factory=HoursFile)
    team: list[PersonFile] = []
    sales_language: str = "en"
    sla_minutes: int = 20
    handoff_at: str = "mql"
    mql_rule: str = "core"
    mql_others: int = 0
    hot: float = 0.75
    warm: float = 0.40
    signals: dict[str, int | SignalFile] = {}
    half_life_days: int = 0
    max_questions: int = 7
    links: dict[str, str] = {}


def read_company(file: str, text: str, overrides: Mapping[str, object] | None = None) -> Company:
    """
    The company profile a file describes.

    Args:
        file: Its name, for errors.
        text: YAML.
        overrides: Keys put over the file's own, one level deep (a journey's `company:`).

    Raises:
        BrokenContent: Every problem found, with file, line and key.
    """
    source = YamlSource(file, text)
    if overrides:
        source.data = merge(source.data, overrides)
    shape = source.decode(CompanyFile)
    rows = {"projects": shape.rate_card.projects, "features": shape.rate_card.features}
    problems = tuple(
        source.problem(f"rate_card.{section}.{name}", problem, "write low, likely and high, such as [10, 40, 100]")
        for section, items in rows.items()
        for name, one in items.items()
        if (problem := _disorder(one))
    )
    figures = {"rate_card.rate": shape.rate_card.rate} | {
        f"rates.table.{name}": one for name, one in shape.rates.table.items()
    }
    problems += tuple(
        source.problem(key, f"expected a number, found {one}", "write it in figures")
        for key, one in figures.items()
        if not math.isfinite(one)
    )
    if problems:
        raise BrokenContent(problems)
    return _company(shape)


def _disorder(shape: ItemFile) -> str:
    try:
        _item(shape)
    except ValueError as error:
        return str(error)
    for name, figures, most in (("hours", shape.hours, MOST_HOURS), ("weeks", shape.weeks or (), MOST_WEEKS)):
        if figures and max(figures) > most:
            return f"expected at most {most:,} {name}, found {max(figures):g}"
    return ""


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the overrides put over it, mappings merged key by key."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _company(shape: CompanyFile) -> Company:
    card = shape.rate_card
    return Company(
        name=shape.name,
        languages=tuple(shape.languages),
        services={name: _service(one) for name, one in shape.services.items()},
        card=RateCard(
            card.currency,
            Decimal(str(card.rate)),
            {name: _item(one) for name, one in card.projects.items()},
            {name: _item(one) for name, one in card.features.items()},
        ),
        rates=Rates(shape.rates.as_of, {name: Decimal(str(one)) for name, one in shape.rates.table.items()}),
        stack=Stack(tuple(shape.stack.works_in), tuple(shape.stack.declines)),
        icp=Icp(*shape.icp.employees, tuple(shape.icp.industries), tuple(shape.icp.countries), tuple(shape.icp.roles)),
        hours=WorkingHours(shape.hours.zone, tuple(shape.hours.days), shape.hours.opens, shape.hours.closes),
        team=tuple(Salesperson(one.name, tuple(one.languages)) for one in shape.team),
        sales_language=shape.sales_language,
        sla_minutes=shape.sla_minutes,
        handoff_at=shape.handoff_at,
        mql_rule=shape.mql_rule,
        mql_others=shape.mql_others,
        hot=shape.hot,
        warm=shape.warm,
        signals={name: one if isinstance(one, int) else one.points for name, one in shape.signals.items()},
        caps={name: one.at_most for name, one in shape.signals.items() if not isinstance(one, int) and one.at_most},
        half_life_days=shape.half_life_days,
        max_questions=shape.max_questions,
        links=dict(shape.links),
        framework=shape.framework,
        runs=tuple(Run(one.framework, one.page, one.source) for one in shape.runs),
        tagline=shape.tagline,
    )


def _service(shape: ServiceFile) -> Service:
    keywords = {language: tuple(words) for language, words in shape.keywords.items()}
    return Service(shape.served, shape.card, shape.specialty, keywords)


def _item(shape: ItemFile) -> CardItem:
    return CardItem(Range(*shape.hours), None if shape.weeks is None else Range(*shape.weeks))
