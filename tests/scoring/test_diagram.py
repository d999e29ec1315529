"""State tables become pictures that say what the tables say."""

import re
from enum import StrEnum

import pytest

from scoring.diagram import MOST_ARROWS, state_diagram, table_rows
from scoring.stages import STAGES
from scoring.tables import Table


class Door(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    GONE = "gone"


DOOR = Table(
    "door",
    Door,
    Door.SHUT,
    (
        ("push", (Door.SHUT,), Door.OPEN),
        ("pull", (Door.SHUT,), Door.OPEN),
        ("remove", (Door.SHUT, Door.OPEN), Door.GONE),
    ),
)


class Seat(StrEnum):
    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    F = "f"
    G = "g"
    OUT = "out"


CROWD = Table("crowd", Seat, Seat.A, (("leave", tuple(seat for seat in Seat if seat is not Seat.OUT), Seat.OUT),))


def test_a_small_table_is_drawn_arrow_by_arrow() -> None:
    assert state_diagram(DOOR).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut",
        "    shut --> open: push / pull",
        "    shut --> gone: remove",
        "    open --> gone: remove",
        "    gone --> [*]",
    ]


def test_a_row_from_nearly_everywhere_is_one_arrow() -> None:
    assert state_diagram(CROWD).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> a",
        '    state "from all but out" as any_1',
        "    any_1 --> out: leave",
        "    out --> [*]",
    ]


def test_a_table_is_written_row_by_row() -> None:
    assert table_rows(DOOR).splitlines() == [
        "| trigger | from | to |",
        "|---|---|---|",
        "| `push` | shut | open |",
        "| `pull` | shut | open |",
        "| `remove` | shut, open | gone |",
    ]


MOVES = {
    ("shut", "push"): 3,
    ("open", "remove"): 1,
    ("", "push"): 3,
    ("", "remove"): 1,
    ("", "leave"): 5,
    ("a", "leave"): 9,
}


def test_each_trigger_follows_the_leads_it_moved() -> None:
    assert state_diagram(DOOR, MOVES).splitlines()[2:5] == [
        "    shut --> open: 3 · push / 0 · pull",
        "    shut --> gone: 0 · remove",
        "    open --> gone: 1 · remove",
    ]
    assert table_rows(DOOR, MOVES).splitlines() == [
        "| trigger | from | to | leads |",
        "|---|---|---|---|",
        "| `push` | shut | open | 3 |",
        "| `pull` | shut | open | 0 |",
        "| `remove` | shut, open | gone | 1 |",
    ]


def test_an_arrow_from_many_states_counts_each_lead_once() -> None:
    assert "    any_1 --> out: 5 · leave" in state_diagram(CROWD, MOVES).splitlines()


@pytest.mark.parametrize("trigger", [trigger for trigger, _, _ in STAGES.rows])
def test_every_trigger_of_the_pipeline_is_drawn_from_where_it_starts(trigger: str) -> None:
    arrows = re.findall(r"^    (\S+) --> (\S+): (.+)$", state_diagram(STAGES), re.MULTILINE)
    drawn = {(start, end) for start, end, labels in arrows if trigger in labels.split(" / ")}
    sources, target = next((sources, target) for name, sources, target in STAGES.rows if name == trigger)
    if len(sources) > MOST_ARROWS:
        assert {end for _, end in drawn} == {target.value}
        assert all(start.startswith("any_") for start, _ in drawn)
    else:
        assert drawn == {(source.value, target.value) for source in sources}
