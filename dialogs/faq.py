"""
Answers to what visitors ask about the company, from the workspace's own faq.yaml.

A question is compared with every wording by the three-letter pieces of its words, weighed by how rare they are: word
order, endings and slips matter little, and no language needs rules of its own. An answer to one of our questions must
never be taken for a question, so a match has to be clear and clearly better than the next entry's. And the question has
to be about the same thing: "how big is your office" is alike to "how big is your team", and is another question.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import msgspec

from dialogs.reading.text import fold

ALIKE = 0.57  # how much of a question has to agree with a wording; 1 is all of it
ALIKE_UNMARKED = 0.75  # the same for words without a question mark
AHEAD = 0.08  # how far the best entry has to be before the next
CORE = 0.5  # how much of the rarest word of a wording has to be in the question
SAMEWORD = 0.5  # how much of two words has to agree: endings and slips differ
MOST_WORDS = 24  # of one question; whoever writes more asks more than one thing
MOST_SEGMENTS = 40
LONGEST = 2000  # characters looked at
WORD = re.compile(r"[^\W_]+")
_PAUSES = ",:("
_SEGMENT = re.compile(r"(?:[^.!?;\n]|\.(?=\w))+[?]*")  # ".NET" and "5.000" end no sentence


class FaqEntryFile(msgspec.Struct, forbid_unknown_fields=True):
    """One question: ways to ask it and ways to answer it, by language."""

    asks: dict[str, list[str]]
    answers: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question found in a message: which entry answers it, and where it stands."""

    entry: str  # "": a question, and none of the entries answers it
    start: int
    end: int
    likeness: float = 0.0  # 0 to 1


Pieces = frozenset[str]


