"""State tables as Mermaid pictures, drawn from the tables themselves."""

from enum import StrEnum
from typing import TypeVar

from scoring.tables import Table

S = TypeVar("S", bound=StrEnum)

MOST_ARROWS = 5  # a row from more states than this is drawn from one box that names them all


def state_diagram(table: Table[S]) -> str:
    """
    The table as Mermaid `stateDiagram-v2` text, one line an arrow, in the table's order.

    Triggers between the same two states share an arrow. Rows that start from more than MOST_ARROWS states start from
    one box that lists them: a picture of every such arrow cannot be read.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial.value}"]
    crowds: dict[tuple[S, ...], str] = {}
    arrows: dict[tuple[str, str], list[str]] = {}
    for trigger, sources, target in table.rows:
        if len(sources) > MOST_ARROWS:
            starts = [crowds.setdefault(sources, f"any_{len(crowds) + 1}")]
        else:
            starts = [source.value for source in sources]
        for start in starts:
            arrows.setdefault((start, target.value), []).append(trigger)
    for crowd, name in crowds.items():
        lines.append(f'    state "from {_names(crowd, table)}" as {name}')
    for (start, end), triggers in arrows.items():
        lines.append(f"    {start} --> {end}: {' / '.join(triggers)}")
    lines.extend(f"    {state.value} --> [*]" for state in table.states if not table.moves_from(state))
    return "\n".join(lines) + "\n"


def table_rows(table: Table[S]) -> str:
    """The table as Markdown, one row a trigger."""
    lines = ["| trigger | from | to |", "|---|---|---|"]
    for trigger, sources, target in table.rows:
        lines.append(f"| `{trigger}` | {_names(sources, table)} | {target.value} |")
    return "\n".join(lines) + "\n"


def _names(states: tuple[S, ...], table: Table[S]) -> str:
    """The states in words; a crowd by those it leaves out."""
    left_out = [state for state in table.states if state not in states]
    if len(states) > MOST_ARROWS and len(left_out) < len(states):
        return "all but " + ", ".join(state.value for state in left_out) if left_out else "any state"
    return ", ".join(state.value for state in states)
