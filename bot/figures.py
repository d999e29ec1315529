"""Figures and links as sales read them: the same in a notification and in the console."""

import math
from typing import Final
from urllib.parse import quote

AMPLE: Final = 1.5  # times the likely price; from here on the exact share says nothing
FAR_ABOVE: Final = 3.0  # times the likely price; beyond it they have something else in mind


def weeks_shown(low: float, high: float) -> tuple[int, int]:
    """Whole weeks around a range, never under one: 1.5 to 4.2 is 1 to 5, as the visitor was told."""
    shown = max(1, math.floor(low))
    return shown, max(shown, math.ceil(high))


def budget_word(verdict: str, ratio: float) -> str:
    """
    What to call a judgement on a budget.

    Args:
        verdict: "ok", "tight", "implausible" or "impossible".
        ratio: What was said over the likely price.

    Returns:
        The verdict, or "ample" and "far_above" for a budget that is more than enough.
    """
    if verdict != "ok" or ratio < AMPLE:
        return verdict
    return "far_above" if ratio > FAR_ABOVE else "ample"


def mail_link(address: str) -> str:
    """The link that writes to an address; whatever else stands in it cannot add a subject or a copy."""
    return f"mailto:{quote(address, safe='@+')}"


def phone_link(number: str) -> str:
    """The link that calls a number: "tel:+48221234567"."""
    return f"tel:{quote(''.join(number.split()), safe='+')}"
