"""Makes the handoff card of a lead from one turn's outcome."""

from datetime import UTC
from typing import Literal

from bot.figures import weeks_shown
from bot.notifiers.card import (
    CardContacts,
    CardCriterion,
    CardEstimate,
    CardFlag,
    CardJudgement,
    CardReason,
    CardSign,
    HandoffCard,
)
from dialogs.values import Conversation, EffectKind, Inbound, Outcome
from scoring.assess import Assessment
from scoring.conditions import Knowledge
from scoring.estimate import Estimate, Judgement
from scoring.values import Fact


def card_for(
    inbound: Inbound, outcome: Outcome, kind: EffectKind, card_id: str, public_url: str, summary: str
) -> HandoffCard:
    """
    The card sales get.

    Args:
        inbound: What led to it.
        outcome: The turn.
        kind: Offered, or updated since.
        card_id: The same for every notifier and every repetition.
        public_url: Where the console is.
        summary: One sentence saying what they want.
    """
    conversation, weighed = outcome.conversation, outcome.assessment
    known = Knowledge(conversation.facts)
    return HandoffCard(
        id=card_id,
        event=_event(kind),
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
        grade=weighed.grade,
        fit=tuple(CardSign(name, score) for name, score in weighed.fit.reasons),
        implicit=weighed.implicit,
        name=_said(known, "contact.name"),
        company=_said(known, "company.name") or _said(known, "company.site"),
        role=_said(known, "authority.role"),
        contacts=CardContacts(
            _said(known, "contact.email"), _said(known, "contact.phone"), _said(known, "contact.telegram").lstrip("@")
        ),
        criteria=_criteria(weighed),
        flags=tuple(CardFlag(flag.name, flag.ratio, _quotes(flag.facts)) for flag in weighed.flags),
        estimate=_estimate(weighed.estimate),
        timing=_judgement(weighed.timing),
        budget=_judgement(weighed.budget),
        unknown=weighed.unknown,
        advice=weighed.advice,
        transcript_url=transcript_url(public_url, conversation),
        summary=summary,
        files=_files(conversation),
        questions=tuple(str(value) for value in known.values("dialog.question")),
    )


def transcript_url(public_url: str, conversation: Conversation) -> str:
    """The lead's page in the console."""
    return f"{public_url}/console/leads/{conversation.id}"


def _files(conversation: Conversation) -> tuple[str, ...]:
    """Names of everything that was sent: a second file does not replace the first."""
    return tuple(str(fact.value) for fact in conversation.facts if fact.key == "spec.file" and fact.value is not None)


def _event(kind: EffectKind) -> Literal["handoff.offered", "lead.updated"]:
    return "handoff.offered" if kind is EffectKind.HANDOFF_OFFERED else "lead.updated"


def _said(known: Knowledge, key: str) -> str:
    value = known.value(key)
    return "" if value is None else str(value)


def _criteria(weighed: Assessment) -> tuple[CardCriterion, ...]:
    return tuple(
        CardCriterion(
            row.criterion,
            row.points,
            row.maximum,
            row.verdict.value,
            tuple(CardReason(reason.points, reason.rule, _quotes(reason.facts)) for reason in row.reasons),
            row.blocked_by,
        )
        for row in weighed.criteria
    )


def _quotes(facts: tuple[Fact, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.evidence.quote for fact in facts))


def _estimate(found: Estimate | None) -> CardEstimate | None:
    if found is None:
        return None
    weeks = (None, None) if found.weeks is None else weeks_shown(found.weeks.low, found.weeks.high)
    return CardEstimate(
        low=int(found.low.amount),
        likely=int(found.likely.amount),
        high=int(found.high.amount),
        currency=found.low.currency,
        weeks_low=weeks[0],
        weeks_high=weeks[1],
        hours_low=round(found.hours.low),
        hours_high=round(found.hours.high),
        vague=found.vague,
    )


def _judgement(found: Judgement | None) -> CardJudgement | None:
    return None if found is None else CardJudgement(found.verdict.value, found.ratio)
