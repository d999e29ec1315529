"""What leaves the machine after a turn: replies pushed to a channel, and handoffs to every configured notifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bot.cards import card_for
from bot.channels.telegram_payload import KIND as TELEGRAM_REPLY
from bot.channels.telegram_payload import reply_payload
from dialogs.library import Library
from dialogs.phrases import notes
from dialogs.values import EffectKind, Inbound, Outcome
from dialogs.wording import Voice
from scoring.conditions import Knowledge
from storage.values import OutboxItem

_TOLD_TO_SALES = (EffectKind.HANDOFF_OFFERED, EffectKind.LEAD_UPDATED)
_REPLIES_A_TURN = 100  # room for the replies of one turn in the order of all


@dataclass(frozen=True, slots=True)
class Routes:
    """Turns an outcome into outbox items; pure, so that a repeated turn gives the same keys."""

    library: Library
    notifiers: Sequence[str]  # kinds: notify.email, notify.webhook, notify.telegram
    public_url: str

    def __call__(self, inbound: Inbound, outcome: Outcome) -> tuple[OutboxItem, ...]:
        """The items of one turn, in order."""
        return (*self._replies(outcome), *self._handoffs(inbound, outcome))

    def _replies(self, outcome: Outcome) -> list[OutboxItem]:
        conversation = outcome.conversation
        if not conversation.address.startswith("telegram:"):
            return []
        first = conversation.turn * _REPLIES_A_TURN
        return [
            OutboxItem(
                f"reply:{conversation.id}:{reply.id}",
                TELEGRAM_REPLY,
                reply_payload(conversation.address, reply, typing=reply.author == "bot"),
                first + at,
            )
            for at, reply in enumerate(outcome.replies)
        ]

    def _handoffs(self, inbound: Inbound, outcome: Outcome) -> list[OutboxItem]:
        items = []
        for effect in outcome.effects:
            if effect.kind not in _TOLD_TO_SALES:
                continue
            card_id = f"{outcome.conversation.id}:{effect.key}"
            card = card_for(inbound, outcome, effect.kind, card_id, self.public_url, self._summary(outcome))
            payload = msgspec.json.encode(card).decode()
            items += [
                OutboxItem(f"{effect.key}:{outcome.conversation.id}:{name}", name, payload, outcome.conversation.turn)
                for name in self.notifiers
            ]
        return items

    def _summary(self, outcome: Outcome) -> str:
        """What they want, in the language of the sales team."""
        wording = self.library.wording(self.library.company.sales_language)
        known = Knowledge(outcome.conversation.facts)
        keys = ("need.category", "need.stack", "timing.deadline", "budget.amount")
        facts = [fact for key in keys for fact in known.facts(key)]
        return notes(facts, Voice(wording, outcome.conversation.id, ()), self.library)
