"""What the page of one lead shows: who, the score explained, what was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from bot.console.files import SentFile, sent_files
from bot.console.transcript import Bubble, anchor, bubbles, taken_over
from bot.console.words import Words
from bot.figures import budget_word
from scoring.conditions import standing
from scoring.values import Evidence, Fact, FactValue, Headcount, MoneyRange, Source, Window
from storage.values import FileKept, LeadDetails

_JsonFact = dict[str, Any]


class _PlainFact(msgspec.Struct):
    key: str
    value: Any
    evidence: Evidence
    how: str
    at: datetime
    confidence: float = 1.0


class _Point(msgspec.Struct):
    points: int
    rule: str
    facts: list[_JsonFact | None] = []


class _Criterion(msgspec.Struct):
    criterion: str
    points: int
    maximum: int
    verdict: str
    reasons: list[_Point] = []
    blocked_by: str = ""


class _Flag(msgspec.Struct):
    name: str
    facts: list[_JsonFact | None] = []
    ratio: float | None = None


class _Range(msgspec.Struct):
    low: float
    likely: float
    high: float


class _Money(msgspec.Struct):
    amount: Decimal
    currency: str


class _Estimate(msgspec.Struct):
    weeks: _Range | None
    low: _Money
    likely: _Money
    high: _Money
    vague: bool = False


class _Judgement(msgspec.Struct):
    verdict: str
    ratio: float


class _Fit(msgspec.Struct):
    score: int = 0
    reasons: list[tuple[str, int]] = []


class _Weighed(msgspec.Struct):
    """An assessment as it was stored; parts an older version did not know keep their defaults."""

    framework: str
    criteria: list[_Criterion]
    total: int
    maximum: int
    flags: list[_Flag] = []
    implicit: int = 0
    fit: _Fit = msgspec.field(default_factory=_Fit)
    estimate: _Estimate | None = None
    timing: _Judgement | None = None
    budget: _Judgement | None = None
    advice: list[str] = []
    certain: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Where something stands written."""

    label: str  # the fact's name
    value: str
    text: str  # the visitor's own words, "" when there are none
    source: str
    typed: bool  # in a message, the usual case
    link: str  # "#turn-3", "" when it does not stand in the transcript


@dataclass(frozen=True, slots=True)
class Reason:
    """Points and what they are for."""

    points: int
    rule: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One criterion explained."""

    id: str
    name: str
    points: int
    maximum: int
    verdict: str  # id
    blocked_by: str  # in words
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """A flag and what it means."""

    id: str
    name: str
    meaning: str
    ratio: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The estimate; the place of the likely price is 0 to 100 between low and high."""

    low: str
    likely: str
    high: str
    weeks: str
    place: float
    vague: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as it was read."""

    quote: Quote
    how: str
    confidence: int  # per cent
    at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything on a lead's page under its head."""

    framework: str
    scores: tuple[Score, ...]
    flags: tuple[Caution, ...]
    price: PriceRange | None
    timing: str
    budget: str
    fit: tuple[tuple[str, int], ...]
    implicit: int
    unknown: tuple[str, ...]
    certain: str  # what stands whatever else is said, in words; "" while it is open
    advice: tuple[str, ...]
    questions: tuple[Quote, ...]  # theirs, still to be answered
    files: tuple[SentFile, ...]
    told: tuple[Told, ...]
    bubbles: tuple[Bubble, ...]
    taken: bool  # one of us speaks, and the bot is silent


def explain(details: LeadDetails, kept: Mapping[str, FileKept], words: Words) -> Explained:
    """The page of a lead in the reader's words; *kept* tells what became of its files."""
    weighed = msgspec.convert(details.assessment, _Weighed, strict=False)
    places = {turn.inbound: anchor(turn.turn) for turn in details.transcript}
    known = standing(details.facts)
    stands = {id(fact) for facts in known.values() for fact in facts}
    files = sent_files(tuple(details.transcript), details.row.conversation, kept, words)
    return Explained(
        framework=words.name("framework", weighed.framework),
        scores=tuple(_score(row, places, words) for row in weighed.criteria),
        flags=tuple(_flag(flag, places, words) for flag in weighed.flags),
        price=_price(weighed.estimate, words),
        timing=_judged("timing", weighed.timing, words),
        budget=_judged("budget", weighed.budget, words),
        fit=tuple((words.name("fit", reason), score) for reason, score in weighed.fit.reasons),
        implicit=weighed.implicit,
        unknown=tuple(words.name("criterion", row.criterion) for row in weighed.criteria if row.verdict == "unknown"),
        certain=_certain(weighed.certain, words),
        advice=tuple(words.name("advice", advice) for advice in weighed.advice),
        questions=tuple(_quote(fact, places, words) for fact in known.get("dialog.question", ())),
        files=tuple(file for file in files.values() if not file.refused),
        told=tuple(_told(fact, id(fact) in stands, places, words) for fact in details.facts),
        bubbles=tuple(bubbles(details.transcript, details.facts, stands, files, words)),
        taken=taken_over(details.transcript),
    )


