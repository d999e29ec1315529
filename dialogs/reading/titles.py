"""Words that look like needs and are part of somebody's title, or speak of the bot itself."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dialogs.reading.phrases import Hit, Words

TITLE = "_title"  # titles no role is read from
TRADE = "_trade"  # what a firm or a department does: "marketing agency"
SELF = "_self"  # the bot that is talked to: "another bot", "this bot"
OFFER = "_offer"  # what stands after one is sold to us: "we offer SEO services"
SEEK = "_seek"  # who stands right after one is wanted: "we need a marketing manager"
NAMELESS = frozenset((TITLE, TRADE, OFFER, SELF, SEEK))  # phrases that name nothing themselves
HEADS = frozenset(("owner", "ceo"))  # titles that no field follows without a word between
MOST_LINKS = 3  # words between a title and its field: "director of our digital marketing"
MOST_BESIDE = 2  # words of a field right behind its title; more say what its holder does: "clerk types it all by hand"
SOUGHT = 3  # words from the seeking to what is sought: "need a good marketing manager"
MOST_EPITHETS = 2  # words between "our" and the bot


class Span(NamedTuple):
    """Words head to tail of a message, both included."""

    head: int
    tail: int

    def holds(self, hit: Hit) -> bool:
        """Whether the hit lies in it."""
        return self.head <= hit.head and hit.tail <= self.tail


def titles_with_fields(
    titles: Iterable[Hit],
    needs: Sequence[Hit],
    seeks: Sequence[Hit],
    words: Words,
    links: frozenset[str],
    things: frozenset[str],
) -> tuple[Span, ...]:
    """
    Every title together with the needs that only say what its holder does.

    Args:
        titles: Of anybody, in any order.
        needs: What may be such a field, in the order of the text.
        seeks: Phrases after which somebody is wanted; a title sought is a need like any other.
        words: Of the message.
        links: Words between a title and its field: "of", "for the".
        things: Categories that stand beside a title without being its field: "manager, website" typed in haste.
    """
    deeds = [hit for hit in needs if hit.value not in things]
    found: list[Span] = []
    for title in titles:
        tail = _tail(title, needs, words, links, things)
        head = next((hit.head for hit in deeds if hit.tail == title.head - 1 and _one_phrase(hit, title, words)), None)
        span = Span(title.head if head is None else head, tail)
        if not sought(span, seeks, needs, words):
            found.append(span)
    return tuple(found)


def trades(hits: Iterable[Hit], needs: Sequence[Hit], seeks: Sequence[Hit], words: Words) -> tuple[Span, ...]:
    """What firms and departments do; one that is sought is a need like any other: "looking for a marketing agency"."""
    spans = (Span(hit.head, hit.tail) for hit in hits if hit.value == TRADE)
    return tuple(span for span in spans if not sought(span, seeks, needs, words))


def offered(hit: Hit, hits: Iterable[Hit], seeks: Iterable[Hit], words: Words) -> bool:
    """Whether it is sold to us and not wanted of us: it stands behind "we offer", and nothing is sought since."""
    return any(
        one.value == OFFER
        and one.tail < hit.head
        and words.clauses[one.head] == words.clauses[hit.head]
        and not any(one.tail < seek.head <= hit.tail + 1 for seek in seeks)
        for one in hits
    )


def _tail(title: Hit, needs: Sequence[Hit], words: Words, links: frozenset[str], things: frozenset[str]) -> int:
    """The last word of the title's fields: "head of marketing and design"."""
    tail = title.tail
    for hit in needs:
        between = words.norms[tail + 1 : hit.head]
        if hit.head <= tail or len(between) > MOST_LINKS or not _one_phrase(title, hit, words):
            continue
        short = hit.tail - hit.head < MOST_BESIDE
        beside = hit.value not in things and title.value not in HEADS and short
        if links.issuperset(between) and (between or beside):
            tail = hit.tail
    return tail


def _one_phrase(one: Hit, other: Hit, words: Words) -> bool:
    return words.phrases[one.head] == words.phrases[other.tail]


def sought(span: Span, seeks: Sequence[Hit], needs: Sequence[Hit], words: Words, behind: int = 0) -> bool:
    """Whether what stands there is asked for, in the words right before it or so many behind, and nothing nearer is."""
    return any(
        words.clauses[seek.head] == words.clauses[span.head]
        and (0 < span.head - seek.tail <= SOUGHT or 0 < seek.head - span.tail <= behind)
        and not any(seek.tail < need.head and need.tail < span.head for need in needs)
        for seek in seeks
    )


def of_the_bot(
    hit: Hit,
    selves: Iterable[Hit],
    insults: Iterable[Hit],
    seeks: Sequence[Hit],
    words: Words,
    mine: frozenset[str],
) -> bool:
    """Whether a bot that is named is the one that is talked to, or abused; "our stupid old bot" is another."""
    if not mine.isdisjoint(words.norms[max(0, hit.head - MOST_EPITHETS - 1) : hit.head]):
        return False
    named = any(one.head <= hit.tail and hit.head <= one.tail for one in selves)
    abused = any(_one_phrase(one, hit, words) and _apart(one, hit) <= 1 for one in insults)
    return (named or abused) and not sought(Span(hit.head, hit.tail), seeks, (), words, behind=1)


def _apart(one: Hit, other: Hit) -> int:
    """How many words on the other hit is: 1 for a neighbour, less where they overlap."""
    return max(one.head - other.tail, other.head - one.tail)
