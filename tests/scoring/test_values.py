"""Values that cannot be built wrong, and the tables that move stages."""

from datetime import date
from decimal import Decimal

import pytest

from scoring.company import Range
from scoring.values import Money, MoneyRange, Urgency, Window

DAY = date(2026, 3, 2)


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_is_a_figure_of_zero_or_more(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="expected an amount of 0 or more"):
        Money(amount, "EUR")


@pytest.mark.parametrize("code", ["eur", "", "€"])
def test_a_currency_is_an_upper_case_code(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), code)


@pytest.mark.parametrize(
    ("low", "high", "problem"),
    [
        (None, None, "a low or a high end"),
        (Decimal(2), Decimal(1), "above high end"),
        (Decimal(-1), None, "0 or more"),
        (None, Decimal("NaN"), "0 or more"),
    ],
)
def test_a_sum_that_makes_no_sense_is_refused(low: Decimal | None, high: Decimal | None, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        MoneyRange(low, high, "EUR")


def test_a_window_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="after it ends"):
        Window(DAY, date(2026, 3, 1), Urgency.DATED)


def test_a_dated_window_needs_a_day() -> None:
    with pytest.raises(ValueError, match="needs a day"):
        Window(None, None, Urgency.DATED)


@pytest.mark.parametrize("ends", [(2, 1, 3), (1, 3, 2), (-1, 0, 1)])
def test_a_range_runs_from_low_over_likely_to_high(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="low <= likely <= high"):
        Range(*ends)
