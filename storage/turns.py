"""The turn: read, decide, write; for a group of conversations at once, inside one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dialogs.values import Conversation, EffectKind, Inbound, Kind, Origin, Outcome
from scoring.values import Fact
from storage import statements
from storage.codec import (
    assessment_text,
    conversation_of,
    fact_of,
    fact_row,
    replies_of,
    replies_text,
    stamp,
    standing,
    state_text,
)
from storage.errors import AlreadyTaken, ConversationConflict, NoSuchConversation
from storage.ids import uuid7
from storage.recent import Recent
from storage.values import Decide, OutboxItem, Route, StoredTurn, TurnRequest

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with what decides about it."""

    request: TurnRequest
    decide: Decide
    route: Route


@dataclass(slots=True)
class _Seen:
    """What the database knows about a group, read once."""

    conversations: dict[str, Conversation]
    answered: dict[str, StoredTurn]  # by conversation: what its inbound got when it came before
    occurred: dict[str, StoredTurn]  # by inbound: what it got when it came before, in whichever conversation
    names: set[tuple[str, str]]  # (channel, external) of conversations that are there, or about to be
    taken: set[str]  # inbox rows that were handled before


@dataclass(slots=True)
class _Draft:
    """The rows one turn will write, table by table."""

    answer: StoredTurn
    after: Conversation | None = None  # None if nothing happens
    opened: Sequence[Row] = ()
    moved: Sequence[Row] = ()
    turns: Sequence[Row] = ()
    occurrences: Sequence[Row] = ()
    facts: Sequence[Row] = ()
    leads: Sequence[Row] = ()
    outbox: Sequence[Row] = ()
    settled: Sequence[Row] = ()
    old_timers: Sequence[Row] = ()
    fired: Sequence[Row] = ()
    timers: Sequence[Row] = ()
    files: Sequence[Row] = ()


# In this order: a timer that fired goes before the one that may take its place.
_WRITES: tuple[tuple[str, Callable[[_Draft], Sequence[Row]]], ...] = (
    (statements.INSERT_CONVERSATION, lambda draft: draft.opened),
    (statements.INSERT_TURN, lambda draft: draft.turns),
    (statements.INSERT_OCCURRENCE, lambda draft: draft.occurrences),
    (statements.INSERT_FACT, lambda draft: draft.facts),
    (statements.UPSERT_LEAD, lambda draft: draft.leads),
    (statements.INSERT_OUTBOX, lambda draft: draft.outbox),
    (statements.DELETE_OLD_TIMERS, lambda draft: draft.old_timers),
    (statements.DELETE_TIMER, lambda draft: draft.fired),
    (statements.UPSERT_TIMER, lambda draft: draft.timers),
    (statements.UPSERT_FILE, lambda draft: draft.files),
    (statements.SETTLE_INBOX, lambda draft: draft.settled),
)


def take_group(driver: sqlite3.Connection, group: Sequence[Asked], recent: Recent) -> list[StoredTurn | Exception]:
    """
    Take requests of different conversations through their turns, in the caller's transaction.

    Everything is decided before anything is written, so that a request whose decision raises gets that exception as its
    answer and writes nothing, and the others are stored. *recent* holds what will stand once the caller has committed.

    Raises:
        ConversationConflict: A conversation moved on after it was read; nothing may be committed.
        sqlite3.Error: The database failed, or a row was refused; nothing may be committed.
    """
    seen = _look(driver, [asked.request for asked in group], recent)
    answers: list[StoredTurn | Exception] = []
    drafts: list[_Draft] = []
    for asked in group:
        try:
            draft = _draft(asked, seen)
        except Exception as error:  # noqa: BLE001 - a slip in deciding belongs to this request alone
            answers.append(error)
        else:
            answers.append(draft.answer)
            drafts.append(draft)
    recent.hold(draft.after for draft in drafts if draft.after is not None)
    _write(driver, drafts)
    return answers


