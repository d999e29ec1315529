"""Greetings, thanks and farewells: messages that ask for politeness and tell nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Words, split_words
from dialogs.reading.values import Social

LEAST_GREETING = 2  # words; one alone may be an answer, as in good, let us do it
LONGEST = 8  # words; a longer message is more than courtesy


@dataclass(frozen=True, slots=True)
class SocialWords:
    """The words of all languages: people greet in one and go on in another."""

    greeting: frozenset[str]
    courtesy: frozenset[str]
    presence: frozenset[tuple[str, ...]]  # whole messages: "are you still there"


def compile_social(lexicons: Iterable[Lexicon]) -> SocialWords:
    """The sections `social`: single words as strings with spaces, and under `presence` whole messages."""
    read = list(lexicons)
    return SocialWords(
        frozenset().union(*(lexicon.single("social", "greeting") for lexicon in read)),
        frozenset().union(*(lexicon.single("social", "courtesy") for lexicon in read)),
        frozenset(tuple(split_words(text).norms) for lexicon in read for text in lexicon.words("social", "presence")),
    )


def read_social(words: Sequence[str], known: SocialWords) -> Social | None:
    """What kind of courtesy a message is, None if it holds any other word (or none at all)."""
    if not 0 < len(words) <= LONGEST:
        return None
    first = next((at for at, word in enumerate(words) if word not in known.greeting), 0)
    if tuple(words[first:]) in known.presence or tuple(words) in known.presence:
        return Social.PRESENCE
    if any(word not in known.greeting and word not in known.courtesy for word in words):
        return None
    return Social.GREETING if words[0] in known.greeting else Social.COURTESY


def greeted(words: Words, known: SocialWords) -> int:
    """
    Where a greeting of several words that opens a message ends, in characters; 0 without one, or with nothing behind.

    "Good morning!" finds nothing good, and the day of "Dzień dobry!" is no deadline.
    """
    size = next((at for at, word in enumerate(words.norms) if word not in known.greeting), 0)
    if size < LEAST_GREETING or words.phrases[size - 1] == words.phrases[size]:
        return 0
    return words.ends[size - 1]
