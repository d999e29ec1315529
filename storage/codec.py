"""
Values as the tables keep them, and back; what was saved equals what is loaded.

JSON through msgspec: money as text, instants in UTC. A field that a later version adds to Conversation takes its
default when an older row is read; one that it drops is passed over.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, get_args, get_type_hints

import msgspec

from dialogs.values import Conversation, Kind, Reply
from scoring.assess import Assessment
from scoring.values import Evidence, Fact, FactValue, Headcount, MoneyRange, Source, Window
from storage.values import CriterionPoints

_COLUMNS = ("id", "channel", "turn", "generation", "facts")  # kept as columns or rows of their own
_KEPT = [field for field in msgspec.structs.fields(Conversation) if field.name not in _COLUMNS]
_NAMES = tuple(field.name for field in _KEPT)
_State = msgspec.defstruct(
    "_State",
    [(one.name, one.type) if one.required else (one.name, one.type, one.default) for one in _KEPT],
)
_state_of = attrgetter(*_NAMES)


class _Tagged(msgspec.Struct, omit_defaults=True):
    """A fact's value that is not one of JSON's own."""

    money: MoneyRange | None = None
    window: Window | None = None
    people: Headcount | None = None
    int: str | None = None  # beyond 64 bits


_STAMP = len("2026-03-02 09:00:00.000000")
_BIG = 2**63  # msgspec writes integers of 64 bits
_encode = msgspec.json.Encoder().encode
_decode_state = msgspec.json.Decoder(_State).decode
_decode_value = msgspec.json.Decoder(str | bool | int | None | _Tagged).decode
_decode_replies = msgspec.json.Decoder(tuple[Reply, ...]).decode

_SOURCES = {source.value: source for source in Source}
_KINDS = {kind.value: kind for kind in Kind}

FactRow = tuple[str, int, str, str, str, str, str, int, int, str, float, str]


def stamp(at: datetime) -> str:
    """An instant as SQLite keeps it (sorts as it is): "2026-03-02 09:00:00.000000", UTC."""
    if at.tzinfo is None:
        raise ValueError(f"expected a time with a zone, found {at.isoformat()}")
    moment = at if at.tzinfo is UTC else at.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:_STAMP]


def moment(text: str) -> datetime:
    """The instant of a stamp."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def kind(text: str) -> Kind:
    """The kind of a stored inbound."""
    return _KINDS[text]


def state_text(conversation: Conversation) -> str:
    """A conversation as JSON, without its facts and what stands in columns."""
    return _encode(_State(*_state_of(conversation))).decode()


def conversation_of(row: Sequence[Any], facts: tuple[Fact, ...]) -> Conversation:
    """The conversation of a row id, channel, turn, generation, state, and its facts."""
    key, channel, turn, generation, state = row
    kept = dict(zip(_NAMES, _state_of(_decode_state(state)), strict=True))
    return Conversation(id=key, channel=channel, turn=turn, generation=generation, facts=facts, **kept)


def value_text(value: FactValue | None) -> str:
    """A fact's value: bare when JSON has it, else under its kind: {"money": …}, {"window": …}, {"people": …}."""
    match value:
        case MoneyRange():
            return _encode({"money": value}).decode()
        case Window():
            return _encode({"window": value}).decode()
        case Headcount():
            return _encode({"people": value}).decode()
        case int() if not -_BIG <= value < _BIG:
            return _encode({"int": str(value)}).decode()
        case _:
            return _encode(value).decode()


def value_of(text: str) -> FactValue | None:
    """The value of its text."""
    value: FactValue | _Tagged | None = _decode_value(text)
    if not isinstance(value, _Tagged):
        return value
    if value.int is not None:
        return int(value.int)
    return value.money or value.window or value.people


def fact_row(conversation: str, seq: int, fact: Fact) -> FactRow:
    """A fact in the order of the table's columns."""
    told = fact.evidence
    return (
        conversation,
        seq,
        fact.key,
        value_text(fact.value),
        told.source.value,
        told.inbound,
        told.quote,
        told.start,
        told.end,
        fact.how,
        fact.confidence,
        stamp(fact.at),
    )


def fact_of(row: Sequence[Any]) -> Fact:
    """The fact of a row in the order of the table's columns."""
    _, _, key, value, source, inbound, quote, start, end, how, confidence, at = row
    told = Evidence(_SOURCES[source], inbound, quote, start, end)
    return Fact(key, value_of(value), told, how, moment(at), confidence)


