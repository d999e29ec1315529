"""A rubric: the criteria of a framework, the rules that give them points, and what "met" means."""

from dataclasses import dataclass, field

from scoring.conditions import Condition, flags_of, keys_of, support_of


@dataclass(frozen=True, slots=True)
class PointsRule:
    """So many points when the condition holds."""

    points: int
    when: Condition
    name: str  # "<criterion>.<group>.<n>", where it stands
    id: str = ""  # what the reason is called in every framework that has it

    @property
    def reason(self) -> str:
        """What the score names it by."""
        return self.id or self.name


@dataclass(frozen=True, slots=True)
class Criterion:
    """
    One thing a framework wants to know.

    Each group gives the points of its best rule that holds; the groups add up, never above the maximum.
    """

    id: str
    maximum: int
    groups: tuple[tuple[PointsRule, ...], ...]
    met_share: float = 0.6  # of the maximum, docs/scoring.md "Verdicts"
    met_if: Condition | None = None  # what it takes besides the points
    unless: tuple[str, ...] = ()  # flags that decide "not met", whatever the points
    support: frozenset[str] = field(init=False, repr=False, compare=False)  # of all its rules, see support_of
    keys: frozenset[str] = field(init=False, repr=False, compare=False)  # facts its rules and met_if read
    flags: frozenset[str] = field(init=False, repr=False, compare=False)  # flags they read

    def __post_init__(self) -> None:
        parts = [support_of(rule.when) for group in self.groups for rule in group]
        object.__setattr__(self, "support", frozenset().union(*parts) if all(parts) else frozenset())
        read = [rule.when for group in self.groups for rule in group] + ([self.met_if] if self.met_if else [])
        object.__setattr__(self, "keys", frozenset(key for one in read for key in keys_of(one)))
        object.__setattr__(self, "flags", frozenset(flag for one in read for flag in flags_of(one)))


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """A hint for sales when the condition holds; its words are locale texts advice.<id>."""

    id: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Rubric:
    """How one framework weighs."""

    framework: str
    criteria: tuple[Criterion, ...]
    requires: tuple[str, ...]  # criteria an MQL cannot go without
    others: int  # how many more it needs
    disqualified_by: tuple[str, ...]  # flags
    advice: tuple[AdviceRule, ...] = ()
    flags: frozenset[str] = field(init=False, repr=False, compare=False)  # all that its criteria and its end look at

    def __post_init__(self) -> None:
        named = {flag for criterion in self.criteria for flag in (*criterion.unless, *criterion.flags)}
        object.__setattr__(self, "flags", frozenset(named | set(self.disqualified_by)))

    @property
    def maximum(self) -> int:
        """Points a perfect lead earns."""
        return sum(criterion.maximum for criterion in self.criteria)
