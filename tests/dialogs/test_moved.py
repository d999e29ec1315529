"""A lead and its talk remember which moves of the state tables they took, each once."""

from dialogs.library import Library
from dialogs.progress import CONVERSATION
from scoring.stages import STAGES, Stage
from scoring.tables import Table
from tests.builders import Visitor, visitor


def moves_of(guest: Visitor, table: Table) -> list[tuple[str, str]]:  # type: ignore[type-arg]  # either table
    states = {state.value for state in table.states}
    taken = (one.split(".") for one in guest.conversation.moved)
    return [(state, trigger) for state, trigger in taken if state in states]


def turned_away_and_back(library: Library) -> Visitor:
    guest = visitor(library, "en")
    guest.opens()
    guest.says("We need a CRM for our sales team, I am the owner and I decide alone")
    guest.says("We need it tomorrow")
    guest.says("Sorry, in half a year")
    return guest


def test_a_lead_remembers_each_move_it_took(library: Library) -> None:
    guest = turned_away_and_back(library)
    stages = [outcome.conversation.stage for outcome in guest.outcomes]
    assert list(dict.fromkeys(stages)) == [Stage.CONTACT_US, Stage.MQL, Stage.DISQUALIFIED]
    assert stages[-1] is Stage.MQL
    assert moves_of(guest, STAGES) == [
        ("contact_us", "qualify"),
        ("mql", "disqualify"),
        ("disqualified", "reconsider"),  # two moves of one turn, on a way the table has
    ]


def test_every_change_of_stage_and_mode_is_among_the_moves(library: Library) -> None:
    guest = turned_away_and_back(library)
    guest.says("I would like to talk to a person")
    before = None
    for outcome in guest.outcomes:
        after = outcome.conversation
        if before is not None and after.mode is not before.mode:
            ends = {CONVERSATION.move(before.mode, trigger) for trigger in CONVERSATION.moves_from(before.mode)}
            assert after.mode in ends
            assert any(one.startswith(f"{before.mode.value}.") for one in after.moved)
        if before is not None and after.stage is not before.stage:
            assert any(one.startswith(f"{before.stage.value}.") for one in after.moved)
        before = after


def test_a_move_taken_again_is_kept_once(library: Library) -> None:
    guest = turned_away_and_back(library)
    moved = guest.conversation.moved
    assert len(moved) == len(set(moved))
    assert sum(one.endswith(".qualify") for one in moved) == 1


def test_a_talk_remembers_its_own_moves_beside_those_of_the_lead(library: Library) -> None:
    taken = moves_of(turned_away_and_back(library), CONVERSATION)
    assert taken[0] == ("greeting", "ask")
    assert "close" in {trigger for _, trigger in taken}
