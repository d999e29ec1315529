"""The values every floor shares: what a lead told us, where it stands written, what a lead did."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Temperature(StrEnum):
    """What sales look at first; bands of the explicit share (docs/scoring.md)."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class Verdict(StrEnum):
    """What we may say about one criterion."""

    UNKNOWN = "unknown"
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


class Per(StrEnum):
    """The period a sum is paid for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Urgency(StrEnum):
    """How a wish for time was put: with a date or length, at once, or without hurry."""

    DATED = "dated"
    ASAP = "asap"
    FLEXIBLE = "flexible"


class Phase(StrEnum):
    """Whether a date is meant for the start or the finish of the work."""

    START = "start"
    FINISH = "finish"


class RoleLevel(StrEnum):
    """The writer's own place in the company, highest first."""

    OWNER = "owner"
    C_LEVEL = "c_level"
    DIRECTOR = "director"
    MANAGER = "manager"
    SPECIALIST = "specialist"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as meant, e.g. "80 tys. zł" is Money(Decimal(80000), "PLN")."""

    amount: Decimal  # in units of *currency*, not in cents
    currency: str  # ISO 4217, upper case (also "USDT")

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"expected an amount of 0 or more, found {self.amount}")
        if not self.currency.isupper():
            raise ValueError(f"expected an ISO 4217 code such as EUR, found {self.currency!r}")


@dataclass(frozen=True, slots=True)
class MoneyRange:
    """
    A sum a lead named, in units (not thousands).

    Exact: low == high. "up to X": low is None. "from X": high is None. Never both None.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str | None = None  # ISO 4217 when the text states it, else None
    per: Per | None = None
    note: str | None = None  # "net" or "gross" when said

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a sum needs a low or a high end")
        for end in (self.low, self.high):
            if end is not None and (not end.is_finite() or end < 0):
                raise ValueError(f"expected an amount of 0 or more, found {end}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low end {self.low} above high end {self.high}")


@dataclass(frozen=True, slots=True)
class Window:
    """
    When a lead wants it: first and last day, both inclusive.

    "by D": start None, end D. "in N": start == end. "for/within N": start None, end = today + N.
    "not before S": end None.
    With no date at all the urgency says asap or flexible.
    """

    start: date | None
    end: date | None
    urgency: Urgency
    hard: bool | None = None  # True when said to be immovable
    phase: Phase | None = None
    said: date | None = field(default=None, compare=False)  # the day it was said, where the company is

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"window starts {self.start} after it ends {self.end}")
        if self.urgency is Urgency.DATED and self.start is None and self.end is None:
            raise ValueError("a dated window needs a day")


@dataclass(frozen=True, slots=True)
class Headcount:
    """People named: staff of the company or users of the system."""

    low: int
    high: int


FactValue = str | bool | int | MoneyRange | Window | Headcount


class Source(StrEnum):
    """Who or what a fact came from."""

    MESSAGE = "message"  # the visitor's own words: start, end and quote point into the message
    CHOICE = "choice"  # a button: the quote is its label
    EVENT = "event"  # something the lead did, e.g. saw the price page
    PERSON = "person"  # entered by one of us
    FILE = "file"  # read from an upload


class Evidence(Struct, frozen=True, gc=False):
    """Where a fact stands written; without it there are no points."""

    source: Source
    inbound: str  # id of the inbound (or event, or person) it came from
    quote: str
    start: int = 0  # character offsets into the inbound's text, end exclusive
    end: int = 0


class Fact(Struct, frozen=True, gc=False):
    """One typed thing we know about a lead, framework-independent; value None withdraws what was said before."""

    key: str  # "budget.amount"
    value: FactValue | None
    evidence: Evidence
    how: str  # the reader, choice or person that read it
    at: datetime  # aware, UTC
    confidence: float = 1.0  # 0 to 1


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a lead did, e.g. product_page_viewed."""

    id: str
    kind: str
    at: datetime  # aware, UTC
