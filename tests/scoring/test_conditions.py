"""What stands of all that was said, and when a condition holds."""

from datetime import timedelta

import pytest

from scoring.conditions import (
    All,
    Any,
    AtLeast,
    Condition,
    Flagged,
    Happened,
    Is,
    Knowledge,
    Known,
    Not,
    Unconfirmed,
    Within,
    days_asked,
    keys_of,
    standing,
)
from scoring.values import Fact, MoneyRange, Source, Urgency, Window
from tests.builders import MONDAY, deadline, fact, signals, sum_of

OWNER = fact("authority.role", "owner")
CRM = fact("need.category", "crm")
SITE = fact("need.category", "website")


@pytest.mark.parametrize(
    ("facts", "values"),
    [
        ([OWNER, fact("authority.role", "manager")], ["manager"]),
        ([OWNER, fact("authority.role", None)], []),
        ([OWNER, fact("authority.role", None), fact("authority.role", "manager")], ["manager"]),
        ([fact("authority.role", None)], []),
    ],
)
def test_under_a_single_key_the_newest_value_stands(facts: list[Fact], values: list[str]) -> None:
    assert values == [one.value for one in standing(facts).get("authority.role", ())]


@pytest.mark.parametrize(
    ("facts", "values"),
    [
        ([CRM, SITE], ["crm", "website"]),
        ([CRM, SITE, fact("need.category", "crm")], ["website", "crm"]),
        ([CRM, SITE, fact("need.category", None)], []),
        ([CRM, fact("need.category", None), SITE], ["website"]),
    ],
)
def test_several_needs_stand_side_by_side_until_they_are_withdrawn(facts: list[Fact], values: list[str]) -> None:
    assert values == [one.value for one in standing(facts).get("need.category", ())]


FACTS = (
    OWNER,
    CRM,
    fact("authority.decides", False),
    fact("budget.amount", sum_of("1000", "5000")),
    fact("people.users", 20),
    *deadline(30),
)
KNOWN = Knowledge(FACTS, signals("product_page_viewed"), ["timing_tight"], MONDAY)
YES, NO = Known("need.category"), Known("need.detail")


@pytest.mark.parametrize(
    ("condition", "held", "keys"),
    [
        (YES, True, ["need.category"]),
        (NO, False, []),
        (Is("authority.role", ("owner", "c_level")), True, ["authority.role"]),
        (Is("authority.role", ("manager",)), False, []),
        (Is("authority.decides", (False,)), True, ["authority.decides"]),
        (Within("timing.deadline", 30), True, ["timing.deadline"]),
        (Within("timing.deadline", 29), False, []),
        (Within("need.category", 30), False, []),
        (AtLeast("budget.amount", 5000), True, ["budget.amount"]),
        (AtLeast("budget.amount", 5001), False, []),
        (AtLeast("people.users", 20), True, ["people.users"]),
        (AtLeast("people.users", 21), False, []),
        (AtLeast("authority.decides", 0), False, []),
        (Flagged("timing_tight"), True, []),
        (Flagged("timing_impossible"), False, []),
        (Happened("product_page_viewed"), True, ["event.product_page_viewed"]),
        (Happened("unsubscribed"), False, []),
        (Not(YES), False, []),
        (Not(NO), True, []),
        (All((YES, Is("authority.role", ("owner",)))), True, ["need.category", "authority.role"]),
        (All((YES, NO)), False, []),
        (Any((NO, YES)), True, ["need.category"]),
        (Any((NO, NO)), False, []),
    ],
)
def test_a_condition_holds_and_names_the_facts_it_rests_on(condition: Condition, held: bool, keys: list[str]) -> None:
    found, rests_on = condition.holds(KNOWN)
    assert (held, keys) == (found, [one.key for one in rests_on])


@pytest.mark.parametrize(
    ("value", "bound", "held"),
    [
        (sum_of(None, "500"), 500, True),
        (sum_of("500", None), 501, False),
        (MoneyRange(sum_of("700").low, None), 700, True),  # "from 700": its low end is all we know
    ],
)
def test_a_sum_reaches_a_bound_by_its_high_end(value: MoneyRange, bound: int, held: bool) -> None:
    known = Knowledge([fact("budget.amount", value)])
    assert held == AtLeast("budget.amount", bound).holds(known)[0]


@pytest.mark.parametrize(
    ("window", "days"),
    [
        (Window(None, MONDAY.date() + timedelta(14), Urgency.DATED), 14),
        (Window(MONDAY.date() + timedelta(5), MONDAY.date() + timedelta(9), Urgency.DATED), 9),
        (Window(MONDAY.date() + timedelta(5), None, Urgency.DATED), 5),
        (Window(None, None, Urgency.ASAP), None),
        (Window(None, MONDAY.date() - timedelta(1), Urgency.DATED), -1),
    ],
)
def test_days_asked_count_from_the_day_it_was_said_to_the_end(window: Window, days: int | None) -> None:
    assert days == days_asked(fact("timing.deadline", window))


@pytest.mark.parametrize(
    ("source", "age", "unsure"),
    [
        (Source.MESSAGE, 0, False),
        (Source.CHOICE, 90, False),
        (Source.MESSAGE, 91, True),
        (Source.PERSON, 0, True),
        (Source.FILE, 0, True),
    ],
)
def test_a_fact_told_by_others_or_long_ago_has_to_be_confirmed(source: Source, age: int, unsure: bool) -> None:
    known = Knowledge([fact("authority.role", "owner", source=source)], now=MONDAY + timedelta(days=age))
    assert unsure == Unconfirmed("authority.role").holds(known)[0]


def test_the_keys_of_a_condition_are_those_of_all_its_parts() -> None:
    condition = All((YES, Not(Any((Within("timing.deadline", 3), AtLeast("people.users", 2), Flagged("x"))))))
    assert keys_of(condition) == {"need.category", "timing.deadline", "people.users"}


def test_other_flags_leave_the_knowledge_they_came_from_alone() -> None:
    other = KNOWN.with_flags(["stack_mismatch"])
    assert (KNOWN.flags, other.flags, other.value("authority.role")) == ({"timing_tight"}, {"stack_mismatch"}, "owner")
