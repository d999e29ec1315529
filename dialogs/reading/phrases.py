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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from re import compile as compile_regex

from msgspec import Struct

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.packed import NOTHING, Packed, Phrase, Step
from dialogs.reading.text import BLANK, fold

BUDGET = 4000  # comparisons a message; a usual one takes 20 to 100, so only nonsense of kilobytes is cut short
MAX_WORDS = 600  # words read of one message: two pages; what somebody wants is said by then
MAX_FORMS = 400  # flat forms one written phrase may stand for; more is a slip of its author
GAP = 3
MAX_HITS = 200  # a message that says two hundred things says nothing

_TOKEN = compile_regex(r"(?<![^\W_])\.net(?![^\W_])|[^\W_](?:\+\+|#)|[^\W_]+(?:'[^\W_]+)*")
_PIECE = compile_regex(r"\.\.\.\d?|\^|\$|\(|\)|\[|\]|\||<\w+>|\.net|\w\+\+|\w#|#|[^\s()\[\]|<>^$/,.!?:-]+")
_SPECIAL = frozenset("()[]|<^$.")
_LATIN = str.maketrans("асеіорхукмнтв", "aceiopxykmhtb")
_HARD = frozenset("!?;\n\r")
_SOFT = frozenset(",()–—/:+" + BLANK)


class Words(Struct, frozen=True, gc=False):
    """The words of a message with their places; clause changes at a sentence's end, phrase also at a comma."""

    norms: list[str]
    starts: list[int]
    ends: list[int]
    clauses: list[int]
    phrases: list[int]
    said: frozenset[str]  # the norms, to see at once what is not there

    def __len__(self) -> int:
        return len(self.norms)

    def respelled(self, spelled: Sequence[str]) -> "Words":
        """The same places with other spellings, e.g. typed on the wrong keyboard layout."""
        return Words(list(spelled), self.starts, self.ends, self.clauses, self.phrases, frozenset(spelled))


def split_words(folded: str, abbreviations: frozenset[str] = frozenset()) -> Words:
    """The words of a folded text, at most MAX_WORDS of them; a dot after an abbreviation ends no sentence."""
    matches = list(islice(_TOKEN.finditer(folded), MAX_WORDS))
    norms = [match[0] for match in matches]
    starts = [match.start() for match in matches]
    ends = [match.end() for match in matches]
    clauses: list[int] = []
    phrases: list[int] = []
    clause = phrase = last = 0
    for at, start in enumerate(starts):
        between = folded[last:start]
        last = ends[at]
        if at and between not in {" ", "-"}:
            short = norms[at - 1] in abbreviations
            if not _HARD.isdisjoint(between) or (". " in between and not short):
                clause += 1
                phrase += 1
            elif not _SOFT.isdisjoint(between) or " - " in between or ("." in between and not short):
                phrase += 1
        clauses.append(clause)
        phrases.append(phrase)
        if "'" in norms[at]:
            norms[at] = _joined(norms[at])
    return Words(norms, starts, ends, clauses, phrases, frozenset(norms))


def _joined(word: str) -> str:
    """A word without its apostrophes; an ending after one ("Google'a") is of the alphabet the word begins in."""
    bare = word.replace("'", "")
    return bare.translate(_LATIN) if bare[:1].isascii() else bare


