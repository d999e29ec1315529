"""Routing: what leaves the machine after a turn, under keys that make it happen once."""

from dataclasses import replace

import msgspec
import pytest
from msgspec import structs

from bot.notifiers.card import HandoffCard
from bot.routing import Routes
from dialogs.library import Library
from dialogs.values import Conversation, EffectKind, Inbound, Kind, Outcome
from storage.values import OutboxItem
from tests.builders import MONDAY, Visitor, visitor

NOTIFIERS = ("notify.email", "notify.webhook")


def routed(library: Library, outcome: Outcome, **conversation: str) -> tuple[OutboxItem, ...]:
    routes = Routes(library, NOTIFIERS, "https://chat.example")
    changed: Conversation = structs.replace(outcome.conversation, **conversation)  # type: ignore[arg-type]
    return routes(Inbound("i9", "c1", Kind.TEXT, "x", MONDAY), replace(outcome, conversation=changed))


def qualified(library: Library, language: str = "en") -> Visitor:
    one = visitor(library, language)
    one.presses_all("crm", "not_sure", "none", "fine")
    assert EffectKind.HANDOFF_OFFERED in {effect.kind for effect in one.last.effects}
    return one


def cards(items: tuple[OutboxItem, ...]) -> list[HandoffCard]:
    return [msgspec.json.decode(item.payload, type=HandoffCard) for item in items if item.kind in NOTIFIERS]


def test_replies_are_pushed_in_order_to_a_channel_that_has_an_address(library: Library) -> None:
    outcome = visitor(library).presses_all("crm", "not_sure", "none")
    items = routed(library, outcome, address="telegram:42")
    assert [(item.key, item.kind, item.seq) for item in items] == [
        ("reply:c1:4.1", "telegram.reply", 400),
        ("reply:c1:4.2", "telegram.reply", 401),
    ]
    assert msgspec.json.decode(items[0].payload)["chat_id"] == 42


def test_replies_of_a_visitor_who_fetches_them_are_not_pushed(library: Library) -> None:
    assert routed(library, visitor(library).last) == ()


def test_a_handoff_goes_to_every_notifier_as_the_same_card(library: Library) -> None:
    items = routed(library, qualified(library).last)
    assert [(item.key, item.kind) for item in items] == [
        ("handoff:c1:notify.email", "notify.email"),
        ("handoff:c1:notify.webhook", "notify.webhook"),
    ]
    assert items[0].payload == items[1].payload


def test_routing_the_same_turn_twice_gives_the_same_items(library: Library) -> None:
    outcome = qualified(library).last
    assert routed(library, outcome, address="telegram:42") == routed(library, outcome, address="telegram:42")


@pytest.mark.parametrize("language", ["en", "pl", "uk", "ru"])
def test_a_card_says_what_sales_need_in_their_own_language(library: Library, language: str) -> None:
    card = cards(routed(library, qualified(library, language).last))[0]
    assert (card.event, card.stage, card.total, card.maximum) == ("handoff.offered", "mql", 40, 100)
    assert (card.language, card.summary) == (language, "a CRM")
    assert card.transcript_url == "https://chat.example/console/leads/c1"
    assert card.unknown == ("authority", "timing")
    assert [reason.points for row in card.criteria for reason in row.reasons] == [15, 25]
    assert all(reason.quotes for row in card.criteria for reason in row.reasons)


def test_contacts_given_later_follow_as_an_update_with_a_key_of_its_own(library: Library) -> None:
    one = qualified(library)
    outcome = one.says("my mail is anna@lantern.example")
    (email, _) = routed(library, outcome)
    card = cards((email,))[0]
    assert (card.event, card.contacts.email) == ("lead.updated", "anna@lantern.example")
    assert email.key == f"updated:{outcome.conversation.turn}:c1:notify.email"


def test_a_lead_that_is_let_go_bothers_nobody(library: Library) -> None:
    one = visitor(library)
    assert routed(library, one.says("an ERP system")) == ()


def test_without_notifiers_nothing_leaves(library: Library) -> None:
    outcome = qualified(library).last
    assert Routes(library, (), "")(Inbound("i9", "c1", Kind.TEXT, "x", MONDAY), outcome) == ()
