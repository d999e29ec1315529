"""The company we qualify for: what it offers, what it costs, whom it looks for and when it works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """Low, likely and high of one figure."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.likely <= self.high:
            raise ValueError(f"expected 0 <= low <= likely <= high, found {self.low}, {self.likely}, {self.high}")


@dataclass(frozen=True, slots=True)
class CardItem:
    """One row of the rate card: hours of work and, for a whole project, calendar weeks."""

    hours: Range
    weeks: Range | None = None


@dataclass(frozen=True, slots=True)
class RateCard:
    """What work costs: one rate an hour and the items an estimate is made of."""

    currency: str  # ISO 4217
    rate: Decimal  # per hour, in units of the currency
    projects: Mapping[str, CardItem]
    features: Mapping[str, CardItem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """One need category the company recognises."""

    served: bool = True
    card: str = ""  # project of the rate card an estimate starts from
    specialty: bool = False
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the operator's own words, by language


@dataclass(frozen=True, slots=True)
class Stack:
    """Technologies the company works in, and those it declines (ids of the tech reader)."""

    works_in: tuple[str, ...] = ()
    declines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Icp:
    """The ideal customer profile."""

    employees_low: int = 0
    employees_high: int = 1_000_000
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # levels of those who buy: owner, c_level, director ...; empty: anybody


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody answers: ISO weekdays 1 to 7 and whole local hours."""

    zone: str = "UTC"
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens: int = 9
    closes: int = 18


@dataclass(frozen=True, slots=True)
class Salesperson:
    """Somebody who takes handoffs."""

    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of the rate card's currency for one unit of another, as of a day."""

    as_of: str  # ISO date
    table: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Run:
    """Where a framework asks instead of the company's own: a page, a campaign, or both together."""

    framework: str
    page: str = ""  # a path, "*" for anything: "/enterprise/*"; "" for every page
    source: str = ""  # as the widget or a start link names it, "*" for anything; "" for every one


@dataclass(frozen=True, slots=True)
class Company:
    """Everything about the company that weighing and talking need."""

    name: str
    languages: tuple[str, ...]
    services: Mapping[str, Service]
    card: RateCard
    rates: Rates
    stack: Stack = Stack()
    icp: Icp = Icp()
    hours: WorkingHours = WorkingHours()
    team: tuple[Salesperson, ...] = ()
    sales_language: str = "en"
    sla_minutes: int = 20  # the sources promise an answer within 20 minutes
    handoff_at: str = "mql"  # mql | hot
    mql_rule: str = "core"  # core: as the framework says | any_two: any two criteria met | score: not cold
    mql_others: int = 0  # at least this many besides the criteria nothing goes without
    hot: float = 0.75  # share of the maximum; our bands, docs/scoring.md
    warm: float = 0.40
    signals: Mapping[str, int] = field(default_factory=dict)  # implicit points by event
    caps: Mapping[str, int] = field(default_factory=dict)  # by event, the most its points may come to, without the sign
    half_life_days: int = 0  # 0: implicit points do not decay
    max_questions: int = 7
    links: Mapping[str, str] = field(default_factory=dict)  # site, prices, guide, privacy, stack_guide ...
    framework: str = "bant"
    runs: tuple[Run, ...] = ()  # the first that fits decides
    tagline: str = ""
