"""What a change of scoring would do to all leads together, in sums that do not depend on the order of counting."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from msgspec import Struct

from dialogs.rescoring import QUALIFIED, as_of
from dialogs.values import Conversation
from scoring.assess import Assessment
from scoring.stages import Stage
from scoring.values import Temperature

CLOSED = (Stage.CLOSED_WON, Stage.CLOSED_LOST)
_OLD, _NEW = False, True


class Closed(Struct, frozen=True):
    """How the old and the new scoring see the leads that ended one way: counts, old and new."""

    leads: int
    qualified: tuple[int, int]
    hot: tuple[int, int]


class Agreement(Struct, frozen=True):
    """What was won and lost, as the scores would have had it."""

    won: Closed
    lost: Closed
    ranked: tuple[float, float] | None  # share of (won, lost) pairs ranked right, ties half: old, new; None: no pairs


class Summary(Struct, frozen=True):
    """What would change, all leads together."""

    leads: int
    changed: int
    flips: tuple[tuple[str, str, int], ...]  # stage from, to, leads
    qualified: tuple[int, int]  # leads at MQL or beyond: old, new
    days: dict[str, tuple[int, int]]  # of them by day (UTC) something was last learned on: old, new
    handoffs: tuple[int, int]  # leads sales would hear of: old, new
    handoff_days: dict[str, tuple[int, int]]  # of them by the same days
    hot: tuple[int, int]  # leads that are hot: old, new
    agreement: Agreement | None  # None when nothing was won or lost yet

    @property
    def handoffs_a_day(self) -> tuple[float, float]:
        """On the average of the days with talks: old, new."""
        days = max(len(self.days), 1)
        return self.handoffs[0] / days, self.handoffs[1] / days

    @property
    def hot_share(self) -> tuple[float, float]:
        """Of all leads, 0 to 1: old, new."""
        leads = max(self.leads, 1)
        return self.hot[0] / leads, self.hot[1] / leads


@dataclass(slots=True)
class Tally:
    """Counts of old and new, which can be added up in parts."""

    leads: int = 0
    changed: int = 0
    flips: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: set[str] = field(default_factory=set)
    qualified: Counter[tuple[str, bool]] = field(default_factory=Counter)  # by day; True: as it would be
    handoffs: Counter[tuple[str, bool]] = field(default_factory=Counter)  # by day likewise
    hot: Counter[bool] = field(default_factory=Counter)
    closed: Counter[Stage] = field(default_factory=Counter)
    marked: Counter[tuple[Stage, str, bool]] = field(default_factory=Counter)  # closed leads called qualified, hot
    shares: Counter[tuple[Stage, bool, int, int]] = field(default_factory=Counter)  # closed leads by total, maximum

    def add(
        self,
        conversation: Conversation,
        old: Assessment,
        new: Assessment,
        *,
        changed: bool,
        handed: tuple[bool, bool] = (False, False),
    ) -> None:
        """Count one lead; *handed* is whether sales would hear of it, old and new."""
        day = as_of(conversation).date().isoformat()
        self.leads += 1
        self.changed += changed
        self.days.add(day)
        if old.stage is not new.stage:
            self.flips[old.stage.value, new.stage.value] += 1
        for then, found, heard in ((_OLD, old, handed[0]), (_NEW, new, handed[1])):
            self.qualified[day, then] += found.stage in QUALIFIED
            self.handoffs[day, then] += heard
            self.hot[then] += found.temperature is Temperature.HOT
        if conversation.stage in CLOSED:
            self._close(conversation.stage, old, new)

    def _close(self, stage: Stage, old: Assessment, new: Assessment) -> None:
        self.closed[stage] += 1
        for then, found in ((_OLD, old), (_NEW, new)):
            self.marked[stage, "qualified", then] += found.stage in QUALIFIED
            self.marked[stage, "hot", then] += found.temperature is Temperature.HOT
            self.shares[stage, then, found.total, found.maximum] += 1

    def join(self, other: "Tally") -> None:
        """Count what another tally has counted."""
        self.leads += other.leads
        self.changed += other.changed
        self.flips.update(other.flips)
        self.days |= other.days
        self.qualified.update(other.qualified)
        self.handoffs.update(other.handoffs)
        self.hot.update(other.hot)
        self.closed.update(other.closed)
        self.marked.update(other.marked)
        self.shares.update(other.shares)

    def summary(self) -> Summary:
        """The sums, everything in a settled order."""
        days, handoffs = (
            {day: (found[day, _OLD], found[day, _NEW]) for day in sorted(self.days)}
            for found in (self.qualified, self.handoffs)
        )
        return Summary(
            self.leads,
            self.changed,
            tuple((start, end, count) for (start, end), count in sorted(self.flips.items())),
            _sums(days),
            days,
            _sums(handoffs),
            handoffs,
            (self.hot[_OLD], self.hot[_NEW]),
            self._agreement() if self.closed else None,
        )

    def _agreement(self) -> Agreement:
        won, lost = (self._ended(stage) for stage in CLOSED)
        pairs = won.leads and lost.leads
        return Agreement(won, lost, (self._ranked(_OLD), self._ranked(_NEW)) if pairs else None)

    def _ended(self, stage: Stage) -> Closed:
        qualified, hot = (
            (self.marked[stage, mark, _OLD], self.marked[stage, mark, _NEW]) for mark in ("qualified", "hot")
        )
        return Closed(self.closed[stage], qualified, hot)

    def _ranked(self, then: bool) -> float:
        won, lost = (self._by_share(stage, then) for stage in CLOSED)
        return ranked_right(won, lost)

    def _by_share(self, stage: Stage, then: bool) -> Counter[Fraction]:
        found: Counter[Fraction] = Counter()
        for (ended, when, total, maximum), count in self.shares.items():
            if ended is stage and when is then:
                found[Fraction(total, maximum or 1)] += count
        return found


def _sums(days: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(old for old, _ in days.values()), sum(new for _, new in days.values())


def ranked_right(won: Counter[Fraction], lost: Counter[Fraction]) -> float:
    """
    The share of pairs of a won and a lost lead in which the won one has the higher score; a tie counts half.

    It is the area under the ROC curve (Mann-Whitney U over the number of pairs): 1 ranks all won leads above all lost
    ones, 0.5 is no better than a coin.

    Args:
        won: Leads by their share of the maximum; at least one.
        lost: The same of the lost ones; at least one.

    Returns:
        0 to 1, to four places.
    """
    below, doubled = 0, 0
    for share in sorted(won.keys() | lost.keys()):
        doubled += won[share] * (2 * below + lost[share])
        below += lost[share]
    return round(doubled / (2 * won.total() * lost.total()), 4)


def summary_lines(summary: Summary) -> Iterator[str]:
    """The summary to read."""
    days = max(len(summary.days), 1)
    yield f"{summary.leads} leads, {summary.changed} would change"
    yield from (f"  {start} -> {end}: {count}" for start, end, count in summary.flips)
    for name, (old, new) in (("qualified", summary.qualified), ("handoffs", summary.handoffs)):
        yield f"{name} a day: {old / days:.2f} now, {new / days:.2f} then"
    old_share, new_share = summary.hot_share
    yield f"hot: {old_share:.1%} now, {new_share:.1%} then"
    if summary.agreement is None:
        yield "won and lost: none of these leads is closed yet, so nothing tells whether the change ranks them better"
    else:
        yield from _agreement_lines(summary.agreement)


def _agreement_lines(agreement: Agreement) -> Iterable[str]:
    for name, closed in (("won", agreement.won), ("lost", agreement.lost)):
        if closed.leads:
            marks = (("qualified", closed.qualified), ("hot", closed.hot))
            told = "; ".join(
                f"{mark} {old / closed.leads:.0%} now, {new / closed.leads:.0%} then" for mark, (old, new) in marks
            )
            yield f"{name}, {closed.leads} leads: {told}"
    if agreement.ranked is not None:
        old, new = agreement.ranked
        yield f"a won lead scores above a lost one in {old:.1%} of pairs now, {new:.1%} then (50% is a coin, ties half)"
    else:
        missing = "lost" if agreement.won.leads else "won"
        yield f"no lead is {missing} yet, so nothing tells whether won ones score above lost ones"
