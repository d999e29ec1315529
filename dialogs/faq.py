"""
Answers to what visitors ask about the company, from the workspace's own faq.yaml.

A question is compared with every wording by the three-letter pieces of its words, weighed by how rare they are: word
order, endings and slips matter little, and no language needs rules of its own. An answer to one of our questions must
never be taken for a question, so a match has to be clear and clearly better than the next entry's.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import msgspec

from dialogs.errors import BrokenContent, ContentError
from dialogs.reading.text import fold
from dialogs.yaml_source import YamlSource

ALIKE = 0.57  # how much of a question has to agree with a wording; 1 is all of it
ALIKE_UNMARKED = 0.75  # the same for words without a question mark
AHEAD = 0.08  # how far the best entry has to be before the next
CORE = 0.5  # how much of the rarest word of a wording has to be in the question
MOST_WORDS = 24  # of one question; whoever writes more asks more than one thing
MOST_SEGMENTS = 6
LONGEST = 2000  # characters looked at
_WORD = re.compile(r"[^\W_]+")
_SEGMENT = re.compile(r"[^.!?;\n]+[?]*")


class FaqEntryFile(msgspec.Struct, forbid_unknown_fields=True):
    """One question: ways to ask it and ways to answer it, by language."""

    asks: dict[str, list[str]]
    answers: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question found in a message: which entry answers it, and where it stands."""

    entry: str
    start: int
    end: int
    likeness: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Faq:
    """All wordings of all questions, by their pieces."""

    owners: tuple[str, ...] = ()  # the entry of each wording
    wordings: tuple[Mapping[str, float], ...] = field(default=(), repr=False)  # of each, its pieces and their weight
    cores: tuple[tuple[float, tuple[int, ...]], ...] = field(default=(), repr=False)
    # of each rarest word: how many of its pieces have to be there, and the wordings it is the rarest of
    core_pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)  # piece -> rarest words
    weights: Mapping[str, float] = field(default_factory=dict, repr=False)
    rarest: float = 1.0  # weight of a piece that stands in no wording

    def find(self, folded: str) -> Asked | None:
        """The clearest question of a folded message that one of the entries answers; None when there is none."""
        found: list[Asked] = []
        folded = folded[:LONGEST]
        for segment in _segments(folded) if self.owners else ():
            best = self._nearest(_pieces(segment.words), ALIKE if segment.marked else ALIKE_UNMARKED)
            if best is not None:
                found.append(Asked(best[0], segment.start, segment.end, best[1]))
        return max(found, key=lambda asked: asked.likeness, default=None)

    def _nearest(self, pieces: Sequence[str], least: float) -> tuple[str, float] | None:
        """The entry whose wording is most alike, with the likeness; None if none is clearly ahead, or alike enough."""
        likely = self._with_their_core(pieces)
        if not likely or not self._any_alike(likely, frozenset(pieces), least):
            return None
        ranked = self._ranked(pieces, likely)
        if ranked[0][1] < least or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < AHEAD):
            return None
        return ranked[0]

    def _any_alike(self, likely: Iterable[int], pieces: frozenset[str], least: float) -> bool:
        """Whether one of the wordings can reach the likeness at all: by Cauchy, alike is at most the root of there."""
        for at in likely:
            there = sum([share * share for piece, share in self.wordings[at].items() if piece in pieces])
            if math.sqrt(there) + there >= 2 * least:
                return True
        return False

    def ranked(self, question: str) -> list[tuple[str, float]]:
        """
        Entries by likeness, most alike first; those with nothing in common are left out.

        The rarest word of a wording has to be there. The likeness is halfway between how much of both is alike and how
        much of the wording is there, so that "hi, a quick question first" in front costs little.
        """
        pieces = _pieces(_WORD.findall(fold(question)))
        likely = self._with_their_core(pieces)
        return self._ranked(pieces, likely) if likely else []

    def _ranked(self, pieces: Sequence[str], likely: Iterable[int]) -> list[tuple[str, float]]:
        counts = Counter(pieces)
        length = math.sqrt(sum([(count * self.weights.get(one, self.rarest)) ** 2 for one, count in counts.items()]))
        best: dict[str, float] = {}
        for at in likely:
            shares = self.wordings[at]
            shared = [piece for piece in shares if piece in counts]
            alike = sum([counts[piece] * self.weights[piece] / length * shares[piece] for piece in shared])
            there = sum([shares[piece] ** 2 for piece in shared])
            best[self.owners[at]] = max(best.get(self.owners[at], 0.0), (alike + there) / 2)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _with_their_core(self, pieces: Sequence[str]) -> list[int]:
        """Wordings whose rarest word is there: "do you work with sole traders" is not "do you work with Kazakhstan"."""
        found = [self.core_pieces[piece] for piece in dict.fromkeys(pieces) if piece in self.core_pieces]
        there = Counter(chain.from_iterable(found)) if found else {}
        cores = [self.cores[at] for at, count in there.items() if count >= self.cores[at][0]]
        return [at for _, wordings in cores for at in wordings]


class _Segment(NamedTuple):
    words: list[str]
    start: int
    end: int
    marked: bool


