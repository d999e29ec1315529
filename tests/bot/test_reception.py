"""Reception: an inbound becomes one committed turn, and a bug of ours becomes an apology."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot import reception
from bot.metrics import Metrics
from bot.reception import Reception
from bot.routing import Routes
from dialogs.engine import advance, open_conversation
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind, Mode
from scoring.conditions import Knowledge
from storage.errors import NoSuchConversation
from storage.store import Store
from storage.values import StoredTurn, TurnRequest
from tests import fakes
from tests.builders import MONDAY

SECRET = "my password is hunter2 and my name is Olena"


class Log:
    """What would have been logged."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    error = info


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    made = Log()
    monkeypatch.setattr(reception, "log", made)
    return made


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'banter.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: Store, library: Library, log: Log) -> Reception:
    return Reception(store, library, Routes(library, ("notify.email",), "https://chat.example"), Metrics())


def request(key: str, kind: Kind, text: str = "", *, opens: bool = False, at: datetime = MONDAY) -> TurnRequest:
    inbound = Inbound(key, "c1", kind, text, at)
    opening = open_conversation("c1", "web", "bant", "en", inbound) if opens else None
    return TurnRequest(inbound, opening)


async def talk(desk: Reception, *choices: str) -> StoredTurn:
    """Opens the chat and presses buttons."""
    turn = await desk.receive(request("i0", Kind.START, opens=True))
    for number, choice in enumerate(choices, 1):
        turn = await desk.receive(request(f"i{number}", Kind.CHOICE, choice))
    return turn


async def test_the_same_inbound_twice_is_answered_the_same_and_counted_once(desk: Reception, store: Store) -> None:
    first = await talk(desk, "crm")
    again = await desk.receive(request("i1", Kind.CHOICE, "crm"))
    assert (again.repeated, again.turn, again.replies) == (True, first.turn, first.replies)
    assert [turn.inbound for turn in await store.turns_after("c1", 0)] == ["i0", "i1"]


async def test_a_repeated_handoff_leaves_once(desk: Reception, store: Store) -> None:
    await talk(desk, "crm", "not_sure", "none", "fine")
    await desk.receive(request("i4", Kind.CHOICE, "fine"))
    (row,) = await store.outbox(["ready"], 10)
    assert row.key == "handoff:c1:notify.email"


async def test_an_inbound_for_nobody_is_the_callers_to_know(desk: Reception) -> None:
    with pytest.raises(NoSuchConversation):
        await desk.receive(request("i1", Kind.TEXT, "hello"))
    assert b'banter_turn_failures_total{error="NoSuchConversation"} 1.0' in (desk.metrics or Metrics()).text()


async def test_a_turn_is_counted_and_logged_without_a_word_of_the_visitor(desk: Reception, log: Log) -> None:
    await talk(desk)
    await desk.receive(request("i1", Kind.TEXT, f"We need a CRM, {SECRET}, write to olena@lantern.example"))
    event, fields = log.lines[-1]
    assert (event, fields["turn"], fields["kind"], fields["score"]) == ("turn", 2, "text", "15/100")
    assert "need.category" in fields["heard"]
    shown = repr(log.lines)
    assert not any(word in shown for word in ("hunter2", "Olena", "olena@", "We need"))
    assert b'banter_turns_total{channel="web",kind="text"} 1.0' in (desk.metrics or Metrics()).text()


@pytest.mark.parametrize(
    ("at", "today"),
    [
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), "2026-03-02"),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "2026-03-03"),  # past midnight in Warsaw
    ],
)
async def test_today_is_where_the_company_is(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, at: datetime, today: str
) -> None:
    seen: list[str] = []

    def watched(before: Conversation, inbound: Inbound, library: Library) -> object:
        seen.append(inbound.today)
        return advance(before, inbound, library)

    monkeypatch.setattr(reception, "advance", watched)
    await desk.receive(request("i0", Kind.START, opens=True, at=at))
    assert seen == [today]


class BugError(Exception):
    """A bug of ours."""


def broken(_before: Conversation, inbound: Inbound, _library: Library) -> object:
    raise BugError(f"cannot read {inbound.text}")


async def test_a_core_that_breaks_is_an_apology_a_handoff_and_no_words_in_the_log(
    desk: Reception, store: Store, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(desk)
    monkeypatch.setattr(reception, "advance", broken)
    turn = await desk.receive(request("i1", Kind.TEXT, SECRET))
    (reply,) = turn.replies
    assert reply.text == desk.library.wordings["en"].render("sorry")
    (row,) = await store.outbox(["ready"], 10)
    assert row.key == "handoff:c1:notify.email"
    assert "wants_human" in [flag["name"] for flag in msgspec.json.decode(row.payload)["flags"]]
    (event, fields) = next(line for line in log.lines if line[0] == "core_failed")
    assert (event, fields["error"], fields["conversation"]) == ("core_failed", "BugError", "c1")
    assert "test_reception.py:" in fields["at"]
    assert "hunter2" not in repr(log.lines)


async def test_after_an_apology_the_talk_goes_on(desk: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    await talk(desk)
    with monkeypatch.context() as patch:
        patch.setattr(reception, "advance", broken)
        await desk.receive(request("i1", Kind.TEXT, SECRET))
    turn = await desk.receive(request("i2", Kind.CHOICE, "crm"))
    assert (turn.turn, len(turn.replies)) == (3, 1)


@pytest.mark.parametrize(
    ("mode", "kind", "replies", "handoff"),
    [
        (Mode.QUALIFYING, Kind.TEXT, 1, "offered"),
        (Mode.HUMAN, Kind.TEXT, 0, "offered"),
        (Mode.QUALIFYING, Kind.START, 1, "offered"),
        (Mode.QUALIFYING, Kind.TIMEOUT, 0, ""),  # nobody said anything, nobody is told
        (Mode.QUALIFYING, Kind.SIGNAL, 0, ""),
    ],
)
def test_an_apology_fits_the_moment(library: Library, mode: Mode, kind: Kind, replies: int, handoff: str) -> None:
    before = fakes.conversation(mode=mode)
    outcome = reception.apologise(before, fakes.inbound(kind=kind), library)
    assert (len(outcome.replies), outcome.conversation.handoff, outcome.conversation.turn) == (replies, handoff, 1)


def test_a_second_breakdown_hands_over_no_second_time(library: Library) -> None:
    first = reception.apologise(fakes.conversation(), fakes.inbound(), library)
    second = reception.apologise(first.conversation, replace(fakes.inbound(), id="i2"), library)
    assert (len(first.effects), len(second.effects)) == (1, 0)
    assert Knowledge(second.conversation.facts).value("dialog.wants_human") is True
