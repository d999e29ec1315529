"""What is left when our own code fails: a turn, its outbox items and nothing that could fail with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

import msgspec
import structlog
from msgspec.structs import replace

from bot.blame import kind_of, place_of
from bot.channels.telegram_payload import KIND as TELEGRAM_REPLY
from bot.channels.telegram_payload import reply_payload
from bot.notifiers.card import HandoffCard
from dialogs.library import Library
from dialogs.values import Conversation, Effect, EffectKind, Inbound, Kind, Mode, Outcome, Reply
from scoring.assess import Assessment, Fit
from scoring.values import Temperature
from storage.values import OutboxItem

log = structlog.get_logger("banter.turn")

FROM_VISITORS = (Kind.START, Kind.TEXT, Kind.CHOICE, Kind.FILE)
_REPLIES_A_TURN = 100  # as in routing


def sorry_line(library: Library, language: str) -> str:
    """The line that says sorry, in this language or else in any; "" if not even that can be said."""
    for name in (language, library.company.sales_language, *library.wordings):
        try:
            line = library.wordings[name].render("sorry")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one text, another may do
            log.error("sorry_failed", language=name, error=kind_of(error), at=place_of(error))  # noqa: TRY400
        else:
            return line
    return ""


def last_outcome(conversation: Conversation, inbound: Inbound, line: str) -> Outcome:
    """
    A turn that says one line and tells a person; all it needs is the conversation.

    Args:
        conversation: As stored after the turn before; its facts, stage and open question stay.
        inbound: One that no visitor sent changes nothing and is answered by nothing.
        line: What to say; "" says nothing.
    """
    turn, by_visitor = conversation.turn + 1, inbound.kind in FROM_VISITORS
    after = replace(conversation, turn=turn)
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    if by_visitor:
        after = replace(after, generation=conversation.generation + 1, handoff=conversation.handoff or "offered")
        effects = (handoff_effect(conversation, turn),)
        if line and conversation.mode is not Mode.HUMAN:
            replies = (Reply(f"{turn}.1", line),)
    waiting = conversation.waiting_for
    return Outcome(
        after, replies, effects, _unweighed(conversation), asked=None if waiting is None else waiting.question
    )


def handoff_effect(conversation: Conversation, turn: int) -> Effect:
    """A handoff, or news about it when there was one before."""
    if conversation.handoff:
        return Effect(EffectKind.LEAD_UPDATED, f"updated:{turn}")
    return Effect(EffectKind.HANDOFF_OFFERED, "handoff")


def _unweighed(conversation: Conversation) -> Assessment:
    """No points of nothing: the next turn that works weighs the facts again."""
    return Assessment(
        framework=conversation.framework,
        criteria=(),
        total=0,
        maximum=0,
        temperature=Temperature.COLD,
        stage=conversation.stage,
        flags=(),
        implicit=0,
        fit=Fit(0, ()),
        estimate=None,
        timing=None,
        budget=None,
        advice=(),
    )


@dataclass(frozen=True, slots=True)
class SpareRoutes:
    """Outbox items under the usual keys with cards that say no more than where to look."""

    notifiers: Sequence[str] = ()
    public_url: str = ""

    def __call__(self, inbound: Inbound, outcome: Outcome) -> tuple[OutboxItem, ...]:
        """The items of one turn; a reply that cannot be written down is left out."""
        return (*self._replies(outcome), *self._handoffs(inbound, outcome))

    def _replies(self, outcome: Outcome) -> list[OutboxItem]:
        conversation = outcome.conversation
        if not conversation.address.startswith("telegram:"):
            return []
        items = []
        for at, reply in enumerate(outcome.replies, conversation.turn * _REPLIES_A_TURN):
            try:
                payload = reply_payload(conversation.address, reply, typing=reply.author == "bot")
            except Exception as error:  # noqa: BLE001 - the other replies still leave
                log.error("reply_lost", conversation=conversation.id, error=kind_of(error), at=place_of(error))  # noqa: TRY400
                continue
            items.append(OutboxItem(f"reply:{conversation.id}:{reply.id}", TELEGRAM_REPLY, payload, at))
        return items

    def _handoffs(self, inbound: Inbound, outcome: Outcome) -> list[OutboxItem]:
        items = []
        for effect in outcome.effects:
            if effect.kind in (EffectKind.HANDOFF_OFFERED, EffectKind.LEAD_UPDATED):
                payload = msgspec.json.encode(self._card(inbound, outcome, effect)).decode()
                items += [
                    OutboxItem(
                        f"{effect.key}:{outcome.conversation.id}:{name}", name, payload, outcome.conversation.turn
                    )
                    for name in self.notifiers
                ]
        return items

    def _card(self, inbound: Inbound, outcome: Outcome, effect: Effect) -> HandoffCard:
        conversation, weighed = outcome.conversation, outcome.assessment
        return HandoffCard(
            id=f"{conversation.id}:{effect.key}",
            event="handoff.offered" if effect.kind is EffectKind.HANDOFF_OFFERED else "lead.updated",
            conversation=conversation.id,
            created=inbound.at.astimezone(UTC).isoformat(timespec="seconds"),
            framework=conversation.framework,
            stage=conversation.stage.value,
            temperature=weighed.temperature.value,
            total=weighed.total,
            maximum=weighed.maximum,
            language=conversation.language,
            channel=conversation.channel,
            source=conversation.source,
            page=conversation.page,
            transcript_url=f"{self.public_url}/console/leads/{conversation.id}",
        )
