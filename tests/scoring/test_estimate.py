"""Estimates are ranges from the card; time and money are judged against them."""

from decimal import Decimal

import pytest

from scoring.company import Range, Rates
from scoring.conditions import Knowledge
from scoring.estimate import (
    Judgement,
    Sanity,
    estimate,
    estimate_for,
    exchange,
    judge_budget,
    judge_timing,
    nominal_months,
    pert,
    project_for,
    round_to_figures,
)
from scoring.values import Fact, Money, MoneyRange, Per, Urgency
from tests.builders import company, deadline, fact, item, sum_of

CARD = company().card
RATES = company().rates
TEN_THOUSAND = Money(Decimal(10_000), "EUR")


def test_pert_weighs_the_likely_value_four_times() -> None:
    assert pert(Range(10, 40, 100)) == (45.0, 15.0)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1944", "1900"), ("1950", "2000"), ("0", "0"), ("7", "7"), ("23456789", "23000000"), ("104.4", "100")],
)
def test_an_estimate_keeps_two_figures_so_that_it_does_not_look_exact(value: str, rounded: str) -> None:
    assert round_to_figures(Decimal(value)) == Decimal(rounded)


def test_a_category_alone_shows_the_whole_range_of_the_card() -> None:
    made = estimate(CARD, "crm_setup", vague=True)
    assert (made.hours.low, made.hours.high, made.vague, made.items) == (15, 100, True, ("crm_setup",))


def test_a_clear_scope_narrows_the_range_to_one_deviation_below_and_two_above() -> None:
    made = estimate(CARD, "site", vague=False)
    mean, deviation = pert(CARD.projects["site"].hours)
    assert (made.hours.low, made.hours.likely) == (mean - deviation, mean)
    assert made.hours.high == pytest.approx(mean + 2 * deviation)


def test_the_price_is_hours_times_the_rate_in_the_cards_currency() -> None:
    made = estimate(CARD, "site", vague=True)
    assert (made.low, made.likely, made.high) == tuple(Money(Decimal(sum_), "EUR") for sum_ in (5000, 10_000, 15_000))


def test_a_feature_named_adds_its_hours_and_an_unknown_one_adds_nothing() -> None:
    made = estimate(CARD, "site", ["feature_chat", "feature_teleport"], vague=True)
    assert (made.hours.low, made.items) == (180, ("site", "feature_chat"))


def test_weeks_are_those_of_the_project_row() -> None:
    assert estimate(CARD, "crm_setup", vague=True).weeks == Range(1.5, 3, 5)


@pytest.mark.parametrize(
    ("facts", "items"),
    [
        ([], None),
        ([fact("need.category", "erp")], None),  # not served
        ([fact("need.category", "crm")], ("crm_setup",)),
        ([fact("need.category", "erp"), fact("need.category", "website")], ("site",)),
        ([fact("need.category", "website"), fact("need.feature", "feature_chat")], ("site", "feature_chat")),
        ([fact("need.category", "website"), fact("need.scale", "planet")], ("planet_scale_product",)),
    ],
)
def test_the_estimate_starts_from_the_first_served_need(facts: list[Fact], items: tuple[str, ...] | None) -> None:
    known = Knowledge(facts)
    made = estimate_for(known, company(), project_for(known, company()))
    assert items == (None if made is None else made.items)


@pytest.mark.parametrize(
    ("extra", "vague"),
    [
        ([], True),
        ([fact("spec.has", "no")], True),
        ([fact("spec.has", "yes")], False),
        ([fact("need.scope", "clear")], False),
        ([fact("need.feature", "feature_chat")], False),
    ],
)
def test_an_estimate_is_vague_until_the_scope_is_told(extra: list[Fact], vague: bool) -> None:
    known = Knowledge([fact("need.category", "website"), *extra])
    made = estimate_for(known, company(), project_for(known, company()))
    assert made is not None
    assert vague == made.vague


def test_duration_grows_with_the_cube_root_of_the_work_above_a_person_month() -> None:
    assert (nominal_months(0), nominal_months(76), nominal_months(152)) == (0, 1.5, 3)
    assert nominal_months(152 * 27) == pytest.approx(9)


