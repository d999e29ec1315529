"""Stages: what answers alone justify, and which moves the table allows."""

from itertools import product

import pytest

from scoring.errors import IllegalMove
from scoring.stages import STAGES, Stage, justified
from tests.builders import meeting, weigh

BANT = ("need", "budget", "authority", "timing")


@pytest.mark.parametrize(
    ("met", "stage"),
    [
        ((), Stage.CONTACT_US),
        (("need",), Stage.CONTACT_US),
        (("budget", "authority", "timing"), Stage.CONTACT_US),
        (("need", "budget"), Stage.MQL),
        (("need", "authority"), Stage.MQL),
        (("need", "timing"), Stage.MQL),
        (("need", "budget", "authority"), Stage.MQL),
        (("need", "budget", "authority", "timing"), Stage.SQL),
    ],
)
def test_need_and_one_other_make_an_mql_and_all_four_an_sql(met: tuple[str, ...], stage: Stage) -> None:
    assert stage == justified(met, BANT, ["need"], 1)


@pytest.mark.parametrize(
    ("met", "stage"),
    [
        ((), Stage.CONTACT_US),
        (("need",), Stage.CONTACT_US),
        (("budget", "authority", "timing"), Stage.CONTACT_US),
        (("need", "budget"), Stage.MQL),
        (("need", "authority"), Stage.MQL),
        (("need", "timing"), Stage.MQL),
        (("need", "budget", "authority", "timing"), Stage.SQL),
    ],
)
def test_the_packaged_bant_meets_criteria_by_facts_and_reaches_the_same_stages(
    met: tuple[str, ...], stage: Stage
) -> None:
    weighed = weigh(meeting(*met))
    assert (set(met), stage) == (set(weighed.met), weighed.stage)


@pytest.mark.parametrize(
    ("met", "stage"), [((), Stage.CONTACT_US), (("need", "budget"), Stage.MQL), (("budget", "timing"), Stage.MQL)]
)
def test_a_framework_that_requires_nothing_counts_any(met: tuple[str, ...], stage: Stage) -> None:
    assert stage == justified(met, BANT, [], 2)


def test_a_company_may_ask_for_more_before_a_lead_is_an_mql() -> None:
    assert justified(["need", "budget"], BANT, ["need"], 2) == Stage.CONTACT_US


ALLOWED = {
    ("contact_us", "qualify"): "mql",
    ("nurture", "qualify"): "mql",
    ("mql", "unqualify"): "contact_us",
    ("mql", "accept"): "sal",
    ("sal", "call"): "call",
    ("sal", "confirm"): "sql",
    ("call", "confirm"): "sql",
    ("sql", "negotiate"): "negotiation",
    ("negotiation", "win"): "closed_won",
    ("negotiation", "lose"): "closed_lost",
    ("mql", "give_back"): "nurture",
    ("sql", "postpone"): "contact_in_future",
    ("contact_in_future", "qualify"): "mql",
    ("contact_us", "disqualify"): "disqualified",
    ("disqualified", "reconsider"): "contact_us",
    ("closed_lost", "reconsider"): "contact_us",
}


@pytest.mark.parametrize(("move", "target"), ALLOWED.items(), ids=[" ".join(move) for move in ALLOWED])
def test_a_move_of_the_table_leads_where_it_says(move: tuple[str, str], target: str) -> None:
    assert STAGES.move(Stage(move[0]), move[1]) == Stage(target)


@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        (Stage.CONTACT_US, "accept"),  # sales take only what is qualified
        (Stage.CONTACT_US, "confirm"),
        (Stage.MQL, "win"),
        (Stage.CLOSED_WON, "lose"),
        (Stage.SQL, "disqualify"),
        (Stage.DISQUALIFIED, "qualify"),
        (Stage.MQL, "no_such_trigger"),
    ],
)
def test_a_move_that_is_not_in_the_table_is_refused_by_name(state: Stage, trigger: str) -> None:
    with pytest.raises(IllegalMove, match=f"'{trigger}' is not possible from '{state.value}'"):
        STAGES.move(state, trigger)


def test_what_the_table_offers_and_what_it_refuses_agree_for_every_pair() -> None:
    triggers = {trigger for trigger, _, _ in STAGES.rows}
    for state, trigger in product(Stage, triggers):
        if trigger in STAGES.moves_from(state):
            assert STAGES.can(state, trigger)
            assert isinstance(STAGES.move(state, trigger), Stage)
        else:
            with pytest.raises(IllegalMove):
                STAGES.move(state, trigger)


def test_a_won_lead_stays_won() -> None:
    assert STAGES.moves_from(Stage.CLOSED_WON) == ()


def test_asking_the_table_changes_nothing_in_it() -> None:
    before = STAGES.moves_from(Stage.MQL)
    STAGES.move(Stage.MQL, "accept")
    assert (before, Stage.SAL) == (STAGES.moves_from(Stage.MQL), STAGES.move(Stage.MQL, "accept"))
