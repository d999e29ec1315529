"""Technologies and products a message names."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, entries, settle
from dialogs.reading.text import Text
from dialogs.reading.values import Found

KIND = "tech"
NOTHING = "_"  # words that look like a product and are not, e.g. "google ads"


@dataclass(frozen=True, slots=True)
class TechWords:
    """The phrases that name products, by id."""

    phrases: tuple[Entry, ...]


def compile_tech(lexicon: Lexicon) -> TechWords:
    """The section `tech`: id -> phrases; phrases under `_` claim words that name no product."""
    return TechWords(entries(lexicon, "tech"))


def read_tech(text: Text, hits: Sequence[Hit]) -> tuple[Found[str], ...]:
    """Each id once, at its first place, in the order of the text."""
    found: dict[str, Found[str]] = {}
    for hit in settle(hits):
        if hit.value != NOTHING and hit.value not in found:
            quote = text.quote(hit.start, hit.end)
            found[hit.value] = Found(hit.value, hit.start, hit.end, quote, f"tech.{hit.value}")
    return tuple(found.values())
