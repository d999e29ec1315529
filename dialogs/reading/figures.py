"""All numeric readers of a message in one call: money, timing, people and bare values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import Struct

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.money import MoneyWords, compile_money, read_money
from dialogs.reading.numberwords import NOBODY
from dialogs.reading.people import PeopleWords, compile_people, read_people
from dialogs.reading.spans import SpanWords, compile_spans, read_days, read_duration, read_number, read_percent
from dialogs.reading.text import Text
from dialogs.reading.timing import TimingWords, read_callback, read_timing
from dialogs.reading.values import Asked, Days, Duration, Found
from scoring.values import Headcount, MoneyRange, Urgency, Window


@dataclass(frozen=True, slots=True)
class FigureWords:
    """The words of all numeric readers of one language."""

    money: MoneyWords
    timing: TimingWords
    people: PeopleWords
    spans: SpanWords


class Figures(Struct, frozen=True, gc=False):
    """What the numeric readers found in one message."""

    money: Found[MoneyRange] | None
    timing: Found[Window] | None
    callback: Found[Window] | None
    people: Found[Headcount] | None
    percent: Found[Decimal] | None
    number: Found[Decimal] | None
    duration: Found[Duration] | None
    days: Found[Days] | None


def compile_figures(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> FigureWords:
    """
    Compile a language for all numeric readers.

    Args:
        lexicon: The language.
        others: All languages, from which it takes what `borrows` in its lexicon names.

    Raises:
        BrokenContent: A section has another shape than its reader asks for.
    """
    spans = compile_spans(lexicon, others)
    return FigureWords(compile_money(lexicon, others), spans.timing, compile_people(lexicon, others), spans)


def read_figures(
    text: Text, words: FigureWords, asked: Asked | None, today: date, *, later: bool = False, bare: bool = True
) -> Figures:
    """
    Run all numeric readers.

    Args:
        text: The message.
        words: Of its language.
        asked: What was asked for.
        today: The day relative dates count from.
        later: The visitor put the answer off, so that dates are call-backs.
        bare: Read bare percentages, numbers, lengths and days as well, which no talk needs.
    """
    money = read_money(text, words.money, asked)
    timing = read_timing(text, words.timing, asked, today) if asked is None or not later else None
    if later and timing is not None and timing.value.urgency is Urgency.DATED:
        timing = None  # "no hurry" of a first message says when, too
    callback = read_callback(text, words.timing, today, later=later)
    people = read_people(text, words.people, asked)
    if not bare:
        return Figures(money, timing, callback, people, None, None, None, None)
    return Figures(
        money=money,
        timing=timing,
        callback=callback,
        people=people,
        percent=read_percent(text, words.spans),
        number=read_number(text, words.spans),
        duration=read_duration(text, words.spans),
        days=read_days(text, words.spans, today),
    )
