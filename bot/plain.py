"""Typed values as plain JSON values, for journeys, webhooks and the console."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.conditions import MANY, Knowledge, days_asked
from scoring.values import Fact, FactValue, Headcount, MoneyRange, Window


def plain(value: FactValue | None, fact: Fact | None = None) -> Any:
    """A fact's value as JSON; a window also tells the days from the day it was said, when the fact is given."""
    match value:
        case MoneyRange():
            return {
                "low": number(value.low),
                "high": number(value.high),
                "currency": value.currency,
                "per": None if value.per is None else value.per.value,
            }
        case Window():
            return {
                "from": _day(value.start),
                "to": _day(value.end),
                "urgency": value.urgency.value,
                "hard": value.hard,
                "phase": None if value.phase is None else value.phase.value,
                "days": None if fact is None else days_asked(fact),
            }
        case Headcount():
            return {"low": value.low, "high": value.high}
        case _:
            return value


def number(value: Decimal | None) -> int | float | None:
    """A decimal as the plainest JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def plain_facts(facts: Iterable[Fact]) -> dict[str, Any]:
    """The facts that stand, by key; keys that hold several values give a list."""
    known = Knowledge(facts)
    shown: dict[str, Any] = {}
    for key in known.keys():  # noqa: SIM118 - Knowledge is no mapping
        values = [plain(fact.value, fact) for fact in known.facts(key)]
        shown[key] = values if key in MANY else values[-1]
    return shown
