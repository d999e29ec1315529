"""The writer's own role, and whether the writer decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec import Struct

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import WordSet, word_set
from dialogs.reading.phrases import Entry, Hit, Words, entries, settle
from dialogs.reading.slips import one_slip
from dialogs.reading.text import Text
from dialogs.reading.values import Asked, Found
from scoring.values import RoleLevel

KIND = "role"
DECIDES, DECIDES_NOT, OTHER, SELF, I_AM = "decides", "decides_not", "other", "self", "i_am"
TOGETHER = "together"  # with whom the writer decides: "we decide together with my partner"
THEY = "they"  # somebody else, whose title follows: "he is the director"
ASKED = "_asked"  # words that mean something of the role only when it was asked for
POINTERS = frozenset((SELF, I_AM, THEY))  # words that only say of whom something is said
_TITLES = {
    "owner": RoleLevel.OWNER,
    "ceo": RoleLevel.C_LEVEL,
    "c_level": RoleLevel.C_LEVEL,
    "director": RoleLevel.DIRECTOR,
    "manager": RoleLevel.MANAGER,
    "specialist": RoleLevel.SPECIALIST,
    "outsider": RoleLevel.NONE,
}
_LEVELS = _TITLES | {f"{title}{ASKED}": level for title, level in _TITLES.items()}
HEADS = "role.heads"  # read from a title alone: its holder decides
_HEADS = frozenset(("owner", "ceo"))  # whoever owns or heads the firm decides
T = TypeVar("T")
NAMED = 0.8  # how sure it is that a title is the writer's that only opens a part of the sentence: "Anna, buyer"
HEADING = 0.9  # and that whoever heads the firm decides
GUESSED = 0.7  # how sure a misspelled title is
TYPO_LENGTH = 7  # shorter titles have too many neighbours one slip away
SHORT = 6  # words of an answer that is nothing but who one is
LEGAL = 2  # words from a title to the firm it is held in, the legal form among them
BESIDE = 2  # words from "decides" to who does
NEAR = 3  # words between "I am", or "he is", and the title


@dataclass(frozen=True, slots=True)
class Negations:
    """Words that deny what follows, and the articles that may stand between."""

    words: frozenset[str]
    articles: frozenset[str]
    bosses: WordSet  # who decides in other firms: "director", "husband", "board"


@dataclass(frozen=True, slots=True)
class RoleWords:
    """Phrases of titles by level, of who decides, and of other people's titles."""

    phrases: tuple[Entry, ...]
    negations: Negations
    typos: Mapping[str, str]  # long titles of one word that may be misspelled -> level


class RoleRead(Struct, frozen=True, gc=False):
    """Level and decision, each None when nothing was said of it."""

    level: Found[RoleLevel] | None
    decides: Found[bool] | None
    boss: Found[str] | None = None  # who else is said to decide, in the visitor's words


def compile_role(lexicon: Lexicon) -> RoleWords:
    """The section `role`: levels, `decides`, `decides_not`, `other`, `they` (of somebody else), `self` and `i_am`."""
    negations = Negations(
        frozenset(lexicon.words("sets", "negation")),
        frozenset(lexicon.words("sets", "articles")),
        word_set(text for text in lexicon.words("sets", "boss") if " " not in text),
    )
    written = entries(lexicon, "role")
    typos = {
        word: entry.value.removesuffix(ASKED)
        for entry in written
        if entry.value in _LEVELS and (word := entry.text.rstrip("*")).isalpha() and len(word) >= TYPO_LENGTH
    }
    return RoleWords(written, negations, typos)


def is_title(hit: Hit) -> bool:
    """Whether a phrase of this section is somebody's title."""
    return hit.value in _LEVELS


