"""A reading as JSON slots, the format of `banter read`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from dialogs.reading.hear import Ears, hear
from dialogs.reading.values import Answer, Asked, Days, Found, Intent, Reading
from scoring.values import MoneyRange, RoleLevel, Window

T = TypeVar("T")
_ASKED = {asked.value: asked for asked in Asked} | {"date": Asked.TIMING, "duration": Asked.TIMING}


def slots(reading: Reading) -> dict[str, object]:
    """Every slot of the format; null or [] where nothing was said, dates ISO, sums plain numbers."""
    answer, intent = _value(reading.answer), _value(reading.intent)
    if intent is Intent.SKIP:
        answer, intent = Answer.REFUSE, None
    return {
        "money": _money(_value(reading.money)),
        "timing": _window(_value(reading.timing)),
        "role": _role(_value(reading.role), _value(reading.decides)),
        "people": _people(reading),
        "needs": [found.value for found in reading.needs],
        "tech": [found.value for found in reading.tech],
        "answer": None if answer is None else str(answer),
        "callback": _window(_value(reading.callback)),
        "intent": None if intent is None else str(intent),
        "email": _value(reading.email),
        "phone": _value(reading.phone),
        "url": _value(reading.url),
        "telegram": _value(reading.telegram),
        "name": _value(reading.name),
        "company": _value(reading.company),
        "percent": _plain(_value(reading.percent)),
        "number": _plain(_value(reading.number)),
        "duration": _duration(reading),
        "date": _days(_value(reading.days)),
    }


def read_case(case: Mapping[str, object], ears: Ears, today: date) -> dict[str, object]:
    """
    Read one JSON object {"id", "text", "lang"?, "asked"?, "ref_date"?} into {"id", "slots"}.

    A missing or unreadable ref_date means today; an unknown lang or asked means none.
    """
    text, language, asked = case.get("text"), case.get("lang"), case.get("asked")
    reading = hear(
        text if isinstance(text, str) else "",
        ears,
        language=language if isinstance(language, str) and language in ears.languages else None,
        asked=_ASKED.get(asked) if isinstance(asked, str) else None,
        today=_day(case.get("ref_date")) or today,
    )
    return {"id": case.get("id"), "slots": slots(reading)}


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(written[:10]) if isinstance(written, str) else None
    except ValueError:
        return None


def _value(found: Found[T] | None) -> T | None:
    return None if found is None else found.value


def _plain(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _money(money: MoneyRange | None) -> dict[str, object] | None:
    if money is None:
        return None
    per = None if money.per is None else str(money.per)
    return {"low": _plain(money.low), "high": _plain(money.high), "currency": money.currency, "per": per}


def _window(window: Window | None) -> dict[str, object] | None:
    if window is None:
        return None
    return {
        "from": _iso(window.start),
        "to": _iso(window.end),
        "urgency": str(window.urgency),
        "hard": window.hard,
        "phase": None if window.phase is None else str(window.phase),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _role(level: RoleLevel | None, decides: bool | None) -> dict[str, object] | None:
    if (level is None or level is RoleLevel.NONE) and decides is None:
        return None
    return {"role_level": str(level or RoleLevel.NONE), "is_decision_maker": decides}


def _people(reading: Reading) -> dict[str, int] | None:
    people = _value(reading.people)
    return None if people is None else {"low": people.low, "high": people.high}


def _duration(reading: Reading) -> dict[str, object] | None:
    duration = _value(reading.duration)
    if duration is None:
        return None
    return {"value": _plain(duration.value), "unit": duration.unit, "days": duration.days}


def _days(days: Days | None) -> dict[str, object] | None:
    return None if days is None else {"from": _iso(days.start), "to": _iso(days.end)}
