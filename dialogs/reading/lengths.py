"""Lengths of time: "3-4 months", "полгода", "rok do półtora roku", "2 years and 3 months"."""

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.calendar import UNIT_DAYS, UNIT_MONTHS, add_length
from dialogs.reading.numbers import HUNDRED, ONE, Number, Numbers, between, read_numbers
from dialogs.reading.text import Text
from dialogs.reading.timewords import TimeWords
from dialogs.reading.tokens import Token

WORKING_DAYS = 5  # of a week


class Length(Struct, frozen=True, gc=False):
    """A length of time over tokens[first:last]; high differs from low in "3-4 months"."""

    low: Decimal
    high: Decimal
    unit: str
    first: int
    last: int
    named: bool = True  # a number was said; False for a lone "month"
    more: tuple[tuple[Decimal, str], ...] = ()  # "and 4 days"

    @property
    def days(self) -> Decimal:
        """The shorter end in days of 24 hours, months of 30, years of 365."""
        return self.low * UNIT_DAYS[self.unit] + sum(
            (amount * UNIT_DAYS[unit] for amount, unit in self.more), Decimal(0)
        )

    def after(self, day: date, high: bool = False) -> date:
        """The day this much later than a day."""
        moved = add_length(day, self.high if high else self.low, self.unit)
        for amount, unit in self.more:
            moved = add_length(moved, amount, unit)
        return moved


def _calendar_days(working: Decimal) -> Decimal:
    """Days that pass while so many working days do: a week for every five."""
    weeks, rest = divmod(working, WORKING_DAYS)
    return weeks * UNIT_DAYS["week"] + rest


