"""Date arithmetic of readers: windows of days, months added, the next day of a name. Pure; today is given."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

DAY = timedelta(days=1)
UNIT_DAYS = {
    "minute": Decimal(1) / 1440,
    "hour": Decimal(1) / 24,
    "day": Decimal(1),
    "week": Decimal(7),
    "month": Decimal(30),
    "quarter": Decimal(91),
    "year": Decimal(365),
}
UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}
YEAR_END = "12-31"  # a day by which, not a feast before which
FAR = Decimal(36500)  # days; nobody plans beyond a century


class Stretch(Struct, frozen=True, gc=False):
    """Days from start to end, both inclusive, and the grain they were named in."""

    start: date
    end: date
    grain: str  # day, week, month, quarter, half, season, year, part, days
    explicit: bool = False  # the year was said, so it may lie in the past
    past: bool = False  # "last week", "3 days ago"
    unsure: bool = False  # day and month may be meant the other way round


def month_of(year: int, month: int, months: int = 1) -> Stretch:
    """The month (or so many months) of a year."""
    last = add_months(date(year, month, 1), months - 1)
    return Stretch(date(year, month, 1), last.replace(day=monthrange(last.year, last.month)[1]), "month")


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    year = min(max(year, 1), 9998)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """The day so many days later, kept inside what a calendar can hold."""
    ordinal = min(max(day.toordinal() + days, 1), date.max.toordinal() - 400)
    return date.fromordinal(ordinal)


def add_length(day: date, amount: Decimal, unit: str) -> date:
    """The day so many units later; part months count 30 days, part days round up."""
    months = UNIT_MONTHS.get(unit)
    if months is None:
        days = amount * UNIT_DAYS[unit]
        return add_days(day, int(min(days, FAR).to_integral_value(rounding="ROUND_CEILING")))
    total = min(amount * months, FAR / 30)
    whole = int(total)
    return add_days(add_months(day, whole), int((total - whole) * 30))


def window_around(day: date, unit: str) -> Stretch:
    """The week (from Monday), month, quarter or year a day lies in."""
    if unit == "week":
        monday = add_days(day, -day.weekday())
        return Stretch(monday, add_days(monday, 6), "week")
    if unit == "month":
        return month_of(day.year, day.month)
    if unit == "quarter":
        return quarter_of(day.year, (day.month - 1) // 3 + 1)
    if unit == "year":
        return Stretch(date(day.year, 1, 1), date(day.year, 12, 31), "year")
    return Stretch(day, day, "day")


def quarter_of(year: int, quarter: int) -> Stretch:
    """The first to fourth quarter of a year."""
    months = month_of(year, quarter * 3 - 2, 3)
    return Stretch(months.start, months.end, "quarter")


def half_of(year: int, half: int) -> Stretch:
    """The first or second half of a year."""
    months = month_of(year, half * 6 - 5, 6)
    return Stretch(months.start, months.end, "half")


def week_of_year(year: int, week: int) -> Stretch | None:
    """A week by its number (ISO 8601); None for a 53rd week in a year that has none."""
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return Stretch(monday, add_days(monday, 6), "week")


def shifted(unit: str, today: date, steps: int) -> Stretch:
    """The week, month, quarter or year so many away from the present one."""
    days = {"day": 1, "week": 7}.get(unit)
    moved = (
        add_days(today, days * steps)
        if days
        else add_months(window_around(today, unit).start, UNIT_MONTHS[unit] * steps)
    )
    return window_around(moved, unit)


def weekday_after(today: date, weekday: int, include_today: bool = False) -> date:
    """The next day of that name (1 Monday to 7 Sunday)."""
    ahead = (weekday - today.isoweekday()) % 7
    return add_days(today, ahead if ahead or include_today else 7)


def nth_weekday(window: Stretch, weekday: int, nth: int) -> date | None:
    """The nth day of that name in a window; -1 is the last."""
    if nth < 0:
        back = (window.end.isoweekday() - weekday) % 7
        return add_days(window.end, -back)
    found = add_days(weekday_after(window.start, weekday, include_today=True), 7 * (nth - 1))
    return found if found <= window.end else None


def safe_date(year: int, month: int, day: int) -> date | None:
    """The date, or None if the calendar has none."""
    if not (1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def easter(year: int, orthodox: bool) -> date:
    """Easter Sunday of a year (Meeus' algorithms; the Julian one shifted by 13 days, right until 2099)."""
    if orthodox:
        a, b, c = year % 4, year % 7, year % 19
        d = (19 * c + 15) % 30
        e = (2 * a + 4 * b - d + 34) % 7
        month, day = divmod(d + e + 114, 31)
        return add_days(date(year, month, day + 1), 13)
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holiday(name: str, year: int) -> Stretch | None:
    """A holiday of a year by name, "12-25" or "05-01 05-10"; None if the name says nothing."""
    if name in {"easter", "easter_orthodox"}:
        day = easter(year, name == "easter_orthodox")
        return Stretch(day, day, "holiday")
    if name in {"black_friday", "thanksgiving"}:
        thursday = nth_weekday(month_of(year, 11), 4, 4) or date(year, 11, 25)
        day = add_days(thursday, 1) if name == "black_friday" else thursday
        return Stretch(day, day, "holiday")
    ends = [part.split("-") for part in name.split()]
    if not 1 <= len(ends) <= 2 or not all(len(end) == 2 and end[0].isdecimal() and end[1].isdecimal() for end in ends):
        return None
    days = [safe_date(year, int(end[0]), int(end[1])) for end in ends]
    first, last = days[0], days[-1]
    return None if first is None or last is None else Stretch(first, last, "day" if name == YEAR_END else "holiday")


def next_of(make: Callable[[int], Stretch | None], today: date) -> Stretch | None:
    """The stretch of this year, or of the next if this year's is over."""
    found = make(today.year)
    if found is None or found.end < today:
        later = make(today.year + 1)
        for year in range(today.year + 2, today.year + 9):
            if later is not None:
                break
            later = make(year)  # 29 February
        return later
    return found
