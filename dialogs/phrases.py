"""Values as a person of the language would write them: sums, dates, names, short notes of what was heard."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import format_currency, get_currency_symbol

from dialogs.hearing import FREE_ANSWER
from dialogs.library import Library
from dialogs.reading.text import fold
from dialogs.wording import Voice
from scoring.conditions import MANY
from scoring.values import Fact, Headcount, Money, MoneyRange, Window

_NEEDLESS = re.compile(r"[.,]00(?!\d)")  # decimals of a whole sum; the comma of "80,000" has a digit behind it
_WORD = re.compile(r"[^\W\d_]+")
_STUCK = re.compile(r"(?<=[^\W\d_])(?=\d)")  # a sign made of letters right before a figure


def _currency(amount: Decimal, currency: str, language: str) -> str:
    with localcontext() as exact:
        exact.prec = max(28, amount.adjusted() + 4)  # somebody will name a sum of thirty figures
        return format_currency(
            amount, currency, locale=language, currency_digits=False, format=None, group_separator=True
        )


@lru_cache(maxsize=4096)
def _date(day: date, language: str) -> str:
    return format_date(day, "d MMMM y" if language == "en" else "long", locale=language)  # as the console writes it


def money_text(amount: Decimal, currency: str | None, language: str, library: Library) -> str:
    """A sum without needless decimals: 1 400 €, €1,400, 80 000 zł; a bare number while no currency is known."""
    whole = Decimal(int(amount)) if amount == amount.to_integral_value() else amount
    return _money(whole, currency, language, library.symbols.get(currency or ""))


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str | None, language: str, own: str | None) -> str:
    text = _NEEDLESS.sub("", _currency(amount, currency or "XXX", language))
    if currency is None:
        return text.replace(get_currency_symbol("XXX", locale=language), "").strip("\xa0 ")
    signed = text.replace(get_currency_symbol(currency, locale=language), own) if own else text
    return _STUCK.sub("\xa0", signed)


def said_money(value: MoneyRange, voice: Voice, library: Library) -> str:
    """A sum as the visitor put it: exact, up to, from, a range; per month if so."""
    language = voice.wording.language
    low = None if value.low is None else money_text(value.low, value.currency, language, library)
    high = None if value.high is None else money_text(value.high, value.currency, language, library)
    if low is None:
        text = voice.word("sum.up_to", money=high)
    elif high is None:
        text = voice.word("sum.from", money=low)
    elif value.low == value.high:
        text = voice.word("sum.exact", money=low)
    else:
        text = voice.word("sum.range", low=low, high=high)
    return voice.word(f"per.{value.per}", money=text) if value.per else text


def said_window(value: Window, voice: Voice) -> str:
    """A wish for time as dates."""
    language = voice.wording.language
    if value.start is None and value.end is None:
        return voice.word(f"say.timing.urgency.{value.urgency}")
    if value.start is None and value.end is not None:
        return voice.word("when.by", date=_date(value.end, language))
    if value.end is None and value.start is not None:
        return voice.word("when.from", date=_date(value.start, language))
    if value.start == value.end and value.end is not None:
        return voice.word("when.on", date=_date(value.end, language))
    if value.start is not None and value.end is not None:
        start = value.start.replace(day=1) if value.start == value.said else value.start  # of "in March", said in it
        if _are_whole_months(start, value.end):
            return _said_months(start, value.end, voice)
    return voice.word("when.between", start=_date_of(value.start, language), end=_date_of(value.end, language))


def _are_whole_months(start: date, end: date) -> bool:
    """Whether a window is whole months of one year."""
    return start.year == end.year and start.day == 1 and end.day == monthrange(end.year, end.month)[1]


def _said_months(start: date, end: date, voice: Voice) -> str:
    """A month, a quarter or a year by its name; other months as the first and the last."""
    year, names = str(start.year), get_month_names("wide", context="stand-alone", locale=voice.wording.language)
    if (start.month, end.month) == (1, 12):
        return voice.word("when.year", year=year)
    if start.month == end.month:
        return voice.word("when.month", month=names[start.month], year=year)
    if end.month == start.month + 2 and end.month % 3 == 0:
        return voice.word("when.quarter", quarter=str(end.month // 3), year=year)
    return voice.word("when.months", first=names[start.month], last=names[end.month], year=year)


def _date_of(day: date | None, language: str) -> str:
    return "" if day is None else _date(day, language)


def day_text(day: date, language: str) -> str:
    """A day in words."""
    return _date(day, language)


def price(amount: Money, language: str, library: Library) -> str:
    """An amount of an estimate."""
    return money_text(amount.amount, amount.currency, language, library)


def brand(tech: str, library: Library) -> str:
    """A technology as its owner writes it."""
    return library.brands.get(tech, tech)


_ORDER = (
    "need.category",
    "need.rental",
    "need.feature",
    "need.stack",
    "need.exclusive_stack",
    "need.scope",
    "spec.has",
    "budget.amount",
    "budget.rate",
    "budget.status",
    "budget.reaction",
    "budget.intent",
    "timing.deadline",
    "authority.role",
    "authority.decides",
    "authority.person",
    "authority.current",
    "people.count",
    "contact.email",
    "contact.phone",
    "contact.telegram",
)


def notes(facts: Sequence[Fact], voice: Voice, library: Library) -> str:
    """What was heard, as short notes joined by commas; empty when nothing of it is worth saying back."""
    by_key: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.value is not None:
            by_key.setdefault(fact.key, []).append(fact)
    if any(_decider(str(fact.value), voice) for fact in by_key.get("authority.person", ())):
        by_key["authority.decides"] = [fact for fact in by_key.get("authority.decides", ()) if fact.value is not False]
    standing = (fact for key in _ORDER for fact in (by_key.get(key, ()) if key in MANY else by_key.get(key, ())[-1:]))
    said = [note for fact in standing if (note := _note(fact, voice, library))]
    return ", ".join(dict.fromkeys(said))


def _note(fact: Fact, voice: Voice, library: Library) -> str:
    value = fact.value
    if isinstance(value, MoneyRange):
        return voice.word("say.budget.amount", value=said_money(value, voice, library))
    if isinstance(value, Window):
        return voice.word("say.timing.deadline", value=said_window(value, voice))
    if isinstance(value, Headcount):
        return voice.word("say.people", value=value.high if value.low == value.high else f"{value.low}–{value.high}")
    if fact.key.startswith("contact."):
        return voice.word("say.contact", value=value)
    if fact.key == "authority.person":
        return _decider(str(value), voice)
    if fact.how == FREE_ANSWER:  # what somebody wrote in their own words is not parroted
        return ""
    exact = f"say.{fact.key}.{str(value).lower()}"
    if voice.wording.has(exact):
        return voice.word(exact)
    if voice.wording.has(f"say.{fact.key}"):
        return voice.word(f"say.{fact.key}", value=_name(fact.key, str(value), voice, library))
    return ""


def _decider(said: str, voice: Voice) -> str:
    """Who decides, in a sentence: "решает директор" of "с директором"; "" where the word is not known."""
    for word in _WORD.findall(fold(said)):
        found = [
            (begin, name, key)
            for key, many in (("say.authority.person", "decider.one"), ("say.authority.people", "decider.many"))
            for name, begin in _named(voice.word(many))
            if word.startswith(begin)
        ]
        if found:
            _, name, key = max(found, key=lambda one: len(one[0]))
            whole = " " in said and word == fold(name)  # "финансовый директор"
            return voice.word(key, value=_bare(said, voice) if whole else name)
    return ""


def _bare(said: str, voice: Voice) -> str:
    """Who it is without whose: "the CEO", "наш бухгалтер"."""
    first, _, rest = said.partition(" ")
    before = {name for name, _ in _named(voice.word("decider.before"))}
    return rest if rest and first.casefold() in before else said


@lru_cache(maxsize=64)
def _named(text: str) -> tuple[tuple[str, str], ...]:
    """Names and how their forms begin: "жена/жен, муж"; without a stroke all forms begin like the name."""
    parts = (part.strip().partition("/") for part in text.split(","))
    return tuple((name, fold(begin or name)) for name, _, begin in parts)


def _name(key: str, value: str, voice: Voice, library: Library) -> str:
    if key == "need.stack":
        return brand(value, library)
    named = f"name.{key.rpartition('.')[2]}.{value}"
    return voice.word(named) if voice.wording.has(named) else value
