"""The lead's way through the pipeline: one table, one shared machine, no model per lead."""

from collections.abc import Iterable
from enum import StrEnum

from scoring.tables import Table


class Stage(StrEnum):
    """Where a lead is in the pipeline (docs/stages.md)."""

    CONTACT_US = "contact_us"
    MQL = "mql"
    SAL = "sal"
    CALL = "call"
    SQL = "sql"
    NEGOTIATION = "negotiation"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"
    CONTACT_IN_FUTURE = "contact_in_future"
    NURTURE = "nurture"
    DISQUALIFIED = "disqualified"


_BEFORE_SALES = (Stage.CONTACT_US, Stage.MQL)
_OPEN = (Stage.CONTACT_US, Stage.MQL, Stage.SAL, Stage.CALL, Stage.SQL, Stage.NEGOTIATION)
_RESTING = (Stage.CONTACT_IN_FUTURE, Stage.NURTURE)

# trigger, from, to. The picture in docs/stages.md is drawn from this table.
STAGES = Table(
    "stages",
    Stage,
    Stage.CONTACT_US,
    (
        ("qualify", (Stage.CONTACT_US, *_RESTING), Stage.MQL),  # Need and one other criterion met
        (
            "unqualify",
            (Stage.MQL, *_RESTING),
            Stage.CONTACT_US,
        ),  # a correction took a criterion away before sales looked
        ("accept", (Stage.MQL,), Stage.SAL),  # sales looked and took it
        ("call", (Stage.SAL,), Stage.CALL),
        ("confirm", (Stage.SAL, Stage.CALL), Stage.SQL),  # all criteria met, confirmed by a call or in writing
        ("negotiate", (Stage.SQL,), Stage.NEGOTIATION),
        ("win", (Stage.NEGOTIATION,), Stage.CLOSED_WON),
        ("lose", (Stage.SAL, Stage.CALL, Stage.SQL, Stage.NEGOTIATION), Stage.CLOSED_LOST),
        ("give_back", (Stage.MQL, Stage.SAL, Stage.CALL), Stage.NURTURE),  # returned by sales with a reason
        ("nurture", _BEFORE_SALES, Stage.NURTURE),
        ("postpone", (*_OPEN, Stage.NURTURE), Stage.CONTACT_IN_FUTURE),
        ("disqualify", (*_BEFORE_SALES, Stage.SAL, Stage.CALL, *_RESTING), Stage.DISQUALIFIED),
        ("reconsider", (Stage.DISQUALIFIED, Stage.CLOSED_LOST), Stage.CONTACT_US),  # new facts lifted the reason
    ),
)


def justified(met: Iterable[str], criteria: Iterable[str], requires: Iterable[str], others: int) -> Stage:
    """
    The highest stage the answers alone justify; SQL still wants a confirmation by a call or in writing.

    Args:
        met: Criteria met.
        criteria: All criteria of the framework.
        requires: Criteria nothing goes without; empty for "any N".
        others: How many more must be met for an MQL.

    Source:
        docs/scoring.md, "Temperature and stage": MQL is Need and at least one other, SQL is all of them.
    """
    have, every, core = set(met), set(criteria), set(requires)
    if every <= have:
        return Stage.SQL
    if core <= have and len(have - core) >= others:
        return Stage.MQL
    return Stage.CONTACT_US
