"""
Facts that are said in phrases rather than figures: "the spec is ready", "we chose you", "only .NET".

The section `mentions` of a lexicon maps fact key -> value -> phrases in the notation of `phrases.py`. A value
named `_` holds phrases that only look like the fact ("google ads" is nobody's clone of Google). Of two phrases of
one key that overlap the longer wins, so "no spec" beats "spec"; a phrase right after a negation does not count.
A value written with the kind of answer it needs, `partly@yesno`, is read only when that kind was asked for: "a draft"
is about the specification only after the question for it; a single such word inside a question asks us for something.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, Words, settle
from dialogs.reading.questions import is_asked
from dialogs.reading.text import Text
from dialogs.reading.values import Asked, Found, Mention

PREFIX = "mention:"
NOTHING = "_"
WHEN = "@"


@dataclass(frozen=True, slots=True)
class MentionWords:
    """Phrases of every fact key."""

    phrases: tuple[Entry, ...]


def compile_mentions(lexicon: Lexicon) -> MentionWords:
    """
    The section `mentions`: fact key -> value -> phrases.

    Raises:
        BrokenContent: A value is bound to a kind of answer that does not exist.
    """
    kinds = {str(asked) for asked in Asked}
    for key in lexicon.section("mentions"):
        for value in lexicon.groups("mentions", key):
            _, bound, kind = value.partition(WHEN)
            if bound and kind not in kinds:
                lexicon.refuse(f"mentions.{key}.{value}", f"expected a kind of answer, found {kind!r}")
    return MentionWords(
        tuple(
            Entry(PREFIX + key, value, text, lexicon)
            for key in lexicon.section("mentions")
            for value, texts in lexicon.groups("mentions", key).items()
            for text in texts
        )
    )


def read_mentions(
    text: Text, words: Words, hits: Sequence[Hit], negations: frozenset[str], asked: Asked | None
) -> tuple[Found[Mention], ...]:
    """All facts mentioned, in the order of the text; a key may stand twice when a message says two things of it."""
    by_key: dict[str, list[Hit]] = {}
    for hit in hits:
        _, bound, kind = hit.value.partition(WHEN)
        if not bound or (kind == asked and not (hit.head == hit.tail and is_asked(text, words, hit.head))):
            by_key.setdefault(hit.kind, []).append(hit)
    found = []
    for kind, own in by_key.items():
        for hit in settle(hit for hit in own if not _negated(hit, words, negations)):
            value = hit.value.partition(WHEN)[0]
            if value != NOTHING:
                key = kind.removeprefix(PREFIX)
                quote = text.quote(hit.start, hit.end)
                found.append(Found(Mention(key, value), hit.start, hit.end, quote, f"mention.{key}"))
    return tuple(sorted(found, key=lambda mention: mention.start))


def _negated(hit: Hit, words: Words, negations: frozenset[str]) -> bool:
    """Whether "not" stands right before the phrase, or before its last word without being of the phrase itself."""
    for index in range(max(hit.head + 1, hit.tail - 2), hit.tail):
        if (
            words.norms[index] in negations
            and words.phrases[index] == words.phrases[hit.tail]
            and hit.phrase is not None
            and not hit.phrase.names(words.norms[index])
        ):
            return True
    if hit.head == 0 or words.phrases[hit.head - 1] != words.phrases[hit.head]:
        return False
    return words.norms[hit.head - 1] in negations and words.norms[hit.head] not in negations
