"""How questions fare: how often each is put, how it ends, and where talks stop; and which moves leads take."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from dialogs.values import Conversation, Ending

START = "start"
END = "done"  # nothing more was asked
ANY = ""  # a move taken from whatever state


@dataclass(slots=True)
class Fate:
    """What became of one question in all talks, in talks."""

    put: int = 0
    answered: int = 0
    skipped: int = 0  # the visitor would rather not
    unknown: int = 0  # the visitor does not know
    passed: int = 0  # we could not read the answers and moved on
    stopped: int = 0  # it was the last one put, and nothing came back

    def add(self, ending: Ending, *, waits: bool) -> None:
        """Count one talk it was put in; only the question that waits is where a talk stopped."""
        self.put += 1
        match ending:
            case Ending.ANSWERED:
                self.answered += 1
            case Ending.SKIPPED:
                self.skipped += 1
            case Ending.UNKNOWN:
                self.unknown += 1
            case Ending.PASSED:
                self.passed += 1
            case Ending.OPEN:
                self.stopped += waits

    def join(self, other: "Fate") -> None:
        """Count what became of it in other talks."""
        self.put += other.put
        self.answered += other.answered
        self.skipped += other.skipped
        self.unknown += other.unknown
        self.passed += other.passed
        self.stopped += other.stopped


@dataclass(slots=True)
class DropOff:
    """The fate of every question of one framework."""

    talks: int = 0
    fates: dict[str, Fate] = field(default_factory=dict)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)  # talks that went from one to the next
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)  # leads by (state or ANY, trigger), each once

    def add(self, conversation: Conversation) -> None:
        """Count one talk; a question put again counts once, as it last ended."""
        self.talks += 1
        last = {one.question: one.ending for one in conversation.asked}
        waits = conversation.asked[-1].question if conversation.asked else ""
        for question, ending in last.items():
            self.fates.setdefault(question, Fate()).add(ending, waits=question == waits)
        self.ways.update(dict.fromkeys(_ways(conversation), 1))
        self.moves.update(_moves(conversation))

    def join(self, other: "DropOff") -> None:
        """Count what another framework's figures have counted."""
        self.talks += other.talks
        for question, fate in other.fates.items():
            self.fates.setdefault(question, Fate()).join(fate)
        self.ways.update(other.ways)
        self.moves.update(other.moves)

    def of(self, question: str) -> Fate:
        """The fate of one question; all zero when it was never put."""
        return self.fates.get(question, Fate())


def _ways(conversation: Conversation) -> Iterable[tuple[str, str]]:
    """From the start to the last question put, and on to the end once that is settled."""
    put = [START, *(one.question for one in conversation.asked)]
    if conversation.asked and conversation.waiting_for is None:
        put.append(END)
    return (way for way in pairwise(put) if way[0] != way[1])


def _moves(conversation: Conversation) -> set[tuple[str, str]]:
    """The moves of one lead, each from its state and once more from any."""
    taken = [(state, trigger) for state, _, trigger in (one.partition(".") for one in conversation.moved)]
    return {*taken, *((ANY, trigger) for _, trigger in taken)}


def together(figures: Iterable[DropOff]) -> DropOff:
    """The figures of all frameworks as one."""
    found = DropOff()
    for one in figures:
        found.join(one)
    return found


def drop_off(conversations: Iterable[Conversation]) -> dict[str, DropOff]:
    """The figures of each framework by name, from talks that ran on it."""
    found: dict[str, DropOff] = {}
    for conversation in conversations:
        found.setdefault(conversation.framework, DropOff()).add(conversation)
    return found
