"""
Flat phrases as they lie in memory: packed, and unpacked row by row when a message needs them.

Four languages come to more than 50,000 flat phrases, most of which no visitor ever types. As objects they would fill
several times the memory and slow every start; packed they are two strings of bytes, and only what people say is
ever unpacked and kept.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Self

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

KEPT = 10_000  # phrases unpacked at a time, some 3 MB; beyond that all are let go and those in use come back
FEW = 2  # words of a choice that are looked through as fast as they are looked up, in a quarter of the room
NOTHING: frozenset[str] = frozenset()


class Step(Struct, frozen=True, gc=False):
    """One word of a phrase: any of the exact words, or one that begins with a stem, `gap` words or fewer before it."""

    exact: Collection[str]
    stems: tuple[str, ...]
    gap: int = 0
    digit: bool = False

    @classmethod
    def of(cls, exact: Collection[str], stems: tuple[str, ...], gap: int, *, digit: bool) -> Self:
        """A step whose words are held so that they are found fast."""
        return cls(frozenset(exact) if len(exact) > FEW else tuple(sorted(exact)), stems, gap, digit)

    def accepts(self, word: str) -> bool:
        """Whether this word of a message will do."""
        return word in self.exact or word.startswith(self.stems) or (self.digit and word[0].isdigit())


class Phrase(Struct, frozen=True, gc=False):
    """One flat form of a written phrase, looked up by one of its words: the anchor."""

    kind: str
    value: str
    language: str
    anchor: Step
    before: tuple[Step, ...] = ()  # from the anchor back; the gap of each lies behind it
    after: tuple[Step, ...] = ()  # from the anchor on; the gap of each lies before it
    first: bool = False
    last: bool = False
    need: frozenset[str] = NOTHING  # one of these stands in whatever it fits; empty where that cannot be told

    @property
    def size(self) -> int:
        """How many words it names."""
        return len(self.before) + 1 + len(self.after)

    def names(self, word: str) -> bool:
        """Whether the word is one of those it names."""
        return self.anchor.accepts(word) or any(step.accepts(word) for step in (*self.before, *self.after))


class _Row(Struct, frozen=True, array_like=True, gc=False):
    """A phrase by the numbers of its name and of its steps."""

    name: int
    anchor: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    first: bool
    last: bool
    need: int  # place among the steps before and after; -1 for none


class _Words(Struct, frozen=True, array_like=True, gc=False):
    """A step in so many words."""

    exact: list[str]
    stems: tuple[str, ...]
    gap: int
    digit: bool


_rows = Decoder(tuple[_Row, ...])
_words = Decoder(_Words)


class _Pieces:
    """Byte strings one after another, by number."""

    __slots__ = ("ends", "held")

    def __init__(self, held: bytes, ends: "array[int]") -> None:
        self.held = held
        self.ends = ends

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Self:
        held, ends = bytearray(), array("I", (0,))
        for piece in pieces:
            held += piece
            ends.append(len(held))
        return cls(bytes(held), ends)

    def __getitem__(self, number: int) -> bytes:
        return self.held[self.ends[number] : self.ends[number + 1]]

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.held, self.ends)


class Packed:
    """Rows of phrases."""

    __slots__ = ("_count", "_found", "_steps", "names", "rows", "steps")

    def __init__(self, names: Sequence[tuple[str, str, str]], rows: _Pieces, steps: _Pieces) -> None:
        """Take kinds, values and languages, and the rows and steps that name them; use *of*."""
        self.names = names
        self.rows = rows
        self.steps = steps
        self._found: dict[int, tuple[Phrase, ...]] = {}
        self._steps: dict[int, Step] = {}
        self._count = 0

    @classmethod
    def of(cls, rows: Iterable[Sequence[Phrase]]) -> Self:
        """Pack phrases; a row is what is looked up together."""
        names: dict[tuple[str, str, str], int] = {}
        steps: dict[Step, int] = {}
        encode = Encoder().encode

        def step(one: Step) -> int:
            return steps.setdefault(one, len(steps))

        def row(phrase: Phrase) -> _Row:
            others = (*phrase.before, *phrase.after)
            need = next((at for at, one in enumerate(others) if _is_need(one, phrase.need)), -1)
            return _Row(
                names.setdefault((phrase.kind, phrase.value, phrase.language), len(names)),
                step(phrase.anchor),
                tuple(map(step, phrase.before)),
                tuple(map(step, phrase.after)),
                phrase.first,
                phrase.last,
                need,
            )

        packed = _Pieces.of([encode(tuple(map(row, phrases))) for phrases in rows])
        spelled = (_Words(sorted(one.exact), one.stems, one.gap, one.digit) for one in steps)
        return cls(tuple(names), packed, _Pieces.of(map(encode, spelled)))

    @property
    def unpacked(self) -> int:
        """How many phrases are held as objects."""
        return sum(map(len, self._found.values()))

    def row(self, number: int) -> tuple[Phrase, ...]:
        """The phrases of a row."""
        found = self._found.get(number)
        return self._unpack(number) if found is None else found

    def _unpack(self, number: int) -> tuple[Phrase, ...]:
        if self._count > KEPT:
            self._found, self._steps, self._count = {}, {}, 0
        found = self._found[number] = tuple(map(self._phrase, _rows.decode(self.rows[number])))
        self._count += len(found)
        return found

    def _phrase(self, row: _Row) -> Phrase:
        before, after = tuple(map(self._step, row.before)), tuple(map(self._step, row.after))
        need = NOTHING if row.need < 0 else frozenset((*before, *after)[row.need].exact)
        return Phrase(*self.names[row.name], self._step(row.anchor), before, after, row.first, row.last, need)

    def _step(self, number: int) -> Step:
        step = self._steps.get(number)
        if step is None:
            words = _words.decode(self.steps[number])
            step = self._steps[number] = Step.of(words.exact, words.stems, words.gap, digit=words.digit)
        return step

    def __reduce__(self) -> tuple[object, ...]:
        """What is unpacked stays behind."""
        return type(self), (self.names, self.rows, self.steps)


def _is_need(step: Step, need: frozenset[str]) -> bool:
    return bool(need) and not step.stems and not step.digit and need == frozenset(step.exact)
