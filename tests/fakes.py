"""A core that decides nothing: outcomes of the right shape for tests of the shell."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec import structs

from dialogs.values import Choice, Conversation, Effect, EffectKind, Inbound, Kind, Mode, Outcome, Reply
from scoring.assess import Assessment, CriterionScore, Fit, Flag, Point
from scoring.stages import Stage
from scoring.values import Evidence, Fact, FactValue, MoneyRange, Source, Temperature, Verdict
from storage.values import OutboxItem

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def conversation(key: str = "c1", channel: str = "web", **fields: object) -> Conversation:
    """A conversation nobody has said anything in."""
    return structs.replace(Conversation(key, channel, "bant", "en", MONDAY, source="spring", page="/prices"), **fields)


def inbound(
    key: str = "i1", of: str = "c1", text: str = "We need a CRM", *, minute: int = 0, kind: Kind = Kind.TEXT
) -> Inbound:
    """Something that reached us so many minutes after Monday nine."""
    return Inbound(key, of, kind, text, MONDAY + timedelta(minutes=minute))


def fact(key: str, value: FactValue | None, told: Inbound) -> Fact:
    """A fact read from the whole of an inbound."""
    return Fact(key, value, Evidence(Source.MESSAGE, told.id, told.text, 0, len(told.text)), "fake", told.at, 0.9)


def assessment(facts: Sequence[Fact]) -> Assessment:
    """Ten points of Need for the first fact, and a flag from the last."""
    need = CriterionScore("need", 10, 25, Verdict.PARTLY, (Point(10, "need.named", tuple(facts[:1])),))
    rest = tuple(CriterionScore(name, 0, 25, Verdict.UNKNOWN) for name in ("budget", "authority", "timing"))
    return Assessment(
        framework="bant",
        criteria=(need, *rest),
        total=10,
        maximum=100,
        temperature=Temperature.COLD,
        stage=Stage.CONTACT_US,
        flags=(Flag("wants_human", tuple(facts[-1:])),),
        implicit=0,
        fit=Fit(0, ()),
        estimate=None,
        timing=None,
        budget=None,
        advice=(),
    )


def outcome(
    before: Conversation,
    told: Inbound,
    new_facts: Sequence[Fact] = (),
    effects: Sequence[Effect] = (),
    **changes: object,
) -> Outcome:
    """The next turn: one reply with a button, the facts given, the generation raised."""
    turn = before.turn + 1
    facts = (*before.facts, *new_facts)
    moved = {"turn": turn, "mode": Mode.QUALIFYING, "generation": before.generation + 1, "facts": facts}
    reply = Reply(
        f"{turn}.1", f"What should it do first? ({turn})", (Choice(f"{turn}:need.category:crm", "Keep our customers"),)
    )
    return Outcome(
        conversation=structs.replace(before, **{**moved, **changes}),
        replies=(reply,),
        effects=tuple(effects),
        assessment=assessment(facts),
        new_facts=tuple(new_facts),
        asked="need.category",
        criterion="need",
    )


def decide(before: Conversation, told: Inbound) -> Outcome:
    """Every text is a need; every turn sets a nudge an hour later."""
    new = (fact("need.goal", told.text, told),) if told.kind is Kind.TEXT else ()
    nudge = Effect(EffectKind.SET_TIMER, f"nudge:{before.turn + 1}", "nudge", told.at + timedelta(hours=1))
    return outcome(before, told, new, (nudge,))


def silent(_told: Inbound, _outcome: Outcome) -> tuple[OutboxItem, ...]:
    """Nothing leaves the machine."""
    return ()


def by_telegram(_told: Inbound, decided: Outcome) -> tuple[OutboxItem, ...]:
    """Each reply goes out to Telegram."""
    after = decided.conversation
    return tuple(
        OutboxItem(f"reply:{after.id}:{reply.id}", "telegram.reply", f'{{"text": "{reply.text}"}}', after.turn)
        for reply in decided.replies
    )


MONEY = MoneyRange(Decimal(80_000), Decimal("1.2E+5"), "PLN")
