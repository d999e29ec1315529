"""The small condition language of rubrics and trees, as values; dialogs/conditions.py reads its words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from scoring.values import Evidence, Fact, FactValue, Headcount, MoneyRange, Signal, Source, Window


@dataclass(frozen=True, slots=True)
class Known:
    """Something is known under the key."""

    key: str


@dataclass(frozen=True, slots=True)
class Is:
    """One of the values is known under the key."""

    key: str
    values: tuple[FactValue, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The window under the key ends (or, with no end, starts) at most so many days after it was said."""

    key: str
    days: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number or the sum under the key reaches the bound (a sum by its high end, else its low end)."""

    key: str
    bound: int


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flag stands."""

    flag: str


@dataclass(frozen=True, slots=True)
class Happened:
    """The lead did this at least once."""

    signal: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The fact under the key was found by research or told long ago, so it has to be confirmed as still true."""

    key: str


Condition = Known | Is | Within | AtLeast | Flagged | Happened | Unconfirmed | Not | All | Any

CONFIRMED_FOR_DAYS = 90  # a role told a quarter ago may be somebody else's by now


class Knowledge:
    """What is known about a lead right now: the facts that stand, flags and signals."""

    __slots__ = ("_by_key", "flags", "now", "signals")

    def __init__(
        self,
        facts: Iterable[Fact],
        signals: Sequence[Signal] = (),
        flags: Iterable[str] = (),
        now: datetime | None = None,
    ) -> None:
        self._by_key = standing(facts)
        self.signals = tuple(signals)
        self.flags = frozenset(flags)
        self.now = now

    def with_flags(self, flags: Iterable[str]) -> "Knowledge":
        """The same knowledge with other flags."""
        other = copy(self)
        other.flags = frozenset(flags)
        return other

    def facts(self, key: str) -> tuple[Fact, ...]:
        """Facts standing under the key, oldest first; one for a single key."""
        return self._by_key.get(key, ())

    def value(self, key: str) -> FactValue | None:
        """The newest value under the key."""
        found = self._by_key.get(key)
        return found[-1].value if found else None

    def values(self, key: str) -> tuple[FactValue, ...]:
        """All values under the key."""
        return tuple(fact.value for fact in self.facts(key) if fact.value is not None)

    def keys(self) -> Iterable[str]:
        """Keys under which something stands."""
        return self._by_key.keys()


# Keys that hold several values side by side; under every other key the newest value stands.
MANY = frozenset(
    {
        "need.category",
        "need.stack",
        "need.feature",
        "need.purpose",
        "authority.person",
        "vendor.other",
        "dialog.question",
        "spec.file",
    }
)


def standing(facts: Iterable[Fact]) -> Mapping[str, tuple[Fact, ...]]:
    """
    The facts that stand: later values correct earlier ones, None withdraws, history stays with the caller.

    Args:
        facts: Oldest first.
    """
    by_key: dict[str, tuple[Fact, ...]] = {}
    for fact in facts:
        if fact.value is None:
            by_key.pop(fact.key, None)
        elif fact.key in MANY:
            kept = tuple(old for old in by_key.get(fact.key, ()) if old.value != fact.value)
            by_key[fact.key] = (*kept, fact)
        else:
            by_key[fact.key] = (fact,)
    return by_key


Held = tuple[bool, tuple[Fact, ...]]


def holds(condition: Condition, known: Knowledge) -> Held:
    """Whether a condition holds, and the facts it rests on (empty for an absence)."""
    return _HOLDS[type(condition)](condition, known)


def _known(condition: Known, known: Knowledge) -> Held:
    found = known.facts(condition.key)
    return bool(found), found


def _is(condition: Is, known: Knowledge) -> Held:
    standing_now = known.facts(condition.key)
    if not standing_now:  # the usual case, and this is asked about thirty times a turn
        return False, ()
    found = tuple(fact for fact in standing_now if fact.value in condition.values)
    return bool(found), found


def _within(condition: Within, known: Knowledge) -> Held:
    found = tuple(fact for fact in known.facts(condition.key) if _ends_within(fact, condition.days))
    return bool(found), found


def _at_least(condition: AtLeast, known: Knowledge) -> Held:
    found = tuple(fact for fact in known.facts(condition.key) if _reaches(fact.value, condition.bound))
    return bool(found), found


def _flagged(condition: Flagged, known: Knowledge) -> Held:
    return condition.flag in known.flags, ()


def _happened(condition: Happened, known: Knowledge) -> Held:
    found = tuple(_as_fact(signal) for signal in known.signals if signal.kind == condition.signal)
    return bool(found), found


def _is_unconfirmed(condition: Unconfirmed, known: Knowledge) -> Held:
    found = tuple(fact for fact in known.facts(condition.key) if _unconfirmed(fact, known.now))
    return bool(found), found


def _not(condition: Not, known: Knowledge) -> Held:
    return not holds(condition.of, known)[0], ()


def _any(condition: Any, known: Knowledge) -> Held:
    for part in condition.of:
        held = holds(part, known)
        if held[0]:
            return held
    return False, ()


def _all(condition: All, known: Knowledge) -> Held:
    gathered: list[Fact] = []
    for part in condition.of:
        held, facts = holds(part, known)
        if not held:
            return False, ()
        gathered.extend(facts)
    return True, tuple(gathered)


# A table instead of a match: holds runs about a hundred times a turn. A test sees that no kind is missing.
_HOLDS: Mapping[type, Callable[..., Held]] = {
    Known: _known,
    Is: _is,
    Within: _within,
    AtLeast: _at_least,
    Flagged: _flagged,
    Happened: _happened,
    Unconfirmed: _is_unconfirmed,
    Not: _not,
    All: _all,
    Any: _any,
}


def days_asked(fact: Fact) -> int | None:
    """Days from the day a window was said to its end (its start when it has no end); None without a date."""
    window = fact.value
    if not isinstance(window, Window):
        return None
    day = window.end or window.start
    return None if day is None else (day - (window.said or fact.at.date())).days


def _ends_within(fact: Fact, days: int) -> bool:
    asked = days_asked(fact)
    return asked is not None and asked <= days


def _reaches(value: FactValue | None, bound: int) -> bool:
    if isinstance(value, MoneyRange):
        top = value.high if value.high is not None else value.low
        return top is not None and top >= bound
    if isinstance(value, Headcount):
        return value.high >= bound
    return isinstance(value, int) and not isinstance(value, bool) and value >= bound


def _as_fact(signal: Signal) -> Fact:
    """What the lead did, as evidence that points may rest on."""
    evidence = Evidence(Source.EVENT, signal.id, signal.kind)
    return Fact(f"event.{signal.kind}", True, evidence, "event", signal.at)


def _unconfirmed(fact: Fact, now: datetime | None) -> bool:
    if fact.evidence.source not in (Source.MESSAGE, Source.CHOICE):
        return True
    return now is not None and (now - fact.at).days > CONFIRMED_FOR_DAYS


def keys_of(condition: Condition) -> frozenset[str]:
    """Fact keys a condition reads."""
    match condition:
        case Known(key) | Is(key, _) | Within(key, _) | AtLeast(key, _) | Unconfirmed(key):
            return frozenset({key})
        case Not(of):
            return keys_of(of)
        case All(of) | Any(of):
            return frozenset().union(*(keys_of(part) for part in of))
        case Flagged() | Happened():
            return frozenset()
        case _:
            assert_never(condition)