def _segments(folded: str) -> Iterator[_Segment]:
    """Sentences of a message, and whether each is marked as a question."""
    for count, match in enumerate(_SEGMENT.finditer(folded)):
        if count >= MOST_SEGMENTS:
            break
        words = _WORD.findall(match[0])
        if 0 < len(words) <= MOST_WORDS:
            yield _Segment(words, match.start(), match.end(), match[0].endswith("?"))


def _pieces(words: Sequence[str]) -> list[str]:
    """Three letters in a row of folded words, spaces around each word included."""
    return [padded[at : at + 3] for word in words for padded in (f" {word} ",) for at in range(len(word))]


def compile_faq(entries: Mapping[str, FaqEntryFile]) -> Faq:
    """Index the wordings of every entry, in all languages together: people ask in one and are answered in another."""
    wordings = [
        (name, Counter(_pieces(_WORD.findall(fold(text)))))
        for name, entry in entries.items()
        for text in _texts(entry.asks)
    ]
    if not wordings:
        return Faq()
    spread = Counter(piece for _, counts in wordings for piece in counts)
    weights = {piece: math.log(1 + len(wordings) / count) for piece, count in spread.items()}
    owned: dict[frozenset[str], list[int]] = {}
    for at, text in enumerate(text for entry in entries.values() for text in _texts(entry.asks)):
        owned.setdefault(_core(text, weights), []).append(at)
    core_pieces: dict[str, list[int]] = {}
    for at, core in enumerate(owned):
        for piece in core:
            core_pieces.setdefault(piece, []).append(at)
    return Faq(
        tuple(name for name, _ in wordings),
        tuple(_shares(counts, weights) for _, counts in wordings),
        tuple((CORE * len(core), tuple(wordings)) for core, wordings in owned.items()),
        {piece: tuple(found) for piece, found in core_pieces.items()},
        weights,
        max(weights.values(), default=1.0),
    )


def _shares(counts: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, float]:
    """The pieces of a wording as a vector of length 1."""
    length = math.sqrt(sum((count * weights[piece]) ** 2 for piece, count in counts.items()))
    return {piece: count * weights[piece] / length for piece, count in counts.items()}


def _core(text: str, weights: Mapping[str, float]) -> frozenset[str]:
    """The pieces of the rarest word of a wording."""
    words = [frozenset(_pieces([word])) for word in _WORD.findall(fold(text))]
    return max(words, key=lambda pieces: sum(weights[piece] for piece in pieces) / len(pieces), default=frozenset())


def _texts(by_language: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for texts in by_language.values():
        yield from texts


@dataclass(frozen=True, slots=True)
class FaqFile:
    """A decoded faq.yaml: the index, the answers as texts of each language, and where they stand."""

    faq: Faq = field(default_factory=Faq)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> faq.<entry>[/n] -> text
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # faq.<entry> -> file, line
    problems: tuple[ContentError, ...] = ()


def read_faq(file: str, text: str, languages: Iterable[str]) -> FaqFile:
    """
    The questions and answers of a workspace.

    Args:
        file: Its name, for messages.
        text: YAML.
        languages: Of the company: every entry is answered in each of them.

    Raises:
        BrokenContent: The file has another shape.

    Returns:
        With the problems of its content: answers missing, questions empty, or two entries the same words would find.
    """
    source = YamlSource(file, text)
    entries = {str(name): _entry(source, str(name)) for name in source.data}
    faq = compile_faq(entries)
    problems: list[ContentError] = []
    answers: dict[str, dict[str, str]] = {language: {} for language in languages}
    for name, entry in entries.items():
        problems.extend(_faults(source, name, entry, answers, faq))
        for language, texts in answers.items():
            for number, answer in enumerate(entry.answers.get(language, ()), 1):
                texts[f"faq.{name}" if number == 1 else f"faq.{name}/{number}"] = answer
    places = {f"faq.{name}": (file, source.line(name) or 0) for name in entries}
    return FaqFile(faq, answers, places, tuple(problems))


def _entry(source: YamlSource, name: str) -> FaqEntryFile:
    try:
        return msgspec.convert(source.data[name], FaqEntryFile, strict=True)
    except msgspec.ValidationError as error:
        problem = str(error).split(" - at ", maxsplit=1)[0]
        mend = "write `asks:` and `answers:` with lists of texts under each language"
        raise BrokenContent((source.problem(name, problem, mend),)) from error


def _faults(
    source: YamlSource, name: str, entry: FaqEntryFile, languages: Iterable[str], faq: Faq
) -> Iterator[ContentError]:
    if not any(text.strip() for text in _texts(entry.asks)):
        yield source.problem(f"{name}.asks", "nobody can ask it", "write a few ways to put the question")
    for language in languages:
        if not any(answer.strip() for answer in entry.answers.get(language, ())):
            yield source.problem(f"{name}.answers", f"has no answer in {language!r}", "the company speaks it: add one")
    for language, texts in entry.asks.items():
        for at, text in enumerate(texts):
            key = f"{name}.asks.{language}.{at}"
            if not _WORD.search(text):
                yield source.problem(key, "holds no words", "write the question, or remove it")
                continue
            ranked = faq.ranked(text)
            rivals = [other for other, likeness in ranked if other != name and 1.0 - likeness < AHEAD]
            if rivals:
                yield source.problem(key, f"is asked under {rivals[0]!r} as well", "keep it in one of the two")
