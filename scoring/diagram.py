"""State tables as Mermaid pictures, drawn from the tables themselves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from scoring.tables import Table

S = TypeVar("S", bound=StrEnum)

Moves = Mapping[tuple[str, str], int]  # leads that took a move, by state and trigger; by "" and trigger from any state

MOST_ARROWS = 5  # a row from more states than this is drawn from one box that names them all


def state_diagram(table: Table[S], moves: Moves | None = None) -> str:
    """
    The table as Mermaid `stateDiagram-v2` text, one line an arrow, in the table's order.

    Triggers between the same two states share an arrow. Rows that start from more than MOST_ARROWS states start from
    one box that lists them: a picture of every such arrow cannot be read. With moves each trigger follows the number of
    leads it moved there.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial.value}"]
    crowds: dict[tuple[S, ...], str] = {}
    arrows: dict[tuple[str, str], list[str]] = {}
    for trigger, sources, target in table.rows:
        if len(sources) > MOST_ARROWS:
            starts = {crowds.setdefault(sources, f"any_{len(crowds) + 1}"): ""}
        else:
            starts = {source.value: source.value for source in sources}
        for start, state in starts.items():
            arrows.setdefault((start, target.value), []).append(counted(moves, state, trigger))
    for crowd, name in crowds.items():
        lines.append(f'    state "from {_names(crowd, table)}" as {name}')
    for (start, end), triggers in arrows.items():
        lines.append(f"    {start} --> {end}: {' / '.join(triggers)}")
    lines.extend(f"    {state.value} --> [*]" for state in table.states if not table.moves_from(state))
    return "\n".join(lines) + "\n"


def counted(moves: Moves | None, state: str, trigger: str, name: str = "") -> str:
    """The name of a move, after the number of leads that took it where that is known."""
    return name or trigger if moves is None else f"{moves.get((state, trigger), 0)} · {name or trigger}"


def table_rows(table: Table[S], moves: Moves | None = None) -> str:
    """The table as Markdown, one row a trigger; with moves the leads it moved, from whatever state."""
    head, rule = ("", "") if moves is None else (" leads |", "---|")
    lines = [f"| trigger | from | to |{head}", f"|---|---|---|{rule}"]
    for trigger, sources, target in table.rows:
        leads = "" if moves is None else f" {moves.get(('', trigger), 0)} |"
        lines.append(f"| `{trigger}` | {_names(sources, table)} | {target.value} |{leads}")
    return "\n".join(lines) + "\n"


def _names(states: tuple[S, ...], table: Table[S]) -> str:
    """The states in words; a crowd by those it leaves out."""
    left_out = [state for state in table.states if state not in states]
    if len(states) > MOST_ARROWS and len(left_out) < len(states):
        return "all but " + ", ".join(state.value for state in left_out) if left_out else "any state"
    return ", ".join(state.value for state in states)
