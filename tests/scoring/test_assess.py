"""Weighing: points by facts, flags, temperature and stage under the packaged BANT."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.assess import assess, implicit, temperature
from scoring.company import Icp
from scoring.conditions import Knowledge
from scoring.estimate import estimate
from scoring.stages import Stage
from scoring.values import Fact, Headcount, Per, Temperature, Urgency, Verdict
from tests.builders import MONDAY, bant, company, deadline, fact, meeting, points, signals, sum_of, weigh

# A founder who decides, likes the price, wants a CRM for the sales team in two weeks and has not said what to connect.
FOUNDER = (
    fact("authority.role", "owner"),
    fact("authority.decides", True),
    fact("vendor.chosen", "us"),
    fact("budget.reaction", "fine"),
    fact("need.category", "crm"),
    fact("need.purpose", "sales"),
    fact("need.scope", "unclear"),
    *deadline(14),
)


def without(*prefixes: str) -> tuple[Fact, ...]:
    return tuple(one for one in FOUNDER if not one.key.startswith(prefixes))


def test_a_founder_with_money_and_a_date_has_95_of_100_points() -> None:
    weighed = weigh(FOUNDER)
    assert points(weighed) == {"budget": 25, "authority": 25, "need": 20, "timing": 25}
    assert (weighed.total, weighed.maximum, weighed.temperature) == (95, 100, Temperature.HOT)


def test_the_same_lead_without_role_and_deadline_is_an_mql_but_not_hot() -> None:
    weighed = weigh(without("authority", "timing"))
    assert points(weighed) == {"budget": 25, "authority": 0, "need": 20, "timing": 0}
    assert (weighed.temperature, weighed.stage) == (Temperature.WARM, Stage.MQL)
    assert weighed.unknown == ("authority", "timing")


def test_nothing_known_is_worth_nothing() -> None:
    weighed = weigh(())
    assert (weighed.total, weighed.stage, weighed.temperature) == (0, Stage.CONTACT_US, Temperature.COLD)
    assert {row.verdict for row in weighed.criteria} == {Verdict.UNKNOWN}
    assert (weighed.estimate, weighed.flags) == (None, ())


BUDGET = [
    ([fact("budget.reaction", "fine")], 25, Verdict.MET),
    ([fact("budget.reaction", "less")], 25, Verdict.MET),
    ([fact("budget.reaction", "too_much")], 5, Verdict.PARTLY),
    ([fact("budget.amount", sum_of("5000"))], 20, Verdict.MET),  # nothing to compare it with yet
    ([fact("need.category", "crm"), fact("budget.amount", sum_of("5000"))], 25, Verdict.MET),
    ([fact("budget.rate", sum_of("30"))], 10, Verdict.PARTLY),
    ([fact("budget.status", "allocated")], 20, Verdict.MET),
    ([fact("budget.status", "to_form")], 10, Verdict.PARTLY),
    ([fact("budget.status", "none")], 0, Verdict.NOT_MET),
    ([fact("budget.status", "spent")], 0, Verdict.NOT_MET),
    ([fact("budget.intent", "ordering")], 15, Verdict.MET),
]
AUTHORITY = [
    ([fact("authority.decides", True)], 25, Verdict.MET),
    ([fact("authority.role", "owner")], 25, Verdict.MET),
    ([fact("authority.role", "owner"), fact("authority.decides", False)], 20, Verdict.MET),
    ([fact("authority.role", "director")], 20, Verdict.MET),
    ([fact("authority.role", "manager")], 10, Verdict.PARTLY),
    ([fact("authority.role", "manager"), fact("authority.person", "our director")], 15, Verdict.PARTLY),
    ([fact("authority.role", "specialist")], 5, Verdict.PARTLY),
    ([fact("authority.decides", False)], 5, Verdict.PARTLY),
]
NEED = [
    ([fact("need.category", "crm")], 15, Verdict.MET),
    ([fact("need.category", "crm"), fact("need.detail", "lost inquiries")], 20, Verdict.MET),
    ([fact("need.category", "crm"), fact("need.detail", "…"), fact("spec.has", "yes")], 25, Verdict.MET),
    ([fact("need.purpose", "sales")], 5, Verdict.PARTLY),
    ([fact("need.category", "erp")], 15, Verdict.NOT_MET),
]
TIMING = [
    (deadline(100), 25, Verdict.MET),
    (deadline(101), 20, Verdict.MET),
    (deadline(190), 20, Verdict.MET),
    (deadline(191), 15, Verdict.MET),
    (deadline(380), 15, Verdict.MET),
    (deadline(381), 10, Verdict.MET),  # far away is a date too
    (deadline(None, Urgency.ASAP), 20, Verdict.PARTLY),
    (deadline(None, Urgency.FLEXIBLE), 5, Verdict.PARTLY),
]


@pytest.mark.parametrize(
    ("criterion", "facts", "expected", "verdict"),
    [
        (criterion, facts, expected, verdict)
        for criterion, table in (("budget", BUDGET), ("authority", AUTHORITY), ("need", NEED), ("timing", TIMING))
        for facts, expected, verdict in table
    ],
)
def test_a_criterion_has_the_points_of_its_best_rule(
    criterion: str, facts: Sequence[Fact], expected: int, verdict: Verdict
) -> None:
    row = weigh(facts).score_of(criterion)
    assert row is not None
    assert (expected, verdict) == (row.points, row.verdict)


@pytest.mark.parametrize(("stack", "flags"), [("java", ()), ("dotnet", ("not_served",)), ("sap", ("not_served",))])
def test_what_is_built_in_our_technology_is_looked_at_whatever_it_is(stack: str, flags: tuple[str, ...]) -> None:
    assert weigh([fact("need.category", "erp"), fact("need.stack", stack)]).flag_names == flags


@pytest.mark.parametrize(
    ("facts", "flag", "criterion"),
    [
        ([fact("need.stack", "dotnet"), fact("need.exclusive_stack", "yes")], "stack_mismatch", "need"),
        ([fact("need.category", "erp")], "not_served", "need"),
        ([fact("need.rental", "yes")], "not_served", "need"),
        ([fact("need.scale", "planet"), *deadline(30)], "timing_impossible", "timing"),
        ([fact("authority.role", "owner"), fact("authority.current", "no")], "role_outdated", "authority"),
        ([fact("need.category", "website"), fact("budget.amount", sum_of("100"))], "budget_impossible", "budget"),
    ],
)
def test_a_flag_decides_that_a_criterion_is_not_met(facts: list[Fact], flag: str, criterion: str) -> None:
    weighed = weigh(facts)
    row = weighed.score_of(criterion)
    assert row is not None
    assert flag in weighed.flag_names
    assert (row.verdict, row.blocked_by) == (Verdict.NOT_MET, flag)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ([fact("need.category", "crm"), fact("need.stack", "dotnet"), fact("need.exclusive_stack", "yes")], True),
        ([fact("need.category", "crm"), fact("need.stack", "dotnet"), fact("need.exclusive_stack", "no")], False),
        ([fact("need.category", "crm"), fact("need.stack", "dotnet")], False),
        ([fact("need.category", "crm"), fact("need.stack", "java"), fact("need.exclusive_stack", "yes")], False),
        ([fact("need.category", "erp")], True),
        ([fact("need.category", "erp"), fact("need.category", "crm")], False),
        ([fact("need.category", "custom_software"), fact("need.scale", "planet"), *deadline(30)], True),
        ([fact("need.category", "crm"), *deadline(14)], False),
    ],
)
def test_only_what_we_cannot_do_disqualifies(facts: list[Fact], stage: bool) -> None:
    assert stage == (weigh(facts).stage is Stage.DISQUALIFIED)


def test_two_weeks_for_a_small_crm_are_tight_and_still_meet_timing() -> None:
    weighed = weigh(FOUNDER)
    row = weighed.score_of("timing")
    assert row is not None
    assert (weighed.flag_names, row.points, row.verdict) == (("timing_tight",), 25, Verdict.MET)
    assert "deadline_compressed_price_up" in weighed.advice


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ("499", {"budget_impossible", "budget_below_estimate"}),
        ("500", {"budget_implausible", "budget_below_estimate"}),
        ("1500", {"budget_tight", "budget_below_estimate"}),
        ("4990", {"budget_tight", "budget_below_estimate"}),
        ("5000", {"budget_tight"}),  # the low end of the range
        ("6000", set()),
    ],
)
def test_a_small_budget_is_flagged_by_how_small_it_is(said: str, flags: set[str]) -> None:
    weighed = weigh([fact("need.category", "website"), fact("budget.amount", sum_of(said))])
    assert flags == set(weighed.flag_names)


def test_a_budget_of_exactly_the_low_end_is_not_below_the_estimate() -> None:
    low = estimate(company().card, "crm_setup", vague=True).low.amount  # 750 of 2300: a share that has no last digit
    weighed = weigh([fact("need.category", "crm"), fact("budget.amount", sum_of(str(low)))])
    assert "budget_below_estimate" not in weighed.flag_names


def test_a_bare_sum_is_in_the_money_of_the_conversations_language() -> None:
    facts = [fact("need.category", "website"), fact("budget.amount", sum_of("20000", currency=None))]
    assert weigh(facts).budget is not None
    zloty = assess(bant().rubric, facts, (), company(), MONDAY, home_currency="PLN").budget
    assert zloty is not None
    assert zloty.ratio == 0.5


def test_a_rate_by_the_hour_is_no_budget_to_judge() -> None:
    facts = [fact("need.category", "website"), fact("budget.amount", sum_of("40", per=Per.HOUR))]
    assert weigh(facts).budget is None


@pytest.mark.parametrize(
    ("total", "expected"),
    [(75, Temperature.HOT), (74, Temperature.WARM), (40, Temperature.WARM), (39, Temperature.COLD), (0, "cold")],
)
def test_three_quarters_are_hot_and_two_fifths_are_warm(total: int, expected: Temperature) -> None:
    assert expected == temperature(total, 100, company())


def test_a_framework_without_points_is_cold() -> None:
    assert temperature(0, 0, company()) == Temperature.COLD


@pytest.mark.parametrize(
    ("events", "score"),
    [
        (("newsletter_subscribed", "email_link_clicked", "product_page_viewed", "product_page_viewed"), 25),
        (("newsletter_subscribed", "unsubscribed"), 0),
        (("product_page_viewed", "negative_comment"), -5),
        (("favourite_added",), 10),
        (("somebody_sneezed",), 0),
        ((), 0),
    ],
)
def test_what_a_lead_does_is_worth_points_of_its_own(events: tuple[str, ...], score: int) -> None:
    assert score == implicit(signals(*events), company(), MONDAY)
    assert weigh((), signals(*events)).total == 0


@pytest.mark.parametrize(("age", "score"), [(0, 10), (30, 5), (60, 2), (-5, 10)])
def test_with_a_half_life_old_behaviour_fades(age: int, score: int) -> None:
    did = signals("newsletter_subscribed", at=MONDAY - timedelta(days=age))
    assert score == implicit(did, company(half_life_days=30), MONDAY)


@pytest.mark.parametrize(
    ("events", "score"),
    [
        (("product_page_viewed",) * 2, 10),
        (("product_page_viewed",) * 9, 15),
        (("negative_comment",) * 4, -20),
        (("product_page_viewed",) * 9 + ("newsletter_subscribed",) * 2, 35),
    ],
)
def test_a_kind_with_a_cap_counts_only_so_much(events: tuple[str, ...], score: int) -> None:
    of = company(caps={"product_page_viewed": 15, "negative_comment": 20})
    assert score == implicit(signals(*events), of, MONDAY)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ([], ()),
        ([fact("authority.role", "owner")], (("role", 1),)),
        ([fact("authority.role", "specialist")], (("role", -1),)),
        ([fact("need.category", "website"), fact("need.stack", "java")], (("stack", 1),)),
        (
            [fact("need.category", "website"), fact("need.stack", "dotnet"), fact("need.exclusive_stack", "yes")],
            (("stack", -1),),
        ),
        ([fact("need.category", "erp")], (("service", -1),)),
        ([fact("pain.cost", "hours")], (("pain", 1),)),
        ([fact("need.category", "website"), fact("budget.amount", sum_of("9000"))], (("money", 1),)),
        ([fact("need.category", "website"), fact("budget.amount", sum_of("5000"))], (("money", 0),)),
        ([fact("need.category", "website"), fact("budget.amount", sum_of("300"))], (("money", -1),)),
        ([fact("budget.amount", sum_of("9000"))], ()),
        ([fact("people.count", Headcount(50, 50))], (("size", 1),)),
        ([fact("people.count", Headcount(2, 5))], (("size", -1),)),
        ([fact("contact.email_kind", "corporate")], (("email_corporate", 1),)),
        ([fact("contact.email_kind", "disposable")], (("email_disposable", -1),)),
        ([fact("contact.email_kind", "free")], (("email_free", 0),)),
        ([fact("company.industry", "retail"), fact("company.country", "US")], (("industry", 1), ("country", -1))),
        ([fact("need.category", "crm")], (("specialty", 1),)),
        ([fact("need.category", "website")], ()),
    ],
)
def test_fit_says_for_each_aspect_whether_it_speaks_for_the_lead(
    facts: list[Fact], reasons: tuple[tuple[str, int], ...]
) -> None:
    found = weigh(facts, of=company(icp=Icp(10, 500, ("retail",), ("PL",), ("owner", "c_level")))).fit
    assert reasons == found.reasons
    assert found.score == sum(score for _, score in reasons)


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        ([fact("authority.role", "manager")], "bring_decision_maker"),
        ([fact("need.scope", "unclear")], "clarify_scope"),
        ([fact("spec.has", "partly")], "read_specification"),
        ([fact("need.category", "crm")], "ask_budget_gently"),
        ([fact("budget.reaction", "too_much")], "offer_first_version"),
        ([fact("dialog.wants_human", True)], "wants_a_person"),
        ([], "answer_in_chat"),
    ],
)
def test_sales_are_advised_by_what_is_known(facts: list[Fact], advice: str) -> None:
    assert advice in weigh(facts).advice


def test_a_correction_moves_the_points_and_a_withdrawal_takes_them() -> None:
    told = [fact("authority.role", "owner"), fact("authority.role", "specialist")]
    assert (points(weigh(told[:1]))["authority"], points(weigh(told))["authority"]) == (25, 5)
    assert points(weigh([*told, fact("authority.role", None)]))["authority"] == 0


# -- properties

POOL = (
    *FOUNDER,
    *(one for table in (BUDGET, AUTHORITY, NEED, TIMING) for facts, _, _ in table for one in facts),
    fact("need.stack", "dotnet"),
    fact("need.exclusive_stack", "yes"),
    fact("need.scale", "planet"),
    fact("need.feature", "feature_chat"),
    fact("need.rental", "yes"),
    fact("authority.current", "no"),
    fact("dialog.contradiction", True),
    fact("budget.amount", sum_of("10", currency="JPY")),
    fact("budget.amount", sum_of("10")),
    fact("people.count", Headcount(1, 9)),
    *deadline(1),
    *(fact(key, None) for key in ("need.category", "budget.amount", "timing.deadline", "authority.role")),
)
some_facts = st.lists(st.sampled_from(POOL), max_size=14)


@given(facts=some_facts)
def test_points_stay_within_their_bounds(facts: list[Fact]) -> None:
    weighed = weigh(facts)
    assert all(0 <= row.points <= row.maximum for row in weighed.criteria)
    assert weighed.total == sum(row.points for row in weighed.criteria)
    assert 0 <= weighed.total <= weighed.maximum == 100


@given(facts=some_facts)
def test_there_are_no_points_without_a_fact_that_stands(facts: list[Fact]) -> None:
    known = Knowledge(facts)
    for row in weigh(facts).criteria:
        for reason in row.reasons:
            assert reason.points == 0 or reason.facts
            assert all(one in known.facts(one.key) for one in reason.facts)


@given(facts=some_facts)
def test_a_fact_that_is_erased_takes_its_points_along(facts: list[Fact]) -> None:
    before = weigh(facts)
    for key in {one.key for row in before.criteria for reason in row.reasons for one in reason.facts}:
        after = weigh([one for one in facts if one.key != key])
        assert key not in {one.key for row in after.criteria for reason in row.reasons for one in reason.facts}
        assert after == weigh([*facts, fact(key, None)])


@given(data=st.data())
def test_the_same_facts_weigh_the_same_in_whatever_order_they_were_told(data: st.DataObject) -> None:
    single = data.draw(st.lists(st.sampled_from(POOL), max_size=10, unique_by=lambda one: one.key))
    shuffled = data.draw(st.permutations(single))
    first, second = weigh(single), weigh(shuffled)
    assert (points(first), first.stage, first.temperature) == (points(second), second.stage, second.temperature)
    assert (set(first.flag_names), first.advice) == (set(second.flag_names), second.advice)


@given(facts=some_facts)
def test_a_criterion_is_met_only_with_its_share_of_points_and_no_flag_against_it(facts: list[Fact]) -> None:
    shares = {criterion.id: criterion.met_share for criterion in bant().rubric.criteria}
    for row in weigh(facts).criteria:
        if row.verdict is Verdict.MET:
            assert row.points >= shares[row.criterion] * row.maximum
            assert row.blocked_by == ""


@pytest.mark.parametrize("met", [("need", "budget"), ("need", "timing")])
def test_forgetting_everything_leads_back_to_the_start(met: tuple[str, ...]) -> None:
    facts = meeting(*met)
    assert weigh([*facts, *(fact(one.key, None) for one in facts)]) == weigh(())