def judged(days: int | None, row: str, urgency: Urgency = Urgency.DATED) -> Judgement | None:
    return judge_timing(deadline(days, urgency)[0], CARD.projects[row])


@pytest.mark.parametrize(
    ("days", "row", "verdict"),
    [
        (14, "crm_setup", Sanity.TIGHT),  # two weeks against three likely ones
        (21, "crm_setup", Sanity.OK),
        (30, "planet_scale_product", Sanity.IMPOSSIBLE),
        (0, "crm_setup", Sanity.IMPOSSIBLE),
        (-3, "crm_setup", Sanity.IMPOSSIBLE),
    ],
)
def test_the_time_asked_is_judged_against_the_work(days: int, row: str, verdict: Sanity) -> None:
    found = judged(days, row)
    assert found is not None
    assert verdict == found.verdict


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (0.19, Sanity.IMPOSSIBLE),
        (0.21, Sanity.IMPLAUSIBLE),
        (0.34, Sanity.IMPLAUSIBLE),
        (0.36, Sanity.TIGHT),
        (0.74, Sanity.TIGHT),
        (0.76, Sanity.OK),
    ],
)
def test_time_is_judged_by_its_share_of_the_nominal_duration(share: float, verdict: Sanity) -> None:
    row = item(152 * 1000, 152 * 1000, 152 * 1000)  # nominal: thirty months
    found = judge_timing(deadline(round(share * 30 * 30.44))[0], row)
    assert found is not None
    assert verdict == found.verdict


def test_without_a_date_there_is_nothing_to_judge() -> None:
    assert judged(None, "crm_setup", Urgency.ASAP) is None


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("499", Sanity.IMPOSSIBLE),
        ("500", Sanity.IMPLAUSIBLE),
        ("1499", Sanity.IMPLAUSIBLE),
        ("1500", Sanity.TIGHT),
        ("5999", Sanity.TIGHT),
        ("6000", Sanity.OK),
        ("90000", Sanity.OK),
    ],
)
def test_a_budget_is_judged_by_its_share_of_the_likely_price(said: str, verdict: Sanity) -> None:
    found = judge_budget(fact("budget.amount", sum_of(said)), TEN_THOUSAND, RATES, "EUR")
    assert found is not None
    assert verdict == found.verdict


@pytest.mark.parametrize(
    ("said", "home", "ratio"),
    [
        (sum_of("20000", currency="PLN"), "EUR", 0.5),
        (sum_of("20000", currency=None), "PLN", 0.5),  # a bare sum is in the money of the language
        (sum_of("1000", "7000"), "EUR", 0.7),  # a range by its high end
        (sum_of("1000", per=Per.MONTH), "EUR", 1.2),  # a year of it
    ],
)
def test_a_budget_is_brought_to_the_cards_currency_and_a_year(said: MoneyRange, home: str, ratio: float) -> None:
    found = judge_budget(fact("budget.amount", said), TEN_THOUSAND, RATES, home)
    assert found is not None
    assert ratio == found.ratio


@pytest.mark.parametrize(
    "said", [sum_of("40", per=Per.HOUR), sum_of("400", per=Per.DAY), sum_of("1000", currency="JPY")]
)
def test_a_rate_or_an_unknown_currency_is_not_judged(said: MoneyRange) -> None:
    assert judge_budget(fact("budget.amount", said), TEN_THOUSAND, RATES, "EUR") is None


@pytest.mark.parametrize(
    ("source", "target", "rate"),
    [("PLN", "EUR", "0.25"), ("EUR", "PLN", "4"), ("JPY", "JPY", "1"), ("JPY", "EUR", None), ("EUR", "JPY", None)],
)
def test_currencies_convert_through_the_workspaces_table(source: str, target: str, rate: str | None) -> None:
    table = Rates(RATES.as_of, RATES.table)
    assert exchange(source, target, table) == (None if rate is None else Decimal(rate))