def read_role(
    text: Text,
    words: Words,
    hits: Sequence[Hit],
    negations: Negations,
    asked: Asked | None,
    name: Found[str] | None = None,
    company: Found[str] | None = None,
) -> RoleRead:
    """
    Read who writes.

    A title counts as the writer's own when the role was asked for, when it opens a part of the sentence ("Anna,
    buyer"), or when "I am" stands near before it; never right after "not" or inside a phrase about somebody else.
    """
    titles: list[Hit] = []
    selves = [hit.tail for hit in hits if hit.value == SELF]
    if name is not None:
        selves += [at for at, end in enumerate(words.ends) if end == name.end]  # "Anna, buyer of a chain of shops"
    if company is not None:
        firm = [at for at, start in enumerate(words.starts) if start >= company.start][:1]
        selves += [
            hit.head for hit in hits if firm and is_title(hit) and 0 < firm[0] - hit.tail <= LEGAL
        ]  # "buyer, Acme"
    own = frozenset(hit.tail + 1 for hit in hits if hit.value == I_AM)
    others = [hit.tail for hit in hits if hit.value == THEY and hit.head not in own and hit.tail + 1 not in own]
    said = [hit for hit in hits if _speaks(hit, asked) and _whole(hit, words, negations, own) and not _mine(hit, own)]
    said = [hit for hit in said if hit.value not in _LEVELS or "," not in text.folded[hit.start : hit.end]]
    denied = [hit for hit in said if _says(hit, DECIDES_NOT) and _denies(hit, words, negations)]
    for_, against = [], []
    said = [hit for hit in said if not _gainsaid(hit, denied) and not _begun_by_others(hit, said)]
    for hit in settle(said):
        if _says(hit, DECIDES):
            if not _taken_back(hit, words, negations):
                for_.append(hit)
            elif asked is Asked.ROLE:
                against.append(hit)
        elif _says(hit, DECIDES_NOT):
            against.append(hit)
        elif hit.value in _LEVELS and _own(hit, words, selves, others, negations, asked):
            titles.append(hit)
    title = _chosen(titles, words)
    sure = 1.0 if asked is Asked.ROLE or (title is not None and _near(title, words, selves)) else NAMED
    level = None if title is None else _found(text, title, _LEVELS[title.value], sure)
    decides = _decides(text, title, for_, against, negations, words, min(sure, HEADING))
    boss = None if decides is None else _boss(text, words, against, hits, negations.bosses)
    boss = boss or _partner(text, words, hits)
    return RoleRead(level, decides, boss)


def guess_title(text: Text, words: Words, typos: Mapping[str, str]) -> Found[RoleLevel] | None:
    """A long title misspelled by one slip, in a short answer to the question who one is: "маркитолог"."""
    for index, word in enumerate(words.norms[:SHORT] if len(words) <= SHORT else ()):
        if len(word) < TYPO_LENGTH:
            continue
        for known, level in typos.items():
            if known[0] == word[0] and one_slip(word, known):
                start, end = words.starts[index], words.ends[index]
                return Found(_TITLES[level], start, end, text.quote(start, end), "role.typo", GUESSED)
    return None


def _speaks(hit: Hit, asked: Asked | None) -> bool:
    """Whether the hit says something: not a mere "I", nor an answer to a question nobody asked."""
    return hit.value not in POINTERS | {TOGETHER} and (asked is Asked.ROLE or not hit.value.endswith(ASKED))


def _says(hit: Hit, value: str) -> bool:
    return hit.value.removesuffix(ASKED) == value


def _denies(hit: Hit, words: Words, negations: Negations) -> bool:
    return not negations.words.isdisjoint(words.norms[hit.head : hit.tail + 1])


def _gainsaid(hit: Hit, denied: Sequence[Hit]) -> bool:
    """Whether "I ... decide" holds an "I do not decide"."""
    return _says(hit, DECIDES) and any(hit.head <= one.head and one.tail <= hit.tail for one in denied)


def _begun_by_others(hit: Hit, said: Sequence[Hit]) -> bool:
    """Whether a title goes on where a phrase about others who decide ends: "decyduje dyrektor finansowy"."""
    return hit.value in _LEVELS and any(
        _says(one, DECIDES_NOT) and one.head < hit.head <= one.tail < hit.tail for one in said
    )


def _mine(hit: Hit, own: frozenset[int]) -> bool:
    """Whether "our director" is the writer, who says "I am" right before it."""
    return hit.value == OTHER and hit.head in own


def _whole(hit: Hit, words: Words, negations: Negations, own: frozenset[int]) -> bool:
    """
    Whether a phrase about others who decide stays between two commas and is not taken back by "without".

    It is about the writer when "I am" stands right before it: "I am the founder and decide alone".
    """
    if not _says(hit, DECIDES_NOT):
        return True
    if hit.head in own:
        return False
    before = words.norms[hit.head - 1] if hit.head else ""
    return words.phrases[hit.head] == words.phrases[hit.tail] and before not in negations.words


def _taken_back(hit: Hit, words: Words, negations: Negations) -> bool:
    """Whether "I decide" has a "not" in it that the phrase does not speak of: "I cannot decide alone"."""
    phrase = hit.phrase
    return phrase is not None and any(
        word in negations.words and not phrase.names(word) for word in words.norms[hit.head : hit.tail + 1]
    )


