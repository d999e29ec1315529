"""Weigh what is known about a lead: a pure function of facts, signals, rubric, company and the hour."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from scoring.company import Company
from scoring.conditions import Knowledge
from scoring.estimate import Estimate, Judgement, Sanity, estimate_for, judge_budget, judge_timing, project_for
from scoring.grade import grade
from scoring.rubric import Criterion, PointsRule, Rubric
from scoring.stages import Stage, justified
from scoring.values import Fact, Headcount, MoneyRange, Signal, Temperature, Verdict


class Point(Struct, frozen=True, gc=False):
    """Points one rule gave, and the facts it rests on: no points without evidence."""

    points: int
    rule: str
    facts: tuple[Fact, ...]


class CriterionScore(Struct, frozen=True, gc=False):
    """One row of the score."""

    criterion: str
    points: int  # 0 to maximum
    maximum: int
    verdict: Verdict
    reasons: tuple[Point, ...] = ()
    blocked_by: str = ""  # the flag that decided "not met"


class Flag(Struct, frozen=True, gc=False):
    """Something sales should look at, with the facts it was read from."""

    name: str
    facts: tuple[Fact, ...] = ()
    ratio: float | None = None


class Fit(Struct, frozen=True, gc=False):
    """How close the lead is to the ideal customer profile: one reason an aspect, +1 for, -1 against."""

    score: int
    reasons: tuple[tuple[str, int], ...]


class Assessment(Struct, frozen=True, gc=False):
    """What the facts are worth under one framework."""

    framework: str
    criteria: tuple[CriterionScore, ...]
    total: int
    maximum: int
    temperature: Temperature
    stage: Stage  # the highest the answers justify: contact_us, mql or sql; disqualified by a flag
    flags: tuple[Flag, ...]
    implicit: int
    fit: Fit
    estimate: Estimate | None
    timing: Judgement | None
    budget: Judgement | None
    advice: tuple[str, ...]
    grade: str = ""  # fit A to D and intent 1 to 4; see scoring/grade.py
    certain: str = ""  # "mql hot" once nothing that is still to be asked can change either; see scoring/outlook.py

    def score_of(self, criterion: str) -> CriterionScore | None:
        """The row of one criterion, None if the framework has no such row."""
        return next((row for row in self.criteria if row.criterion == criterion), None)

    @property
    def flag_names(self) -> tuple[str, ...]:
        """Names of the flags that stand."""
        return tuple(flag.name for flag in self.flags)

    @property
    def met(self) -> tuple[str, ...]:
        """Criteria met."""
        return tuple(row.criterion for row in self.criteria if row.verdict is Verdict.MET)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Criteria we know nothing about."""
        return tuple(row.criterion for row in self.criteria if row.verdict is Verdict.UNKNOWN)


def assess(
    rubric: Rubric,
    facts: Sequence[Fact],
    signals: Sequence[Signal],
    company: Company,
    now: datetime,
    *,
    home_currency: str = "",
) -> Assessment:
    """
    Weigh what is known about a lead.

    Args:
        rubric: Criteria, points, what "met" means.
        facts: All that was ever said, oldest first; corrected and withdrawn ones are passed over.
        signals: Behaviour, oldest first; may be empty.
        company: Services, rate card, thresholds.
        now: Aware; only decay of signals looks at it.
        home_currency: What a sum without a currency is taken for; "" means the rate card's.

    Returns:
        Points per criterion (0 to its maximum), their sum, flags, estimate and the stage the answers justify.
        The implicit total is kept apart and may be negative.

    Source:
        docs/scoring.md and docs/stages.md.
    """
    return weigh(rubric, Knowledge(facts, signals, now=now), company, now, home_currency=home_currency)


def weigh(rubric: Rubric, bare: Knowledge, company: Company, now: datetime, *, home_currency: str = "") -> Assessment:
    """The same for what is known already, without flags (see assess)."""
    project = project_for(bare, company)
    priced = estimate_for(bare, company, project)
    timing = _timing(bare, company, project)
    budget = _budget(bare, company, priced, home_currency or company.card.currency)
    flags = _flags(bare, company, timing, budget, priced)
    known = bare.with_flags(flag.name for flag in flags)
    rows = tuple(_score(criterion, known) for criterion in rubric.criteria)
    total = sum(row.points for row in rows)
    met = [row.criterion for row in rows if row.verdict is Verdict.MET]
    stage = _stage(rubric, company, met, total)
    if any(flag.name in rubric.disqualified_by for flag in flags):
        stage = Stage.DISQUALIFIED
    warmth = temperature(total, rubric.maximum, company)
    done, likeness = implicit(bare.signals, company, now), fit(known, company)
    return Assessment(
        framework=rubric.framework,
        criteria=rows,
        total=total,
        maximum=rubric.maximum,
        temperature=warmth,
        stage=stage,
        flags=flags,
        implicit=done,
        fit=likeness,
        grade=grade(likeness.score, warmth, total, done),
        estimate=priced,
        timing=timing,
        budget=budget,
        advice=tuple(rule.id for rule in rubric.advice if rule.when.holds(known)[0]),
    )


