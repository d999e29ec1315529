"""Bare values: percentages, numbers, lengths of time and days, whatever they may be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dialogs.reading.calendar import UNIT_DAYS, UNIT_MONTHS, add_days, add_months
from dialogs.reading.dates import read_dates
from dialogs.reading.expressions import Expression, Relation, expressions
from dialogs.reading.lengths import Lengths
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, phrases
from dialogs.reading.numbers import ONE, Number, Numbers, read_numbers
from dialogs.reading.numberwords import HALF, NOBODY, NumberWords
from dialogs.reading.text import Text
from dialogs.reading.timewords import TimeWords
from dialogs.reading.timing import TimingWords, compile_timing, first_day_after, last_day_before
from dialogs.reading.values import Days, Duration, Found


@dataclass(frozen=True, slots=True)
class SpanWords:
    """Everything bare values need."""

    numbers: NumberWords
    time: TimeWords
    timing: TimingWords
    percent: Phrases


def compile_spans(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> SpanWords:
    """
    The words of bare values.

    Raises:
        BrokenContent: A section has another shape.
    """
    timing = compile_timing(lexicon, others)
    return SpanWords(timing.time.numbers, timing.time, timing, phrases(lexicon.words("percent", "words")))


def read_percent(text: Text, words: SpanWords) -> Found[Decimal] | None:
    """The first percentage named."""
    numbers = read_numbers(text, words.numbers)
    for number in numbers.found:
        at = number.last
        if at >= len(numbers.tokens):
            continue
        size = 1 if numbers.tokens[at].text == "%" else words.percent.begins(numbers.tokens, at)
        if size:
            end = numbers.tokens[at + size - 1].end
            return Found(number.value, number.start, end, text.quote(number.start, end), "percent")
    return None


def read_number(text: Text, words: SpanWords) -> Found[Decimal] | None:
    """The first number, with fractions ("1 and 3/4") and a sign."""
    numbers = read_numbers(text, words.numbers)
    for number in numbers.found:
        value, first, last = _fraction(numbers, number, words)
        value, first = _signed(numbers, value, first, words)
        start, end = numbers.tokens[first].start, numbers.tokens[last - 1].end
        return Found(value, start, end, text.quote(start, end), "number")
    return None


def _fraction(numbers: Numbers, number: Number, words: SpanWords) -> tuple[Decimal, int, int]:
    """Read "3/4", "1 and 3/4", "три чверті", "одна чашка с половиной", ".77"."""
    tokens = numbers.tokens
    lone = _slash(numbers, number)
    if lone is not None:
        return lone[0], number.first, lone[1]
    if (
        number.first
        and tokens[number.first - 1].text == "."
        and number.figures
        and tokens[number.first].glued
        and number.first < 2
    ):
        return number.value / 10 ** len(tokens[number.first].text), number.first - 1, number.last
    at = number.last
    parts = words.numbers.fractions.get(tokens[at].text) if at < len(tokens) else None
    if parts is not None and number.value < parts * 10 and number.scale == ONE:
        return number.value / parts, number.first, at + 1
    if at < len(tokens) and tokens[at].text in words.numbers.joins:
        following = numbers.starting.get(at + 1)
        if following is not None:
            fraction = _slash(numbers, following)
            if fraction is not None:
                return number.value + fraction[0], number.first, fraction[1]
            part = words.numbers.fractions.get(tokens[following.last].text) if following.last < len(tokens) else None
            if part is not None and following.value < part:
                return number.value + following.value / part, number.first, following.last + 1
    for phrase in words.numbers.half_after:  # "one cup and a half"
        if at + 1 < len(tokens) and tuple(token.text for token in tokens[at + 1 : at + 1 + len(phrase)]) == phrase:
            return number.value + HALF, number.first, at + 1 + len(phrase)
    return number.value, number.first, number.last


def _slash(numbers: Numbers, number: Number) -> tuple[Decimal, int] | None:
    tokens, at = numbers.tokens, number.last
    below = numbers.starting.get(at + 1)
    if (
        at < len(tokens)
        and tokens[at].text == "/"
        and below is not None
        and below.value > number.value
        and below.value <= 1000
    ):
        return number.value / below.value, below.last
    return None


def _signed(numbers: Numbers, value: Decimal, first: int, words: SpanWords) -> tuple[Decimal, int]:
    tokens = numbers.tokens
    if first and (
        tokens[first - 1].text in words.numbers.minus or (tokens[first - 1].text == "-" and tokens[first].glued)
    ):
        lone = tokens[first - 1].text != "-" or first == 1 or not tokens[first - 1].glued
        return (-value, first - 1) if lone else (value, first)
    return value, first


def read_duration(text: Text, words: SpanWords) -> Found[Duration] | None:
    """The first length of time; days count 24 hours, months 30, years 365 days."""
    dates = Lengths(text, words.time, date(2000, 1, 1))
    if words.time.lengths.isdisjoint(dates.numbers.said):
        return None
    for at in range(len(dates.tokens)):
        length = dates.length(at)
        if length is None or (not length.named and at and dates.tokens[at - 1].text in words.time.last):
            continue  # "last year" is when, not how long
        start, end = dates.tokens[at].start, dates.tokens[length.last - 1].end
        value = Duration(length.low, length.unit, _plain(length.days))
        return Found(value, start, end, text.quote(start, end), "duration")
    return None


def _plain(days: Decimal) -> float:
    """Whole days as such; parts of a day, as of "8 hours", as a float."""
    whole = int(days)
    return whole if whole == days else float(days)


def read_days(text: Text, words: SpanWords, today: date) -> Found[Days] | None:
    """The first day or window of days, past ones included."""
    dates = read_dates(text, words.time, today)
    for found in expressions(dates, words.timing.relations):
        days = _days(found, today)
        if days is not None:
            start, end = dates.tokens[found.first].start, dates.tokens[found.last - 1].end
            return Found(days, start, end, text.quote(start, end), f"days.{found.relation}")
    return None


def _days(found: Expression, today: date) -> Days | None:
    if found.length is not None:
        return _offset(found, today)
    if found.dated is None:
        return None
    stretch = found.dated.stretch
    if found.relation in {Relation.BY, Relation.BEFORE}:
        return Days(today, max(today, last_day_before(found.dated, today)))
    if found.relation in {Relation.AFTER, Relation.NOT_BEFORE} or found.onwards:
        return Days(first_day_after(found), None)
    end = found.until.stretch.end if found.until else stretch.end
    return Days(stretch.start, end)


def _offset(found: Expression, today: date) -> Days | None:
    length = found.length
    if length is None or length.unit in {"minute", "hour"}:
        return None
    if found.ago:
        months = UNIT_DAYS[length.unit] >= 30 and length.low == length.low.to_integral_value()
        back = _back(today, length.low, length.unit) if months else add_days(today, -int(length.days))
        return Days(back, back)
    moved = length.after(found.anchor or today)
    if found.relation is Relation.IN:
        return Days(moved, moved)
    if found.relation is Relation.WITHIN:
        return Days(today, moved)
    if found.relation in {Relation.AFTER, Relation.NOT_BEFORE}:
        return Days(moved, None)
    return None


def _back(today: date, amount: Decimal, unit: str) -> date:
    return add_months(today, -int(amount) * UNIT_MONTHS[unit])
