"""Dates in figures: 31.10.74, 2027-03-15, 5/17, 14. - 15.10., 04/2027."""

from datetime import date
from re import Match
from re import compile as compile_regex

from msgspec.structs import replace

from dialogs.reading.calendar import Stretch, month_of, next_of, safe_date
from dialogs.reading.tokens import Token

_ISO = compile_regex(r"(?<![\d.])(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_DOTTED = compile_regex(r"(?<![\d.,])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})(?!\d)|(?!\d|\.\d))(\.?)")
_MONTH_YEAR = compile_regex(r"(?<![\d./-])(\d{1,2})[./-](\d{4})(?!\d)")
_COMPACT = compile_regex(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_DAYS_THEN = compile_regex(r"(?<![\d.,/])(\d{1,2})\.? {0,1}[-/] {0,1}(?=\d{1,2}\.\d{1,2}\.)")


def figure_dates(
    folded: str, tokens: tuple[Token, ...], month_first: bool, today: date
) -> dict[int, tuple[Stretch, int]]:
    """Dates in figures by their first token, with the token behind them."""
    spans: list[tuple[int, int, Stretch]] = []
    for match in _ISO.finditer(folded):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        found = safe_date(year, month, day) or safe_date(year, day, month)
        if found is not None:
            spans.append((match.start(), match.end(), Stretch(found, found, "day", explicit=True)))
    for match in _COMPACT.finditer(folded):
        found = safe_date(int(match[1]), int(match[2]), int(match[3]))
        if found is not None:
            spans.append((match.start(), match.end(), Stretch(found, found, "day", explicit=True)))
    for match in _MONTH_YEAR.finditer(folded):
        month, year = int(match[1]), int(match[2])
        if 1 <= month <= 12 and 1900 <= year <= 2199:
            spans.append((match.start(), match.end(), replace(month_of(year, month), explicit=True)))
    for match in _DOTTED.finditer(folded):
        stretch = _dotted(match, month_first, today)
        if stretch is not None:
            end = match.end() if match[4] is None and match[5] else match.end() - len(match[5])
            spans.append((match.start(), end, stretch))
    for match in _DAYS_THEN.finditer(folded):
        later = next((span for span in spans if span[0] == match.end()), None)
        start = safe_date(later[2].start.year, later[2].start.month, int(match[1])) if later else None
        if later is not None and start is not None and start < later[2].end:
            spans.append((match.start(), later[1], replace(later[2], start=start, grain="days")))
    firsts = {token.start: index for index, token in enumerate(tokens)}
    found_at: dict[int, tuple[Stretch, int]] = {}
    for begin, end, stretch in sorted(spans, key=lambda span: (span[0], span[1])):
        first = firsts.get(begin)
        if first is None:
            continue
        last = first + 1
        while last < len(tokens) and tokens[last].start < end:
            last += 1
        found_at[first] = stretch, last
    return found_at


def _dotted(match: Match[str], month_first: bool, today: date) -> Stretch | None:
    """One of 31.10.74, 10/31/74, 5/17, 14.10. as a day; None when it is rather a number or a range."""
    left, sign, right, tail = match[1], match[2], match[3], match[4]
    closed = bool(match[5])
    if (
        tail is None
        and not (closed and sign == ".")
        and not (sign == "." and len(right) == 2)
        and not (sign == "/" and month_first)
    ):
        return None
    first, second = int(left), int(right)
    month, day = (first, second) if month_first else (second, first)
    if month > 12:
        month, day = day, month
    unsure = month_first and sign == "/" and day <= 12 and day != month  # 3/4 is April in London and March in Boston
    if tail is not None:
        year = int(tail) if len(tail) == 4 else 2000 + int(tail) if int(tail) < 60 else 1900 + int(tail)
        found = safe_date(year, month, day)
        return None if found is None else Stretch(found, found, "day", explicit=True, unsure=unsure)

    def make(in_year: int) -> Stretch | None:
        in_that = safe_date(in_year, month, day)
        return None if in_that is None else Stretch(in_that, in_that, "day", unsure=unsure)

    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return next_of(make, today)