@dataclass(frozen=True, slots=True)
class Faq:
    """All wordings of all questions, by their pieces."""

    owners: tuple[str, ...] = ()  # the entry of each wording
    wordings: tuple[Mapping[str, float], ...] = field(default=(), repr=False)  # of each, its pieces and their weight
    subjects: tuple[tuple[Pieces, ...], ...] = field(default=(), repr=False)  # of each, its words that are not small
    rests: tuple[tuple[Pieces, ...], ...] = field(default=(), repr=False)  # of each, its small words
    known: Mapping[str, tuple[Pieces, ...]] = field(default_factory=dict, repr=False)  # the same of each entry
    shared: frozenset[Pieces] = field(default=frozenset(), repr=False)  # words that several entries have
    cores: tuple["_Core", ...] = field(default=(), repr=False)
    core_pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)  # piece -> cores
    weights: Mapping[str, float] = field(default_factory=dict, repr=False)
    rarest: float = 1.0  # weight of a piece that stands in no wording
    small: frozenset[str] = field(default=frozenset(), repr=False)  # words that say nothing of what is asked about

    def find(self, folded: str, *, opens: bool = False) -> tuple[Asked, ...]:
        """
        The questions of a folded message in their order: those an entry answers, and those marked as questions.

        Args:
            folded: The message.
            opens: Whether it begins as questions do, so that its first sentence is one without the mark, too.
        """
        found: list[Asked] = []
        folded = folded[:LONGEST]
        if not (opens or "?" in folded or self._with_their_core(_pieces(WORD.findall(folded)))):
            return ()
        for segment in _segments(folded, opens=opens):
            best = self._nearest(segment, folded) if self.owners else None
            if best is not None:
                found.append(Asked(best[0], self._start(segment, folded), segment.end, best[1]))
            elif segment.marked:
                found.append(Asked("", segment.start, segment.end))
        return tuple(found)

    def _start(self, segment: "_Segment", folded: str) -> int:
        """Where the question begins: a sentence may tell something first, "50 thousand, and is support included?"."""
        pauses = [folded.rfind(pause, segment.start, segment.end) for pause in _PAUSES]
        last = max(pauses)
        rest = folded[last + 1 : segment.end]
        return last + 1 if last >= 0 and any(word not in self.small for word in WORD.findall(rest)) else segment.start

    def _nearest(self, segment: "_Segment", folded: str) -> tuple[str, float] | None:
        """The entry whose wording is most alike, with the likeness; None if none is clearly ahead, or alike enough."""
        least = ALIKE if segment.marked else ALIKE_UNMARKED
        pieces = _pieces(segment.words)
        likely = self._with_their_core(pieces)
        if not likely:
            return None
        alike = self._alike(pieces, self._near(likely, frozenset(pieces), least))
        close = [one for one in alike if one[1] >= least - AHEAD]
        if not close or max(likeness for _, likeness in close) < least:
            return None
        last = WORD.findall(folded[self._start(segment, folded) : segment.end])
        parted = self._parted(segment.words), self._parted(last)  # what stands before a comma may be another matter
        ranked = self._best(one for one in close if any(self._same(one[0], *words) for words in parted))
        if not ranked or ranked[0][1] < least or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < AHEAD):
            return None
        return ranked[0]

    def _near(self, likely: Iterable[int], pieces: Pieces, least: float) -> list[int]:
        """The wordings that can reach the likeness at all: by Cauchy, alike is at most the root of there."""
        near = []
        for at in likely:
            there = sum([share * share for piece, share in self.wordings[at].items() if piece in pieces])
            if math.sqrt(there) + there >= 2 * least:
                near.append(at)
        return near

    def _parted(self, words: Iterable[str]) -> tuple[list[Pieces], list[Pieces]]:
        """The words that say what is asked about, and the small ones."""
        subjects: list[Pieces] = []
        rest: list[Pieces] = []
        for word in words:
            (rest if word in self.small or len(word) == 1 else subjects).append(frozenset(_pieces([word])))
        return subjects, rest

    def _same(self, at: int, question: Sequence[Pieces], rest: Sequence[Pieces]) -> bool:
        """
        Whether a question is about what the wording is about.

        Every word that says so has to be there, but those that other entries have as well and nothing stands in place
        of; where the question names something else, the small ones have to be there, too: "are you open source" is
        not "when are you open".
        """
        wording = self.subjects[at]
        missing = [one for one in wording if not _stands(one, question)]
        if missing and (len(missing) == len(wording) or not self.shared.issuperset(missing)):
            return False
        if wording and _stand(question, self.known[self.owners[at]]):  # another word of the entry is nothing else
            return True
        return not missing and _stand(self.rests[at], rest)

    def ranked(self, question: str) -> list[tuple[str, float]]:
        """
        Entries by likeness, most alike first; those with nothing in common are left out.

        The rarest word of a wording has to be there. The likeness is halfway between how much of both is alike and how
        much of the wording is there, so that "hi, a quick question first" in front costs little.
        """
        pieces = _pieces(WORD.findall(fold(question)))
        likely = self._with_their_core(pieces)
        return self._best(self._alike(pieces, likely))

    def _alike(self, pieces: Sequence[str], likely: Sequence[int]) -> list[tuple[int, float]]:
        """Of each wording the likeness."""
        if not likely:
            return []
        counts = Counter(pieces)
        length = math.sqrt(sum([(count * self.weights.get(one, self.rarest)) ** 2 for one, count in counts.items()]))
        found = []
        for at in likely:
            shares = self.wordings[at]
            shared = [piece for piece in shares if piece in counts]
            alike = sum([counts[piece] * self.weights[piece] / length * shares[piece] for piece in shared])
            there = sum([shares[piece] ** 2 for piece in shared])
            found.append((at, (alike + there) / 2))
        return found

    def _best(self, alike: Iterable[tuple[int, float]]) -> list[tuple[str, float]]:
        """Of each entry its likeliest wording, most alike first."""
        best: dict[str, float] = {}
        for at, likeness in alike:
            best[self.owners[at]] = max(best.get(self.owners[at], 0.0), likeness)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _with_their_core(self, pieces: Sequence[str]) -> list[int]:
        """Wordings whose rarest word is there: "do you work with sole traders" is not "do you work with Kazakhstan"."""
        said = frozenset(pieces)
        likely = {at for piece in self.core_pieces.keys() & said for at in self.core_pieces[piece]}
        cores = [self.cores[at] for at in sorted(likely)]
        return [at for core in cores if len(core.pieces & said) >= core.least for at in core.wordings]


@dataclass(frozen=True, slots=True)
class _Core:
    """The rarest word of some wordings, and how many of its pieces have to be in a question."""

    pieces: Pieces
    wordings: tuple[int, ...]
    least: float


class _Segment(NamedTuple):
    words: list[str]
    start: int
    end: int
    marked: bool


def _segments(folded: str, *, opens: bool) -> Iterator[_Segment]:
    """Sentences of a message, and whether each is marked as a question; the first is when the message opens as one."""
    for count, match in enumerate(_SEGMENT.finditer(folded)):
        if count >= MOST_SEGMENTS:
            break
        words = WORD.findall(match[0])
        if 0 < len(words) <= MOST_WORDS:
            marked = match[0].endswith("?") or (opens and count == 0)
            yield _Segment(words, match.start(), match.end(), marked)


