"""
What the writer wants built or solved, as categories of the services a software company sells.

A category written with the kind of answer it needs, `ecommerce@needs`, is read only when that kind was asked for:
"shop" is one after the question what is needed. `ecommerce@denied` is read only where it is taken back: "not a shop, a
site".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec import structs

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, Words, entries, settle
from dialogs.reading.slips import one_slip
from dialogs.reading.text import Text, fold
from dialogs.reading.titles import NAMELESS, SEEK, SELF, TITLE, of_the_bot, offered, titles_with_fields, trades
from dialogs.reading.values import Asked, Found

T = TypeVar("T")
KIND = "needs"
NOTHING, NEGATION = "_", "_not"
HAVE = "_have"  # "we already have": what stands beside it is there, and something else is wanted
CHAT, WISH = "_chat", "_wish"  # "what is the best ..." is small talk unless a wish is in it: "we", "how much"
IDLE = "_idle"  # small talk whatever was asked: "what does the forecast look like"
MARKS = NAMELESS | {NEGATION, HAVE, CHAT, IDLE, WISH}  # phrases that name nothing themselves
WHEN = "@"
DENIED = "denied"
ALONE = "alone"  # `crm@alone` is read where a message names nothing else: "Salesforce for 30 people"
BOT = "ai_chatbot"
REWORK = "rework"  # "finish our app": support when nothing says what of, else a need for that thing
SUPPORT = "support_maintenance"
SENTENCE_ENDS = ("?", "!", "\n", ". ")
CHATTED = frozenset((Asked.NEEDS, Asked.TIMING, Asked.MONEY, Asked.PEOPLE, Asked.YESNO))  # only seemingly said
VAGUE = frozenset(("custom_software", "other", REWORK))  # named only where nothing more exact was
OBJECTS = frozenset(("website", "ecommerce", "mobile_app", "crm", "erp"))  # things; the rest are things done to them
DEEDS = frozenset(
    (
        "design_ux",
        "marketing_seo",
        "support_maintenance",
        "staff_augmentation",
        "security",
        "data_analytics",
        "integration",
    )
)
REACH = 4  # words between a deed and the thing it is done to: "maintenance of our old shop"
HELD = 3  # words between "already have" and what is had
TYPO_LENGTH = 7  # shorter words have too many neighbours one slip away


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Up to which character a message is small talk, and what it only seems to say there."""

    end: int = 0
    kinds: frozenset[Asked] = frozenset()

    def keeps(self, kind: Asked, found: Found[T] | None) -> Found[T] | None:
        """The value, unless small talk only seems to say it."""
        return None if found is not None and kind in self.kinds and found.start < self.end else found


@dataclass(frozen=True, slots=True)
class NeedsWords:
    """Phrases by category; under `_` what only looks like a need, under `_not` what takes one back."""

    phrases: tuple[Entry, ...]
    joins: frozenset[str]  # and, plus: a thing after them is wished for itself
    links: frozenset[str]  # of, for the: they stand between a title and its field, "director of marketing"
    fors: frozenset[str]  # for: what follows a bot and this is its purpose
    mine: frozenset[str]  # our, my: a bot they stand before is not the one that is talked to
    typos: Mapping[str, str]  # long single words that may be misspelled -> category


def compile_needs(lexicon: Lexicon, services: Mapping[str, Sequence[str]] | None = None) -> NeedsWords:
    """The section `needs`, with an operator's own keywords per category added."""
    own = tuple(
        Entry(KIND, category, fold(word), lexicon)
        for category, keywords in (services or {}).items()
        for word in keywords
    )
    written = entries(lexicon, "needs") + own
    typos = {
        word: entry.value
        for entry in written
        if (word := entry.text.rstrip("*")).isalpha()
        and len(word) >= TYPO_LENGTH
        and not entry.value.startswith("_")
        and WHEN not in entry.value
        and entry.value != REWORK
    }
    joins = frozenset(lexicon.words("sets", "joins"))
    return NeedsWords(
        written,
        joins,
        joins | lexicon.single("sets", "links"),
        lexicon.single("sets", "fors"),
        lexicon.single("sets", "mine"),
        typos,
    )


