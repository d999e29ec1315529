"""
What can go wrong while weighing.

ScoringError
├── UnknownCriterion   an answer or rule names a criterion the rubric does not have (our bug)
├── UnknownFact        a rule names a fact nobody defined (the content author's slip)
└── IllegalMove        a stage or handoff trigger that its table does not allow from here
"""


class ScoringError(Exception):
    """The base of everything scoring raises."""


class UnknownCriterion(ScoringError):  # noqa: N818 - named for what happened
    """A criterion was named that the rubric does not have."""


class UnknownFact(ScoringError):  # noqa: N818
    """A fact key was named that is neither built in nor declared by the framework."""


class IllegalMove(ScoringError):  # noqa: N818
    """The table has no row for this trigger from this state."""

    def __init__(self, machine: str, state: str, trigger: str) -> None:
        super().__init__(f"{machine}: '{trigger}' is not possible from '{state}'")
        self.machine = machine
        self.state = state
        self.trigger = trigger