class Hit(Struct, frozen=True, gc=False):
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
    phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All phrases of all readers and languages, by the exact words and stems of their anchors."""

    phrases: Packed
    exact: Mapping[str, int]  # rows of the packed phrases
    stems: Mapping[str, int]
    digits: int | None
    beginning: int  # characters of the shortest stem
    lengths: Mapping[str, tuple[int, ...]]  # of stems in characters, by so many letters of their beginning
    fillers: frozenset[str]  # words that may stand before "^"
    abbreviations: frozenset[str]  # words whose dot ends no sentence

    def find(self, words: Words) -> dict[str, list[Hit]]:
        """Every phrase in the message, by kind, in the order of its anchor."""
        hits: dict[str, list[Hit]] = {}
        seen: set[tuple[str, str, str, int, int]] = set()
        opening, ending = self.opening(words), len(words) - 1
        said = words.said
        left = BUDGET
        for index, word in enumerate(words.norms):
            for candidates in self._candidates(word):
                left -= len(candidates)
                for phrase in candidates:
                    need = phrase.need
                    if need and need.isdisjoint(said):
                        continue  # most end here
                    head = tail = index
                    if phrase.after or phrase.before:
                        span = _match(phrase, words, index)
                        if span is None:
                            continue
                        head, tail = span
                    if (phrase.first and head > opening) or (phrase.last and tail != ending):
                        continue
                    name = (phrase.kind, phrase.value, phrase.language, head, tail)
                    if name not in seen:
                        seen.add(name)
                        hits.setdefault(phrase.kind, []).append(_hit(phrase, words, head, tail))
            if left < 0 or len(seen) >= MAX_HITS:
                break
        return hits

    def opening(self, words: Words) -> int:
        """Index of the first word that is not a greeting or filler."""
        for index, word in enumerate(words.norms):
            if word not in self.fillers:
                return index
        return 0

    def _candidates(self, word: str) -> list[tuple[Phrase, ...]]:
        row, rows = self.phrases.row, self.exact.get(word)
        lists = [] if rows is None else [row(rows)]
        for length in self.lengths.get(word[: self.beginning], ()):
            rows = self.stems.get(word[:length])
            if rows is not None:
                lists.append(row(rows))
        if self.digits is not None and word[0].isdigit():
            lists.append(row(self.digits))
        return lists


def _hit(phrase: Phrase, words: Words, head: int, tail: int) -> Hit:
    start, end = words.starts[head], words.ends[tail]
    return Hit(
        phrase.kind,
        phrase.value,
        phrase.language,
        head,
        tail,
        phrase.size,
        end - start,
        start,
        end,
        phrase,
    )


def _match(phrase: Phrase, words: Words, index: int) -> tuple[int, int] | None:
    """First and last word of the phrase when its anchor stands at index; None when it does not fit."""
    tail = head = index
    for step in phrase.after:
        tail = _step_on(step, words, tail, 1)
        if tail < 0:
            return None
    for step in phrase.before:
        head = _step_on(step, words, head, -1)
        if head < 0:
            return None
    return head, tail


def _step_on(step: Step, words: Words, at: int, way: int) -> int:
    """The nearest word after (or before) `at` in the same sentence that the step accepts, within its gap; else -1."""
    norms, clauses = words.norms, words.clauses
    clause, size, exact, stems = clauses[at], len(norms), step.exact, step.stems
    for _ in range(step.gap + 1):
        at += way
        if at < 0 or at >= size or clauses[at] != clause:
            return -1
        word = norms[at]
        if word in exact or (stems and word.startswith(stems)) or (step.digit and word[0].isdigit()):
            return at
    return -1


# Compiling ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A written phrase with what it means: kind is the reader's name, value what it reads there."""

    kind: str
    value: str
    text: str  # folded
    lexicon: Lexicon


def entries(lexicon: Lexicon, section: str, kind: str | None = None) -> tuple[Entry, ...]:
    """The phrases of a section that maps values to lists of phrases."""
    return tuple(
        Entry(kind or section, value, text, lexicon)
        for value, texts in lexicon.groups(section).items()
        for text in texts
    )


def spellings(entry: Entry, most: int) -> tuple[str, ...]:
    """
    What a phrase is in so many words, its alternatives and optional parts spelled out; none of gaps and stems.

    Raises:
        BrokenContent: As compile_book.
    """
    found: dict[str, None] = {}
    for form in _Parser(entry, {}).forms():
        choices = [sorted(piece) for piece in form if isinstance(piece, frozenset)]
        if any(isinstance(piece, int) for piece in form) or any(word[-1] == "*" for one in choices for word in one):
            continue
        for words in islice(product(*choices), most):
            found[" ".join(words)] = None
    return tuple(islice(found, most))


