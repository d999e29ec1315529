"""
What can still become of a lead: each criterion as an interval of points, and whether the decision stands already.

Facts that stand are taken to stay: whoever corrects one reopens the matter. Open questions may bring any fact they ask
for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scoring.assess import Assessment, CriterionScore, qualified, temperature
from scoring.company import Company
from scoring.conditions import MANY, All, Any, Condition, Flagged, Happened, Knowledge, Not, Unconfirmed
from scoring.rubric import Criterion, PointsRule, Rubric
from scoring.stages import Stage
from scoring.values import Temperature, Verdict

_PRICED = frozenset({"need.category", "need.feature", "need.scope", "need.scale", "need.stack", "spec.has"})
# Flag, by its beginning: the facts that raise it, and those without which the others raise nothing.
_RAISED_BY = (
    ("timing_", frozenset({"timing.deadline"}), _PRICED),
    ("budget_", frozenset({"budget.amount"}), _PRICED),
    ("not_served", frozenset({"need.category", "need.rental"}), frozenset({"need.stack"})),
    ("stack_mismatch", frozenset({"need.stack"}), frozenset({"need.exclusive_stack"})),
    ("role_outdated", frozenset({"authority.current"}), frozenset[str]()),
)


_BY_NOTHING = (frozenset[str](), frozenset[str]())


@dataclass(frozen=True, slots=True)
class Interval:
    """What a criterion can still come to."""

    criterion: str
    low: int
    high: int
    surely_met: bool
    maybe_met: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a lead can still come to when everything open is answered, one way or another."""

    intervals: tuple[Interval, ...]
    low: int  # points
    high: int
    temperature: Temperature | None  # None while it is open
    stage: Stage | None  # MQL stands for SQL as well: only a person confirms that

    @property
    def decided(self) -> bool:
        """Whether whatever else is said changes neither the stage nor the temperature."""
        return self.temperature is not None and self.stage is not None

    @property
    def certificate(self) -> str:
        """The decision in two words, "mql hot"; "" while it is open."""
        return f"{self.stage} {self.temperature}" if self.decided else ""


UNDECIDED = Outlook((), 0, 0, None, None)


@dataclass(frozen=True, slots=True)
class _Open:
    known: Knowledge
    keys: frozenset[str]
    flags: frozenset[str]

    def may(self, condition: Condition) -> bool:
        """Whether it can come to hold, or holds."""
        match condition:
            case Flagged(flag):
                return flag in self.known.flags or flag in self.flags
            case Not(of):
                return not self.must(of)
            case All(parts):
                return all(map(self.may, parts))
            case Any(parts):
                return any(map(self.may, parts))
            case Happened() | Unconfirmed():
                return condition.holds(self.known)[0]
            case _:
                return condition.key in self.keys or condition.holds(self.known)[0]

    def must(self, condition: Condition) -> bool:
        """Whether it holds whatever else is said."""
        match condition:
            case Flagged(flag):
                return flag in self.known.flags and flag not in self.flags
            case Not(of):
                return not self.may(of)
            case All(parts):
                return all(map(self.must, parts))
            case Any(parts):
                return any(map(self.must, parts))
            case _:
                return condition.holds(self.known)[0]


def outlook(
    rubric: Rubric,
    weighed: Assessment,
    known: Knowledge,
    open_keys: frozenset[str],
    company: Company,
    *,
    whole: bool = True,
) -> Outlook:
    """
    What a lead can still come to.

    Args:
        rubric: Of the framework.
        weighed: The assessment of what is known.
        known: The same facts, without flags.
        open_keys: Facts the questions left may bring; what is known already is taken to stay.
        company: For its bands and its rule for an MQL.
        whole: False if only the decision is wanted: then nothing is worked out while that is plainly open.
    """
    keys = frozenset(key for key in open_keys if key in MANY or key not in known.standing)
    if not whole and any(_is_raisable(flag, known, keys) for flag in rubric.disqualified_by):
        return UNDECIDED
    raisable = frozenset([flag for flag in rubric.flags if _is_raisable(flag, known, keys)])
    ahead = _Open(known.with_flags(weighed.flag_names), keys, raisable)
    rows = tuple(_interval(one, row, ahead) for one, row in zip(rubric.criteria, weighed.criteria, strict=True))
    low, high = sum(row.low for row in rows), sum(row.high for row in rows)
    coldest, hottest = (temperature(points, rubric.maximum, company) for points in (low, high))
    warmth = coldest if coldest is hottest else None
    return Outlook(rows, low, high, warmth, _stage(rubric, rows, ahead, company))


@lru_cache(maxsize=256)
def _raised_by(flag: str) -> tuple[frozenset[str], frozenset[str]]:
    return next(((by, beside) for begin, by, beside in _RAISED_BY if flag.startswith(begin)), _BY_NOTHING)


def _is_raisable(flag: str, known: Knowledge, keys: frozenset[str]) -> bool:
    """Whether answers to come may raise a flag or take it away."""
    raised_by, beside = _raised_by(flag)
    if not keys.isdisjoint(raised_by):
        return True
    return not keys.isdisjoint(beside) and any(key in known.standing for key in raised_by)


def _interval(criterion: Criterion, row: CriterionScore, ahead: _Open) -> Interval:
    met = row.verdict is Verdict.MET
    touched = criterion.keys & ahead.keys or (criterion.flags | frozenset(criterion.unless)) & ahead.flags
    if not touched:
        return Interval(criterion.id, row.points, row.points, met, met)
    low = min(sum(_best(group, ahead.must) for group in criterion.groups), criterion.maximum)
    high = min(sum(_best(group, ahead.may) for group in criterion.groups), criterion.maximum)
    enough = criterion.met_share * criterion.maximum
    blocked = [flag for flag in criterion.unless if flag in ahead.known.flags]
    further = criterion.met_if
    return Interval(
        criterion.id,
        low,
        high,
        low >= enough
        and not blocked
        and ahead.flags.isdisjoint(criterion.unless)
        and (further is None or ahead.must(further)),
        high >= enough and all(flag in ahead.flags for flag in blocked) and (further is None or ahead.may(further)),
    )


def _best(group: Sequence[PointsRule], holds: Callable[[Condition], bool]) -> int:
    return max((rule.points for rule in group if holds(rule.when)), default=0)


def _stage(rubric: Rubric, rows: Sequence[Interval], ahead: _Open, company: Company) -> Stage | None:
    against = frozenset(rubric.disqualified_by)
    if against & ahead.known.flags - ahead.flags:
        return Stage.DISQUALIFIED
    if against & ahead.flags:
        return None
    least = [row.criterion for row in rows if row.surely_met]
    most = [row.criterion for row in rows if row.maybe_met]
    worst = qualified(rubric, company, least, sum(row.low for row in rows))
    best = qualified(rubric, company, most, sum(row.high for row in rows))
    if worst is best:
        return Stage.MQL if worst else Stage.CONTACT_US
    return None