def _stage(rubric: Rubric, company: Company, met: Sequence[str], total: int) -> Stage:
    """The highest stage the answers justify under the company's rule for an MQL."""
    if len(met) == len(rubric.criteria):
        return Stage.SQL
    return Stage.MQL if qualified(rubric, company, met, total) else Stage.CONTACT_US


def qualified(rubric: Rubric, company: Company, met: Sequence[str], total: int) -> bool:
    """
    Whether a lead is an MQL by the company's rule (docs/scoring.md, "Temperature and stage").

    Args:
        rubric: Its core criteria count under the rule `core`.
        company: The rule, and the band of warmth that `score` looks at.
        met: Criteria met.
        total: Points.
    """
    names = [criterion.id for criterion in rubric.criteria]
    if len(met) == len(names):
        return True
    if company.mql_rule == "core":
        return justified(met, names, rubric.requires, max(rubric.others, company.mql_others)) is Stage.MQL
    return len(met) >= 2 if company.mql_rule == "any_two" else total >= company.warm * rubric.maximum


def temperature(points: int, maximum: int, company: Company) -> Temperature:
    """Hot, warm or cold by the share of the maximum (75 % and 40 % by default; docs/scoring.md)."""
    if maximum and points >= company.hot * maximum:
        return Temperature.HOT
    if maximum and points >= company.warm * maximum:
        return Temperature.WARM
    return Temperature.COLD


def implicit(signals: Sequence[Signal], company: Company, now: datetime) -> int:
    """
    Points, positive and negative, for what the lead did; kinds without a weight count nothing.

    With half_life_days above 0 each signal is worth half as much after every half-life. A kind with a cap never comes
    to more than that, however often it happens.

    Source:
        docs/scoring.md, "Implicit points"; the demo company carries the weights of the published example.
    """
    totals: dict[str, float] = {}
    for signal in signals:
        weight = company.signals.get(signal.kind, 0)
        age = max((now - signal.at).total_seconds() / 86_400, 0.0)
        worth = weight * (0.5 ** (age / company.half_life_days) if company.half_life_days > 0 else 1.0)
        totals[signal.kind] = totals.get(signal.kind, 0.0) + worth
    for kind, most in company.caps.items():
        if kind in totals:
            totals[kind] = max(-most, min(most, totals[kind]))
    return round(sum(totals.values()))


def fit(known: Knowledge, company: Company) -> Fit:
    """
    How the lead compares with the ideal customer, one reason an aspect that is known.

    Size, kind of address, industry, country, role, technology, what is needed, what the trouble costs, and whether the
    money fits the price.

    Source:
        docs/scoring.md, "Fit"; a company address outranks a free one.
    """
    reasons: list[tuple[str, int]] = []
    staff = known.value("people.count")
    if isinstance(staff, Headcount):
        inside = staff.high >= company.icp.employees_low and staff.low <= company.icp.employees_high
        reasons.append(("size", 1 if inside else -1))
    kind = known.value("contact.email_kind")
    if kind is not None:
        reasons.append((f"email_{kind}", {"corporate": 1, "free": 0, "disposable": -1, "role": 0}.get(str(kind), 0)))
    industry = known.value("company.industry")
    if industry is not None and company.icp.industries:
        reasons.append(("industry", 1 if industry in company.icp.industries else -1))
    country = known.value("company.country")
    if country is not None and company.icp.countries:
        reasons.append(("country", 1 if country in company.icp.countries else -1))
    role = known.value("authority.role")
    if role is not None and company.icp.roles:
        reasons.append(("role", 1 if role in company.icp.roles else -1))
    reasons += _fit_of_work(known, company)
    if any(known.value(key) is not None for key in _COSTS):
        reasons.append(("pain", 1))
    if "budget_impossible" in known.flags or "budget_implausible" in known.flags:
        reasons.append(("money", -1))
    elif known.facts("budget.amount") and "budget_unjudged" not in known.flags:
        reasons.append(("money", 0 if "budget_tight" in known.flags else 1))
    return Fit(sum(score for _, score in reasons), tuple(reasons))


_COSTS = ("pain.cost", "consequences.what", "metrics.effect")  # what standing still costs, in whichever framework