def compile_book(written: Iterable[Entry], fillers: Iterable[str] = (), abbreviations: Iterable[str] = ()) -> Book:
    """
    Index phrases for looking up.

    Raises:
        BrokenContent: A phrase has open brackets, an unknown set, no word to look up, or too many forms.
    """
    exact: dict[str, list[Phrase]] = {}
    stems: dict[str, list[Phrase]] = {}
    digits: list[Phrase] = []
    press = _Press()
    for entry in written:
        for phrase in press.flatten(entry):
            step = phrase.anchor
            if step.digit:
                digits.append(phrase)
            for word in step.exact:
                exact.setdefault(word, []).append(phrase)
            for stem in step.stems:
                stems.setdefault(stem, []).append(phrase)
    beginning = min(map(len, stems), default=1)
    return Book(
        Packed.of([*exact.values(), *stems.values(), digits]),
        {word: row for row, word in enumerate(exact)},
        {stem: row for row, stem in enumerate(stems, len(exact))},
        len(exact) + len(stems) if digits else None,
        beginning,
        _lengths(stems, beginning),
        frozenset(fold(word) for word in fillers),
        frozenset(fold(word) for word in abbreviations),
    )


def _lengths(stems: Iterable[str], beginning: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for stem in stems:
        found.setdefault(stem[:beginning], set()).add(len(stem))
    return {letters: tuple(sorted(sizes)) for letters, sizes in found.items()}


_Form = list[object]  # "^", "$", a gap (int) or a choice of words (frozenset), in order


class _Press:
    """Turns written phrases into flat ones; words and sets that recur are worked out once and shared."""

    def __init__(self) -> None:
        self._steps: dict[tuple[frozenset[str], int], Step] = {}
        self._ranks: dict[frozenset[str], tuple[bool, int, int]] = {}
        self._needs: dict[frozenset[str], frozenset[str]] = {}
        self.sets: dict[tuple[str, str], list[_Form]] = {}

    def flatten(self, entry: Entry) -> Iterator[Phrase]:
        """All flat forms of one written phrase."""
        language = entry.lexicon.language
        for form in _Parser(entry, self.sets).forms():
            choices, gaps = _gapped(form)
            if not choices:
                entry.lexicon.refuse(entry.kind, f"expected a word in {entry.text!r}, found none")
            first, last = form[0] == "^", form[-1] == "$"
            at = 0
            before: tuple[Step, ...] = ()
            after: tuple[Step, ...] = ()
            if len(choices) > 1:
                ranks = [self._rank(choice) for choice in choices]
                at = ranks.index(max(ranks))
                before = tuple([self._step(choices[place - 1], gaps[place]) for place in range(at, 0, -1)])
                after = tuple([self._step(choices[place], gaps[place]) for place in range(at + 1, len(choices))])
            anchor = self._step(choices[at], 0)
            need = self._need((*before, *after)) if before or after else NOTHING
            yield Phrase(entry.kind, entry.value, language, anchor, before, after, first, last, need)

    def _step(self, choice: frozenset[str], gap: int) -> Step:
        step = self._steps.get((choice, gap))
        if step is None:
            exact = [word for word in choice if word[-1] != "*" and word != "#"]
            stems = tuple(sorted(word[:-1] for word in choice if word[-1] == "*"))
            step = self._steps[choice, gap] = Step.of(exact, stems, gap, digit="#" in choice)
        return step

    def _need(self, steps: Sequence[Step]) -> frozenset[str]:
        """The words of the step that has fewest of them, among those of nothing but whole words."""
        listed = [step.exact for step in steps if not step.stems and not step.digit]
        if not listed:
            return NOTHING
        fewest = min(map(frozenset, listed), key=len)
        return self._needs.setdefault(fewest, fewest)

    def _rank(self, choice: frozenset[str]) -> tuple[bool, int, int]:
        """How rare a word is, the greater the rarer: long choices before short, few before many, figures last."""
        rank = self._ranks.get(choice)
        if rank is None:
            shortest = min((len(word) - (word[-1] == "*") for word in choice if word != "#"), default=0)
            rank = self._ranks[choice] = ("#" not in choice, min(shortest, 6), -len(choice - {"#"}))
        return rank


def _gapped(form: _Form) -> tuple[list[frozenset[str]], list[int]]:
    """The choices of a form and, for each, how many words may stand before it; none before the first."""
    choices: list[frozenset[str]] = []
    gaps: list[int] = []
    gap = 0
    for piece in form:
        if isinstance(piece, frozenset):
            choices.append(piece)
            gaps.append(gap if gaps else 0)
            gap = 0
        elif isinstance(piece, int):
            gap = max(gap, piece)
    return choices, gaps


class _Parser:
    """Reads the notation of one phrase into flat forms: lists of word choices, gaps and ends."""

    def __init__(self, entry: Entry, sets: dict[tuple[str, str], list[_Form]]) -> None:
        self.entry = entry
        self.sets = sets  # read so far, by language and name
        self.pieces = _PIECE.findall(entry.text.replace("'", ""))
        self.at = 0

    def forms(self) -> list[_Form]:
        if _SPECIAL.isdisjoint(self.entry.text):  # nothing but words, as most are
            return [[frozenset((piece,)) for piece in self.pieces]]
        found = self._sequence()
        if self.at < len(self.pieces):
            self._refuse(f"expected an opening bracket before {self.pieces[self.at]!r}")
        return found

    def _refuse(self, problem: str) -> None:
        self.entry.lexicon.refuse(f"{self.entry.kind}.{self.entry.value}", f"{problem} in {self.entry.text!r}")

    def _sequence(self) -> list[_Form]:
        parts: list[list[_Form]] = []
        while self.at < len(self.pieces) and self.pieces[self.at] not in {")", "]", "|"}:
            parts.append(self._piece())
        total = 1
        for part in parts:
            total *= len(part)
        if total > MAX_FORMS:
            self._refuse(f"expected at most {MAX_FORMS} forms, found {total}")
        return [[item for part in choice for item in part] for choice in product(*parts)]

    def _piece(self) -> list[_Form]:
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

    def _choices(self, closing: str) -> list[_Form]:
        found = self._sequence()
        while self.at < len(self.pieces) and self.pieces[self.at] == "|":
            self.at += 1
            found += self._sequence()
        if self.at >= len(self.pieces) or self.pieces[self.at] != closing:
            self._refuse(f"expected {closing!r}")
        self.at += 1
        return _merged(found) + ([[]] if closing == "]" else [])

    def _set(self, name: str) -> list[_Form]:
        lexicon = self.entry.lexicon
        known = self.sets.get((lexicon.language, name))
        if known is not None:
            return known
        texts = lexicon.words("sets", name)
        if not texts:
            self._refuse(f"expected a list `sets.{name}`")
        found: list[_Form] = []
        for text in texts:
            found += _Parser(Entry(self.entry.kind, self.entry.value, text, lexicon), self.sets).forms()
        merged = self.sets[lexicon.language, name] = _merged(found)
        return merged


def _merged(forms: Sequence[_Form]) -> list[_Form]:
    """Put the one-word choices into a single step, so that brackets do not multiply forms."""
    single: set[str] = set()
    others: list[_Form] = []
    for form in forms:
        if len(form) == 1 and isinstance(form[0], frozenset):
            single |= form[0]
        else:
            others.append(form)
    choice: _Form = [frozenset(single)]
    return [choice, *others] if single else others


def settle(hits: Iterable[Hit]) -> list[Hit]:
    """The hits that remain when of two that overlap the longer wins, in the order of the text."""
    found = list(hits)
    if len(found) < 2:
        return found
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (-hit.length, -hit.size, hit.head)):
        if all(hit.tail < other.head or hit.head > other.tail for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.head)
