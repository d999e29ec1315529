"""Calendar words of a language, compiled: units, months, weekdays, seasons, holidays and what stands around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dialogs.reading.calendar import UNIT_DAYS
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, phrases
from dialogs.reading.numberwords import NOBODY, NumberWords, compile_numbers

QUARTERS = frozenset(("кв",))  # the abbreviation behind a Roman number, whose dot parts it from its forms


@dataclass(frozen=True, slots=True)
class TimeWords:
    """What is known of calendar words."""

    numbers: NumberWords
    units: Mapping[str, str]
    short_units: frozenset[str]  # only right behind a figure: "3d"
    counted_weeks: frozenset[str]  # a week behind a number, else another word: "дві неділі" beside "до неділі"
    counts: Mapping[str, tuple[Decimal, str]]  # "полгода" -> 6 month
    months: Mapping[str, int]
    weak_months: frozenset[str]  # "may": only with a day, a year or a preposition
    weekdays: Mapping[str, int]
    weak_weekdays: frozenset[str]
    days: Mapping[str, int]
    phrase_days: tuple[tuple[Phrases, int], ...]
    this: frozenset[str]
    following: frozenset[str]
    last: frozenset[str]
    before_last: frozenset[str]
    coming: frozenset[str]  # "the coming month" goes on from today, "next month" begins later
    another: frozenset[str]  # "month-another": one or two
    decades: frozenset[str]  # the thirds of a month
    inclusive: frozenset[str]  # "by May inclusive": its last day
    begin: frozenset[str]
    middle: frozenset[str]
    end: frozenset[str]
    whole_end: Mapping[str, str]  # "eom" -> month
    ordinal_last: frozenset[str]
    half_year: frozenset[str]
    half_of: frozenset[str]  # "half" in "second half of August"
    seasons: Mapping[str, int]  # first month
    weak_seasons: frozenset[str]
    holidays: tuple[tuple[Phrases, str], ...]
    weekend: frozenset[str]
    year_words: frozenset[str]
    fillers: frozenset[str]  # prepositions before a date
    adverbs: frozenset[str]  # ordinals that are no day of a month without an article: "quality first"
    working: frozenset[str]  # "working" days: five of them are a week
    leans: frozenset[str]  # "by": a word behind it that may be a name or a verb is a month
    leaned_on: frozenset[str]  # "works": the same of a word that opens a message before it
    edge_verbs: frozenset[str]  # "start": an edge only with "of" behind it
    edge_of: frozenset[str]  # what may stand between "end" and "April"
    week_of: Phrases
    week_numbers: frozenset[str]  # "KW 23"
    ago: frozenset[str]
    later: frozenset[str]
    from_now: Phrases
    month_first: bool  # 5/12 is May 12
    lengths: frozenset[str]  # without one of these words there is no length
    anchors: frozenset[str]  # without one of these words or a number there is no date and no length


def compile_time(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> TimeWords:
    """
    Calendar words of a language and of those it borrows from.

    Raises:
        BrokenContent: A section has another shape.
    """
    sources = lexicon.sources("time", others)

    def table(key: str) -> dict[str, str]:
        merged: dict[str, str] = {}
        for source in sources:
            for name, forms in source.forms("time", key).items():
                for form in forms:
                    merged.setdefault(form, name)
        return merged

    def numbered(key: str) -> dict[str, int]:
        return {form: int(name) for form, name in table(key).items()}

    blocked = lexicon.single("time", "blocked")  # of the borrowed months: "маю" is "I have" in Ukrainian
    counts: dict[str, tuple[Decimal, str]] = {}
    for form, name in table("counts").items():
        amount, _, unit = name.partition(" ")
        counts[form] = Decimal(amount), unit
    numbers = compile_numbers(lexicon, others)
    units = {form: unit for form, unit in table("units").items() if unit in UNIT_DAYS}
    days, weekdays, seasons = numbered("days"), numbered("weekdays"), numbered("seasons")
    months = {form: month for form, month in numbered("months").items() if form not in blocked}
    whole_end = {form: unit for unit, forms in lexicon.forms("time", "whole_end").items() for form in forms}
    phrase_days = tuple((phrases(listed), int(name)) for name, listed in lexicon.groups("time", "phrase_days").items())
    holidays = tuple((phrases(listed), name) for name, listed in lexicon.groups("time", "holidays").items())
    counted_weeks = lexicon.single("time", "counted_weeks")
    weekend = lexicon.single("time", "weekend")
    lengths = counted_weeks.union(units, counts)
    named = (found.heads for found, _ in (*phrase_days, *holidays))
    anchors = lengths.union(days, weekdays, seasons, months, whole_end, weekend, numbers.ordinals, *named)
    return TimeWords(
        numbers=numbers,
        units=units,
        short_units=lexicon.single("time", "short_units"),
        counted_weeks=counted_weeks,
        counts=counts,
        months=months,
        weak_months=lexicon.single("time", "weak_months"),
        weekdays=weekdays,
        weak_weekdays=lexicon.single("time", "weak_weekdays"),
        days=days,
        phrase_days=phrase_days,
        this=lexicon.single("time", "this"),
        following=lexicon.single("time", "next"),
        last=lexicon.single("time", "last"),
        before_last=lexicon.single("time", "before_last"),
        coming=lexicon.single("time", "coming"),
        another=lexicon.single("time", "another"),
        decades=lexicon.single("time", "decades"),
        inclusive=lexicon.single("time", "inclusive"),
        begin=lexicon.single("time", "begin"),
        middle=lexicon.single("time", "middle"),
        end=lexicon.single("time", "end"),
        whole_end=whole_end,
        ordinal_last=lexicon.single("time", "ordinal_last"),
        half_year=lexicon.single("time", "half_year"),
        half_of=lexicon.single("time", "half_of"),
        seasons=seasons,
        weak_seasons=lexicon.single("time", "weak_seasons"),
        holidays=holidays,
        weekend=weekend,
        year_words=lexicon.single("time", "year_words"),
        fillers=lexicon.single("time", "fillers"),
        adverbs=lexicon.single("time", "adverbs"),
        working=lexicon.single("time", "working"),
        leans=lexicon.single("time", "leans"),
        leaned_on=lexicon.single("time", "leaned_on"),
        edge_verbs=lexicon.single("time", "edge_verbs"),
        edge_of=lexicon.single("time", "edge_of"),
        week_of=phrases(lexicon.words("time", "week_of")),
        week_numbers=lexicon.single("time", "week_numbers"),
        ago=lexicon.single("time", "ago"),
        later=lexicon.single("time", "later"),
        from_now=phrases(lexicon.words("time", "from_now")),
        month_first="mdy" in lexicon.single("time", "date_order"),
        lengths=lengths,
        anchors=anchors | {word + "'s" for word in days} | QUARTERS,
    )