def _look(driver: sqlite3.Connection, requests: Sequence[TurnRequest], recent: Recent) -> _Seen:
    conversations = _load(driver, [request.inbound.conversation for request in requests], recent)
    answered: dict[str, StoredTurn] = {}
    occurred: dict[str, StoredTurn] = {}
    names: set[tuple[str, str]] = set()
    taken: set[str] = set()
    for request in requests:
        key = request.inbound.conversation
        if key in conversations:
            found = driver.execute(statements.REPLIES_TO, (key, request.inbound.id)).fetchone()
            if found is not None:
                answered[key] = StoredTurn(key, found[0], replies_of(found[1]), repeated=True)
        elif request.opening is not None and request.external:
            name = (request.opening.channel, request.external)
            if driver.execute(statements.NAMED, name).fetchone() is not None:
                names.add(name)
        if request.once:
            occurred.update(_occurred(driver, request.inbound.id))
        taken.update(row for row in _inbox_rows(request) if driver.execute(statements.HANDLED, (row,)).fetchone())
    return _Seen(conversations, answered, occurred, names, taken)


def _occurred(driver: sqlite3.Connection, inbound: str) -> dict[str, StoredTurn]:
    """What an inbound that happens once got, by its id; empty if it has not happened."""
    found = driver.execute(statements.OCCURRED, (inbound,)).fetchone()
    if found is None:
        return {}
    turn, said = driver.execute(statements.REPLIES_TO, (found[0], inbound)).fetchone() or (0, "[]")
    return {inbound: StoredTurn(found[0], turn, replies_of(said), repeated=True)}


def _inbox_rows(request: TurnRequest) -> tuple[str, ...]:
    return (request.inbox_id, *request.also_settles) if request.inbox_id else request.also_settles


def _load(driver: sqlite3.Connection, ids: list[str], recent: Recent) -> dict[str, Conversation]:
    """The conversations that are there, by id."""
    ids = _padded(ids)
    loaded: dict[str, Conversation] = {}
    unread: dict[str, Row] = {}
    for row in driver.execute(statements.conversations_among(len(ids)), ids):
        known = recent.get(row[0], row[2])
        if known is None:
            unread[row[0]] = row
        else:
            loaded[row[0]] = known
    if unread:
        told: dict[str, list[Fact]] = {key: [] for key in unread}
        wanted = _padded(list(unread))
        for row in driver.execute(statements.facts_among(len(wanted)), wanted):
            told[row[0]].append(fact_of(row))
        loaded.update((key, conversation_of(row, tuple(told[key]))) for key, row in unread.items())
    return loaded


def _padded(keys: list[Any]) -> list[Any]:
    """The keys, the last one repeated up to a power of two, so that few different texts are compiled."""
    return keys + keys[-1:] * ((1 << (len(keys) - 1).bit_length()) - len(keys))


def _draft(asked: Asked, seen: _Seen) -> _Draft:
    request, inbound = asked.request, asked.request.inbound
    fired = _fired(inbound)
    settled: list[Row] = [(request.inbox_id,)] if request.inbox_id else []
    answered = seen.answered.get(inbound.conversation)
    if answered is None and request.once:
        answered = seen.occurred.get(inbound.id)
    if answered is not None:  # with fewer messages, maybe: what else came with this one now stays, and comes again
        return _Draft(answered, settled=settled, fired=fired)
    if not seen.taken.isdisjoint(_inbox_rows(request)):
        raise AlreadyTaken("another turn has answered one of these updates: look for what is left")
    settled.extend((row,) for row in request.also_settles)
    before = seen.conversations.get(inbound.conversation)
    name = _name_to_take(request, seen) if before is None else None
    current = before or request.opening
    if current is None or current.id != inbound.conversation:
        raise NoSuchConversation(f"nobody opened the conversation {inbound.conversation}")
    outcome = asked.decide(current, inbound)
    _check(current, outcome)
    draft = _rows(current, inbound, outcome, asked.route(inbound, outcome))
    draft.settled, draft.fired = settled, fired
    after = outcome.conversation
    if before is None:
        state = (after.turn, after.generation, state_text(after))
        draft.opened = [(after.id, after.channel, request.external or None, request.token_hash, *state)]
        if name is not None:
            seen.names.add(name)
    else:
        draft.moved = [(after.turn, after.generation, state_text(after), after.id, before.turn)]
    if request.once:
        draft.occurrences = [(inbound.id, after.id)]
        seen.occurred[inbound.id] = replace(draft.answer, repeated=True)
    if inbound.kind is Kind.FILE:
        draft.files = [(after.id, inbound.id, inbound.text, request.payload)]
    return draft


