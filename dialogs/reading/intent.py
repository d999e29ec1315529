"""What a message says about the conversation itself: wants a person, back, stop, why do you ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, Words, entries, settle
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
# Words of wishes, too: "users go back to their order"; of the talk only in a sentence of hardly more words.
_COMMANDS = frozenset((Intent.BACK, Intent.RESTART, Intent.SKIP))
AROUND = 5
CALL = 6  # words of a call for a person with a comma in it


@dataclass(frozen=True, slots=True)
class IntentWords:
    """Phrases by intent."""

    phrases: tuple[Entry, ...]


def compile_intent(lexicon: Lexicon) -> IntentWords:
    """The section `intent`: the names of Intent; phrases under `_` only look like one."""
    return IntentWords(entries(lexicon, "intent"))


def read_intent(text: Text, words: Words, hits: Sequence[Hit], *, wishes: bool = False) -> Found[Intent] | None:
    """
    The intent that matters most, None for an ordinary reply.

    Args:
        text: The message.
        words: Of it.
        hits: Phrases of the section.
        wishes: Whether something is wanted that we could build: "from scratch" is then about that, not about the talk.
    """
    found = [hit for hit in settle(hits) if hit.value != "_" and _of_the_talk(hit, words)]
    found = [hit for hit in found if not (wishes and hit.value == Intent.RESTART)]
    if not found:
        return None
    hit = min(found, key=lambda hit: (_RANK[Intent(hit.value)], -hit.size, hit.head))
    return Found(Intent(hit.value), hit.start, hit.end, text.quote(hit.start, hit.end), f"intent.{hit.value}")


def about_the_bot(hits: Sequence[Hit]) -> list[Hit]:
    """Insults, and questions whether a bot is talking."""
    return [hit for hit in settle(hits) if hit.value in (Intent.INSULT, Intent.BOT_IDENTITY)]


def _of_the_talk(hit: Hit, words: Words) -> bool:
    sentence = words.clauses.count(words.clauses[hit.head])
    if hit.value == Intent.HUMAN and words.phrases[hit.head] != words.phrases[hit.tail]:
        return sentence <= CALL  # "an operator, please", not "we are 40 people, need a site"
    if Intent(hit.value) not in _COMMANDS:
        return True
    return sentence - (hit.tail - hit.head + 1) <= AROUND
