"""A first estimate from the rate card, and whether the time and the money asked agree with it."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from scoring.company import CardItem, Company, Range, RateCard, Rates
from scoring.conditions import Knowledge, days_asked
from scoring.values import Fact, Money, MoneyRange, Per, Phase, Window

HOURS_PER_PERSON_MONTH = 152  # the unit of the project data the bounds were measured on
DAYS_PER_MONTH = 30.44
WEEKS_PER_MONTH = DAYS_PER_MONTH / 7


class Sanity(StrEnum):
    """How what was asked agrees with what such work takes."""

    OK = "ok"
    TIGHT = "tight"
    IMPLAUSIBLE = "implausible"
    IMPOSSIBLE = "impossible"


# asked / nominal duration, and said budget / likely price: below the bound the verdict applies, worst first.
TIMING_BOUNDS = ((0.20, Sanity.IMPOSSIBLE), (0.35, Sanity.IMPLAUSIBLE), (0.75, Sanity.TIGHT))
BUDGET_BOUNDS = ((0.05, Sanity.IMPOSSIBLE), (0.15, Sanity.IMPLAUSIBLE), (0.60, Sanity.TIGHT))
TIGHT_SHARE_OF_LIKELY_WEEKS = 0.75


class Estimate(Struct, frozen=True, gc=False):
    """A range, never one number: hours, calendar weeks, price, and the card rows it was made of."""

    hours: Range
    weeks: Range | None
    low: Money
    likely: Money
    high: Money
    items: tuple[str, ...]  # ids of card rows, the project first
    vague: bool  # the scope was guessed from a category alone


class Judgement(Struct, frozen=True, gc=False):
    """A verdict with the ratio it was read from (asked over nominal, said over likely)."""

    verdict: Sanity
    ratio: float
    fact: Fact


def pert(item: Range) -> tuple[float, float]:
    """Mean and standard deviation of a three-point estimate (PERT: (l + 4m + h) / 6 and (h - l) / 6)."""
    return (item.low + 4 * item.likely + item.high) / 6, (item.high - item.low) / 6


def round_to_figures(value: Decimal, figures: int = 2) -> Decimal:
    """The value rounded to so many significant figures, so that an estimate does not look exact."""
    if value == 0:
        return Decimal(0)
    digits = figures - 1 - value.adjusted()
    unit = Decimal(1).scaleb(-digits)
    return (value / unit).quantize(Decimal(1)) * unit


def estimate(card: RateCard, project: str, features: Sequence[str] = (), *, vague: bool) -> Estimate:
    """
    The range such work usually takes.

    Args:
        card: Hours per item and the rate.
        project: A project row of the card.
        features: Feature rows named on top; unknown ones are passed over.
        vague: The scope is a category and nothing more: the card's whole range is shown. Otherwise the range
            is the PERT mean with one standard deviation below and two above, because work grows more than it shrinks.

    Raises:
        KeyError: The card has no such project (`check` finds this before anybody is served).
    """
    named = [feature for feature in features if feature in card.features]
    items = (card.projects[project], *(card.features[feature] for feature in named))
    hours, low, likely, high = _reckoned(items, card.rate, card.currency, vague=vague)
    return Estimate(hours, items[0].weeks, low, likely, high, (project, *named), vague)


@lru_cache(maxsize=1024)  # the same few projects are asked for all day, and decimals are slow
def _reckoned(
    items: tuple[CardItem, ...], rate: Decimal, currency: str, *, vague: bool
) -> tuple[Range, Money, Money, Money]:
    hours = _hours(items, vague=vague)
    low, likely, high = (
        Money(round_to_figures(Decimal(round(value)) * rate), currency)
        for value in (hours.low, hours.likely, hours.high)
    )
    return hours, low, likely, high


def _hours(items: Sequence[CardItem], *, vague: bool) -> Range:
    means, deviations = zip(*(pert(item.hours) for item in items), strict=True)
    mean = sum(means)
    if vague:
        return Range(sum(item.hours.low for item in items), mean, sum(item.hours.high for item in items))
    deviation = math.hypot(*deviations)
    low = max(sum(item.hours.low for item in items), mean - deviation)
    return Range(low, mean, mean + 2 * deviation)


def nominal_months(hours: float) -> float:
    """
    Calendar months such work usually takes: 3 * min(PM, PM ** (1/3)), PM = hours / 152.

    Source:
        The cube-root law of software schedules (Boehm), straightened below one person-month.
    """
    months = hours / HOURS_PER_PERSON_MONTH
    return 3 * min(months, math.pow(months, 1 / 3))


def judge_timing(fact: Fact, item: CardItem) -> Judgement | None:
    """
    Whether the asked time agrees with the work, by the low end of its hours.

    None when no date was said, or one to start at that is too near to be ready by: a start promises nothing.
    """
    days = days_asked(fact)
    nominal = nominal_months(item.hours.low)
    if days is None or nominal == 0:
        return None
    asked = max(days, 0) / DAYS_PER_MONTH
    ratio = asked / nominal
    verdict = _first_under(ratio, TIMING_BOUNDS)
    if verdict in (Sanity.IMPOSSIBLE, Sanity.IMPLAUSIBLE) and _only_starts(fact):
        return None
    if verdict in (Sanity.OK, Sanity.TIGHT) and item.weeks is not None:
        by_card = asked * WEEKS_PER_MONTH / item.weeks.likely if item.weeks.likely else 1.0
        verdict = Sanity.TIGHT if by_card < TIGHT_SHARE_OF_LIKELY_WEEKS else Sanity.OK
        ratio = by_card
    return Judgement(verdict, round(ratio, 3), fact)


def _only_starts(fact: Fact) -> bool:
    """Whether the date says when to begin, and nothing of when it has to be ready."""
    return isinstance(fact.value, Window) and fact.value.phase is Phase.START


def judge_budget(fact: Fact, likely: Money, rates: Rates, home: str) -> Judgement | None:
    """Whether the said budget agrees with the likely price; None for a rate, or a currency we cannot convert."""
    said = fact.value
    if not isinstance(said, MoneyRange) or said.per in (Per.HOUR, Per.DAY):
        return None
    top = said.high if said.high is not None else said.low
    rate = exchange(said.currency or home, likely.currency, rates)
    if top is None or rate is None or likely.amount == 0:
        return None
    if said.per is Per.MONTH:
        top = top * 12
    ratio = float(top * rate / likely.amount)
    return Judgement(_first_under(ratio, BUDGET_BOUNDS), round(ratio, 3), fact)


def exchange(source: str, target: str, rates: Rates) -> Decimal | None:
    """Units of target for one unit of source by the workspace's table; None when it lists either of them not."""
    table: Mapping[str, Decimal] = rates.table
    if source == target:
        return Decimal(1)
    if source not in table or target not in table:
        return None
    return table[source] / table[target]


