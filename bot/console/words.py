"""The console's own words, and dates, sums and names as a reader of one language expects them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

from bot.figures import weeks_shown
from bot.tongues import FIRST, LANGUAGES
from scoring.values import FactValue, Headcount, MoneyRange, Window

# Readers of every one of our languages know these; CLDR would write EUR in Ukrainian and UAH in Polish.
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "UAH": "₴", "PLN": "zł", "RUB": "₽"}
_SIGNS_BEFORE = ("EUR", "USD", "GBP")

_SIZES = (1024, 1024 * 1024)  # bytes from which on to speak of kB, of MB

Texts = Mapping[str, Mapping[str, str]]
"""Language -> key -> text."""


_SHARED = (
    "advice",
    "budget",
    "channel",
    "criterion",
    "fit",
    "flag",
    "framework",
    "language",
    "role",
    "stage",
    "temperature",
    "verdict",
)


def load_texts(locales: Traversable) -> Texts:
    """
    The texts of every language from <language>/console.json in the locales folder.

    What things are called (stages, criteria, flags ...) comes from handoff.json beside it, so that sales read the same
    names in a notification and here; console.json may word one differently.

    Raises:
        OSError: A file is missing.
        ValueError: A file is no flat JSON object of texts.
    """
    folders = {language: locales / language for language in LANGUAGES}
    return {language: _shared(folder) | _texts(folder / "console.json") for language, folder in folders.items()}


def _shared(folder: Traversable) -> dict[str, str]:
    texts = _texts(folder / "handoff.json")
    return {key: text for key, text in texts.items() if key.partition(".")[0] in _SHARED and "{{" not in text}


def _texts(file: Traversable) -> dict[str, str]:
    found = json.loads(file.read_text("utf-8"))
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"{file}: expected an object of key: text")
    return found


def choose_language(wanted: str, accepted: str) -> str:
    """
    The language to speak.

    Args:
        wanted: What the person chose, "" if nothing.
        accepted: The header Accept-Language.
    """
    if wanted in LANGUAGES:
        return wanted
    weighed = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(weighed) if tag in LANGUAGES), FIRST)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, and the zone its times are shown in."""

    language: str
    texts: Mapping[str, str]
    zone: str = "UTC"

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its values put in."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def name(self, kind: str, key: str) -> str:
        """What we call a thing ("stage", "mql"); one we have no word for is shown by its own name."""
        return self.texts.get(f"{kind}.{key}") or key.replace("_", " ").replace(".", ": ")

    def has(self, kind: str, key: str) -> bool:
        """Whether we have a word for it."""
        return f"{kind}.{key}" in self.texts

    def value(self, key: str, value: FactValue | None) -> str:
        """A fact's value as people say it."""
        match value:
            case None:
                return self("fact.withdrawn")
            case bool():
                return self._answer(key, "yes" if value else "no")
            case MoneyRange():
                return self._sum(value)
            case Window():
                return self._window(value)
            case Headcount():
                return f"{value.low}–{value.high}" if value.low != value.high else str(value.low)
            case int():
                return str(value)
            case str() if key == "authority.role":
                return self.name("role", value)
            case str() if self.has(f"value.{key}", value):
                return self.name(f"value.{key}", value)
            case "yes" | "no":
                return self._answer(key, value)
            case str():
                return value

    def _answer(self, key: str, answer: str) -> str:
        return self.name(f"value.{key}" if self.has(f"value.{key}", answer) else "value", answer)

    def money(self, amount: Decimal, currency: str | None) -> str:
        """A sum without cents nobody named."""
        whole = amount == amount.to_integral_value()
        figures = format_decimal(amount, "#,##0" if whole else "#,##0.00", locale=self.language)
        sign = _SIGNS.get(currency or "", currency or "")
        if self.language == "en" and currency in _SIGNS_BEFORE:
            return f"{sign}{figures}"
        return f"{figures}\N{NO-BREAK SPACE}{sign}" if sign else figures

    def _sum(self, said: MoneyRange) -> str:
        low, high = (None if end is None else self.money(end, said.currency) for end in (said.low, said.high))
        if low is None or high is None:
            text = self("sum.up_to", high=high) if low is None else self("sum.from", low=low)
        else:
            text = low if low == high else f"{low} – {high}"
        per = "" if said.per is None else " " + self.name("per", said.per)
        note = f", {self.name('note', said.note)}" if said.note else ""
        return f"{text}{per}{note}"

    def _window(self, said: Window) -> str:
        start, end = (None if day is None else self.day(day) for day in (said.start, said.end))
        if start is None and end is None:
            text = self.name("value.timing.urgency", said.urgency)
        elif start is None:
            text = self("when.by", day=end)
        elif end is None:
            text = self("when.from", day=start)
        else:
            text = start if start == end else f"{start} – {end}"
        hard = f", {self('when.hard')}" if said.hard else ""
        phase = f" ({self.name('phase', said.phase)})" if said.phase else ""
        return f"{text}{phase}{hard}"

    def day(self, day: date) -> str:
        """A day: "16 March 2026"."""
        return format_date(day, "long" if self.language != "en" else "d MMMM y", locale=self.language)

    def moment(self, at: datetime) -> str:
        """A day and time in our zone: "2 Mar 2026, 10:15"."""
        return format_datetime(at.astimezone(ZoneInfo(self.zone)), "d MMM y, HH:mm", locale=self.language)

    def time(self, at: datetime) -> str:
        """The time of a day in our zone."""
        return format_datetime(at.astimezone(ZoneInfo(self.zone)), "HH:mm", locale=self.language)

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago (or how soon): "5 minutes ago"."""
        if abs((now - at).total_seconds()) < 60:
            return self("when.now")
        return format_timedelta(at - now, add_direction=True, threshold=1.1, locale=self.language)

    def weeks(self, low: float, high: float) -> str:
        """A stretch of weeks: "4–8 weeks"."""
        least, most = weeks_shown(low, high)
        top = format_unit(most, "duration-week", locale=self.language)
        return top if least == most else f"{least}–{top}"

    def size(self, count: int) -> str:
        """A number of bytes as a reader takes it in: "1.2 MB"."""
        step = sum(count >= limit for limit in _SIZES)
        figure = round(count / 1024**step, 0 if step < 2 else 1)
        return format_unit(figure, f"digital-{('byte', 'kilobyte', 'megabyte')[step]}", "short", locale=self.language)

    def percent(self, ratio: float) -> str:
        """A share as a whole figure without its sign; what rounds to nothing is "<1"."""
        return "<1" if 0 < ratio < 0.005 else str(round(ratio * 100))

    def figure(self, value: float, places: int = 1) -> str:
        """A figure with so many places at most: "1,250.5"."""
        return format_decimal(round(value, places), f"#,##0.{'#' * places}", locale=self.language)

    def iso(self, at: datetime) -> str:
        """The instant for machines."""
        return at.astimezone(UTC).isoformat(timespec="seconds")
