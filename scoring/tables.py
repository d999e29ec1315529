"""A state machine as a table: one shared `transitions` machine per table, asked and never told."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from transitions import Machine

from scoring.errors import IllegalMove

S = TypeVar("S", bound=StrEnum)


class Table(Generic[S]):
    """Rows of (trigger, from, to), checked while built; keeps no state of anybody."""

    def __init__(self, name: str, states: type[S], initial: S, rows: Sequence[tuple[str, Sequence[S], S]]) -> None:
        self.name = name
        self.states = states
        self.initial = initial
        self.rows = tuple((trigger, tuple(sources), target) for trigger, sources, target in rows)
        self._machine = Machine(
            model=None,
            states=[state.value for state in states],
            transitions=[
                {"trigger": trigger, "source": [source.value for source in sources], "dest": target.value}
                for trigger, sources, target in self.rows
            ],
            initial=initial.value,
            auto_transitions=False,
        )
        self._moves = {
            (states(source), trigger): states(str(found[0].dest))
            for trigger, event in self._machine.events.items()
            for source, found in event.transitions.items()
        }

    def move(self, state: S, trigger: str) -> S:
        """
        The state a trigger leads to.

        Raises:
            IllegalMove: The table has no such row from here.
        """
        target = self._moves.get((state, trigger))
        if target is None:
            raise IllegalMove(self.name, state.value, trigger)
        return target

    def moves_from(self, state: S) -> tuple[str, ...]:
        """Triggers possible from a state, in the table's order."""
        return tuple(trigger for trigger, sources, _ in self.rows if state in sources)

    def can(self, state: S, trigger: str) -> bool:
        """Whether the table has this row."""
        return trigger in self.moves_from(state)