def read_needs(
    text: Text, words: Words, hits: Sequence[Hit], own: NeedsWords, titles: Sequence[Hit], insults: Sequence[Hit]
) -> tuple[Found[str], ...]:
    """
    Each category once, at its first place, in the order of the text; () when no need is named.

    Args:
        text: The message.
        words: Its words.
        hits: Phrases of the section `needs` found in it.
        own: The words of its language.
        titles: Titles found in it: a field of one is no need.
        insults: Insults found in it, and questions whether a bot is talking: a bot named there is no need.
    """
    negations = [hit for hit in hits if hit.value == NEGATION]
    named = _not_in_passing([hit for hit in hits if hit.value not in MARKS], hits, words, own, titles, insults)
    others = [hit for hit in named if hit.value == "other"]
    exact = _standing((hit for hit in named if not _inside(hit, others)), negations, words)
    wanted = exact or _standing(named, negations, words)
    if any(hit.value == "custom_software" for hit in wanted):
        wanted = [hit for hit in wanted if hit.value != "other"]
    if any(hit.value != REWORK for hit in wanted):
        wanted = [hit for hit in wanted if hit.value != REWORK]
    wanted = [hit for hit in _still_wanted(wanted, hits, words) if not _purpose(hit, wanted, words, own.fors)]
    found: dict[str, Found[str]] = {}
    for hit in wanted:
        if hit.value not in found and not _mere_object(hit, wanted, words, own.joins):
            found[hit.value] = _found(text, hit)
    return tuple(found.values())


def _not_in_passing(
    named: list[Hit],
    hits: Sequence[Hit],
    words: Words,
    own: NeedsWords,
    titles: Sequence[Hit],
    insults: Sequence[Hit],
) -> list[Hit]:
    """What is named without the fields of titles and without the bot that is talked to."""
    seeks = [hit for hit in hits if hit.value == SEEK]
    selves = [hit for hit in hits if hit.value == SELF]
    titles = [*titles, *(hit for hit in hits if hit.value == TITLE)]
    plain = settle(named)
    fields = titles_with_fields(titles, plain, seeks, words, own.links, OBJECTS)
    done = trades(hits, plain, seeks, words)
    return [
        hit
        for hit in named
        if not any(span.holds(hit) and span != (hit.head, hit.tail) for span in fields)  # "smm": a title or a need
        and not any(span.holds(hit) for span in done)
        and not offered(hit, hits, seeks, words)
        and not (hit.value == BOT and (selves or insults) and of_the_bot(hit, selves, insults, seeks, words, own.mine))
    ]


def meant(hits: Sequence[Hit], *kinds: str) -> Sequence[Hit]:
    """The phrases that count when one of these kinds of answer is expected, without what they are bound to."""
    if not any(WHEN in hit.value for hit in hits):
        return hits
    parts = [(hit, *hit.value.partition(WHEN)) for hit in hits]
    return [
        structs.replace(hit, value=value) if bound else hit
        for hit, value, bound, kind in parts
        if not bound or kind in kinds
    ]


def reworked(needs: tuple[Found[str], ...], text: Text, words: Words, hits: Sequence[Hit]) -> tuple[Found[str], ...]:
    """What is to be made over, where it is named by a word that is a need only then: "redo our shop"."""
    if not needs or any(need.how != f"{KIND}.{REWORK}" for need in needs):
        return needs
    phrases = {words.phrases[at] for at, start in enumerate(words.starts) if any(start == one.start for one in needs)}
    things = [hit for hit in meant(hits, DENIED) if hit.value in OBJECTS and words.phrases[hit.head] in phrases]
    return tuple(_found(text, hit) for hit in settle(things)) or needs


def denied_needs(text: Text, words: Words, hits: Sequence[Hit]) -> tuple[Found[str], ...]:
    """Categories that are named only to be taken back: "not an app", "магазин уже не нужен"."""
    negations = [hit for hit in hits if hit.value == NEGATION]
    if not negations:
        return ()
    named = [
        hit
        for hit in meant(hits, DENIED)
        if hit.value not in MARKS | {NOTHING, REWORK} and _taken_back(hit, negations, words)
    ]
    return tuple(dict.fromkeys(_found(text, hit) for hit in settle(named)))


def _standing(hits: Iterable[Hit], negations: Sequence[Hit], words: Words) -> list[Hit]:
    """What is named and not taken back, of two that overlap the longer."""
    likenesses_first = sorted(hits, key=lambda hit: hit.value != NOTHING)  # the stronger of two as long
    left = [hit for hit in likenesses_first if hit.value == NOTHING or not _taken_back(hit, negations, words)]
    return [hit for hit in settle(left) if hit.value != NOTHING]


