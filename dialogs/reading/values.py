"""What the readers return: every value with its span, quote, origin and confidence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from scoring.values import Headcount, MoneyRange, RoleLevel, Window

T_co = TypeVar("T_co", covariant=True)


class Answer(StrEnum):
    """The speech act in reply to a question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # does not know
    REFUSE = "refuse"  # declines to tell, or asks to skip the question
    LATER = "later"  # puts it off


class Intent(StrEnum):
    """A message about the conversation itself."""

    HUMAN = "human"
    STOP = "stop"
    RESTART = "restart"
    BACK = "back"
    CORRECTION = "correction"
    BOT_IDENTITY = "bot_identity"
    WHY_ASK = "why_ask"
    CLARIFY = "clarify"
    INSULT = "insult"
    OFF_TOPIC = "off_topic"
    SKIP = "skip"  # "next question": refuse for this one


class Ask(StrEnum):
    """What a visitor wants to hear from us."""

    PRICE = "price"
    QUESTION = "question"  # anything: the message begins as questions do
    TIME = "time"  # how long it takes
    ABILITY = "ability"  # whether we do, know, work with something


class Social(StrEnum):
    """A message of nothing but courtesy."""

    GREETING = "greeting"
    COURTESY = "courtesy"  # thanks and farewells
    PRESENCE = "presence"  # "are you still there?"


class Asked(StrEnum):
    """The kind of value the bot has just asked for; it only resolves ambiguity."""

    MONEY = "money"
    TIMING = "timing"
    ROLE = "role"
    NEEDS = "needs"
    YESNO = "yesno"
    PEOPLE = "people"
    CONTACT = "contact"
    NAME = "name"
    COMPANY = "company"
    TEXT = "text"


class Found(Struct, Generic[T_co], frozen=True, gc=False):
    """A value read from text[start:end]; how names the rule that read it."""

    value: T_co
    start: int
    end: int
    quote: str
    how: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Duration:
    """A bare length of time."""

    value: Decimal
    unit: str  # day, week, month, quarter, year
    days: float  # 8 hours are a third of a day


@dataclass(frozen=True, slots=True)
class Days:
    """A bare day or window of days, both ends inclusive."""

    start: date | None
    end: date | None


class Mention(Struct, frozen=True, gc=False):
    """A phrase the lexicon ties to a fact, e.g. "ТЗ нет" -> spec.has = "no"."""

    key: str
    value: str | bool


@dataclass(frozen=True, slots=True)
class Unit:
    """What a sum named before is counted in, said without the number."""

    currency: str | None  # ISO 4217
    thousands: bool


class Reading(Struct, frozen=True, gc=False):
    """Everything all readers found in one message; None or () where nothing was said."""

    language: str
    money: Found[MoneyRange] | None = None
    timing: Found[Window] | None = None
    role: Found[RoleLevel] | None = None
    decides: Found[bool] | None = None
    boss: Found[str] | None = None  # who else decides
    people: Found[Headcount] | None = None
    needs: tuple[Found[str], ...] = ()
    tech: tuple[Found[str], ...] = ()
    answer: Found[Answer] | None = None
    callback: Found[Window] | None = None
    intent: Found[Intent] | None = None
    email: Found[str] | None = None
    phone: Found[str] | None = None
    url: Found[str] | None = None
    telegram: Found[str] | None = None
    name: Found[str] | None = None
    company: Found[str] | None = None
    percent: Found[Decimal] | None = None
    number: Found[Decimal] | None = None
    duration: Found[Duration] | None = None
    days: Found[Days] | None = None
    mentions: tuple[Found[Mention], ...] = ()
    social: Social | None = None
    unit: Found[Unit] | None = None
    denied: tuple[Found[str], ...] = ()  # needs taken back in so many words: "not an app, a website"
    asks: tuple[Found[Ask], ...] = ()
    tongue: Found[str] | None = None  # the language the visitor asks to be spoken to in