def _own(
    hit: Hit,
    words: Words,
    selves: Sequence[int],
    others: Sequence[int],
    negations: Negations,
    asked: Asked | None,
) -> bool:
    head = hit.head
    if _negated(head, words, negations) or _of_another(head, words, selves, others):
        return False
    if asked is Asked.ROLE:
        return True
    opens = head == 0 or words.phrases[head - 1] != words.phrases[head]
    near = _near(hit, words, selves)
    if hit.value == "specialist" and opens and not near:
        return hit.tail - head + 1 >= _phrase_size(words, head) - 1  # "buyer", not "developer of games wanted"
    return opens or near


def _near(hit: Hit, words: Words, selves: Sequence[int]) -> bool:
    """Whether "I am" stands near before the title."""
    return any(0 <= hit.head - tail <= NEAR and words.clauses[tail] == words.clauses[hit.head] for tail in selves)


def _of_another(head: int, words: Words, selves: Sequence[int], others: Sequence[int]) -> bool:
    """Whether "he is" stands near before a title in the same part of the sentence, and no "I am" between them."""
    return any(
        0 < head - tail <= NEAR + 1
        and words.phrases[tail] == words.phrases[head]
        and not any(tail < own < head for own in selves)
        for tail in others
    )


def _negated(head: int, words: Words, negations: Negations) -> bool:
    """Whether "not" stands right before, or before an article."""
    while head and words.norms[head - 1] == words.norms[head]:
        head -= 1  # "not the owner owner"
    before = words.norms[max(0, head - 2) : head]
    if not before or words.phrases[head - 1] != words.phrases[head]:
        return False
    return before[-1] in negations.words or (before[-1] in negations.articles and before[0] in negations.words)


def _phrase_size(words: Words, index: int) -> int:
    """How many words stand between the commas around this one."""
    return words.phrases.count(words.phrases[index])


def _chosen(titles: Sequence[Hit], words: Words) -> Hit | None:
    """The first title, unless an owner's or chief's title follows in the same sentence."""
    if not titles:
        return None
    first = titles[0]
    for hit in titles[1:]:
        if hit.value.removesuffix(ASKED) == "owner" and words.clauses[hit.head] == words.clauses[first.head]:
            return hit
    return first


def _decides(
    text: Text,
    title: Hit | None,
    for_: Sequence[Hit],
    against: Sequence[Hit],
    negations: Negations,
    words: Words,
    sure: float,
) -> Found[bool] | None:
    for hit in for_:
        if not (hit.head and words.norms[hit.head - 1] in negations.words):
            return _found(text, hit, True)
    if against:
        return _found(text, against[0], False)
    if title is not None and title.value.removesuffix(ASKED) in _HEADS:
        return Found(True, title.start, title.end, text.quote(title.start, title.end), HEADS, sure)
    return None


def _boss(text: Text, words: Words, against: Sequence[Hit], hits: Sequence[Hit], bosses: WordSet) -> Found[str] | None:
    """Who is named in "the commercial director decides", with the whole title."""
    for said in against:
        around = range(max(0, said.head - BESIDE), min(len(words), said.tail + BESIDE + 1))
        places = sorted(
            (at for at in around if words.phrases[at] == words.phrases[said.head]),
            key=lambda at: max(said.head - at, at - said.tail, 0),
        )
        at = next((at for at in places if words.norms[at] in bosses), None)
        if at is not None:
            titles = [hit for hit in hits if hit.value in _LEVELS and hit.head <= at <= hit.tail]
            start = min([words.starts[at], *(hit.start for hit in titles)])
            end = max([words.ends[at], *(hit.end for hit in titles)])
            quote = text.quote(start, end)
            return Found(quote, start, end, quote, "role.boss")
    return None


def _partner(text: Text, words: Words, hits: Sequence[Hit]) -> Found[str] | None:
    """With whom the writer decides: the last word of "we decide together with my partner"."""
    for hit in hits:
        if hit.value == TOGETHER:
            start, end = words.starts[hit.tail], words.ends[hit.tail]
            quote = text.quote(start, end)
            return Found(quote, start, end, quote, "role.partner")
    return None


def _found(text: Text, hit: Hit, value: T, sure: float = 1.0) -> Found[T]:
    return Found(value, hit.start, hit.end, text.quote(hit.start, hit.end), f"role.{hit.value}", sure)
