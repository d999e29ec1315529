"""Money words of a language, compiled: currencies, slang, bounds, periods and what is no money."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, WordSet, phrases, word_set
from dialogs.reading.numberwords import NOBODY, NumberWords, compile_numbers
from scoring.values import Per

_PHRASES = (
    "cues",
    "up_to",
    "at_least",
    "max_after",
    "min_after",
    "plus_after",
    "approx_after",
    "more_than",
    "too_much",
    "too_little",
    "earned",
    "things",
    "same",
)


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """What the money reader knows of a language and of the languages mixed into it."""

    numbers: NumberWords
    currencies: Mapping[str, str]  # form or sign -> ISO code
    adjectives: Mapping[str, str]  # "canadian" -> CAD
    compounds: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]  # first token -> (phrase, code)
    thousands: Mapping[str, str]  # "килобакс" -> USD
    cents: frozenset[str]
    scales: Mapping[str, Decimal]  # slang that always means money
    piece_scales: Mapping[str, Decimal]  # slang that may mean pieces
    bare_thousands: frozenset[str]  # number words that mean so many thousands where no currency is said
    cues: Phrases
    up_to: Phrases
    at_least: Phrases
    max_after: Phrases
    min_after: Phrases
    plus_after: Phrases  # "plus": from so much on, where nothing is added
    approx_after: Phrases
    more_than: Phrases
    too_much: Phrases
    too_little: Phrases  # "2k won't cut it": another sum is meant
    turnover: WordSet
    earned: Phrases  # "in sales": what stands before it is earned, not spent
    not_money: WordSet
    spent: WordSet  # "we paid": a bare sum behind it is gone, whatever it was for
    per: Mapping[Per, Phrases]
    things: Phrases
    after_ok: WordSet
    same: Phrases  # "about the same": what was paid the last time is meant again
    others: Phrases  # "the competitor": a sum in the same clause is theirs
    calls: Phrases  # "call me": a bare number in the same clause is an hour
    negations: WordSet
    instead: WordSet  # "500, no, 700"
    articles: frozenset[str]
    into: frozenset[str]  # "in euro": the currency of a sum said elsewhere in the sentence
    people: Phrases  # "team of": what follows is no sum
    alone: frozenset[str]  # words that may be a sum without a number, or its unit


def compile_money(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> MoneyWords:
    """
    The money words of a language; currencies of the languages it borrows from are known too.

    Raises:
        BrokenContent: A section has another shape.
    """
    sources = lexicon.sources("currency", others)
    blocked = lexicon.single("currency", "blocked")
    currencies: dict[str, str] = {}
    adjectives: dict[str, str] = {}
    thousands: dict[str, str] = {}
    compounds: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for source in sources:
        for table, key in ((currencies, "words"), (adjectives, "adjectives"), (thousands, "thousands")):
            for code, forms in source.forms("currency", key).items():
                for form in forms:
                    if form not in blocked:
                        table.setdefault(form, code)
        for code, written in source.groups("currency", "phrases").items():
            for phrase in written:
                words = tuple(phrase.split())
                compounds.setdefault(words[0], []).append((words, code))
    numbers = compile_numbers(lexicon, others)
    listed = lexicon.groups("money", "per")
    scales, piece_scales = _scales(lexicon, "scales"), _scales(lexicon, "piece_scales")
    return MoneyWords(
        numbers=numbers,
        currencies=currencies,
        adjectives=adjectives,
        compounds={first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in compounds.items()},
        thousands=thousands,
        cents=frozenset(form for source in sources for form in source.single("currency", "cents")),
        scales=scales,
        piece_scales=piece_scales,
        bare_thousands=lexicon.single("money", "bare_thousands"),
        per={per: phrases(listed.get(per.value, ())) for per in Per},
        after_ok=word_set(lexicon.words("money", "after_ok")),
        turnover=word_set(lexicon.words("money", "turnover")),
        not_money=word_set(lexicon.words("money", "not_money")),
        spent=word_set(lexicon.words("money", "spent")),
        others=phrases(lexicon.words("money", "others")),
        calls=phrases(lexicon.words("time", "callback")),
        negations=word_set(lexicon.words("money", "negations")),
        instead=word_set(lexicon.words("money", "instead")),
        articles=numbers.articles,
        into=lexicon.single("money", "into"),
        people=phrases(word for word in lexicon.words("people", "before") if len(word) > 2),
        alone=frozenset().union(currencies, adjectives, compounds, thousands, scales, piece_scales),
        **{key: phrases(lexicon.words("money", key)) for key in _PHRASES},
    )


def _scales(lexicon: Lexicon, key: str) -> dict[str, Decimal]:
    return {form: Decimal(name) for name, forms in lexicon.forms("money", key).items() for form in forms}
