"""Number words of a language, compiled: values, scales, halves and what joins them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.text import fold

NOBODY: Mapping[str, Lexicon] = MappingProxyType({})
HALF = Decimal("0.5")
_SHORTEST_PART = 3  # letters of a word inside a compound: "ein", "und"


@dataclass(frozen=True, slots=True)
class NumberWords:
    """Number words by form; borrowed languages fill what the own one leaves free."""

    decimal_point: bool  # 3.500 is three and a half; elsewhere it is 3500
    hundreds_and: bool  # "two hundred and five"
    compound: Mapping[str, Decimal]  # parts of "fünfundzwanzigtausend", all in one word; empty where none are
    spelled: Mapping[str, str]  # folded -> spelling of words that folding makes other words of
    small: Mapping[str, Decimal]  # below 1000
    scales: Mapping[str, Decimal]
    counted: frozenset[str]  # forms of a scale that need a number: "тысяч"
    glued: Mapping[str, Decimal]  # scales that stand right behind figures: k, к, m
    inverted: Mapping[str, Decimal]  # scales that may stand before: "тысяч 5"
    approx: frozenset[str]  # what may stand inside "тысяч где-то 5"
    halves: frozenset[str]  # пол, half
    half_after: tuple[tuple[str, ...], ...]  # "с половиной", "and a half"
    quarter_after: tuple[tuple[str, ...], ...]
    three_quarters_after: tuple[tuple[str, ...], ...]
    joins: frozenset[str]  # and
    points: frozenset[str]  # "point", "целых"
    articles: frozenset[str]  # "a" in "a thousand"
    vague: Mapping[str, tuple[Decimal, Decimal]]  # "kilkanaście" -> 11 to 19
    odd: Mapping[str, tuple[tuple[str, ...], ...]]  # "twenty-odd", "двадцать с чем-то": first token -> phrases
    minus: frozenset[str]
    ordinals: Mapping[str, int]
    ordinal_ends: frozenset[str]  # -го, th
    cardinal_ends: frozenset[str]  # "80-ти": an ending of the number said, which changes nothing
    fractions: Mapping[str, int]  # quarter -> 4
    ranges: frozenset[str]  # "to" between two numbers
    ors: frozenset[str]  # "or" between two numbers
    range_starts: frozenset[str]  # "between", "from": makes "and" a range
    softs: frozenset[str]  # "maybe", "ну": "five, maybe six" is a range as well
    of: frozenset[str]  # "a couple of thousand", "a quarter of a million"
    range_leads: frozenset[str]  # beside "to" without a meaning of its own: "up to", "bis zu"
    day_marks: frozenset[str]  # "числа": "до 20 числа" is a day of the month
    starters: frozenset[str] = field(init=False, repr=False, compare=False)  # words a number may begin with
    longest_part: int = field(init=False, repr=False, compare=False)  # letters of the longest part of a compound

    def __post_init__(self) -> None:
        tables = (self.small, self.scales, self.inverted, self.vague, self.fractions, self.halves, self.articles)
        object.__setattr__(self, "starters", frozenset().union(*tables))
        object.__setattr__(self, "longest_part", max(map(len, self.compound), default=0))


def _spelled(lexicon: Lexicon) -> dict[str, str]:
    raw = lexicon.section("time").get("spelled", "")
    return {fold(word): word for word in raw.split()} if isinstance(raw, str) else {}


def compile_numbers(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> NumberWords:
    """
    The number words of a language, plus those of languages its speakers mix in.

    Raises:
        BrokenContent: A value is not a number or a section has another shape.
    """
    sources = lexicon.sources("numbers", others)
    small = _merge(sources, "words")
    scales = _merge(sources, "scales")
    for source in sources:
        for prefix in source.single("numbers", "half_prefixes"):
            for form, value in _values(source, "scales").items():
                scales.setdefault(prefix + form, value * HALF)
    return NumberWords(
        decimal_point="point" in lexicon.single("numbers", "decimal"),
        hundreds_and=bool(lexicon.single("numbers", "hundreds_and")),
        compound=_compound(lexicon, small | scales),
        spelled=_spelled(lexicon),
        small=small,
        scales=scales,
        counted=lexicon.single("numbers", "counted"),
        glued=_merge(sources, "glued"),
        inverted=_merge(sources, "inverted"),
        approx=lexicon.single("numbers", "approx"),
        halves=_all(sources, "halves"),
        half_after=_phrases(sources, "half_after"),
        quarter_after=_phrases(sources, "quarter_after"),
        three_quarters_after=_phrases(sources, "three_quarters_after"),
        joins=lexicon.single("numbers", "and"),
        points=_all(sources, "point"),
        articles=lexicon.single("numbers", "articles"),
        vague=_vague(lexicon),
        odd=_odd(lexicon.words("numbers", "odd")),
        minus=_all(sources, "minus"),
        ordinals={form: int(value) for form, value in _merge(sources, "ordinals").items()},
        ordinal_ends=_all(sources, "ordinal_ends"),
        cardinal_ends=_all(sources, "cardinal_ends"),
        fractions={form: int(value) for form, value in _merge(sources, "fractions").items()},
        ranges=_all(sources, "to"),
        ors=_all(sources, "or"),
        softs=_all(sources, "soft"),
        of=_all(sources, "of"),
        range_leads=_all(sources, "range_leads"),
        day_marks=_all(sources, "day_marks"),
        range_starts=_all(sources, "between"),
    )


def _compound(lexicon: Lexicon, values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    joins = lexicon.single("numbers", "compound")
    if not joins:
        return {}
    parts = {form: value for form, value in values.items() if len(form) >= _SHORTEST_PART}
    return dict.fromkeys(joins, Decimal(0)) | parts


def _vague(lexicon: Lexicon) -> dict[str, tuple[Decimal, Decimal]]:
    table: dict[str, tuple[Decimal, Decimal]] = {}
    for name, forms in lexicon.forms("numbers", "vague").items():
        ends = name.split()
        if len(ends) != 2 or not all(end.isdecimal() for end in ends):
            lexicon.refuse(f"numbers.vague.{name}", f"expected two numbers as the key, found {name!r}")
        for form in forms:
            table[form] = Decimal(ends[0]), Decimal(ends[1])
    return table


def _values(lexicon: Lexicon, key: str) -> dict[str, Decimal]:
    table: dict[str, Decimal] = {}
    for name, forms in lexicon.forms("numbers", key).items():
        try:
            value = Decimal(name)
        except InvalidOperation:
            lexicon.refuse(f"numbers.{key}.{name}", f"expected a number as the key, found {name!r}")
        for form in forms:
            table[form] = value
    return table


def _merge(sources: Iterable[Lexicon], key: str) -> dict[str, Decimal]:
    table: dict[str, Decimal] = {}
    for source in sources:
        for form, value in _values(source, key).items():
            table.setdefault(form, value)
    return table


def _all(sources: Iterable[Lexicon], key: str) -> frozenset[str]:
    return frozenset(form for source in sources for form in source.single("numbers", key))


def _phrases(sources: Iterable[Lexicon], key: str) -> tuple[tuple[str, ...], ...]:
    phrases = {tuple(phrase.split()) for source in sources for phrase in source.words("numbers", key)}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _odd(written: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """First token -> phrases, the longest first; a hyphen is a token of its own."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for text in written:
        phrase = tuple(text.replace("-", " - ").split())
        found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(sorted(phrases, key=len, reverse=True)) for first, phrases in found.items()}
