"""Days and stretches named from today: "tomorrow", "next month", "last two weeks", "in the fall"."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.calendar import (
    Stretch,
    add_days,
    add_months,
    month_of,
    next_of,
    shifted,
    weekday_after,
    window_around,
)
from dialogs.reading.lengths import Length, Lengths
from dialogs.reading.numbers import ONE

LOOSE = 2  # tokens that may stand between a year and its month: "next year, in March"
BEGUN = 30  # days of a season that have to be over before "next spring" is that of the next year
ALONE = 2  # tokens; a message this short that names a month means the month


class Dated(Struct, frozen=True, gc=False):
    """A stretch of days named by tokens[first:last]."""

    stretch: Stretch
    first: int
    last: int
    edge: bool = False  # "end of", "beginning of": the stretch is the point meant
    length: Length | None = None  # "next two weeks": how long it is
    bare: bool = False  # a lone year or day of month: needs a preposition to count
    due: date | None = None  # the day "by" means where that is not the last: the middle of "by mid-May"


class Periods(Lengths):
    """Reads stretches relative to today."""

    __slots__ = ()

    def _skip(self, at: int) -> int:
        for _ in range(2):
            if self.word(at) in self.words.fillers or self.word(at) in self.words.edge_of:
                at += 1
        return at

    def _relative_day(self, at: int) -> Dated | None:
        words = self.words
        for found, offset in words.phrase_days:
            size = found.begins(self.tokens, at)
            if size:
                day = add_days(self.today, offset)
                return Dated(Stretch(day, day, "day", past=offset < 0), at, at + size)
        shift = words.days.get(self.word(at).removesuffix("'s"))
        if shift is None:
            return None
        day = add_days(self.today, shift)
        return Dated(Stretch(day, day, "day", past=shift < 0), at, at + 1)

    def _relative(self, at: int) -> Dated | None:
        """Read "next month", "этот квартал", "last two weeks", "следующая среда"."""
        words, word = self.words, self.word(at)
        steps = (
            0
            if word in words.this
            else 1
            if word in words.following or word in words.coming
            else -1
            if word in words.last
            else -2
            if word in words.before_last
            else None
        )
        if steps is None:
            return None
        step = at + 1
        if self.word(step) == "." and self.tokens[step].glued:
            step += 1  # "в след. месяце"
        weekday = self._named_weekday(step)
        if weekday is not None:
            return Dated(self._shifted_weekday(weekday, steps), at, step + 1)
        number = self.numbers.starting.get(step)
        unit = self._unit(number.last) if number is not None else self._unit(step)
        if unit is not None and unit in {"day", "week", "month", "quarter", "year"}:
            if number is not None:
                if steps == 0 or not 1 <= number.value <= 100:
                    return None
                several = self._several(int(number.value), unit, steps)
                length = Length(number.value, number.value, unit, at, number.last + 1)
                return Dated(several, at, number.last + 1, length=length if steps > 0 else None)
            if word in words.coming and unit != "day":
                length = Length(ONE, ONE, unit, at, step + 1)
                return Dated(Stretch(self.today, length.after(self.today), "days"), at, step + 1, length=length)
            stretch = shifted(unit, self.today, steps)
            if unit == "year" and steps > 0:
                part = self._part_of_year(step + 1, stretch.start.year)
                if part is not None:
                    return replace(part, first=at)
            return Dated(replace(stretch, past=steps < 0), at, step + 1)
        season = words.seasons.get(self.word(step))
        month = words.months.get(self.word(step))
        if season is None and month is None:
            return None
        inner = self._month_stretch(month) if month is not None else self._season_stretch(season or 3)
        if steps < 0 and inner.start > self.today:
            inner = _year_earlier(inner)
        if steps > 0 and season is not None and add_days(inner.start, BEGUN) <= self.today and word not in words.coming:
            inner = year_later(inner)  # "next spring", said in spring
        return Dated(replace(inner, past=steps < 0), at, step + 1)

    def _part_of_year(self, at: int, year: int) -> Dated | None:
        """The month or season said after its year: "next year in March", "наступного року, десь навесні"."""
        for step in range(at, at + LOOSE + 1):
            word = self.word(step)
            month, season = self.words.months.get(word), self.words.seasons.get(word)
            weak = word in self.words.weak_months or word in self.words.weak_seasons
            if (month is not None or season is not None) and (not weak or self._leans(step)):
                return Dated(
                    month_of(year, month)
                    if month is not None
                    else replace(month_of(year, season or 3, 3), grain="season"),
                    step,
                    step + 1,
                )
            loose = word == "," or word in self.words.fillers or (word.isalpha() and step - at < LOOSE - 1)
            if not loose or word in self.words.numbers.ors or word in self.words.numbers.joins:
                return None
        return None

    def _several(self, count: int, unit: str, steps: int) -> Stretch:
        near, far = (
            shifted(unit, self.today, 1 if steps > 0 else -count),
            shifted(unit, self.today, count if steps > 0 else -1),
        )
        return Stretch(near.start, far.end, "days", past=steps < 0)

    def _named_weekday(self, at: int) -> int | None:
        return self.words.weekdays.get(self.word(at))

    def _shifted_weekday(self, weekday: int, steps: int) -> Stretch:
        if steps == 0:
            day = add_days(window_around(self.today, "week").start, weekday - 1)
        elif steps > 0:
            day = weekday_after(self.today, weekday)
        else:
            ahead = weekday_after(self.today, weekday, include_today=True)
            day = add_days(ahead, -7) if steps == -1 else add_days(ahead, -14)
        return Stretch(day, day, "day", past=steps < 0)

    def _season_stretch(self, month: int) -> Stretch:
        made = next_of(lambda year: month_of(year, month, 3), self.today)
        if month == 12 and self.today.month < 3:  # we are in the winter that began last year
            made = month_of(self.today.year - 1, 12, 3)
        return replace(made or month_of(self.today.year, month, 3), grain="season")

    def _month_stretch(self, month: int) -> Stretch:
        return next_of(lambda year: month_of(year, month), self.today) or month_of(self.today.year, month)

    def _leans(self, at: int) -> bool:
        """Whether a word that may also be a verb or a name is surely a month: "in May", "April or May", "May works"."""
        before, words = self.word(at - 1), self.words
        if before in words.fillers or before in words.edge_of or before in words.leans or before in {"/", "-"}:
            return True
        if at == 0 and self.word(1) in words.leaned_on:
            return True
        return len(self.tokens) <= ALONE


def year_later(stretch: Stretch) -> Stretch:
    """The same stretch a year later, whole months staying whole."""
    return replace(
        stretch, start=add_months(stretch.start, 12), end=_month_end(add_months(stretch.end, 12), stretch.end)
    )


def _year_earlier(stretch: Stretch) -> Stretch:
    return replace(
        stretch, start=add_months(stretch.start, -12), end=_month_end(add_months(stretch.end, -12), stretch.end)
    )


def _month_end(moved: date, end: date) -> date:
    return month_of(moved.year, moved.month).end if month_of(end.year, end.month).end == end else moved
