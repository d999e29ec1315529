"""The small condition language of rubrics and trees, as values; dialogs/conditions.py reads its words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from scoring.values import Evidence, Fact, FactValue, Headcount, MoneyRange, Signal, Source, Window


@dataclass(frozen=True, slots=True)
class Known:
    """Something is known under the key."""

    key: str

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        found = known.standing.get(self.key, ())
        return bool(found), found


@dataclass(frozen=True, slots=True)
class Is:
    """One of the values is known under the key."""

    key: str
    values: tuple[FactValue, ...]

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        standing_now = known.standing.get(self.key, ())
        if not standing_now:  # the usual case
            return False, ()
        found = tuple(fact for fact in standing_now if fact.value in self.values)
        return bool(found), found


@dataclass(frozen=True, slots=True)
class Within:
    """The window under the key ends (or, with no end, starts) at most so many days after it was said."""

    key: str
    days: int

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        found = tuple(fact for fact in known.standing.get(self.key, ()) if _ends_within(fact, self.days))
        return bool(found), found


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number or the sum under the key reaches the bound (a sum by its high end, else its low end)."""

    key: str
    bound: int

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        found = tuple(fact for fact in known.standing.get(self.key, ()) if _reaches(fact.value, self.bound))
        return bool(found), found


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flag stands."""

    flag: str

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        return self.flag in known.flags, ()


@dataclass(frozen=True, slots=True)
class Happened:
    """The lead did this at least once."""

    signal: str

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        found = tuple(_as_fact(signal) for signal in known.signals if signal.kind == self.signal)
        return bool(found), found


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    of: "Condition"

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        return not self.of.holds(known)[0], ()


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds."""

    of: tuple["Condition", ...]
    support: frozenset[str] = field(init=False, repr=False, compare=False)  # see support_of

    def __post_init__(self) -> None:
        object.__setattr__(self, "support", next(filter(None, map(support_of, self.of)), frozenset()))

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        if known.lacks(self.support):
            return False, ()
        gathered: list[Fact] = []
        for part in self.of:
            held, facts = part.holds(known)
            if not held:
                return False, ()
            gathered.extend(facts)
        return True, tuple(gathered)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    of: tuple["Condition", ...]
    support: frozenset[str] = field(init=False, repr=False, compare=False)  # see support_of

    def __post_init__(self) -> None:
        parts = [support_of(part) for part in self.of]
        object.__setattr__(self, "support", frozenset().union(*parts) if all(parts) else frozenset())

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        if known.lacks(self.support):
            return False, ()
        for part in self.of:
            held = part.holds(known)
            if held[0]:
                return held
        return False, ()


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The fact under the key was found by research or told long ago, so it has to be confirmed as still true."""

    key: str

    def holds(self, known: "Knowledge") -> "Held":
        """Whether it holds, and the facts it rests on (empty for an absence)."""
        found = tuple(fact for fact in known.standing.get(self.key, ()) if _unconfirmed(fact, known.now))
        return bool(found), found


Condition = Known | Is | Within | AtLeast | Flagged | Happened | Unconfirmed | Not | All | Any

CONFIRMED_FOR_DAYS = 90  # a role told a quarter ago may be somebody else's by now


class Knowledge:
    """What is known about a lead right now: the facts that stand, flags and signals."""

    __slots__ = ("flags", "now", "signals", "standing")

    def __init__(
        self,
        facts: Iterable[Fact] | dict[str, tuple[Fact, ...]],
        signals: Sequence[Signal] = (),
        flags: Iterable[str] = (),
        now: datetime | None = None,
    ) -> None:
        """
        Keep what stands.

        Args:
            facts: All that was ever said, oldest first, or what standing made of it.
            signals: Oldest first.
            flags: Names of those that stand.
            now: Aware; what was told long ago has to be confirmed.
        """
        self.standing = facts if isinstance(facts, dict) else standing(facts)
        self.signals = tuple(signals)
        self.flags = frozenset(flags)
        self.now = now

    def after(self, facts: Iterable[Fact]) -> "Knowledge":
        """The same knowledge once these facts were told."""
        return Knowledge(standing(facts, self.standing), self.signals, self.flags, self.now)

    def with_flags(self, flags: Iterable[str]) -> "Knowledge":
        """The same knowledge with other flags."""
        return Knowledge(self.standing, self.signals, flags, self.now)

    def lacks(self, keys: frozenset[str]) -> bool:
        """Whether nothing stands under any of the keys; False when there are none to look for."""
        return bool(keys) and keys.isdisjoint(self.standing)

    def facts(self, key: str) -> tuple[Fact, ...]:
        """Facts standing under the key, oldest first; one for a single key."""
        return self.standing.get(key, ())

    def value(self, key: str) -> FactValue | None:
        """The newest value under the key."""
        found = self.standing.get(key)
        return found[-1].value if found else None

    def values(self, key: str) -> tuple[FactValue, ...]:
        """All values under the key."""
        return tuple(fact.value for fact in self.facts(key) if fact.value is not None)

    def keys(self) -> Iterable[str]:
        """Keys under which something stands."""
        return self.standing.keys()


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
        "dialog.faq",
        "spec.file",
    }
)


NOTHING: Mapping[str, tuple[Fact, ...]] = {}


def standing(facts: Iterable[Fact], before: Mapping[str, tuple[Fact, ...]] = NOTHING) -> dict[str, tuple[Fact, ...]]:
    """
    The facts that stand: later values correct earlier ones, None withdraws, history stays with the caller.

    Args:
        facts: Oldest first.
        before: What stood before them; stays as it is.
    """
    by_key = dict(before)
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


def support_of(condition: Condition) -> frozenset[str]:
    """Fact keys one of which must be known for the condition to hold; empty where it may hold without any."""
    match condition:
        case Known(key) | Is(key, _) | Within(key, _) | AtLeast(key, _) | Unconfirmed(key):
            return frozenset({key})
        case All() | Any():
            return condition.support
        case Not() | Flagged() | Happened():
            return frozenset()
        case _:
            assert_never(condition)


def flags_of(condition: Condition) -> frozenset[str]:
    """Flags a condition reads."""
    match condition:
        case Flagged(flag):
            return frozenset({flag})
        case Not(of):
            return flags_of(of)
        case All(of) | Any(of):
            return frozenset().union(*(flags_of(part) for part in of))
        case _:
            return frozenset()


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