def _name_to_take(request: TurnRequest, seen: _Seen) -> tuple[str, str] | None:
    """The channel's name for the conversation to open; one that is taken means somebody else has just opened it."""
    if request.opening is None or not request.external:
        return None
    name = (request.opening.channel, request.external)
    if name in seen.names:
        raise ConversationConflict("this chat has a conversation by now: find it and take the turn there")
    return name


def _fired(inbound: Inbound) -> list[Row]:
    """The key of the timer an inbound came from: its id is "timer:<conversation>:<purpose>:<generation>"."""
    prefix = f"{Origin.TIMER}{inbound.conversation}:"
    purpose, _, generation = inbound.id.removeprefix(prefix).rpartition(":")
    if not inbound.id.startswith(prefix) or not generation.isdecimal():
        return []
    return [(inbound.conversation, purpose, int(generation))]


def _check(before: Conversation, outcome: Outcome) -> None:
    """Refuse an outcome that could not be read back as it was decided; that is a slip of ours."""
    after = outcome.conversation
    if (after.id, after.channel, after.turn) != (before.id, before.channel, before.turn + 1):
        raise ValueError(f"expected turn {before.turn + 1} of {before.id}, found turn {after.turn} of {after.id}")
    if len(after.facts) != len(before.facts) + len(outcome.new_facts):
        raise ValueError(
            f"expected {len(before.facts)} facts and {len(outcome.new_facts)} new ones, found {len(after.facts)}"
        )


def _rows(before: Conversation, inbound: Inbound, outcome: Outcome, items: Sequence[OutboxItem]) -> _Draft:
    after, at = outcome.conversation, stamp(inbound.at)
    said = replies_text(outcome.replies)
    draft = _Draft(StoredTurn(after.id, after.turn, outcome.replies), after)
    draft.turns = [
        (
            after.id,
            after.turn,
            inbound.id,
            inbound.kind.value,
            inbound.text,
            at,
            inbound.today,
            inbound.language_hint,
            inbound.size,
            outcome.asked,
            said,
            outcome.content,
        )
    ]
    draft.facts = [fact_row(after.id, seq, fact) for seq, fact in enumerate(outcome.new_facts, len(before.facts))]
    draft.leads = [_lead_row(outcome, at)]
    draft.outbox = [outbox_row(after.id, item, at) for item in items]
    if after.generation != before.generation:
        draft.old_timers = [(after.id, after.generation)]
    draft.timers = [
        (after.id, effect.purpose, after.generation, stamp(effect.due))
        for effect in outcome.effects
        if effect.kind is EffectKind.SET_TIMER and effect.due is not None
    ]
    return draft


def outbox_row(conversation: str, item: OutboxItem, at: str) -> Row:
    """A new row of the outbox, due at once, in the order of the table's columns."""
    return (uuid7(), item.key, item.kind, conversation, item.seq, item.payload, "ready", 0, at, None, "", at)


def _lead_row(outcome: Outcome, at: str) -> Row:
    after, weighed = outcome.conversation, outcome.assessment
    contact = standing(after.facts, "contact.")
    return (
        after.id,
        after.framework,
        after.stage.value,
        weighed.total,
        weighed.maximum,
        weighed.temperature.value,
        *(str(contact.get(f"contact.{part}", "")) for part in ("name", "company")),
        str(contact.get("contact.email", "")).lower(),  # so that an event finds it, however it was typed
        *(str(contact.get(f"contact.{part}", "")) for part in ("phone", "telegram")),
        after.channel,
        after.source,
        after.page,
        after.language,
        after.handoff,
        stamp(after.started),
        at,
        after.turn,
        assessment_text(weighed, after.facts),
        weighed.grade,
    )


def _write(driver: sqlite3.Connection, drafts: Sequence[_Draft]) -> None:
    moved = [row for draft in drafts for row in draft.moved]
    if moved and driver.executemany(statements.UPDATE_CONVERSATION, moved).rowcount != len(moved):
        raise ConversationConflict("a conversation was written by somebody else between reading and writing")
    for text, rows_of in _WRITES:
        rows = [row for draft in drafts for row in rows_of(draft)]
        if rows:
            driver.executemany(text, rows)
