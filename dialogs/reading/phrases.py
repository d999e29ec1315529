"""
Phrases of the lexicon, found in a message in one pass over its words; the engine under every word reader.

Notation, word by word (hyphens part words, so "чат-бот" is two):

    сайт          this word
    сайт*         a word that begins so
    #             a word that begins with a digit
    ...  ...5     up to three (five) words of any kind between
    (a|b c|d*)    one of these
    [x]  [x|y z]  may be missing
    <boss>        one of the phrases under `sets.boss` of the same language
    ^  $          first or last: nothing but greetings and fillers before, nothing at all after

A phrase never reaches across the end of a sentence. Phrases are looked up by their rarest word in tables, never
by regular expressions, and one message costs at most `BUDGET` comparisons, so no text can make a reader slow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from re import compile as compile_regex

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.text import BLANK, fold

BUDGET = 4000  # comparisons a message; a usual one takes 20 to 100, so only nonsense of kilobytes is cut short
MAX_WORDS = 600  # words read of one message: two pages; what somebody wants is said by then
MAX_FORMS = 400  # flat forms one written phrase may stand for; more is a slip of its author
GAP = 3
MAX_HITS = 200  # a message that says two hundred things says nothing

_TOKEN = compile_regex(r"(?<![^\W_])\.net(?![^\W_])|[^\W_](?:\+\+|#)|[^\W_]+(?:'[^\W_]+)*")
_PIECE = compile_regex(r"\.\.\.\d?|\^|\$|\(|\)|\[|\]|\||<\w+>|\.net|\w\+\+|\w#|#|[^\s()\[\]|<>^$/,.!?:-]+")
_LATIN = str.maketrans("асеіорхукмнтв", "aceiopxykmhtb")
_HARD = frozenset("!?;\n\r")
_SOFT = frozenset(",()–—/:" + BLANK)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a message with their places; clause changes at a sentence's end, phrase also at a comma."""

    norms: list[str]
    starts: list[int]
    ends: list[int]
    clauses: list[int]
    phrases: list[int]

    def __len__(self) -> int:
        return len(self.norms)

    def respelled(self, spelled: Sequence[str]) -> "Words":
        """The same places with other spellings, e.g. typed on the wrong keyboard layout."""
        return Words(list(spelled), self.starts, self.ends, self.clauses, self.phrases)


def split_words(folded: str, abbreviations: frozenset[str] = frozenset()) -> Words:
    """The words of a folded text, at most MAX_WORDS of them; a dot after an abbreviation ends no sentence."""
    words = Words([], [], [], [], [])
    clause = phrase = last = 0
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        between = folded[last:start]
        if words.norms and between not in {" ", "-"}:
            short = words.norms[-1] in abbreviations
            if not _HARD.isdisjoint(between) or (". " in between and not short):
                clause += 1
                phrase += 1
            elif not _SOFT.isdisjoint(between) or " - " in between or ("." in between and not short):
                phrase += 1
        word = match[0]
        words.norms.append(_joined(word) if "'" in word else word)
        words.starts.append(start)
        words.ends.append(end)
        words.clauses.append(clause)
        words.phrases.append(phrase)
        last = end
        if len(words.norms) >= MAX_WORDS:
            break
    return words


def _joined(word: str) -> str:
    """A word without its apostrophes; an ending after one ("Google'a") is of the alphabet the word begins in."""
    bare = word.replace("'", "")
    return bare.translate(_LATIN) if bare[:1].isascii() else bare


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a phrase: any of the exact words, or one that begins with a stem, `gap` words or fewer before it."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    gap: int = 0
    digit: bool = False

    def accepts(self, word: str) -> bool:
        """Whether this word of a message will do."""
        return word in self.exact or word.startswith(self.stems) or (self.digit and word[0].isdigit())