def _score(row: _Criterion, places: Mapping[str, str], words: Words) -> Score:
    return Score(
        row.criterion,
        words.name("criterion", row.criterion),
        row.points,
        row.maximum,
        row.verdict,
        words.name("flag", row.blocked_by) if row.blocked_by else "",
        tuple(
            Reason(reason.points, _rule(reason.rule, words), _quotes(reason.facts, places, words))
            for reason in row.reasons
        ),
    )


def _certain(decision: str, words: Words) -> str:
    stage, _, temperature = decision.partition(" ")
    if not temperature:
        return ""
    return words("score.certain", stage=words.name("stage", stage), temperature=words.name("temperature", temperature))


def _rule(rule: str, words: Words) -> str:
    """The rule in words; one an operator wrote is told by its facts alone."""
    return words.name("rule", rule) if words.has("rule", rule) else ""


def _flag(flag: _Flag, places: Mapping[str, str], words: Words) -> Caution:
    ratio = "" if flag.ratio is None else _ratio(flag.name, flag.ratio, words)
    meaning = words.name("flag_means", flag.name) if words.has("flag_means", flag.name) else ""
    return Caution(flag.name, words.name("flag", flag.name), meaning, ratio, _quotes(flag.facts, places, words))


def _ratio(flag: str, ratio: float, words: Words) -> str:
    """What the ratio is of: a timing flag compares with the usual time, a budget flag with the likely price."""
    axis = "timing" if flag.startswith("timing_") else "budget"
    return words(f"flag.ratio.{axis}", percent=words.percent(ratio))


def _price(estimate: _Estimate | None, words: Words) -> PriceRange | None:
    if estimate is None:
        return None
    low, likely, high = estimate.low, estimate.likely, estimate.high
    width = high.amount - low.amount
    return PriceRange(
        low=words.money(low.amount, low.currency),
        likely=words.money(likely.amount, likely.currency),
        high=words.money(high.amount, high.currency),
        weeks=words.weeks(estimate.weeks.low, estimate.weeks.high) if estimate.weeks else "",
        place=round(float((likely.amount - low.amount) / width * 100), 1) if width else 50.0,
        vague=estimate.vague,
    )


def _judged(what: str, judgement: _Judgement | None, words: Words) -> str:
    if judgement is None:
        return ""
    word = budget_word(judgement.verdict, judgement.ratio) if what == "budget" else judgement.verdict
    if words.has(what, word):  # worded once for notifications and the console
        return words.name(what, word)
    return words.name(f"judged.{what}", word).format(percent=words.percent(judgement.ratio))


def _told(fact: Fact, stands: bool, places: Mapping[str, str], words: Words) -> Told:
    pressed = fact.evidence.source is Source.CHOICE  # the source says it all
    how = "" if pressed else words.name("how", fact.how.partition(".")[0])
    return Told(
        _quote(fact, places, words), how, round(fact.confidence * 100), fact.at, stands and fact.value is not None
    )


def _quotes(facts: Sequence[_JsonFact | None], places: Mapping[str, str], words: Words) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys(_quote(fact_of(fact), places, words) for fact in _there(facts)))


def _there(facts: Sequence[_JsonFact | None]) -> Iterable[_JsonFact]:
    """A fact that was erased leaves an empty place behind."""
    return (fact for fact in facts if fact is not None)


def _quote(fact: Fact, places: Mapping[str, str], words: Words) -> Quote:
    told = fact.evidence
    place = places.get(told.inbound)
    return Quote(
        words.name("fact", fact.key),
        words.value(fact.key, fact.value),
        told.quote,
        words.name("source", told.source),
        told.source is Source.MESSAGE,
        f"#{place}" if place else "",
    )


def fact_of(found: _JsonFact) -> Fact:
    """A fact from plain JSON values."""
    read = msgspec.convert(found, _PlainFact, strict=False)
    return Fact(read.key, _value_of(read.value), read.evidence, read.how, read.at, read.confidence)


def _value_of(value: Any) -> FactValue | None:
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]  # the store writes bare values only of str, bool, int and None
    if "urgency" in value:
        return msgspec.convert(value, Window, strict=False)
    if "currency" in value:
        return msgspec.convert(value, MoneyRange, strict=False)
    return msgspec.convert(value, Headcount, strict=False)