def replies_text(replies: tuple[Reply, ...]) -> str:
    """Replies as JSON."""
    return _encode(replies).decode()


def replies_of(text: str) -> tuple[Reply, ...]:
    """The replies of their text."""
    return _decode_replies(text)


def assessment_text(assessment: Assessment, facts: Sequence[Fact]) -> str:
    """
    An assessment as JSON in which a fact of the conversation is {"fact": seq}.

    So a quote stands in one place, and is gone from the score when it is erased there. A fact that is not among
    *facts* (one derived while weighing) is written out.
    """
    return _encode(_thin(assessment, {id(fact): seq for seq, fact in enumerate(facts)}, facts)).decode()


def assessment_of(text: str, facts: Sequence[Fact]) -> dict[str, Any]:
    """An assessment as plain JSON values, every fact written out: key, value, evidence, how, at, confidence."""
    filled: dict[str, Any] = _fill(msgspec.json.decode(text), [msgspec.to_builtins(fact) for fact in facts])
    return filled


class _Row(msgspec.Struct):
    criterion: str
    points: int
    maximum: int


class _Rows(msgspec.Struct):
    criteria: list[_Row]


_ROWS = msgspec.json.Decoder(_Rows)


def points_of(text: str) -> list[CriterionPoints]:
    """Points per criterion of a stored assessment."""
    return [CriterionPoints(row.criterion, row.points, row.maximum) for row in _ROWS.decode(text).criteria]


class _Ref(msgspec.Struct):
    """A fact of the conversation, by its place there."""

    fact: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Plan:
    """How to write what may hold facts, without asking its fields one by one each time."""

    values: Callable[[Any], tuple[Any, ...]]
    carriers: tuple[int, ...]  # places of the fields that facts may be in
    written: Callable[..., Any]  # takes the values, writes the same object


def _thin(value: Any, numbers: dict[int, int], facts: Sequence[Fact]) -> Any:
    owner = type(value)
    if owner is tuple:
        return [_thin(item, numbers, facts) for item in value]
    if owner is Fact:
        seq = numbers.get(id(value))
        if seq is None:
            seq = next((seq for seq, fact in enumerate(facts) if fact == value), None)
        return value if seq is None else _Ref(seq)
    plan = _plans[owner] if owner in _plans else _plan(owner)
    if plan is None:
        return value
    values = list(plan.values(value))
    held = False
    for place in plan.carriers:
        if values[place]:
            held = True
            values[place] = _thin(values[place], numbers, facts)
    return plan.written(*values) if held else value


_plans: dict[type, _Plan | None] = {}


def _plan(owner: type) -> _Plan | None:
    """The plan of a struct or dataclass, None for what can hold no facts."""
    if owner not in _plans:
        hints = get_type_hints(owner) if dataclasses.is_dataclass(owner) or issubclass(owner, msgspec.Struct) else {}
        carriers = tuple(place for place, hint in enumerate(hints.values()) if _carries(hint))
        _plans[owner] = (
            _Plan(_getter(tuple(hints)), carriers, msgspec.defstruct(owner.__name__, list(hints))) if carriers else None
        )
    return _plans[owner]


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of these attributes, in this order (attrgetter gives a bare value for one name)."""
    return attrgetter(*names) if len(names) > 1 else lambda owner: (getattr(owner, names[0]),)


def _carries(hint: Any) -> bool:
    return hint is Fact or any(map(_carries, get_args(hint))) or (isinstance(hint, type) and _plan(hint) is not None)


def _fill(value: Any, facts: Sequence[dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"fact"} and isinstance(value["fact"], int):
            return facts[value["fact"]] if value["fact"] < len(facts) else None
        return {name: _fill(item, facts) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, facts) for item in value]
    return value


def standing(facts: Iterable[Fact], prefix: str) -> dict[str, FactValue]:
    """The values that stand under a prefix ("contact."), the latest of each key; withdrawn ones are absent."""
    found: dict[str, FactValue] = {}
    for fact in facts:
        if fact.key.startswith(prefix):
            if fact.value is None:
                found.pop(fact.key, None)
            else:
                found[fact.key] = fact.value
    return found
