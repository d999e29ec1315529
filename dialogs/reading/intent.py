"""What a message says about the conversation itself: wants a person, back, stop, why do you ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, entries, settle
from dialogs.reading.text import Text
from dialogs.reading.values import Found, Intent

KIND = "intent"
# When several are said, the one that must not be missed goes first: whoever curses and wants out is let out.
_ORDER = (
    Intent.STOP,
    Intent.HUMAN,
    Intent.INSULT,
    Intent.RESTART,
    Intent.BACK,
    Intent.WHY_ASK,
    Intent.BOT_IDENTITY,
    Intent.CORRECTION,
    Intent.SKIP,
    Intent.CLARIFY,
    Intent.OFF_TOPIC,
)
_RANK = {intent: rank for rank, intent in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True)
class IntentWords:
    """Phrases by intent."""

    phrases: tuple[Entry, ...]


def compile_intent(lexicon: Lexicon) -> IntentWords:
    """The section `intent`: the names of Intent; phrases under `_` only look like one."""
    return IntentWords(entries(lexicon, "intent"))


def read_intent(text: Text, hits: Sequence[Hit]) -> Found[Intent] | None:
    """The intent that matters most, None for an ordinary reply."""
    found = [hit for hit in settle(hits) if hit.value != "_"]
    if not found:
        return None
    hit = min(found, key=lambda hit: (_RANK[Intent(hit.value)], -hit.size, hit.head))
    return Found(Intent(hit.value), hit.start, hit.end, text.quote(hit.start, hit.end), f"intent.{hit.value}")
