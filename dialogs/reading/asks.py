"""What a visitor asks us for: a price, or whether we do something at all."""

from collections.abc import Sequence

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, entries, settle
from dialogs.reading.text import Text
from dialogs.reading.values import Ask, Found

KIND = "asks"
NOTHING = "_"  # phrases that only look like one: "how much time"


def compile_asks(lexicon: Lexicon) -> tuple[Entry, ...]:
    """The section `asks`: the names of Ask; phrases under `_` only look like one."""
    return entries(lexicon, KIND)


def read_asks(text: Text, hits: Sequence[Hit]) -> tuple[Found[Ask], ...]:
    """Everything asked for, in the order of the text; what begins as questions do may ask for something as well."""
    begins = [hit for hit in hits if hit.value in (Ask.QUESTION, NOTHING)]
    asks = [hit for hit in hits if hit.value != Ask.QUESTION]
    return tuple(
        Found(Ask(hit.value), hit.start, hit.end, text.quote(hit.start, hit.end), f"{KIND}.{hit.value}")
        for hit in (*settle(begins), *settle(asks))
        if hit.value != NOTHING
    )
