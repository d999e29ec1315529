"""Every state of knowledge that a few conditions can tell apart: small enough to walk through one by one."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations, product

from dialogs.check.places import Vocabulary
from dialogs.facts import COUNTS, EXCLUSIVE, SUMS, WINDOWS
from scoring.conditions import (
    MANY,
    All,
    Any,
    AtLeast,
    Condition,
    Flagged,
    Happened,
    Is,
    Knowledge,
    Known,
    Not,
    Unconfirmed,
    Within,
)
from scoring.values import Evidence, Fact, FactValue, Headcount, MoneyRange, Signal, Source, Urgency, Window

MOST_WORLDS = 20_000  # beyond this nothing is claimed: a proof must stay faster than its reader
_AT = datetime(2026, 1, 1, tzinfo=UTC)  # any day will do: windows count from the day they were said
_OTHER = "something else"

Facts = tuple[Fact, ...]


def atoms(condition: Condition) -> Iterator[Condition]:
    """The plain conditions a condition is built of."""
    match condition:
        case Not(of):
            yield from atoms(of)
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case _:
            yield condition


def worlds(
    conditions: Sequence[Condition], vocabulary: Vocabulary, rests_on: Mapping[str, tuple[str, ...]]
) -> Iterator[Knowledge] | None:
    """
    All states of knowledge the conditions can tell apart, None when there are too many to walk through.

    Args:
        conditions: Read together, e.g. all rules of one criterion.
        vocabulary: What can be known.
        rests_on: Flags that can stand, with the facts each needs.
    """
    plain = [atom for condition in conditions for atom in atoms(condition)]
    by_key: dict[str, list[Condition]] = {}
    for atom in plain:
        if isinstance(atom, Known | Is | Within | AtLeast | Unconfirmed):
            by_key.setdefault(atom.key, []).append(atom)
    facts = [_states(key, asked, vocabulary) for key, asked in by_key.items()]
    flags = _flag_states(frozenset(atom.flag for atom in plain if isinstance(atom, Flagged)))
    events = [((), (kind,)) for kind in sorted({atom.signal for atom in plain if isinstance(atom, Happened)})]
    sizes = [*map(len, facts), *map(len, flags), *map(len, events)]
    if math.prod(sizes) > MOST_WORLDS:
        return None
    return _walk(facts, flags, events, rests_on, frozenset(by_key))


def _walk(
    facts: Sequence[Sequence[Facts]],
    flags: Sequence[Sequence[tuple[str, ...]]],
    events: Sequence[Sequence[tuple[str, ...]]],
    rests_on: Mapping[str, tuple[str, ...]],
    keys: frozenset[str],
) -> Iterator[Knowledge]:
    for known in product(*facts):
        knowledge = Knowledge([fact for some in known for fact in some])
        absent = keys - set(knowledge.keys())
        for raised in product(*flags):
            standing = [flag for group in raised for flag in group]
            if any(key in absent for flag in standing for key in rests_on.get(flag, ())):
                continue
            for happened in product(*events):
                seen = knowledge.with_flags(standing)
                seen.signals = tuple(Signal(kind, kind, _AT) for some in happened for kind in some)
                yield seen


def _flag_states(flags: frozenset[str]) -> list[list[tuple[str, ...]]]:
    groups = [sorted(group & flags) for group in EXCLUSIVE if group & flags]
    alone = flags.difference(*EXCLUSIVE)
    states = [[(), *((flag,) for flag in group)] for group in groups]
    # A verdict has one more outcome than its flags may name, but "none of these" stands for it just as well.
    return [*states, *([(), (flag,)] for flag in sorted(alone))]


def _states(key: str, asked: Sequence[Condition], vocabulary: Vocabulary) -> list[Facts]:
    """What may stand under one key as far as these conditions can tell: nothing, each value, another value."""
    said = [(), *(tuple(_fact(key, value) for value in some) for some in _values(key, asked, vocabulary))]
    if any(isinstance(atom, Unconfirmed) for atom in asked):
        said += [tuple(_fact(key, fact.value, Source.PERSON) for fact in some) for some in said if some]
    return said


def _values(key: str, asked: Sequence[Condition], vocabulary: Vocabulary) -> list[tuple[FactValue, ...]]:
    if key in WINDOWS:
        days = sorted({atom.days for atom in asked if isinstance(atom, Within)})
        undated = Window(None, None, Urgency.FLEXIBLE)
        return [(undated,), *((_ends_in(day),) for day in (*days, (days[-1] if days else 0) + 1))]
    if key in SUMS | COUNTS:
        bounds = sorted({atom.bound for atom in asked if isinstance(atom, AtLeast)})
        return [(_amount(key, bound),) for bound in (0, *bounds)]
    named = list(dict.fromkeys(value for atom in asked if isinstance(atom, Is) for value in atom.values))
    possible = vocabulary.values.get(key)
    own: list[FactValue] = [value for value in named if possible is None or value in possible]
    if possible is None:
        own.append(_OTHER)
    else:
        own += sorted(possible - set(named), key=str)[:1]
    several = [*combinations(own, 2), tuple(own)] if key in MANY and len(own) > 1 else []
    return [*((value,) for value in own), *several]


def _ends_in(days: int) -> Window:
    return Window(None, _AT.date() + timedelta(days=min(days, 1_000_000)), Urgency.DATED)


def _amount(key: str, bound: int) -> FactValue:
    return MoneyRange(Decimal(bound), Decimal(bound)) if key in SUMS else Headcount(bound, bound)


def _fact(key: str, value: FactValue | None, source: Source = Source.MESSAGE) -> Fact:
    return Fact(key, value, Evidence(source, "1", str(value)), "proof", _AT)
