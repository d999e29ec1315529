"""Dates of a message as stretches of days, whatever they are called: the longest reading at a token wins."""

from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from dialogs.reading.calendar import (
    Stretch,
    add_days,
    add_months,
    half_of,
    holiday,
    month_of,
    next_of,
    nth_weekday,
    quarter_of,
    safe_date,
    week_of_year,
    weekday_after,
    window_around,
)
from dialogs.reading.figuredates import figure_dates
from dialogs.reading.monthdays import MonthDays
from dialogs.reading.periods import Dated, year_later
from dialogs.reading.text import Text
from dialogs.reading.timewords import TimeWords

NEARLY_OVER = 14  # days left of a season; whoever names it then means the next
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "і": 1, "іі": 2, "ііі": 3}
WEEKS = 53  # of a long year
MONTH_DAYS = 30  # three decades; the last one goes on to the end of the month
_CLOSERS = {"", ".", ",", "!", "?"}


def read_dates(text: Text, words: TimeWords, today: date) -> "Dates":
    """The reader of a message's dates, made once per message and day."""
    known = text.memo.get("dates")
    if isinstance(known, Dates) and known.today == today:
        return known
    dates = Dates(text, words, today)
    text.memo["dates"] = dates
    return dates


class Dates(MonthDays):
    """Reads expressions of one message from any token on."""

    __slots__ = ("figures", "memo")

    def __init__(self, text: Text, words: TimeWords, today: date) -> None:
        super().__init__(text, words, today)
        self.memo: dict[str, object] = {}  # what readers of the same message share
        self.figures: dict[int, tuple[Stretch, int]] = {}
        if any(token.kind == "n" for token in self.tokens):
            self.figures = figure_dates(text.folded[: self.tokens[-1].end], self.tokens, words.month_first, today)

    def dated(self, at: int) -> Dated | None:
        """The stretch of days an expression beginning at a token names; the longest reading wins."""
        best: Dated | None = None
        for rule in (
            self._figures,
            self._edge,
            self._relative_day,
            self._relative,
            self._nth,
            self._weekday,
            self._day_month,
            self._quarter,
            self._season,
            self._holiday,
            self._weekend,
            self._week_of,
            self._week_number,
            self._year,
        ):
            found = rule(at)
            if found is not None and (best is None or found.last > best.last):
                best = found
        return best

    def _figures(self, at: int) -> Dated | None:
        found = self.figures.get(at)
        return None if found is None else Dated(found[0], at, found[1])

    def _edge(self, at: int) -> Dated | None:
        """Read "end of April", "до конца лета", "eom"."""
        words, word = self.words, self.word(at)
        whole = words.whole_end.get(word)
        if whole is not None:
            end = window_around(self.today, whole).end
            return Dated(Stretch(end, end, "day"), at, at + 1, edge=True)
        named = self._unit(at)
        last = at + 2 if self.word(at + 1) == "-" else at + 1
        if named in {"month", "quarter", "year"} and self.word(last) in words.end and not self._counted_before(at):
            end = window_around(self.today, named).end
            return Dated(Stretch(end, end, "day"), at, last + 1, edge=True)
        which = (
            "begin"
            if word in words.begin
            else "middle"
            if word in words.middle
            else "end"
            if word in words.end
            else None
        )
        if which is None:
            return None
        if word in words.edge_verbs and self.word(at + 1) not in words.edge_of:
            return None  # "start next year" is a deed, "start of next year" a time
        step = at + 1
        for _ in range(2):
            if self.word(step) in words.edge_of or self.word(step) == "-":
                step += 1
        return self._part_of(which, at, step)

    def _counted_before(self, at: int) -> bool:
        """Whether a number stands right before: "three months, end to end"."""
        return any(number.last == at for number in self.numbers.found)

    def _part_of(self, which: str, at: int, step: int) -> Dated | None:
        """The part of the period named at a step, a year on where it is over."""
        unit = None if self.word(step) in self.words.seasons else self._unit(step)
        if unit is not None and unit in {"week", "month", "quarter", "year"}:
            inner = Dated(window_around(self.today, unit), step, step + 1)
        else:
            found = self.dated(step)
            if found is None or found.stretch.grain in {"day", "holiday", "part"}:
                return None
            inner = found
        whole = inner.stretch
        season = self.words.seasons.get(self.word(step))
        if season is not None and not whole.explicit:
            whole = self._season_stretch(season)  # its end is still to come
        stretch = _part(whole, which)
        if stretch.end < self.today and not whole.explicit and not whole.past:
            whole = year_later(whole) if whole.grain in {"month", "season", "quarter"} else whole
            stretch = _part(whole, which)
        due = add_days(whole.start, (whole.end - whole.start).days // 2) if which == "middle" else None
        return Dated(stretch, at, inner.last, edge=True, due=due)

    def _nth(self, at: int) -> Dated | None:
        """Read "first tuesday of october", "последний день месяца", "third quarter"."""
        words, word = self.words, self.word(at)
        nth = -1 if word in words.ordinal_last else words.numbers.ordinals.get(word)
        if nth is None or nth > 31:
            return None
        unit, weekday = self._unit(at + 1), self._named_weekday(at + 1)
        if unit == "quarter" and 1 <= nth <= 4:
            return self._quarter_year(nth, at, at + 2)
        if self.word(at + 1) in words.half_of and 1 <= nth <= 2:
            half = self._part_of("first" if nth == 1 else "second", at, self._skip(at + 2))
            if half is not None:
                return half
        if self.word(at + 1) in words.half_year and 1 <= nth <= 2:
            return self._with_year(lambda year: half_of(year, nth), at, at + 2)
        if unit == "week" or self.word(at + 1) in words.decades:
            return self._days_of_month(nth, 7 if unit == "week" else 10, at)
        if unit != "day" and weekday is None:
            return None
        inner = self.dated(self._skip(at + 2))
        if inner is None or inner.stretch.grain not in {"month", "year", "quarter", "season"}:
            return None
        if weekday is not None:
            day = nth_weekday(inner.stretch, weekday, nth)
        else:
            day = inner.stretch.end if nth < 0 else add_days(inner.stretch.start, nth - 1)
        if day is None:
            return None
        return Dated(Stretch(day, day, "day", inner.stretch.explicit, inner.stretch.past), at, inner.last)

    def _days_of_month(self, nth: int, days: int, at: int) -> Dated | None:
        """Read "second week of May", "вторая декада мая": so many days of a month; -1 are the last."""
        inner = self.dated(self._skip(at + 2))
        if inner is None or inner.stretch.grain != "month" or nth * days > MONTH_DAYS:
            return None
        month = inner.stretch
        start = add_days(month.end, 1 - days) if nth < 0 else add_days(month.start, days * (nth - 1))
        last = nth < 0 or nth * days == MONTH_DAYS
        end = month.end if last else min(add_days(start, days - 1), month.end)
        return Dated(Stretch(start, end, "part", month.explicit, month.past), at, inner.last, edge=True)

    def _weekday(self, at: int) -> Dated | None:
        words = self.words
        weekday = self._named_weekday(at)
        if weekday is None:
            return None
        step = at + 1
        for _ in range(2):
            if self.word(step) in {".", ","}:
                step += 1
        exact = self._day_month(step) or self._figures(step)
        if exact is not None and exact.stretch.grain == "day" and not exact.bare:
            return Dated(_on_weekday(exact.stretch, weekday, self.today), at, exact.last)
        inner = self._relative(self._skip(at + 1)) or self._relative(at + 2)
        if inner is not None and inner.stretch.grain == "week":
            day = add_days(inner.stretch.start, weekday - 1)
            return Dated(Stretch(day, day, "day", past=inner.stretch.past), at, inner.last)
        dated = self._day(at + 1)
        if dated is not None and (dated[2] or self.word(dated[1]) in _CLOSERS):
            found = self._weekday_on(weekday, dated[0])
            if found is not None:
                return Dated(Stretch(found, found, "day"), at, dated[1])
        if self.word(at) in words.weak_weekdays and not self._leans(at):
            return None
        day = weekday_after(self.today, weekday)
        return Dated(Stretch(day, day, "day"), at, at + 1)

    def _weekday_on(self, weekday: int, day: int) -> date | None:
        """The next day of a month that is a given weekday: "Tue 13th"."""
        for months in range(24):
            first = add_months(self.today.replace(day=1), months)
            found = safe_date(first.year, first.month, day)
            if found is not None and found >= self.today and found.isoweekday() == weekday:
                return found
        return None

    def _with_year(self, make: Callable[[int], Stretch | None], first: int, at: int) -> Dated | None:
        step = self._skip(at)
        year, last = self._year_at(step)
        if year is not None:
            stretch = make(year)
            return None if stretch is None else Dated(replace(stretch, explicit=True), first, last)
        found = next_of(make, self.today)
        return None if found is None else Dated(found, first, at)

    def _quarter_year(self, quarter: int, first: int, at: int) -> Dated | None:
        return self._with_year(lambda year: quarter_of(year, quarter), first, at)

    def _quarter(self, at: int) -> Dated | None:
        """Read "Q3 2027", "1 квартал", "III kw.", "2017 q1", "H2 2027"."""
        words, word = self.words, self.word(at)
        figure = self.word(at + 1)
        if (
            word in {"q", "h", "к", "кв"}
            and figure in {"1", "2", "3", "4"}
            and self.tokens[at + 1].glued
            and not (word == "h" and figure > "2")
        ):
            value = int(figure)
            if word == "h":
                return self._with_year(lambda year: half_of(year, value), at, at + 2)
            return self._quarter_year(value, at, at + 2)
        if self._is_year(at) and self.word(at + 1) == "q" and self.word(at + 2) in {"1", "2", "3", "4"}:
            return Dated(replace(quarter_of(int(word), int(self.word(at + 2))), explicit=True), at, at + 3)
        value = _ROMAN.get(word, int(word) if word in {"1", "2", "3", "4"} else 0)
        number = self.numbers.starting.get(at)
        if not value or (number is not None and number.last > at + 1):  # "3 quarters of a million"
            return None
        step = self._ordinal_mark(at + 1)
        if self.word(step) == "." and self.tokens[step].glued:
            step += 1  # "2. Quartal"
        if self.word(step) == "кв" or self._unit(step) == "quarter":
            return self._quarter_year(value, at, step + 1)
        if self.word(step) in words.half_year and value < 3 and word not in {"1", "2"} | words.numbers.halves:
            return self._with_year(lambda year: half_of(year, value), at, step + 1)
        if self.word(step) in words.half_year and value < 3 and len(self.word(step)) > 4:
            return self._with_year(lambda year: half_of(year, value), at, step + 1)
        return None

    def _week_number(self, at: int) -> Dated | None:
        """Read "KW 23", "23. KW", "KW 5 2027": a week of the year, the next one where no year is said."""
        marks, number = self.words.week_numbers, at
        if self.word(at) in marks:
            number = at + 2 if self.word(at + 1) == "." and self.tokens[at + 1].glued else at + 1
            last = number + 1
        elif self.word(at + 1) == "." and self.word(at + 2) in marks:
            last = at + 3
        else:
            return None  # "20 kW" is a power
        raw = self.word(number)
        if not raw.isdecimal() or len(raw) > 2 or not 1 <= int(raw) <= WEEKS:
            return None
        return self._with_year(lambda year: week_of_year(year, int(raw)), at, last)

    def _season(self, at: int) -> Dated | None:
        month = self.words.seasons.get(self.word(at))
        if month is None:
            return None
        step = self._skip(at + 1)
        year, last = self._year_at(step)
        if year is not None:
            return Dated(replace(month_of(year, month, 3), grain="season", explicit=True), at, last)
        if self.word(at) in self.words.weak_seasons and not self._leans(at):
            return None
        whole = self._season_stretch(month)
        if 0 <= (whole.end - self.today).days < NEARLY_OVER:
            whole = year_later(whole)  # nobody orders for "autumn" in its last days
        return Dated(whole, at, at + 1)

    def _holiday(self, at: int) -> Dated | None:
        for found, name in self.words.holidays:
            size = found.begins(self.tokens, at)
            if size:
                stretch = next_of(lambda year, name=name: holiday(name, year), self.today)  # type: ignore[misc]
                return None if stretch is None else Dated(stretch, at, at + size)
        return None

    def phrase_holiday(self, at: int) -> Dated | None:
        """A holiday that is written with its preposition, "w nowym roku"."""
        return self._holiday(at) if self.word(at) in self.words.fillers else None

    def _weekend(self, at: int) -> Dated | None:
        """Read "this weekend", "by the weekend": Saturday and Sunday, a week on after "next"."""
        step = at + 1 if self.word(at) in self.words.this | self.words.following else at
        if self.word(step) not in self.words.weekend:
            return None
        day = weekday_after(add_days(self.today, -1), 6)
        if self.word(at) in self.words.following and self.today.isoweekday() < 6:
            day = add_days(day, 7)
        return Dated(Stretch(day, add_days(day, 1), "part"), at, step + 1)

    def _week_of(self, at: int) -> Dated | None:
        """Read "week of March 9": the whole week."""
        size = self.words.week_of.begins(self.tokens, at)
        if not size:
            return None
        step = at + size
        while self.word(step) in self.words.fillers:
            step += 1
        found = self._day_month(step) or self._figures(step)
        if found is None or found.stretch.grain != "day":
            return None
        return Dated(window_around(found.stretch.start, "week"), at, found.last)

    def _year(self, at: int) -> Dated | None:
        """Read "2028", "2027 год", "the year 2008"."""
        words = self.words
        step = at
        said = False
        if self.word(step) in words.year_words and not self._is_year(step):
            step, said = step + 1, True
            if self.word(step) in words.fillers:
                step += 1
        year: int | None = None
        last = step + 1
        if self._is_year(step):
            year = int(self.word(step))
        else:
            number = self.numbers.starting.get(step)
            if number is not None and not number.figures and 1990 <= number.value <= 2100 and number.scale == 1000:
                year, last = int(number.value), number.last
        if year is None:
            return None
        if self.word(last) in words.year_words:
            last, said = last + 1, True
        month = words.months.get(self.word(last))
        if month is not None:
            return Dated(replace(month_of(year, month), explicit=True), at, last + 1)
        return Dated(Stretch(date(year, 1, 1), date(year, 12, 31), "year", explicit=True), at, last, bare=not said)


def _part(stretch: Stretch, which: str) -> Stretch:
    """The beginning, middle or end of a stretch: a third of it, for a week its last three days; or half of it."""
    days = (stretch.end - stretch.start).days + 1
    if which in {"first", "second"}:
        centre = add_days(stretch.start, days // 2)
        start, end = (stretch.start, add_days(centre, -1)) if which == "first" else (centre, stretch.end)
        return Stretch(start, end, "part", stretch.explicit, stretch.past)
    third = 3 if days == 7 else max(1, days // 3) if days < 360 or which == "middle" else 90
    if which == "begin":
        start, end = stretch.start, add_days(stretch.start, third - 1)
    elif which == "end":
        start, end = add_days(stretch.end, 1 - third), stretch.end
    else:
        start = add_days(stretch.start, third)
        end = add_days(stretch.start, 2 * third - 1) if days <= MONTH_DAYS + 1 else add_days(stretch.end, -third)
    return Stretch(start, end, "part", stretch.explicit, stretch.past)


def _on_weekday(stretch: Stretch, weekday: int, today: date) -> Stretch:
    """The yearless date in the nearest year in which it is the weekday said."""
    if stretch.explicit or stretch.start.isoweekday() == weekday:
        return stretch
    fitting = [
        found
        for year in range(today.year - 1, today.year + 6)
        if (found := safe_date(year, stretch.start.month, stretch.start.day)) is not None
        and found.isoweekday() == weekday
    ]
    if not fitting:
        return stretch
    nearest = min(fitting, key=lambda found: abs((found - today).days))
    return replace(stretch, start=nearest, end=nearest)
