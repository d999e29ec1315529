"""Where a conversation is: one table, asked by the engine; docs/stages.md draws it."""

from dialogs.values import Mode
from scoring.tables import Table

_TALKING = (Mode.GREETING, Mode.QUALIFYING, Mode.CLARIFYING, Mode.ESTIMATING, Mode.CONTACT)
_RESTING = (Mode.HANDED_OVER, Mode.PARKED, Mode.CLOSED)

CONVERSATION = Table(
    "conversation",
    Mode,
    Mode.GREETING,
    (
        ("ask", (*_TALKING, *_RESTING), Mode.QUALIFYING),
        ("clarify", (*_TALKING, *_RESTING), Mode.CLARIFYING),  # the answer could not be read: asked differently
        ("estimate", (*_TALKING, *_RESTING), Mode.ESTIMATING),  # a price range is on the table
        ("ask_contact", (*_TALKING, *_RESTING), Mode.CONTACT),
        ("hand_over", (*_TALKING, *_RESTING), Mode.HANDED_OVER),
        ("take_over", (*_TALKING, *_RESTING), Mode.HUMAN),  # one of us speaks, the bot is silent
        ("hand_back", (Mode.HUMAN,), Mode.QUALIFYING),
        ("park", (*_TALKING, *_RESTING), Mode.PARKED),
        ("close", (*_TALKING, *_RESTING), Mode.CLOSED),
    ),
)