def _stands(word: Pieces, among: Iterable[Pieces]) -> bool:
    return any(_alike(word, one) for one in among)


def _stand(words: Iterable[Pieces], among: Sequence[Pieces]) -> bool:
    return all(_stands(word, among) for word in words)


def _alike(one: Pieces, other: Pieces) -> bool:
    """Whether two words are one but for endings and slips."""
    return len(one & other) >= SAMEWORD * max(len(one), len(other))


def _pieces(words: Sequence[str]) -> list[str]:
    """Three letters in a row of folded words, spaces around each word included."""
    return [padded[at : at + 3] for word in words for padded in (f" {word} ",) for at in range(len(word))]


def compile_faq(entries: Mapping[str, FaqEntryFile], small: Collection[str] = ()) -> Faq:
    """
    Index the wordings of every entry, in all languages together: people ask in one and are answered in another.

    Args:
        entries: By name.
        small: Folded words of the languages that say nothing of what is asked about.
    """
    unsaid = frozenset(small)
    wordings = [
        (name, Counter(_pieces(WORD.findall(fold(text)))))
        for name, entry in entries.items()
        for text in texts_of(entry.asks)
    ]
    if not wordings:
        return Faq()
    spread = Counter(piece for _, counts in wordings for piece in counts)
    weights = {piece: math.log(1 + len(wordings) / count) for piece, count in spread.items()}
    owned: dict[frozenset[str], list[int]] = {}
    for at, text in enumerate(text for entry in entries.values() for text in texts_of(entry.asks)):
        owned.setdefault(_core(text, weights, unsaid), []).append(at)
    parted = [
        tuple(
            tuple(
                frozenset(_pieces([word]))
                for word in WORD.findall(fold(text))
                if (word in unsaid or len(word) == 1) is small_ones
            )
            for small_ones in (False, True)
        )
        for entry in entries.values()
        for text in texts_of(entry.asks)
    ]
    known = {
        name: tuple({one for at, (owner, _) in enumerate(wordings) if owner == name for one in parted[at][0]})
        for name in entries
    }
    entries_of = Counter(chain.from_iterable(known.values()))
    cores = tuple(_Core(pieces, tuple(found), CORE * len(pieces)) for pieces, found in owned.items())
    return Faq(
        tuple(name for name, _ in wordings),
        tuple(_shares(counts, weights) for _, counts in wordings),
        tuple(subjects for subjects, _ in parted),
        tuple(rests for _, rests in parted),
        known,
        frozenset(word for word, count in entries_of.items() if count > 1),
        cores,
        _telling_pieces(cores),
        weights,
        max(weights.values(), default=1.0),
        unsaid,
    )


def _telling_pieces(cores: Sequence[_Core]) -> dict[str, tuple[int, ...]]:
    """
    The cores to look at for a piece, each under its rarest pieces only.

    Where three of five pieces have to be there, one of any three is: so the two that most cores have need not be asked.
    """
    spread = Counter(piece for core in cores for piece in core.pieces)
    found: dict[str, list[int]] = {}
    for at, core in enumerate(cores):
        rarest = sorted(core.pieces, key=lambda piece: (spread[piece], piece))
        for piece in rarest[: len(rarest) - math.ceil(core.least) + 1]:
            found.setdefault(piece, []).append(at)
    return {piece: tuple(places) for piece, places in found.items()}


def _shares(counts: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, float]:
    """The pieces of a wording as a vector of length 1."""
    length = math.sqrt(sum((count * weights[piece]) ** 2 for piece, count in counts.items()))
    return {piece: count * weights[piece] / length for piece, count in counts.items()}


def _telling(text: str, small: frozenset[str]) -> list[str]:
    """The words of a wording that are not small; all of them where there are no others."""
    words = WORD.findall(fold(text))
    return [word for word in words if word not in small] or words


def _core(text: str, weights: Mapping[str, float], small: frozenset[str]) -> Pieces:
    """The pieces of the rarest word of a wording."""
    words = [frozenset(_pieces([word])) for word in _telling(text, small)]
    return max(words, key=lambda pieces: sum(weights[piece] for piece in pieces) / len(pieces), default=frozenset())


def texts_of(by_language: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The texts of all languages."""
    for texts in by_language.values():
        yield from texts
