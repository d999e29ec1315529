"""Head-counts: staff of the company or users of the system."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, phrases
from dialogs.reading.numbers import ONE, Number, Numbers, between, read_numbers
from dialogs.reading.numberwords import NOBODY, NumberWords, compile_numbers
from dialogs.reading.text import Text
from dialogs.reading.values import Asked, Found
from scoring.values import Headcount

CROWD = 10_000  # "у нас 450 000" is rather money
MOST = 10_000_000  # more people than any customer has


@dataclass(frozen=True, slots=True)
class PeopleWords:
    """Nouns for people and what stands around their number."""

    numbers: NumberWords
    nouns: Phrases
    not_people: Phrases  # those a lead wants to hire from us
    before: Phrases  # "team of", "нас"
    after_not: Phrases  # "a year": not a head-count
    hiring: Phrases
    approx: Phrases
    used_by: Phrases  # "for" right before a number: those who will use it, not those wanted
    things: Phrases  # nouns that count something else


class _Count(Struct, frozen=True, gc=False):
    """How many, over tokens[first:last]."""

    low: Decimal
    high: Decimal
    first: int
    last: int


def compile_people(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> PeopleWords:
    """
    The words for people of a language.

    Raises:
        BrokenContent: A section has another shape.
    """
    keys = ("nouns", "not_people", "before", "after_not", "hiring", "approx", "used_by")
    listed = {key: phrases(lexicon.words("people", key)) for key in keys}
    return PeopleWords(
        numbers=compile_numbers(lexicon, others), things=phrases(lexicon.words("money", "things")), **listed
    )


def read_people(text: Text, words: PeopleWords, asked: Asked | None) -> Found[Headcount] | None:
    """The people a message counts; a bare number counts only when people were asked for."""
    numbers = read_numbers(text, words.numbers)
    weak: Found[Headcount] | None = None
    for index, number in enumerate(numbers.found):
        if not _countable(number):
            continue
        count = _range(numbers, index, words)
        found = _counted(text, numbers, count, words)
        if found is not None:
            return found
        if asked is Asked.PEOPLE and weak is None and _stands_free(numbers, count.last):
            weak = _make(text, numbers, count, "people.bare")
    return weak


def _countable(number: Number) -> bool:
    return number.value == number.value.to_integral_value() and ONE <= number.value <= MOST


def _range(numbers: Numbers, index: int, words: PeopleWords) -> _Count:
    number = numbers.found[index]
    if index + 1 < len(numbers.found):
        right = numbers.found[index + 1]
        if _countable(right) and right.value > number.value and between(numbers, number, right, words.numbers):
            low = number.value * right.scale if number.scale == ONE and right.scale > ONE else number.value
            return _Count(low, right.value, number.first, right.last)
    return _Count(number.value, number.high or number.value, number.first, number.last)


def _counted(text: Text, numbers: Numbers, count: _Count, words: PeopleWords) -> Found[Headcount] | None:
    first = count.first
    tokens = numbers.tokens
    at = count.last
    if at < len(tokens) and tokens[at].text in {"+", "-"} and tokens[at].glued:
        at += 1
    noun = words.nouns.begins(tokens, at)
    if not noun and at + 1 < len(tokens) and tokens[at].kind == "w" and not words.not_people.begins(tokens, at):
        follows = words.nouns.begins(tokens, at + 1)  # "20 активных пользователей"
        if (
            follows
            and not words.things.begins(tokens, at)
            and tokens[at].text not in words.numbers.joins
            and len(tokens[at].text) > 2
        ):
            noun = follows + 1
    if words.not_people.begins(tokens, at):
        return None
    if noun:
        end = at + noun
        if words.after_not.begins(tokens, end) or _hired(numbers, first, words):
            return None
        return _make(text, numbers, replace(count, last=end), "people.noun")
    begin = first
    size = words.approx.ends(tokens, begin)
    begin -= size
    if words.nouns.ends(tokens, begin) and _stands_free(numbers, at) and not _hiring(numbers, begin, words):
        return _make(text, numbers, replace(count, first=begin - 1, last=at), "people.noun_first")
    if count.high < CROWD and words.before.ends(tokens, begin) and _stands_free(numbers, at):
        return _make(text, numbers, replace(count, last=at), "people.before")
    return None


def _hired(numbers: Numbers, first: int, words: PeopleWords) -> bool:
    """Whether the wish is for the people, not for something used by them: "a CRM is needed for 12 managers"."""
    begin = first - words.approx.ends(numbers.tokens, first)
    if words.used_by.ends(numbers.tokens, first) or words.used_by.ends(numbers.tokens, begin):
        return False
    return not words.before.ends(numbers.tokens, first) and _hiring(numbers, first, words)


def _hiring(numbers: Numbers, first: int, words: PeopleWords) -> bool:
    """Whether the people are those wanted: "нужно 2 оператора"."""
    start = first
    while start > 0 and first - start < 3 and numbers.tokens[start - 1].text not in {",", ".", "!", "?", ";"}:
        start -= 1
    return words.hiring.first(numbers.tokens, start, first) is not None


def _stands_free(numbers: Numbers, at: int) -> bool:
    """Whether no other noun follows that the number might count."""
    tokens = numbers.tokens
    if at >= len(tokens):
        return True
    return tokens[at].text in {",", ".", ";", "!", "?", ")", "-", "+"}


def _make(text: Text, numbers: Numbers, count: _Count, how: str) -> Found[Headcount]:
    start, end = numbers.tokens[count.first].start, numbers.tokens[count.last - 1].end
    return Found(Headcount(int(count.low), int(count.high)), start, end, text.quote(start, end), how)