def _fit_of_work(known: Knowledge, company: Company) -> Iterator[tuple[str, int]]:
    """What is wanted, and what in, against what the company builds."""
    needs = [company.services.get(str(category)) for category in known.values("need.category")]
    if any(service is not None and service.specialty for service in needs):
        yield "specialty", 1
    if "not_served" in known.flags:
        yield "service", -1
    named = set(map(str, known.values("need.stack")))
    if "stack_mismatch" in known.flags:
        yield "stack", -1
    elif named & set(company.stack.works_in):
        yield "stack", 1


def _score(criterion: Criterion, known: Knowledge) -> CriterionScore:
    best = () if known.lacks(criterion.support) else [_best(group, known) for group in criterion.groups]
    reasons = tuple([point for point in best if point is not None])
    points = min(sum([reason.points for reason in reasons]), criterion.maximum)
    blocked = next((flag for flag in criterion.unless if flag in known.flags), "")
    return CriterionScore(
        criterion.id, points, criterion.maximum, _verdict(criterion, points, reasons, blocked, known), reasons, blocked
    )


def _best(group: Sequence[PointsRule], known: Knowledge) -> Point | None:
    best: Point | None = None
    for rule in group:
        if best is not None and rule.points <= best.points:
            continue  # could not do better
        held, facts = rule.when.holds(known)
        if held and (facts or rule.points == 0):
            best = Point(rule.points, rule.reason, facts)
    return best


def _verdict(criterion: Criterion, points: int, reasons: Sequence[Point], blocked: str, known: Knowledge) -> Verdict:
    if blocked:
        return Verdict.NOT_MET
    enough = points >= criterion.met_share * criterion.maximum
    if enough and (criterion.met_if is None or criterion.met_if.holds(known)[0]):
        return Verdict.MET
    if points > 0:
        return Verdict.PARTLY
    return Verdict.NOT_MET if reasons else Verdict.UNKNOWN


def _timing(known: Knowledge, company: Company, project: str | None) -> Judgement | None:
    said = known.facts("timing.deadline")
    if project is None or not said:
        return None
    return judge_timing(said[-1], company.card.projects[project])


def _budget(known: Knowledge, company: Company, priced: Estimate | None, home: str) -> Judgement | None:
    said = known.facts("budget.amount")
    if priced is None or not said:
        return None
    return judge_budget(said[-1], priced.likely, company.rates, home)


def _flags(
    known: Knowledge, company: Company, timing: Judgement | None, budget: Judgement | None, priced: Estimate | None
) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    if timing is not None and timing.verdict is not Sanity.OK:
        flags.append(Flag(f"timing_{timing.verdict}", (timing.fact,), timing.ratio))
    if budget is not None:
        flags.extend(_budget_flags(budget, priced))
    elif known.facts("budget.amount"):
        flags.append(Flag("budget_unjudged", known.facts("budget.amount")))
    declined = tuple(fact for fact in known.facts("need.stack") if fact.value in company.stack.declines)
    if declined and known.value("need.exclusive_stack") == "yes":
        flags.append(Flag("stack_mismatch", (*declined, *known.facts("need.exclusive_stack"))))
    flags.extend(_not_served(known, company))
    flags.extend(Flag(name, known.facts(key)) for key, value, name in _SAID if value in known.values(key))
    return tuple(flags)


# Facts that are flags by themselves: key, value, flag.
_SAID = (
    ("dialog.contradiction", True, "contradiction"),
    ("dialog.wants_human", True, "wants_human"),
    ("authority.current", "no", "role_outdated"),
)


def _budget_flags(budget: Judgement, priced: Estimate | None) -> list[Flag]:
    flags = []
    if budget.verdict is not Sanity.OK:
        flags.append(Flag(f"budget_{budget.verdict}", (budget.fact,), budget.ratio))
    said = budget.fact.value
    if priced is not None and isinstance(said, MoneyRange):
        floor = float(priced.low.amount / priced.likely.amount) if priced.likely.amount else 0.0
        if budget.ratio < round(floor, 3):  # the ratio is rounded too: exactly the low end is not below it
            flags.append(Flag("budget_below_estimate", (budget.fact,), budget.ratio))
    return flags


def _not_served(known: Knowledge, company: Company) -> list[Flag]:
    rental = [fact for fact in known.facts("need.rental") if fact.value == "yes"]  # a "no" says: to buy
    categories = known.facts("need.category")
    served = [
        fact for fact in categories if (service := company.services.get(str(fact.value))) is not None and service.served
    ]
    lent = company.services.get("rental")
    if rental and (not lent.served if lent is not None else not served):  # a shop that says it lends nothing means all
        return [Flag("not_served", tuple(rental))]
    ours = any(fact.value in company.stack.works_in for fact in known.facts("need.stack"))
    if categories and not served and not ours:  # a system of another kind, to be built in what we build in
        return [Flag("not_served", categories)]
    return []
