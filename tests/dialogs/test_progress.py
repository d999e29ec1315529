"""Where a conversation may go: the table the engine asks."""

import pytest

from dialogs.progress import CONVERSATION
from dialogs.values import Mode
from scoring.errors import IllegalMove

BOTS = tuple(mode for mode in Mode if mode is not Mode.HUMAN)


@pytest.mark.parametrize(
    ("trigger", "target"),
    [
        ("ask", Mode.QUALIFYING),
        ("clarify", Mode.CLARIFYING),
        ("estimate", Mode.ESTIMATING),
        ("ask_contact", Mode.CONTACT),
        ("hand_over", Mode.HANDED_OVER),
        ("take_over", Mode.HUMAN),
        ("park", Mode.PARKED),
        ("close", Mode.CLOSED),
    ],
)
@pytest.mark.parametrize("mode", BOTS)
def test_while_the_bot_talks_everything_can_happen(mode: Mode, trigger: str, target: Mode) -> None:
    assert target == CONVERSATION.move(mode, trigger)


def test_while_a_person_talks_only_they_can_end_it() -> None:
    assert CONVERSATION.moves_from(Mode.HUMAN) == ("hand_back",)
    assert CONVERSATION.move(Mode.HUMAN, "hand_back") == Mode.QUALIFYING


@pytest.mark.parametrize("mode", BOTS)
def test_nobody_hands_back_what_was_not_taken(mode: Mode) -> None:
    with pytest.raises(IllegalMove, match="hand_back"):
        CONVERSATION.move(mode, "hand_back")
