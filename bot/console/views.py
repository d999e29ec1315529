"""What the lists show: leads, counts, outbox rows."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from bot.console.words import Words
from scoring.stages import Stage
from scoring.values import Temperature
from storage.values import CriterionPoints, LeadRow, OutboxRow, Sending

BASE = "/console"
WARMEST_FIRST = (Temperature.HOT, Temperature.WARM, Temperature.COLD)
STUCK = (Sending.DEAD.value, Sending.UNCERTAIN.value)
OUTBOX_TABS: Mapping[str, tuple[str, ...]] = {
    "stuck": STUCK,
    "waiting": (Sending.READY.value, Sending.SENDING.value),
    "sent": (Sending.SENT.value,),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the small chart beside a score."""

    name: str
    points: int
    maximum: int
    height: int  # 0 to 20 px, at least 2 when there is a point
    x: int


@dataclass(frozen=True, slots=True)
class Lead:
    """One row of the list."""

    key: str
    link: str
    title: str  # what to call the lead: the best that is known
    anonymous: bool
    company: str  # "" when the title already is the company
    contact: str
    temperature: str
    grade: str
    stage: str
    total: int
    maximum: int
    bars: tuple[Bar, ...]
    channel: str
    source: str
    page: str
    language: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to."""

    stage: str = ""
    temperature: str = ""
    search: str = ""

    def link(self, **changes: str) -> str:
        """The address of the list with these parts changed."""
        query = self._query(changes)
        return f"{BASE}?{query}" if query else BASE

    def poll(self, seen: str) -> str:
        """The address that draws the list again if it no longer looks as seen."""
        return f"{BASE}/leads?{self._query({'seen': seen})}"

    def _query(self, changes: Mapping[str, str]) -> str:
        parts = {"stage": self.stage, "temperature": self.temperature, "search": self.search, **changes}
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.stage or self.temperature or self.search)


@dataclass(frozen=True, slots=True)
class Chip:
    """A count that is also a filter."""

    key: str
    kind: str  # stage | temperature
    count: int
    link: str
    chosen: bool


def lead_of(row: LeadRow, points: Sequence[CriterionPoints], words: Words) -> Lead:
    """A lead for the list."""
    title = row.name or row.company or row.contact
    return Lead(
        key=row.conversation,
        link=lead_link(row.conversation),
        title=title or words("lead.anonymous"),
        anonymous=not title,
        company=row.company if title != row.company else "",
        contact=row.contact if title != row.contact else "",
        temperature=row.temperature,
        grade=row.grade,
        stage=row.stage,
        total=row.total,
        maximum=row.maximum,
        bars=bars(points, words),
        channel=row.channel,
        source=row.source,
        page=short_page(row.page),
        language=row.language,
        updated=row.updated,
    )


def lead_link(conversation: str) -> str:
    """The address of a lead's page."""
    return f"{BASE}/leads/{conversation}"


def short_page(page: str) -> str:
    """The page a visitor came from without what every address has: "example.com/prices"."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return page[:80]
    short = f"{parts.netloc}{parts.path}".removesuffix("/") if parts.netloc else page
    return short if len(short) <= 80 else f"{short[:79]}…"


def bars(points: Iterable[CriterionPoints], words: Words) -> tuple[Bar, ...]:
    """Columns of 12 px with 4 between them, 20 high when a criterion has all its points."""
    return tuple(
        Bar(
            words.name("criterion", row.criterion),
            row.points,
            row.maximum,
            math.ceil(20 * row.points / row.maximum) if row.maximum else 0,
            place * 16,
        )
        for place, row in enumerate(points)
    )


def stage_chips(counts: Mapping[tuple[str, str], int], chosen: Filter) -> list[Chip]:
    """Stages that have leads, in the order of the pipeline."""
    totals = {stage.value: sum(n for (of, _), n in counts.items() if of == stage.value) for stage in Stage}
    return [
        _chip("stage", key, count, chosen, chosen.stage)
        for key, count in totals.items()
        if count or key == chosen.stage
    ]


def temperature_chips(counts: Mapping[tuple[str, str], int], chosen: Filter) -> list[Chip]:
    """Hot, warm and cold, always all three."""
    totals = {warmth.value: sum(n for (_, of), n in counts.items() if of == warmth.value) for warmth in WARMEST_FIRST}
    return [_chip("temperature", key, count, chosen, chosen.temperature) for key, count in totals.items()]


def _chip(kind: str, key: str, count: int, chosen: Filter, current: str) -> Chip:
    """A second press on the chosen one takes it back."""
    return Chip(key, kind, count, chosen.link(**{kind: "" if key == current else key}), chosen=key == current)


@dataclass(frozen=True, slots=True)
class Sent:
    """One outbox row."""

    id: str
    kind: str
    state: str
    lead: str  # link
    attempts: int
    error: str
    due: datetime
    created: datetime
    can_resend: bool


def sent_of(row: OutboxRow) -> Sent:
    """An outbox row for the list; what it carries stays out of sight."""
    state = row.state.value
    return Sent(
        row.id,
        row.kind,
        state,
        lead_link(row.conversation),
        row.attempts,
        row.error,
        row.due,
        row.created,
        state in STUCK,
    )


def dead_first(rows: Iterable[OutboxRow]) -> list[OutboxRow]:
    """Dead rows, then uncertain ones, then the rest, each as they came."""
    order = {Sending.DEAD: 0, Sending.UNCERTAIN: 1}
    return sorted(rows, key=lambda row: order.get(row.state, 2))
