"""Which sentences of a message end in a question mark."""

from dialogs.reading.phrases import Words
from dialogs.reading.text import Text


def is_asked(text: Text, words: Words, at: int) -> bool:
    """Whether the sentence of the word at this place is a question: "a VAT invoice, do you have one?"."""
    last, clause = at, words.clauses[at]
    while last + 1 < len(words) and words.clauses[last + 1] == clause:
        last += 1
    behind = words.starts[last + 1] if last + 1 < len(words) else len(text.folded)
    return "?" in text.folded[words.ends[last] : behind]