def small_talk(text: Text, hits: Sequence[Hit], language: str, asked: Asked | None) -> SmallTalk:
    """
    The sentence a message opens with if it is small talk ("tell me ...", "who ...") and no wish is in the message.

    Args:
        text: The message.
        hits: Phrases of the section `needs` found in it.
        language: The one it is read in: "do" opens a question in English and a date in Polish, "my" is "we" there.
        asked: What the bot has just asked for; an answer to it may open in the same words.
    """
    values = {hit.value for hit in hits if hit.language == language}
    if WISH in values or not (IDLE in values or CHAT in values):
        return SmallTalk()
    end = min((at for mark in SENTENCE_ENDS if (at := text.folded.find(mark)) >= 0), default=len(text.folded))
    if IDLE in values:
        return SmallTalk(end, CHATTED - {asked} if asked is Asked.MONEY else CHATTED)
    return SmallTalk(end, CHATTED - ({Asked.YESNO} if asked is None else {asked, Asked.MONEY, Asked.YESNO}))


def _still_wanted(wanted: list[Hit], hits: Sequence[Hit], words: Words) -> list[Hit]:
    """Without the things "we already have", where something else is wanted: "we have a CRM, we need a shop"."""
    there = [hit for hit in hits if hit.value == HAVE]
    if not there:
        return wanted
    left = [
        hit
        for hit in wanted
        if hit.value not in OBJECTS
        or not any(
            words.phrases[one.head] == words.phrases[hit.head]
            and (0 < hit.head - one.tail <= HELD or 0 < one.head - hit.tail <= HELD)
            for one in there
        )
    ]
    elsewhere = {words.phrases[hit.head] for hit in left} - {words.phrases[one.head] for one in there}
    return left if elsewhere else wanted


def _purpose(hit: Hit, wanted: Sequence[Hit], words: Words, fors: frozenset[str]) -> bool:
    """Whether it only says what a bot named before it is for: "a chatbot for our helpdesk"."""
    return hit.value not in {BOT, "integration"} and any(
        one.value == BOT
        and 0 < hit.head - one.tail <= REACH
        and words.phrases[one.tail] == words.phrases[hit.head]
        and not fors.isdisjoint(words.norms[one.tail : hit.head])
        for one in wanted
    )


def _taken_back(hit: Hit, negations: Sequence[Hit], words: Words) -> bool:
    """Whether "do not need", "without" stands right before or behind in the same part of the sentence."""
    for negation in negations:
        if negation.head == hit.head:
            continue  # its own word: "do not see what we earn"
        before, behind = hit.head - negation.tail, negation.head - hit.tail
        if (0 <= before <= 2 or 0 <= behind <= 1) and words.phrases[negation.head] == words.phrases[hit.head]:
            return True
    return False


def _inside(hit: Hit, others: Sequence[Hit]) -> bool:
    """Whether it is vague, or a part of what is no work of ours: "mend" in "mend a washing machine"."""
    return hit.value in VAGUE or any(
        other.head <= hit.head and hit.tail <= other.tail and hit.size < other.size for other in others
    )


def _mere_object(hit: Hit, wanted: Sequence[Hit], words: Words, joins: frozenset[str]) -> bool:
    """Whether the thing only says what a deed before it is done to."""
    if hit.value not in OBJECTS:
        return False
    for other in wanted:
        between = words.norms[other.tail + 1 : hit.head]
        if (
            other.value in DEEDS
            and 0 <= hit.head - other.tail - 1 <= REACH
            and words.phrases[other.tail] == words.phrases[hit.head]
            and joins.isdisjoint(between)
        ):
            return True
    return False


def _found(text: Text, hit: Hit) -> Found[str]:
    category = SUPPORT if hit.value == REWORK else hit.value
    return Found(category, hit.start, hit.end, text.quote(hit.start, hit.end), f"needs.{hit.value}")


def guess_needs(text: Text, words: Words, hits: Sequence[Hit], typos: Mapping[str, str]) -> tuple[Found[str], ...]:
    """
    Needs in long misspelled words, one slip from a word of the lexicon; only for messages that named none.

    A word of a phrase that was found is spelled well, whatever became of the phrase.
    """
    spelled = {at for hit in hits if hit.value not in MARKS for at in range(hit.head, hit.tail + 1)}
    for index, word in enumerate(words.norms[:40]):
        if len(word) < TYPO_LENGTH or index in spelled:
            continue
        for known, category in typos.items():
            if known[0] == word[0] and one_slip(word, known):
                start, end = words.starts[index], words.ends[index]
                return (Found(category, start, end, text.quote(start, end), "needs.typo", 0.7),)
    return ()
