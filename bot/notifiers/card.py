"""The handoff card: all a salesperson needs to know about a lead, as one JSON value."""

from typing import Literal

import msgspec

from bot.errors import DeliveryFailed
from storage.values import OutboxRow


class CardContacts(msgspec.Struct, frozen=True):
    """How to reach the lead; "" where we do not know."""

    email: str = ""
    phone: str = ""
    telegram: str = ""  # username without "@"


class CardReason(msgspec.Struct, frozen=True):
    """Points one rule gave, and the visitor's own words it rests on."""

    points: int
    rule: str
    quotes: tuple[str, ...] = ()


class CardCriterion(msgspec.Struct, frozen=True):
    """One row of the score."""

    id: str
    points: int
    maximum: int
    verdict: Literal["unknown", "met", "partly", "not_met"]
    reasons: tuple[CardReason, ...] = ()
    blocked_by: str = ""  # the flag that decided "not met"


class CardFlag(msgspec.Struct, frozen=True):
    """Something to look at."""

    name: str
    ratio: float | None = None  # asked over usual, or said over likely
    quotes: tuple[str, ...] = ()


class CardSign(msgspec.Struct, frozen=True):
    """One aspect of the ideal customer: +1 for, -1 against, 0 neither."""

    name: str  # size, email_corporate, industry, country, role, stack, specialty, service, pain or money
    score: int


class CardEstimate(msgspec.Struct, frozen=True):
    """The range such work usually takes; sums in whole units of the currency."""

    low: int
    likely: int
    high: int
    currency: str  # ISO 4217
    weeks_low: int | None = None
    weeks_high: int | None = None
    hours_low: int | None = None
    hours_high: int | None = None
    vague: bool = False  # guessed from a category alone


class CardJudgement(msgspec.Struct, frozen=True):
    """Whether what was asked agrees with what such work takes."""

    verdict: Literal["ok", "tight", "implausible", "impossible"]
    ratio: float


class HandoffCard(msgspec.Struct, frozen=True):
    """A lead as sales get it: the payload of every `notify.*` row and, under `data`, of the webhook."""

    id: str  # the same for every notifier and every repetition
    event: Literal["handoff.offered", "lead.updated"]
    conversation: str
    created: str  # ISO 8601, UTC
    framework: str
    stage: str
    temperature: Literal["cold", "warm", "hot"]
    total: int
    maximum: int
    language: str  # of the visitor
    channel: str
    source: str = ""  # campaign or start parameter
    page: str = ""
    grade: str = ""  # fit A to D and intent 1 to 4
    fit: tuple[CardSign, ...] = ()
    implicit: int = 0  # points for what the lead did
    name: str = ""
    company: str = ""
    role: str = ""  # as said, or a role level such as c_level
    contacts: CardContacts = CardContacts()
    criteria: tuple[CardCriterion, ...] = ()
    flags: tuple[CardFlag, ...] = ()
    estimate: CardEstimate | None = None
    timing: CardJudgement | None = None
    budget: CardJudgement | None = None
    unknown: tuple[str, ...] = ()  # ids of criteria nothing is known about
    advice: tuple[str, ...] = ()  # sentences in the sales team's language, or ids with words in handoff.json
    transcript_url: str = ""
    summary: str = ""  # one sentence: what they want
    files: tuple[str, ...] = ()  # names of what they sent, oldest first; the files themselves are in the console
    questions: tuple[str, ...] = ()  # what they asked and nobody has answered yet, in their own words


def card_of(row: OutboxRow) -> HandoffCard:
    """
    The card an outbox row carries.

    Raises:
        DeliveryFailed: Permanent; the payload is not a card.
    """
    try:
        return msgspec.json.decode(row.payload, type=HandoffCard)
    except msgspec.DecodeError as error:
        # The error names the field and the type, never the value.
        raise DeliveryFailed(f"the payload is not a handoff card: {error}", permanent=True) from None