def _first_under(ratio: float, bounds: tuple[tuple[float, Sanity], ...]) -> Sanity:
    for bound, verdict in bounds:
        if ratio < bound:
            return verdict
    return Sanity.OK


PLANET_SCALE = "planet_scale_product"


def estimate_for(known: Knowledge, company: Company, project: str | None) -> Estimate | None:
    """The estimate of a project (see project_for) that what we know allows; None while there is no project."""
    if project is None:
        return None
    features = [str(value) for value in known.values("need.feature")]
    clear = known.value("spec.has") == "yes" or known.value("need.scope") == "clear" or bool(features)
    return estimate(company.card, project, features, vague=not clear)


def project_for(known: Knowledge, company: Company) -> str | None:
    """
    The card row an estimate starts from, None while no served category with a row is known.

    A planet-scale clone has a row of its own. Of several categories the company's speciality leads, then the one that
    was named first; connecting systems is usually a part of the work and leads only when nothing else was named.
    """
    if known.value("need.scale") == "planet" and PLANET_SCALE in company.card.projects:
        return PLANET_SCALE
    named = [str(category) for category in known.values("need.category")]
    served = [
        (category, service)
        for category in named
        if (service := company.services.get(category)) is not None
        and service.served
        and service.card in company.card.projects
    ]
    if not served:
        return None
    _, leading = min(served, key=lambda pair: (not pair[1].specialty, pair[0] == "integration"))
    return leading.card
