"""What made-up visitors say, read from locales/<lang>/visitors.yaml, and exactly what each sentence tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Literal

import msgspec

from dialogs.errors import BrokenContent
from dialogs.reading.calendar import add_months
from dialogs.yaml_source import YamlSource
from scoring.values import FactValue, MoneyRange, Urgency, Window

FILE = "visitors.yaml"
_NEAR, _PAST = 7, 330  # days: what is so near, or was so lately, people would say otherwise


class Sum(msgspec.Struct, forbid_unknown_fields=True):
    """A sum of n times so much."""

    currency: str
    times: int = 1
    end: Literal["exact", "most", "least"] = "exact"


class Time(msgspec.Struct, forbid_unknown_fields=True):
    """A deadline: in or within n units, by the n-th of a month, or an urgency alone."""

    unit: Literal["days", "weeks", "months", ""] = ""
    when: Literal["at", "within"] = "within"
    month: int = 0
    urgency: Literal["asap", "flexible", ""] = ""


class Sentence(msgspec.Struct, forbid_unknown_fields=True):
    """One way to tell something."""

    says: str
    tells: dict[str, Any]
    n: list[int | str] = []
    also: list[str] = []  # keys that may be understood besides, with any value


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """One language's visitors.yaml."""

    needs: list[Sentence]
    money: list[Sentence]
    reactions: list[Sentence]
    statuses: list[Sentence]
    deadlines: list[Sentence]
    roles: list[Sentence]
    specs: list[Sentence]
    contacts: list[Sentence]
    free: list[str]  # answers to questions that take any words
    openers: list[str]
    fillers: list[str]
    evasions: list[str]
    digressions: list[str]
    insults: list[str]
    corrections: list[str]  # {says} stands for what is said instead

    def about(self, matter: str) -> list[Sentence]:
        """The sentences about one of the matters."""
        found: list[Sentence] = getattr(self, matter)
        return found


MATTERS = ("needs", "money", "reactions", "statuses", "deadlines", "roles", "specs", "contacts")


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence as said, and the facts in it."""

    words: str
    facts: Mapping[str, FactValue]
    also: frozenset[str] = frozenset()


def read_words(locales: Path, language: str) -> Words:
    """
    What visitors say in a language.

    Raises:
        BrokenContent: The file is not there, or has faults; with file, line and key.
        OSError: It cannot be read.
    """
    source = YamlSource(f"locales/{language}/{FILE}", (locales / language / FILE).read_text(encoding="utf-8"))
    words = source.decode(Words, "see docs/simulation.md")
    faults = [source.problem(key, problem, "see docs/simulation.md") for key, problem in _faults(words)]
    if faults:
        raise BrokenContent(tuple(faults))
    return words


def _faults(words: Words) -> Iterator[tuple[str, str]]:
    """Keys and what is wrong there: every sentence must be one that can be said, on some day."""
    for matter in MATTERS:
        if not words.about(matter):
            yield matter, "expected at least one sentence, found none"
        for number, sentence in enumerate(words.about(matter)):
            try:
                for n in sentence.n or [0]:
                    told(sentence, n, date(2026, 3, 2))
            except (ValueError, ArithmeticError, LookupError, msgspec.ValidationError) as error:
                yield f"{matter}.{number}", f"cannot be said: {error}"
    for name in ("free", "openers", "fillers", "evasions", "digressions", "insults", "corrections"):
        if not getattr(words, name):
            yield name, "expected at least one line, found none"
    if any("{says}" not in line for line in words.corrections):
        yield "corrections", "expected {says} in every line"


def languages(locales: Path) -> tuple[str, ...]:
    """Languages visitors can be made of, in the order of their names."""
    return tuple(sorted(path.parent.name for path in locales.glob(f"*/{FILE}")))


def draw(
    sentences: list[Sentence], chance: Random, today: date, avoid: Mapping[str, FactValue] | None = None
) -> Telling:
    """
    One of the sentences with one of its values, as said on a day.

    Args:
        sentences: At least one.
        chance: Decides.
        today: Where the company is.
        avoid: Facts it should not tell, if there is another to be found.
    """
    telling = _draw(sentences, chance, today)
    for _ in range(20):
        if avoid is None or any(avoid.get(key) != value for key, value in telling.facts.items()):
            break
        telling = _draw(sentences, chance, today)
    return telling


def _draw(sentences: list[Sentence], chance: Random, today: date) -> Telling:
    for _ in range(20):
        sentence = chance.choice(sentences)
        telling = told(sentence, chance.choice(sentence.n or [0]), today)
        if _is_natural(telling, today):
            return telling
    return telling


def told(sentence: Sentence, n: int | str, today: date) -> Telling:
    """
    The sentence with its n filled in.

    Raises:
        ValueError: Its facts cannot be (also ArithmeticError, LookupError, ValidationError).
    """
    facts: dict[str, FactValue] = {}
    for key, raw in sentence.tells.items():
        value = _value(key, raw, n, today)
        facts[key] = value
        if isinstance(value, Window):
            facts["timing.urgency"] = value.urgency.value
    return Telling(sentence.says.format(n=n), facts, frozenset(sentence.also))


def _is_natural(telling: Telling, today: date) -> bool:
    window = telling.facts.get("timing.deadline")
    return not isinstance(window, Window) or window.end is None or _NEAR <= (window.end - today).days <= _PAST


def _value(key: str, raw: Any, n: int | str, today: date) -> FactValue:
    if key == "budget.amount":
        return _sum(msgspec.convert(raw, Sum), n)
    if key == "timing.deadline":
        return _window(msgspec.convert(raw, Time), n, today)
    if isinstance(raw, str):
        return raw.format(n=n)
    if isinstance(raw, bool):
        return raw
    raise ValueError(f"expected a word, true or false under {key}, found {raw!r}")


def _sum(meant: Sum, n: int | str) -> MoneyRange:
    amount = Decimal(n) * meant.times
    low = None if meant.end == "most" else amount
    high = None if meant.end == "least" else amount
    return MoneyRange(low, high, meant.currency)


def _window(meant: Time, n: int | str, today: date) -> Window:
    if meant.urgency:
        return Window(None, None, Urgency(meant.urgency))
    if meant.month:
        day = date(today.year, meant.month, int(n))
        end = day if day >= today else day.replace(year=today.year + 1)
        return Window(None, end, Urgency.DATED, said=today)
    count = int(n)
    end = (
        add_months(today, count)
        if meant.unit == "months"
        else today + timedelta({"weeks": 7, "days": 1}[meant.unit] * count)
    )
    return Window(end if meant.when == "at" else None, end, Urgency.DATED, said=today)