@dataclass(frozen=True, slots=True)
class Phrase:
    """One flat form of a written phrase, ready to be looked up by its anchor step."""

    kind: str
    value: str
    language: str
    steps: tuple[Step, ...]
    anchor: int
    first: bool = False
    last: bool = False
    after: tuple[tuple[Step, int], ...] = field(init=False, repr=False, compare=False)  # from the anchor on, with gaps
    before: tuple[tuple[Step, int], ...] = field(init=False, repr=False, compare=False)  # from the anchor back

    def __post_init__(self) -> None:
        steps, anchor = self.steps, self.anchor
        before = tuple((steps[place - 1], steps[place].gap) for place in range(anchor, 0, -1))
        object.__setattr__(self, "after", tuple((step, step.gap) for step in steps[anchor + 1 :]))
        object.__setattr__(self, "before", before)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: words[head:tail+1] of the message; size is how many words of it the phrase itself named."""

    kind: str
    value: str
    language: str
    head: int
    tail: int
    size: int
    length: int  # characters from first to last
    start: int = 0
    end: int = 0
    phrase: Phrase | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Book:
    """All phrases of all readers and languages, by the exact words and stems of their anchors."""

    exact: Mapping[str, tuple[Phrase, ...]]
    stems: Mapping[str, tuple[Phrase, ...]]
    digits: tuple[Phrase, ...]
    lengths: tuple[int, ...]  # of stems, in characters
    fillers: frozenset[str]  # words that may stand before "^"
    abbreviations: frozenset[str]  # words whose dot ends no sentence

    def find(self, words: Words) -> dict[str, list[Hit]]:
        """Every phrase in the message, by kind, in the order of its anchor."""
        hits: dict[str, list[Hit]] = {}
        seen: set[tuple[str, str, str, int, int]] = set()
        opening = self.opening(words)
        left = BUDGET
        for index, word in enumerate(words.norms):
            for candidates in self._candidates(word):
                left -= len(candidates)
                for phrase in candidates:
                    span = _match(phrase, words, index)
                    if span is None or (phrase.first and span[0] > opening):
                        continue
                    if phrase.last and span[1] != len(words) - 1:
                        continue
                    name = (phrase.kind, phrase.value, phrase.language, *span)
                    if name not in seen:
                        seen.add(name)
                        hits.setdefault(phrase.kind, []).append(_hit(phrase, words, *span))
            if left < 0 or len(seen) >= MAX_HITS:
                break
        return hits

    def opening(self, words: Words) -> int:
        """Index of the first word that is not a greeting or filler."""
        for index, word in enumerate(words.norms):
            if word not in self.fillers:
                return index
        return 0

    def _candidates(self, word: str) -> Iterable[tuple[Phrase, ...]]:
        found = self.exact.get(word)
        if found is not None:
            yield found
        size = len(word)
        for length in self.lengths:
            if length > size:
                break
            found = self.stems.get(word[:length])
            if found is not None:
                yield found
        if self.digits and word[0].isdigit():
            yield self.digits


def _hit(phrase: Phrase, words: Words, head: int, tail: int) -> Hit:
    start, end = words.starts[head], words.ends[tail]
    return Hit(
        phrase.kind,
        phrase.value,
        phrase.language,
        head,
        tail,
        len(phrase.steps),
        end - start,
        start,
        end,
        phrase,
    )


def _match(phrase: Phrase, words: Words, index: int) -> tuple[int, int] | None:
    """First and last word of the phrase when its anchor stands at index; None when it does not fit."""
    tail = head = index
    for step, gap in phrase.after:
        tail = _step_on(step, words, tail, 1, gap)
        if tail < 0:
            return None
    for step, gap in phrase.before:
        head = _step_on(step, words, head, -1, gap)
        if head < 0:
            return None
    return head, tail


def _step_on(step: Step, words: Words, at: int, way: int, gap: int) -> int:
    """The nearest word after (or before) `at` in the same sentence that the step accepts, within its gap; else -1."""
    norms, clauses = words.norms, words.clauses
    clause, size = clauses[at], len(norms)
    for _ in range(gap + 1):
        at += way
        if at < 0 or at >= size or clauses[at] != clause:
            return -1
        word = norms[at]
        if word in step.exact or word.startswith(step.stems) or (step.digit and word[0].isdigit()):
            return at
    return -1


# Compiling ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A written phrase with what it means: kind is the reader's name, value what it reads there."""

    kind: str
    value: str
    text: str
    lexicon: Lexicon


def entries(lexicon: Lexicon, section: str, kind: str | None = None) -> tuple[Entry, ...]:
    """The phrases of a section that maps values to lists of phrases."""
    return tuple(
        Entry(kind or section, value, text, lexicon)
        for value, texts in lexicon.groups(section).items()
        for text in texts
    )


def compile_book(written: Iterable[Entry], fillers: Iterable[str] = (), abbreviations: Iterable[str] = ()) -> Book:
    """
    Index phrases for looking up.

    Raises:
        BrokenContent: A phrase has open brackets, an unknown set, no word to look up, or too many forms.
    """
    exact: dict[str, list[Phrase]] = {}
    stems: dict[str, list[Phrase]] = {}
    digits: list[Phrase] = []
    for entry in written:
        for phrase in flatten(entry):
            step = phrase.steps[phrase.anchor]
            if step.digit:
                digits.append(phrase)
            for word in step.exact:
                exact.setdefault(word, []).append(phrase)
            for stem in step.stems:
                stems.setdefault(stem, []).append(phrase)
    return Book(
        {word: tuple(found) for word, found in exact.items()},
        {stem: tuple(found) for stem, found in stems.items()},
        tuple(digits),
        tuple(sorted({len(stem) for stem in stems})),
        frozenset(fold(word) for word in fillers),
        frozenset(fold(word) for word in abbreviations),
    )