class Lengths:
    """Reads lengths of time of one message from any token on."""

    __slots__ = ("numbers", "today", "tokens", "words")

    def __init__(self, text: Text, words: TimeWords, today: date) -> None:
        self.numbers: Numbers = read_numbers(text, words.numbers)
        self.tokens: tuple[Token, ...] = self.numbers.tokens
        self.words = words
        self.today = today

    def word(self, at: int) -> str:
        """The text of a token; "" beyond the message."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def length(self, at: int) -> Length | None:
        """A length of time that begins at a token: "3-4 months", "полгода", "недели через три" without the через."""
        words = self.words
        word = self.word(at)
        count = words.counts.get(word)
        if count is not None:
            single = Length(count[0], count[0], count[1], at, at + 1)
            return self._up_to_unit(single) or single
        if word in words.numbers.halves:
            return self._half(at)
        number = self.numbers.starting.get(at)
        if number is not None:
            return self._counted(number)
        following = self.numbers.starting.get(at + 1)
        counted = following is not None and not following.figures
        unit = self._unit(at) or (self.counted_week(at) if counted else None)
        if unit is None:
            return self._after_article(at)
        if (
            following is not None
            and following.value < 100
            and self._unit(following.last) is None
            and self._may_invert(at, following)
        ):
            pair = self._pair(following)
            last, high = (pair.last, pair.value) if pair else (following.last, following.value)
            if self._unit(last) is None and not self.words.months.get(self.word(last)):
                return Length(following.value, high, unit, at, last)
        single = Length(ONE, ONE, unit, at, at + 1, named=False)
        return self._single_range(single) or single

    def _after_article(self, at: int) -> Length | None:
        """Read "a month", "a couple of months"."""
        if self.word(at) not in self.words.numbers.articles:
            return None
        number = self.numbers.starting.get(at + 1)
        if number is not None and not number.figures:
            found = self._counted(number)
            return None if found is None else replace(found, first=at)
        count = self.words.counts.get(self.word(at + 1))
        if count is not None:
            return Length(count[0], count[0], count[1], at, at + 2)
        unit = self._unit(at + 1)
        if unit is None:
            return None
        single = Length(ONE, ONE, unit, at, at + 2, named=False)
        return self._single_range(single) or single

    def _up_to_unit(self, left: Length) -> Length | None:
        """Read "полгода-год": the far end in a larger unit."""
        if self.word(left.last) not in self.words.numbers.ranges | self.words.numbers.ors | {"-"}:
            return None
        unit = self._unit(left.last + 1)
        if unit not in UNIT_MONTHS or left.unit not in UNIT_MONTHS:
            return None
        high = Decimal(UNIT_MONTHS[unit]) / UNIT_MONTHS[left.unit]
        return Length(left.low, high, left.unit, left.first, left.last + 2) if high > left.low else None

    def _may_invert(self, at: int, following: Number) -> bool:
        return (
            self.tokens[at].kind == "w"
            and self.tokens[at].text not in self.words.short_units
            and following.scale == ONE
            and not (following.figures and self.tokens[following.first].glued)
        )

    def _half(self, at: int) -> Length | None:
        step = at + 1
        if self.word(step) in {"-"} | self.words.numbers.articles | self.words.fillers:
            step += 1
        unit = self._unit(step)
        if unit is None:
            return None
        if unit == "year":
            return Length(Decimal(6), Decimal(6), "month", at, step + 1)
        return Length(Decimal("0.5"), Decimal("0.5"), unit, at, step + 1)

    def _pair(self, left: Number) -> Number | None:
        for at in (left.last, left.last + 1, left.last + 2):
            right = self.numbers.starting.get(at)
            if right is not None:
                return (
                    right
                    if right.value > left.value and between(self.numbers, left, right, self.words.numbers)
                    else None
                )
        return None

    def _counted(self, number: Number) -> Length | None:
        if number.value <= 0 or number.value > 10000 or number.scale > HUNDRED:
            return None
        pair = self._pair(number)
        last = pair.last if pair else number.last
        if (self.word(last) in {"-", "+"} and self._unit(last + 1) and self.tokens[last].glued) or (
            self._unit(last) is None
            and self._unit(last + 1)
            and self.tokens[last].kind == "w"
            and self.word(last) not in self.words.numbers.ranges
            and (self.word(last) in self.words.edge_of or self._expressive(last))
        ):
            last += 1
        unit = self._unit(last, glued_to_figure=True) or self.counted_week(last)
        if unit is None:
            return None
        high = pair.value if pair else number.value
        found = Length(number.value, high, unit, number.first, last + 1)
        behind = self.word(last + 1) in self.words.working
        if unit == "day" and (behind or self.word(last - 1) in self.words.working):
            last += 1 + behind
            return replace(found, low=_calendar_days(number.value), high=_calendar_days(high), last=last)
        if pair is None:
            later = self._range_by_unit(found)
            if later is not None:
                return later
        return self._with_more(found)

    def _expressive(self, at: int) -> bool:
        """Whether an adjective may stand between: "10 рабочих дней", "3 full months"."""
        word = self.word(at)
        return (
            len(word) > 3
            and self.numbers.starting.get(at) is None
            and word not in self.words.months
            and word not in self.words.units
        )

    def _range_by_unit(self, left: Length) -> Length | None:
        """Read "1 month to 2 months": the unit said twice."""
        if self.word(left.last) not in self.words.numbers.ranges | {"-"}:
            return None
        right = self.length(left.last + 1)
        if right is None or right.unit != left.unit or right.high <= left.high:
            return None
        return Length(left.low, right.high, left.unit, left.first, right.last)

    def _single_range(self, single: Length) -> Length | None:
        """Read "год-полтора", "rok do półtora roku": a lone unit, then a number that may repeat it."""
        words = self.words.numbers
        joiner = self.word(single.last)
        if joiner in self.words.another:  # without the hyphen: "тиждень другий"
            return Length(ONE, Decimal(2), single.unit, single.first, single.last + 1)
        if joiner != "-" and joiner not in words.ranges | words.ors:
            return None
        if joiner == "-" and self.word(single.last + 1) in self.words.another:
            return Length(ONE, Decimal(2), single.unit, single.first, single.last + 2)
        number = self.numbers.starting.get(single.last + 1)
        if number is None or not ONE < number.value < 100:
            return None
        unit = self._unit(number.last)
        last = number.last + 1 if unit else number.last
        if unit is not None and unit != single.unit:
            return None
        return Length(ONE, number.value, single.unit, single.first, last)

    def _with_more(self, found: Length) -> Length:
        """Add "and 4 days", "3 months" behind "2 years"."""
        more: list[tuple[Decimal, str]] = []
        last, unit = found.last, found.unit
        for _ in range(5):
            at = last
            if self.word(at) in self.words.numbers.joins or self.word(at) == ",":
                at += 1
            number = self.numbers.starting.get(at)
            if number is None or number.scale != ONE:
                break
            smaller = self._unit(number.last, glued_to_figure=True)
            if smaller is None or UNIT_DAYS[smaller] >= UNIT_DAYS[unit]:
                break
            more.append((number.value, smaller))
            last, unit = number.last + 1, smaller
        return replace(found, more=tuple(more), last=last) if more else found

    def counted_week(self, at: int) -> str | None:
        """A week in a word that means one only where it is counted."""
        return "week" if self.word(at) in self.words.counted_weeks else None

    def _unit(self, at: int, *, glued_to_figure: bool = False) -> str | None:
        word = self.word(at)
        unit = self.words.units.get(word)
        if unit is None and self.word(at + 1) == "-" and self.tokens[at + 1].glued:
            return self.words.units.get(f"{word}-{self.word(at + 2)}")  # "3 m-ce"
        if unit is None or word not in self.words.short_units:
            return unit
        before = self.tokens[at - 1] if at else None
        return unit if glued_to_figure and before is not None and before.kind == "n" else None
