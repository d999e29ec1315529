"""Whether somebody rents or buys, and what of it is told."""

from datetime import UTC, date, datetime

import pytest

from dialogs.hearing import Told
from dialogs.rental import RENTAL, seen_as_rental
from scoring.company import Company
from scoring.conditions import Knowledge
from scoring.values import Evidence, Fact, FactValue, Source, Urgency, Window
from tests.builders import company as a_company

COMPANY = a_company()
AT = datetime(2026, 3, 2, tzinfo=UTC)
TWO_WEEKS = Window(None, date(2026, 3, 16), Urgency.DATED)


def fact(key: str, value: FactValue, how: str = "") -> Fact:
    """A fact read from some message."""
    return Fact(key, value, Evidence(Source.MESSAGE, "m", "words", 0, 5), how, AT)


RENTS = fact(RENTAL, "yes")


def seen(
    told: list[Fact], before: tuple[Fact, ...] = (), *, turned_away: bool = False, company: Company = COMPANY
) -> list[tuple[str, FactValue | None]]:
    """What is told in the end, as keys and values."""
    found = seen_as_rental(Told(tuple(told)), Knowledge(before), company, turned_away=turned_away)
    return [(one.key, one.value) for one in found.facts]


def test_the_length_of_a_rental_is_no_deadline() -> None:
    """“Rent it for two weeks” does not say by when."""
    assert seen([RENTS, fact("timing.deadline", TWO_WEEKS, "timing.within")]) == [(RENTAL, "yes")]


def test_the_day_a_rental_begins_is_one() -> None:
    """“Rent one from Friday” says when it is needed."""
    friday = Window(date(2026, 3, 6), date(2026, 3, 6), Urgency.DATED)
    told = [RENTS, fact("timing.deadline", friday, "timing.from")]
    assert seen(told) == [(RENTAL, "yes"), ("timing.deadline", friday)]


def test_a_length_told_after_the_rental_is_none_either() -> None:
    """“Only two weeks” goes on about the rental."""
    assert seen([fact("timing.deadline", TWO_WEEKS, "timing.on")], (RENTS,)) == []


def test_a_deadline_of_who_does_not_rent_stands() -> None:
    """Two weeks are a deadline for everybody else."""
    assert seen([fact("timing.deadline", TWO_WEEKS, "timing.within")]) == [("timing.deadline", TWO_WEEKS)]


def test_what_a_rental_costs_is_no_question_of_a_buyer() -> None:
    """“How much is it to rent one” does not bring anybody nearer to buying."""
    assert seen([RENTS, fact("purchase.stage", "details")]) == [(RENTAL, "yes")]


def test_who_buys_from_the_start_has_given_nothing_up() -> None:
    """“I'd like to buy one” is no news of a rental nobody spoke of."""
    assert seen([fact(RENTAL, "no"), fact("purchase.stage", "ready")]) == [("purchase.stage", "ready")]


@pytest.mark.parametrize(
    ("key", "value"), [("purchase.stage", "choosing"), ("product.model", "named"), ("need.category", "website")]
)
def test_who_was_turned_away_and_speaks_of_buying_rents_no_more(key: str, value: str) -> None:
    """How far the choice is, a model, a thing that is sold: each tells of buying."""
    assert seen([fact(key, value)], (RENTS,), turned_away=True) == [(key, value), (RENTAL, "no")]


def test_what_is_not_sold_lets_nobody_back_in() -> None:
    """Another wish that cannot be met is none to buy."""
    assert seen([fact("need.category", "other")], (RENTS,), turned_away=True) == [("need.category", "other")]


def test_a_thing_named_while_the_talk_goes_on_may_be_what_is_rented() -> None:
    """Where rentals are offered, "a laptop" says what of."""
    assert seen([fact("product.model", "named")], (RENTS,)) == [("product.model", "named")]
