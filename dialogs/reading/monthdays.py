"""Days of a month: "3 марта 2015", "July 13-15", "the 15th", "Luty 18", and years behind them."""

from msgspec.structs import replace

from dialogs.reading.calendar import Stretch, add_months, month_of, next_of, safe_date
from dialogs.reading.periods import Dated, Periods


class MonthDays(Periods):
    """Reads months and their days."""

    __slots__ = ()

    def _ordinal_mark(self, at: int) -> int:
        """Past "th", "-го" or a dot behind a day of the month."""
        ends = self.words.numbers.ordinal_ends
        if self.word(at) in ends and self.tokens[at].glued:
            return at + 1
        if self.word(at) == "-" and self.word(at + 1) in ends and self.tokens[at + 1].glued:
            return at + 2
        if self.word(at) in self.words.numbers.day_marks:
            return at + 1
        return at

    def _day(self, at: int) -> tuple[int, int, bool] | None:
        """A day of the month at a token: value, token behind, whether marked as an ordinal."""
        ordinals = self.words.numbers.ordinals
        word = self.word(at)
        if word in ordinals:
            return ordinals[word], at + 1, True
        number = self.numbers.starting.get(at)
        if number is None or number.value != number.value.to_integral_value():
            return None
        if not number.figures and number.value in {20, 30}:
            unit = self.word(number.last + 1 if self.word(number.last) == "-" else number.last)
            if unit in ordinals and ordinals[unit] < 10:
                last = number.last + (2 if self.word(number.last) == "-" else 1)
                return int(number.value) + ordinals[unit], last, True
        if not 1 <= number.value <= 31 or (number.last != number.first + 1 and number.figures):
            return None
        last = self._ordinal_mark(number.last)
        return int(number.value), last, last > number.last

    def _day_month(self, at: int) -> Dated | None:
        """Read "3 марта 2015", "July 13-15", "13 to 15 July", a lone month, "20-го"."""
        word = self.word(at)
        if word in self.words.months:
            return self._month_first(at)
        start = at + 1 if word == "the" or word in self.words.numbers.day_marks else at  # "числа 20"
        first = self._day(start)
        if first is None:
            return None
        day, last, marked = first
        marked = marked or (start > at and word != "the")
        second = self._second_day(last, self.word(start - 1) in self.words.numbers.range_starts)
        step = second[1] if second is not None else last
        for _ in range(2):
            if (
                self.word(step) in self.words.fillers
                or self.word(step) in self.words.edge_of
                or self.word(step) in {".", "/"}
            ):
                step += 1
        month = self.words.months.get(self.word(step))
        if month is None:
            if second is not None and second[2]:
                return self._days_only(at, (day, second[0]), second[1])
            alone = marked and not (second and second[1] > last)
            if word in self.words.adverbs and self.word(at - 1) != "the":
                alone = False  # "quality first"
            return self._day_only(at, day, last) if alone else None
        year, end = self._year_at(step + 1)
        return self._on((day, second[0] if second else day), month, year, (at, end))

    def _second_day(self, at: int, between: bool = False) -> tuple[int, int, bool] | None:
        words = self.words.numbers
        step = at + 1 if self.word(at) == "." else at
        joined = between and self.word(step) in words.joins  # "between 1 and 10 June"
        if self.word(step) != "-" and self.word(step) not in words.ranges and not joined:
            return None
        step += 1
        if self.word(step) == "the":
            step += 1
        return self._day(step)

    def _month_first(self, at: int) -> Dated | None:
        month = self.words.months[self.word(at)]
        step = at + 1
        if self.word(step) in {".", "-", "/", "the"}:
            step += 1
        first = self._day(step)
        if first is not None and not self._is_year(first[1] - 1) and not self._unit(first[1]):
            day, last, _ = first
            second = self._second_day(last)
            if second is not None:
                last = second[1]
            year, end = self._year_at(last)
            found = self._on((day, second[0] if second else day), month, year, (at, end))
            if found is not None:
                return found
        year, end = self._year_at(step)
        if year is None and step > at + 1:
            end = at + 1
        if year is not None:
            if self.word(end) == "-" and (late := self._day(end + 1)) is not None:
                return self._on((late[0], late[0]), month, year, (at, late[1]))
            return Dated(replace(month_of(year, month), explicit=True), at, end)
        if self.word(at) in self.words.weak_months and not self._leans(at):
            return None
        return Dated(self._month_stretch(month), at, at + 1)

    def _day_only(self, at: int, day: int, last: int) -> Dated | None:
        """Read "the 15th", "20-го": the next such day; "the sixth year" is none."""
        if self._unit(last) not in {None, "day"} and self.numbers.starting.get(at) is None:
            return None
        step = last + 1 if self._unit(last) == "day" else last
        leaning = self.word(step) in self.words.fillers or self.word(step) in self.words.edge_of
        inner = self._relative(step + leaning)
        if inner is not None and inner.stretch.grain == "month":
            found = safe_date(inner.stretch.start.year, inner.stretch.start.month, day)
            if found is not None:
                return Dated(Stretch(found, found, "day"), at, inner.last)
        for months in range(3):
            first = add_months(self.today.replace(day=1), months)
            found = safe_date(first.year, first.month, day)
            if found is not None and found >= self.today:
                return Dated(Stretch(found, found, "day"), at, last, bare=True)
        return None

    def _days_only(self, at: int, days: tuple[int, int], last: int) -> Dated | None:
        """Read "с 10 по 20 число": the next such days."""
        for months in range(3):
            first = add_months(self.today.replace(day=1), months)
            start, end = safe_date(first.year, first.month, days[0]), safe_date(first.year, first.month, days[1])
            if start is not None and end is not None and start < end and end >= self.today:
                return Dated(Stretch(start, end, "days"), at, last, bare=True)
        return None

    def _on(self, days: tuple[int, int], month: int, year: int | None, span: tuple[int, int]) -> Dated | None:
        day, until = days

        def make(in_year: int) -> Stretch | None:
            start, end = safe_date(in_year, month, day), safe_date(in_year, month, until)
            if start is None or end is None or end < start:
                return None
            return Stretch(start, end, "day" if start == end else "days", explicit=year is not None)

        stretch = make(year) if year is not None else next_of(make, self.today)
        return None if stretch is None else Dated(stretch, *span)

    def _is_year(self, at: int) -> bool:
        raw = self.word(at)
        return len(raw) == 4 and raw.isdecimal() and "1900" <= raw <= "2199"

    def _year_at(self, at: int) -> tuple[int | None, int]:
        """The year said behind a month, with the token behind it."""
        step = at
        if (
            self.word(step) in {",", ".", "/", "-"}
            or self.word(step) in self.words.fillers
            or self.word(step) in self.words.edge_of
        ):
            step += 1
        if self.word(step) in self.words.year_words and not self._is_year(step):
            step += 1
            if self.word(step) in self.words.edge_of:
                step += 1
        raw = self.word(step)
        last = step + 1
        year: int | None = None
        if self._is_year(step):
            year = int(raw)
        elif (
            len(raw) == 2
            and raw.isdecimal()
            and step == at
            and self.tokens[step].glued is False
            and (not self._unit(last) or (self.word(last) in self.words.year_words and "20" <= raw < "60"))
            and self.word(last) not in {":", "-"}
        ):
            year = 2000 + int(raw) if int(raw) < 60 else 1900 + int(raw)
        elif self.tokens[step : step + 1] and self.tokens[step].kind == "w":
            number = self.numbers.starting.get(step)
            if number is not None and 1900 <= number.value <= 2199:
                year, last = int(number.value), number.last
            elif (
                number is not None
                and number.value in {19, 20}
                and (rest := self.numbers.starting.get(number.last)) is not None
                and 10 <= rest.value < 100
            ):
                year, last = int(number.value * 100 + rest.value), rest.last
        if year is None:
            inner = self._relative(self._skip(at))
            if inner is not None and inner.stretch.grain == "year":
                return inner.stretch.start.year, inner.last
            return None, at
        if self.word(last) in self.words.year_words:
            last += 1
            if self.word(last) == "." and self.tokens[last].glued:
                last += 1
        return year, last
