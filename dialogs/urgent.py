"""What must be answered at once and on its own, even amid a burst of messages."""

from dialogs.reading.hear import Ears, call_of, listen
from dialogs.reading.values import Intent

# Who wants a person, or out, is not kept waiting; who goes back or starts again means what came before, not beside it.
_URGENT = frozenset((Intent.HUMAN, Intent.STOP, Intent.BACK, Intent.RESTART))


def is_urgent(text: str, ears: Ears) -> bool:
    """Whether a message leaves the talk as it stands: for a person, for good, or for an earlier question."""
    return call_of(listen(text, ears), ears) in _URGENT
