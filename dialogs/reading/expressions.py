"""Dates and lengths with the relation they stand in: by, in, within, after, from ... to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.calendar import add_days, add_months
from dialogs.reading.dates import Dates
from dialogs.reading.lengths import Length
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, phrases
from dialogs.reading.numbers import ONE
from dialogs.reading.numberwords import NOBODY
from dialogs.reading.periods import Dated
from dialogs.reading.timewords import TimeWords, compile_time

MOST_UNITS = 400  # days somebody counts out: a year and a bit
MOST_SOFT = 2  # words such as "maybe" before a second number
MOST_APART = 4  # "a week, two at most"; what is further apart is something else
ENDS = frozenset(".,;!?)\n")


class Relation(StrEnum):
    """How a date or length stands to the wish."""

    NONE = "on"
    IN = "in"
    WITHIN = "within"
    BY = "by"
    BEFORE = "before"
    DUE = "due"
    AFTER = "after"
    NOT_BEFORE = "not_before"
    FROM = "from"


MONTHS = frozenset(("month", "part"))  # whole, or their beginnings and ends
COUNTED = frozenset((Relation.IN, Relation.WITHIN))


@dataclass(frozen=True, slots=True)
class RelationWords:
    """Words that relate a date or a length to the wish."""

    time: TimeWords
    relations: tuple[tuple[Relation, Phrases], ...]
    approx: Phrases
    ranges: frozenset[str]
    onwards: Phrases
    until_after: Phrases  # "at most" behind a number
    negations: frozenset[str]
    openers: Mapping[str, tuple[tuple[Relation, Phrases], ...]]  # relations by the first word they may have
    cores: frozenset[str]  # words that may begin a date or a length
    starters: frozenset[str]  # those, and the words of relations; all others are passed over


class Expression(Struct, frozen=True, gc=False):
    """A date or length with its relation over tokens[first:last]."""

    relation: Relation
    first: int
    last: int
    dated: Dated | None = None
    length: Length | None = None
    until: Dated | None = None  # the far end of "from A to B"
    anchor: date | None = None  # "two weeks from Tuesday" counts from there
    ago: bool = False
    onwards: bool = False


def compile_relations(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> RelationWords:
    """
    The relations of a language with its calendar words.

    Raises:
        BrokenContent: A section has another shape.
    """

    def time(key: str) -> Phrases:
        return phrases(lexicon.words("time", key))

    compiled = compile_time(lexicon, others)
    relations = tuple((relation, time(relation.value)) for relation in Relation if relation is not Relation.NONE)
    return RelationWords(
        time=compiled,
        relations=relations,
        approx=time("approx"),
        ranges=frozenset(lexicon.words("time", "to")) | lexicon.single("time", "or") | {"-"},
        onwards=time("onwards"),
        until_after=phrases(lexicon.words("money", "max_after")),
        negations=lexicon.single("money", "negations"),
        openers=_openers(relations),
        cores=_starters(compiled, ()),
        starters=_starters(compiled, relations),
    )


def _openers(relations: tuple[tuple[Relation, Phrases], ...]) -> dict[str, tuple[tuple[Relation, Phrases], ...]]:
    table: dict[str, tuple[tuple[Relation, Phrases], ...]] = {}
    for row in relations:
        for word in row[1].single.exact | set(row[1].firsts):
            table[word] = (*table.get(word, ()), row)
    return table


def _starters(time: TimeWords, relations: tuple[tuple[Relation, Phrases], ...]) -> frozenset[str]:
    numbers = time.numbers
    words: set[str] = {"q", "h", "the", "к", "кв", "і", "іі", "ііі", "i", "ii", "iii", "iv"}
    for table in (
        time.units,
        time.counts,
        time.months,
        time.weekdays,
        time.days,
        time.seasons,
        time.whole_end,
        time.weekend,
        numbers.small,
        numbers.scales,
        numbers.ordinals,
    ):
        words |= set(table)
    for single in (
        time.this,
        time.following,
        time.last,
        time.before_last,
        time.coming,
        time.begin,
        time.middle,
        time.end,
        time.ordinal_last,
        time.year_words,
        time.week_numbers,
        numbers.day_marks,
        numbers.halves,
        numbers.articles,
    ):
        words |= single
    words |= {word + "'s" for word in time.days}
    listed = [
        *(found for _, found in relations),
        *(found for found, _ in time.holidays),
        *(found for found, _ in time.phrase_days),
        time.week_of,
    ]
    for found in listed:
        words |= found.single.exact | set(found.firsts)
    return frozenset(words)


def expressions(dates: Dates, words: RelationWords) -> Sequence[Expression]:
    """All dates and lengths of a message with their relations, in order."""
    known = dates.memo.get("expressions")
    if not isinstance(known, tuple):
        known = dates.memo["expressions"] = _expressions(dates, words)
    return known


def _expressions(dates: Dates, words: RelationWords) -> tuple[Expression, ...]:
    found: list[Expression] = []
    if not dates.numbers.found and words.time.anchors.isdisjoint(dates.numbers.said):
        return ()
    inside = {at for number in dates.numbers.found for at in range(number.first + 1, number.last)}
    at, size = 0, len(dates.tokens)
    while at < size:
        token = dates.tokens[at]
        if at in inside or (token.kind != "n" and token.text not in words.starters):  # not the "к" of "100к"
            at += 1
            continue
        expression = _expression(dates, at, words)
        if expression is None:
            at += 1
        else:
            found.append(expression)
            at = max(expression.last, at + 1)
    return tuple(found)


def _expression(dates: Dates, at: int, words: RelationWords, *, chained: bool = False) -> Expression | None:
    relations: list[tuple[Relation, int]] = []
    for relation, listed in words.openers.get(dates.word(at), ()):
        length = listed.begins(dates.tokens, at)
        if length:
            relations.append((relation, length))
    spoken = dates.phrase_holiday(at) if relations else None
    if spoken is not None:  # "w nowym roku" is January, "po nowym roku" after its first day
        return Expression(Relation.NONE, at, spoken.last, dated=spoken)
    if relations:
        longest = max(length for _, length in relations)
        kinds = {relation for relation, length in relations if length == longest}
        begin = at + longest
        inner = (
            _expression(dates, begin, words, chained=True)
            if not chained and _chained(dates, begin, words, kinds)
            else None
        )
        if inner is not None and inner.relation in {Relation.IN, Relation.WITHIN, Relation.BY, Relation.NONE}:
            return replace(inner, first=at, relation=_outer(kinds, inner))
        found = _core(dates, begin, words, kinds)
        if found is not None:
            return replace(found, first=at)
    return _split_length(dates, at, words) or _core(dates, at, words, {Relation.NONE})


def _split_length(dates: Dates, at: int, words: RelationWords) -> Expression | None:
    """Read "недели через три", "місяці за два": the unit before the relation."""
    unit = words.time.units.get(dates.word(at)) or dates.counted_week(at)
    if unit is None or at + 2 >= len(dates.tokens) or (at and dates.tokens[at - 1].kind == "n"):
        return None
    relations = dict(words.relations)
    relation = Relation.IN
    size = relations[relation].begins(dates.tokens, at + 1)
    if not size:
        relation = Relation.WITHIN
        size = relations[relation].begins(dates.tokens, at + 1)
    number = dates.numbers.starting.get(at + 1 + size)
    if not size or number is None or number.value > MOST_UNITS or words.time.units.get(dates.word(number.last)):
        return None
    last = number.last
    high = number.value
    if dates.word(last) == "-" and (right := dates.numbers.starting.get(last + 1)) is not None and right.value > high:
        last, high = right.last, right.value
    return Expression(relation, at, last, length=Length(number.value, high, unit, at, last))


def _chained(dates: Dates, at: int, words: RelationWords, kinds: set[Relation]) -> bool:
    """Whether another relation follows: "не раньше чем через", "max do końca"."""
    if not kinds & {Relation.NOT_BEFORE, Relation.AFTER, Relation.WITHIN, Relation.BY, Relation.DUE}:
        return False
    return any(listed.begins(dates.tokens, at) for _, listed in words.openers.get(dates.word(at), ()))


def _outer(kinds: set[Relation], inner: Expression) -> Relation:
    if Relation.NOT_BEFORE in kinds or Relation.AFTER in kinds:
        return Relation.NOT_BEFORE
    if inner.relation is Relation.NONE:
        return _fitting(kinds, inner)
    return inner.relation if inner.relation is not Relation.IN or Relation.BY not in kinds else Relation.WITHIN


def _fitting(kinds: set[Relation], found: Expression) -> Relation:
    """The relation that suits what follows: "до" is "within" before a length, "by" before a date."""
    if found.length is not None:
        for relation in (Relation.IN, Relation.WITHIN, Relation.NOT_BEFORE, Relation.AFTER):
            if relation in kinds:
                return relation
        return Relation.WITHIN if kinds & {Relation.BY, Relation.BEFORE, Relation.DUE} else Relation.NONE
    for relation in (Relation.NOT_BEFORE, Relation.AFTER, Relation.BY, Relation.BEFORE, Relation.DUE, Relation.FROM):
        if relation in kinds:
            return relation
    return Relation.NONE


def _core(dates: Dates, at: int, words: RelationWords, kinds: set[Relation]) -> Expression | None:
    """The date or length at a token, after fillers such as "about", "the", "в"."""
    step = at
    for _ in range(3):
        skipped = words.approx.begins(dates.tokens, step)
        if skipped:
            step += skipped
            if dates.word(step) == "." and dates.tokens[step].glued:
                step += 1  # the dot of "in ca. vier Monaten"
        elif dates.word(step) in words.time.fillers or (
            dates.word(step) in {":", "-"} and step > at - 1 and kinds != {Relation.NONE}
        ):
            if kinds == {Relation.NONE}:
                break
            step += 1
        else:
            break
    if step >= len(dates.tokens) or (dates.tokens[step].kind != "n" and dates.tokens[step].text not in words.cores):
        return None
    dated, length = dates.dated(step), dates.length(step)
    if dates.counted_week(step) and step == at and kinds <= COUNTED:  # "через неділю"
        dated, length = None, Length(ONE, ONE, "week", step, step + 1)
    if length is not None and (dated is None or length.last > dated.last):
        return _with_length(dates, length, words, kinds)
    if dated is None:
        return None
    if dates.word(dated.last) in words.time.inclusive:
        dated = replace(dated, edge=True, last=dated.last + 1)
    found = Expression(Relation.NONE, step, dated.last, dated=dated)
    found = replace(found, relation=_fitting(kinds, found))
    return _with_end(dates, found, words)


def _with_length(dates: Dates, length: Length, words: RelationWords, kinds: set[Relation]) -> Expression:
    length = _or_more(dates, length, words)
    found = Expression(Relation.NONE, length.first, length.last, length=length)
    relation = _fitting(kinds, found)
    at = length.last
    if dates.word(at) in words.time.ago:
        return replace(found, ago=True, last=at + 1)
    size = words.time.from_now.begins(dates.tokens, at)
    if size:
        return replace(found, relation=Relation.IN, last=at + size)
    if dates.word(at) in words.time.later:
        return replace(found, relation=Relation.IN, last=at + 1)
    anchors = dict(words.relations)
    size = anchors[Relation.FROM].begins(dates.tokens, at) or anchors[Relation.AFTER].begins(dates.tokens, at)
    if size:
        anchor = dates.dated(at + size)
        if anchor is not None and anchor.stretch.grain == "day":
            return replace(found, relation=Relation.IN, last=anchor.last, anchor=anchor.stretch.start)
    return replace(found, relation=relation)


def _or_more(dates: Dates, length: Length, words: RelationWords) -> Length:
    """Read "a week, two at most", "miesiąc, dwa": a second number of the same unit, said without it."""
    if length.low != length.high or length.more or dates.word(length.last) != ",":
        return length
    if dates.word(length.first - 1) in words.negations:  # "not two weeks, three"
        return length
    at = length.last + 1
    for _ in range(MOST_SOFT):
        step = words.approx.begins(dates.tokens, at) or int(dates.word(at) in words.time.numbers.softs)
        for relation in (Relation.WITHIN, Relation.BY):
            step = step or dict(words.relations)[relation].begins(dates.tokens, at)
        at += step
    number = dates.numbers.starting.get(at)
    if number is None or number.value <= length.low or number.value > length.low * MOST_APART or number.scale > 1:
        return length
    after = dates.word(number.last)
    if after and after not in ENDS and not words.until_after.begins(dates.tokens, number.last):
        return length
    return replace(length, high=number.value, last=number.last)


def _with_end(dates: Dates, found: Expression, words: RelationWords) -> Expression:
    """Add the far end of "с 1 февраля по 1 апреля", "April or May", "сегодня-завтра"."""
    size = words.onwards.begins(dates.tokens, found.last)
    if size:
        return replace(found, last=found.last + size, onwards=True)
    joiner = dates.word(found.last)
    numbers = words.time.numbers
    joined = joiner in numbers.joins and found.dated is not None
    between = joiner in numbers.joins | numbers.ranges and dates.word(found.first - 1) in numbers.range_starts
    months = (joined or joiner == "/") and found.dated is not None and found.dated.stretch.grain in MONTHS
    if between and found.dated is not None:
        months, joiner = False, "-"  # "between May 1 and June 10", "między majem a lipcem"
    if found.relation not in {Relation.NONE, Relation.FROM} or not (months or joiner in words.ranges):
        return found
    at = found.last + 1
    if dates.word(at) in words.time.fillers:
        at += 1
    until = dates.dated(at)
    if until is None or found.dated is None or (months and until.stretch.grain not in MONTHS):
        return found
    late = until.stretch
    if late.end < found.dated.stretch.start and not late.explicit:
        if dates.word(at) in words.time.weekdays:
            late = replace(late, start=add_days(late.start, 7), end=add_days(late.end, 7))
        else:
            late = replace(late, start=add_months(late.start, 12), end=add_months(late.end, 12))
        until = replace(until, stretch=late)
    if late.end < found.dated.stretch.start:
        return found
    return replace(found, dated=_same_year(found.dated, until), until=until, last=until.last)


def _same_year(dated: Dated, until: Dated) -> Dated:
    """Read "Aug 10 - Nov 12, 2027": the year said at the far end holds for both."""
    early = dated.stretch
    if early.explicit or not until.stretch.explicit or early.grain not in {"day", "month"}:
        return dated
    months = 12 * (until.stretch.end.year - early.start.year)
    moved = replace(early, start=add_months(early.start, months), end=add_months(early.end, months), explicit=True)
    return replace(dated, stretch=moved) if moved.start <= until.stretch.end else dated
