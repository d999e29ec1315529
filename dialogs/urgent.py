"""What must be answered at once and on its own, even amid a burst of messages."""

from dialogs.reading.hear import Ears, call_of, listen
from dialogs.reading.values import Intent

# Who wants a person, or out, is not kept waiting; who goes back or starts again means what came before, not beside it.
URGENT = frozenset((Intent.HUMAN, Intent.STOP, Intent.BACK, Intent.RESTART))


def is_urgent(text: str, ears: Ears) -> bool:
    """Whether a message leaves the talk as it stands: for a person, for good, or for an earlier question."""
    return urgent_call(text, ears) is not None


def urgent_call(text: str, ears: Ears) -> Intent | None:
    """What such a message asks for; None for any other."""
    called = call_of(listen(text, ears), ears)
    return called if called in URGENT else None
