"""Reception: an inbound becomes one committed turn, and a bug of ours becomes an apology."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
from msgspec import structs
from structlog.testing import capture_logs

from bot import reception
from bot.last_resort import SpareRoutes, last_outcome, sorry_line
from bot.metrics import Metrics
from bot.notifiers.card import HandoffCard, card_of
from bot.reception import Reception
from bot.routing import Routes
from dialogs.engine import advance, open_conversation
from dialogs.library import Library
from dialogs.values import Conversation, EffectKind, Inbound, Kind, Mode, Outcome
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
    notifiers, url = ("notify.email",), "https://chat.example"
    return Reception(store, library, Routes(library, notifiers, url), Metrics(), SpareRoutes(notifiers, url))


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


def test_a_second_breakdown_hands_over_no_second_time_and_is_still_told(library: Library) -> None:
    first = reception.apologise(fakes.conversation(), fakes.inbound(), library)
    second = reception.apologise(first.conversation, replace(fakes.inbound(), id="i2"), library)
    assert [(effect.kind, effect.key) for effect in first.effects] == [(EffectKind.HANDOFF_OFFERED, "handoff")]
    assert [(effect.kind, effect.key) for effect in second.effects] == [(EffectKind.LEAD_UPDATED, "updated:2")]
    assert Knowledge(second.conversation.facts).value("dialog.wants_human") is True


# -- when the apology breaks too


def shattered(*_: object, **__: object) -> NoReturn:
    raise BugError(SECRET)


async def test_when_the_apology_breaks_too_the_visitor_still_hears_a_line_and_sales_get_a_card(
    desk: Reception, store: Store, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(desk, "crm")
    before = await store.conversation("c1")
    monkeypatch.setattr(reception, "advance", broken)
    monkeypatch.setattr(reception, "apologise", shattered)
    turn = await desk.receive(request("i2", Kind.TEXT, SECRET))
    assert [reply.text for reply in turn.replies] == [desk.library.wordings["en"].render("sorry")]
    after = await store.conversation("c1")
    assert before is not None
    assert after is not None
    assert (after.stage, after.facts, after.handoff, after.turn) == (before.stage, before.facts, "offered", 3)
    (row,) = await store.outbox(["ready"], 10)
    assert row.key == "handoff:c1:notify.email"
    assert [event for event, _ in log.lines if event.endswith("_failed")] == ["core_failed", "apology_failed"]
    assert "hunter2" not in repr(log.lines)
    monkeypatch.undo()
    assert (await desk.receive(request("i3", Kind.CHOICE, "not_sure"))).turn == 4  # and the talk goes on


async def test_a_card_that_cannot_be_drawn_costs_nobody_the_answer(
    desk: Reception, store: Store, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.routing.card_for", shattered)
    turn = await talk(desk, "crm", "not_sure", "none", "fine")
    assert turn.replies
    (row,) = await store.outbox(["ready"], 10)
    card = card_of(row)
    assert (row.key, card.id, card.event) == ("handoff:c1:notify.email", "c1:handoff", "handoff.offered")
    assert card.transcript_url == "https://chat.example/console/leads/c1"
    assert (card.total, card.maximum, card.criteria) == (40, 100, ())
    assert "route_failed" in [event for event, _ in log.lines]


async def test_a_decision_that_cannot_be_written_down_becomes_an_apology(
    desk: Reception, store: Store, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(desk)

    def skips_a_turn(before: Conversation, inbound: Inbound, library: Library) -> Outcome:
        outcome = advance(before, inbound, library)
        return replace(outcome, conversation=structs.replace(outcome.conversation, turn=99))

    monkeypatch.setattr(reception, "advance", skips_a_turn)
    turn = await desk.receive(request("i1", Kind.TEXT, SECRET))
    assert (turn.turn, [reply.text for reply in turn.replies]) == (2, [desk.library.wordings["en"].render("sorry")])
    assert [row.key for row in await store.outbox(["ready"], 10)] == ["handoff:c1:notify.email"]
    assert "turn_failed" in [event for event, _ in log.lines]
    assert b'banter_turn_failures_total{error="ValueError"} 1.0' in (desk.metrics or Metrics()).text()


@pytest.mark.parametrize(
    ("mode", "kind", "handed", "replies", "effects"),
    [
        (Mode.QUALIFYING, Kind.TEXT, "", ["Sorry"], ["handoff"]),
        (Mode.QUALIFYING, Kind.TEXT, "offered", ["Sorry"], ["updated:1"]),
        (Mode.HUMAN, Kind.TEXT, "offered", [], ["updated:1"]),
        (Mode.QUALIFYING, Kind.TIMEOUT, "", [], []),
        (Mode.QUALIFYING, Kind.SIGNAL, "", [], []),
    ],
)
def test_the_last_resort_fits_the_moment(
    mode: Mode, kind: Kind, handed: str, replies: list[str], effects: list[str]
) -> None:
    before = fakes.conversation(mode=mode, handoff=handed)
    outcome = last_outcome(before, fakes.inbound(kind=kind), "Sorry")
    assert [reply.text for reply in outcome.replies] == replies
    assert [effect.key for effect in outcome.effects] == effects
    assert (outcome.conversation.turn, outcome.conversation.stage, outcome.new_facts) == (1, before.stage, ())


def test_the_line_is_found_in_another_language_when_its_own_is_broken(library: Library) -> None:
    class Broken:
        render = shattered

    half: Any = replace(library, wordings={"uk": Broken(), "pl": library.wordings["pl"]})
    with capture_logs() as logs:
        assert sorry_line(half, "uk") == library.wordings["pl"].render("sorry")
        assert sorry_line(replace(half, wordings={"uk": Broken()}), "uk") == ""
    assert {line["event"] for line in logs} == {"sorry_failed"}
    assert "hunter2" not in repr(logs)


def test_spare_items_are_the_usual_ones_with_less_on_the_card(library: Library) -> None:
    before = fakes.conversation(address="telegram:42", handoff="offered", turn=6)
    outcome = last_outcome(before, fakes.inbound(), "Sorry")
    spare = SpareRoutes(("notify.email", "notify.webhook"), "https://chat.example")(fakes.inbound(), outcome)
    usual = Routes(library, ("notify.email", "notify.webhook"), "https://chat.example")(fakes.inbound(), outcome)
    assert [(item.key, item.kind, item.seq) for item in spare] == [(item.key, item.kind, item.seq) for item in usual]
    assert spare[0].payload == usual[0].payload
    assert msgspec.json.decode(spare[1].payload, type=HandoffCard).event == "lead.updated"


# -- bounds


async def test_a_conversation_takes_so_many_messages_and_no_more(
    desk: Reception, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "MOST_MESSAGES", 2)
    await talk(desk, "crm", "not_sure")
    with pytest.raises(reception.ConversationFull, match="2 messages"):
        await desk.receive(request("i3", Kind.TEXT, "and more"))
    assert (await desk.receive(request("i2", Kind.CHOICE, "not_sure"))).repeated  # what was taken stays so
    await desk.receive(request("s1", Kind.SIGNAL, "product_page_viewed"))
    assert [turn.inbound for turn in await store.turns_after("c1", 0)] == ["i0", "i1", "i2", "s1"]


async def test_a_conversation_notes_so_many_signals_and_no_more(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "MOST_SIGNALS", 1)
    await talk(desk)
    await desk.receive(request("s1", Kind.SIGNAL, "product_page_viewed"))
    with pytest.raises(reception.ConversationFull, match="1 signals"):
        await desk.receive(request("s2", Kind.SIGNAL, "product_page_viewed"))
    assert (await desk.receive(request("i1", Kind.CHOICE, "crm"))).replies


def test_a_messenger_chat_goes_on_for_years() -> None:
    before = fakes.conversation(channel="telegram", generation=10_000)
    reception.refuse_excess(before, fakes.inbound())
    with pytest.raises(reception.ConversationFull):
        reception.refuse_excess(structs.replace(before, channel="web"), fakes.inbound())
