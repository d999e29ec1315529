"""Which texts a language must bring, and which variables each of them is given when it is said."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from dialogs.doubts import WORDS
from dialogs.framework import Framework
from scoring.values import Per, RoleLevel

OF_QUESTIONS = ("ask", "again", "why", "explain")

# Texts the code says by name, whatever the framework.
SPOKEN: frozenset[str] = frozenset(
    {
        *("greet.first", "greet.again", "nudge", "help", "identity", "offtopic", "insult", "sorry"),
        "link.broken",  # a page of its own: a link of a mail that leads nowhere
        *("ack.noted", "ack.corrected", "ack.plain", "ack.skipped", "ack.unknown", "ack.unclear", "ack.passed"),
        *("say.budget.amount", "say.timing.deadline", "say.people", "say.contact"),
        *("say.timing.urgency.asap", "say.timing.urgency.flexible"),
        *("when.by", "when.on", "when.from", "when.between"),
        *("when.month", "when.months", "when.quarter", "when.year"),
        *("say.authority.person", "say.authority.people", "decider.one", "decider.many", "decider.before"),
        *("sum.exact", "sum.up_to", "sum.from", "sum.range"),
        *(f"per.{per}" for per in Per),
        *("estimate.price", "estimate.weeks", "estimate.vague", "estimate.detailed", "estimate.same"),
        *("remark.timing_tight", "remark.timing_implausible", "remark.budget_below"),
        *("close.qualified", "close.nurture", "close.reachable", "close.guided", "close.added", "close.anything"),
        *("away.rental", "away.again", "guide.choosing"),
        *("human.called", "human.already", "human.joined", "human.left"),
        *("stop.done", "restart.done", "back.done", "back.nothing"),
        *("choose.type", "tap.stale", "file.received", "file.refused", "later.parked"),
        *("language.switched", "language.unknown", "question.noted", "faq.again", "hello", "here", "welcome", "return"),
        *(f"{kind}.{name}" for kind in OF_QUESTIONS for name in WORDS),
        *("list.and", "list.or", "price.soon", "time.soon", "able.yes", "able.no"),
        *(f"name.role.{role}" for role in RoleLevel if role is not RoleLevel.NONE),
        "days.short",
    }
)

WORDED_TWICE = ("ask", "again")  # texts a visitor may meet twice: at least two variants

_USUAL = frozenset({"company", "tech", "works_in", "minutes", "hours", "role", "link"})
NUMBERS = frozenset({"minutes", "weeks_low", "weeks_high"})  # variables that are whole numbers

# Variables of texts that do not get the usual ones, or more; the longest beginning of a key decides.
_GIVEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ack.noted": _USUAL | {"heard"},
        "ack.corrected": _USUAL | {"heard"},
        "later.parked": _USUAL | {"date"},
        "choice.": frozenset(),
        "name.": frozenset(),
        "days.": frozenset(),
        "say.": frozenset({"value"}),
        "say.timing.urgency.": frozenset(),
        "when.": frozenset({"date"}),
        "when.between": frozenset({"start", "end"}),
        "when.month": frozenset({"month", "year"}),
        "when.months": frozenset({"first", "last", "year"}),
        "when.quarter": frozenset({"quarter", "year"}),
        "when.year": frozenset({"year"}),
        "decider.": frozenset(),
        "sum.": frozenset({"money"}),
        "sum.range": frozenset({"low", "high"}),
        "per.": frozenset({"money"}),
        "list.": frozenset({"first", "last"}),
        "language.unknown": _USUAL | {"languages"},
        "able.": _USUAL | {"what"},
        **{f"{kind}.doubt.": _USUAL | {"first", "second"} for kind in OF_QUESTIONS},
        **{f"{kind}.doubt.currency": _USUAL | {"value", "options"} for kind in OF_QUESTIONS},
        "estimate.price": frozenset({"low", "high"}),
        "estimate.same": frozenset({"low", "high"}),
        "estimate.weeks": frozenset({"weeks_low", "weeks_high"}),
        "estimate.vague": frozenset(),
        "estimate.detailed": frozenset(),
    }
)


def given(key: str) -> frozenset[str]:
    """Variables a text may use."""
    begins = [begin for begin in _GIVEN if key.startswith(begin)]
    return _GIVEN[max(begins, key=len)] if begins else _USUAL


def worded(framework: Framework) -> Iterator[str]:
    """Keys of the texts a framework's questions, buttons and farewells are said with."""
    for question in framework.questions:
        for kind in OF_QUESTIONS:
            yield f"{kind}.{question.id}"
        for choice in question.choices:
            yield f"choice.{question.id}.{choice.id}"
    for flag in framework.farewells:
        yield f"farewell.{flag}"


def belongs_to_a_framework(key: str) -> bool:
    """Whether only a framework can want this text."""
    kind, _, name = key.partition(".")
    return kind in (*OF_QUESTIONS, "choice", "farewell") and name not in WORDS


def required(frameworks: Iterable[Framework]) -> frozenset[str]:
    """All texts that may be said."""
    return SPOKEN.union(*(frozenset(worded(framework)) for framework in frameworks))