def flatten(entry: Entry) -> list[Phrase]:
    """All flat forms of one written phrase."""
    parser = _Parser(entry)
    flat: list[Phrase] = []
    for form in parser.forms():
        first, last = "^" in form, "$" in form
        steps = _steps(form)
        if not steps:
            entry.lexicon.refuse(entry.kind, f"expected a word in {entry.text!r}, found none")
        flat.append(Phrase(entry.kind, entry.value, entry.lexicon.language, steps, _anchor(steps), first, last))
    return flat


def _steps(form: Sequence[object]) -> tuple[Step, ...]:
    steps: list[Step] = []
    gap = 0
    for piece in form:
        if isinstance(piece, int):
            gap = max(gap, piece)
        elif isinstance(piece, frozenset):
            exact = frozenset(word for word in piece if not word.endswith("*") and word != "#")
            stems = tuple(sorted(word[:-1] for word in piece if word.endswith("*")))
            steps.append(Step(exact, stems, gap if steps else 0, "#" in piece))
            gap = 0
    return tuple(steps)


def _anchor(steps: Sequence[Step]) -> int:
    """The step to look a phrase up by: the one whose shortest choice is longest, few choices before many."""

    def rarity(index: int) -> tuple[bool, int, int]:
        step = steps[index]
        shortest = min(map(len, (*step.exact, *step.stems)), default=0)
        return (not step.digit, min(shortest, 6), -len(step.exact) - len(step.stems))

    return max(range(len(steps)), key=rarity)


class _Parser:
    """Reads the notation of one phrase into flat forms: lists of word choices, gaps and ends."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.pieces = _PIECE.findall(fold(entry.text).replace("'", ""))
        self.at = 0

    def forms(self) -> list[list[object]]:
        found = self._sequence()
        if self.at < len(self.pieces):
            self._refuse(f"expected an opening bracket before {self.pieces[self.at]!r}")
        return found

    def _refuse(self, problem: str) -> None:
        self.entry.lexicon.refuse(f"{self.entry.kind}.{self.entry.value}", f"{problem} in {self.entry.text!r}")

    def _sequence(self) -> list[list[object]]:
        parts: list[list[list[object]]] = []
        while self.at < len(self.pieces) and self.pieces[self.at] not in {")", "]", "|"}:
            parts.append(self._piece())
        total = 1
        for part in parts:
            total *= len(part)
        if total > MAX_FORMS:
            self._refuse(f"expected at most {MAX_FORMS} forms, found {total}")
        return [[item for part in choice for item in part] for choice in product(*parts)]

    def _piece(self) -> list[list[object]]:
        piece = self.pieces[self.at]
        self.at += 1
        if piece in {"(", "["}:
            return self._choices(")" if piece == "(" else "]")
        if piece in {"^", "$"}:
            return [[piece]]
        if piece.startswith("..."):
            return [[int(piece[3:] or GAP)]]
        if piece.startswith("<"):
            return self._set(piece[1:-1])
        return [[frozenset((piece,))]]

    def _choices(self, closing: str) -> list[list[object]]:
        found = self._sequence()
        while self.at < len(self.pieces) and self.pieces[self.at] == "|":
            self.at += 1
            found += self._sequence()
        if self.at >= len(self.pieces) or self.pieces[self.at] != closing:
            self._refuse(f"expected {closing!r}")
        self.at += 1
        return _merged(found) + ([[]] if closing == "]" else [])

    def _set(self, name: str) -> list[list[object]]:
        texts = self.entry.lexicon.words("sets", name)
        if not texts:
            self._refuse(f"expected a list `sets.{name}`")
        found: list[list[object]] = []
        for text in texts:
            found += _Parser(Entry(self.entry.kind, self.entry.value, text, self.entry.lexicon)).forms()
        return _merged(found)


def _merged(forms: Sequence[list[object]]) -> list[list[object]]:
    """Put the one-word choices into a single step, so that brackets do not multiply forms."""
    single: set[str] = set()
    others: list[list[object]] = []
    for form in forms:
        if len(form) == 1 and isinstance(form[0], frozenset):
            single |= form[0]
        else:
            others.append(form)
    choice: list[object] = [frozenset(single)]
    return [choice, *others] if single else others


def settle(hits: Iterable[Hit]) -> list[Hit]:
    """The hits that remain when of two that overlap the longer wins, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.length, -hit.size, hit.head)):
        if all(hit.tail < other.head or hit.head > other.tail for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.head)
