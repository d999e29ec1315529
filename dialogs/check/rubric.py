"""Whether the points add up: every criterion can reach its maximum and no more, be met, and make an MQL."""

from dataclasses import dataclass

from dialogs.check.places import MOST, Faults, Vocabulary, beyond, nearest, rule_key, vocabulary
from dialogs.check.worlds import worlds
from dialogs.facts import FLAGS
from dialogs.framework import CONTACT, Framework
from scoring.company import Company
from scoring.conditions import Condition, Knowledge
from scoring.rubric import Criterion, PointsRule


@dataclass(slots=True)
class _Reached:
    """What the best answers to one criterion come to."""

    best: int = 0
    met: bool = False
    paid: frozenset[str] = frozenset()  # rules that gave their points somewhere
    won: frozenset[str] = frozenset()  # rules no better one of their group took the place of somewhere


def prove_rubric(framework: Framework, company: Company, faulty: frozenset[str], faults: Faults) -> None:
    """
    Add everything about points, "met" and stages that cannot come true.

    Args:
        framework: Its rubric.
        company: For its own MQL rule.
        faulty: Keys of conditions already reported; what rests on them is passed over.
        faults: Where problems go.
    """
    words = vocabulary(framework, company)
    unmet = set()
    for criterion in framework.rubric.criteria:
        figures_hold = _prove_figures(criterion, faults)
        keys = {rule_key(rule) for group in criterion.groups for rule in group} | {f"criteria.{criterion.id}.met_if"}
        if not figures_hold or keys & faulty:
            continue
        reached = _reach(criterion, words)
        if reached is not None and not _prove_reached(criterion, reached, faults):
            unmet.add(criterion.id)
    _prove_flags(framework, faults)
    _prove_mql(framework, company, unmet, faults)


def _prove_figures(criterion: Criterion, faults: Faults) -> bool:
    key = f"criteria.{criterion.id}"
    sound = True
    if criterion.id == CONTACT:
        faults.add(key, "contact is the name of the contact question, which is worth no points", "name it otherwise")
    if problem := beyond(criterion.maximum, 1, MOST):
        faults.add(f"{key}.max", problem, "raise it" if criterion.maximum < 1 else "lower it")
        sound = False
    if not 0 < criterion.met_share <= 1:
        faults.add(
            f"{key}.met",
            f"nothing can reach it: expected a share above 0 and up to 1, found {criterion.met_share:g}",
            "write 0.6 for 60 % of the points",
        )
        sound = False
    for rule in (rule for group in criterion.groups for rule in group):
        if problem := beyond(rule.points, 0, MOST):
            faults.add(rule_key(rule, "points"), problem, "answers never cost" if rule.points < 0 else "lower it")
            sound = False
    return sound


def _prove_reached(criterion: Criterion, reached: _Reached, faults: Faults) -> bool:
    """Report what the best answers show; whether the criterion can be met."""
    key = f"criteria.{criterion.id}"
    for group in criterion.groups:
        for rule in group:
            if rule.points > 0 and rule.name not in reached.paid:
                mend = "name the fact it rests on as well: no points without evidence"
                faults.add(rule_key(rule), "never gives its points: it rests on no fact", mend)
            elif rule.points > 0 and rule.name not in reached.won:
                mend = "move it to a group of its own, where points add up, or remove it"
                faults.add(rule_key(rule), "its points are always overwritten by a better rule of its group", mend)
    if reached.best < criterion.maximum:
        problem = f"no answers reach {criterion.maximum} points, the best come to {reached.best}"
        faults.add(f"{key}.max", problem, "raise the points of a rule, or lower the maximum")
    elif reached.best > criterion.maximum:
        problem = f"answers can add up to {reached.best} points, more than {criterion.maximum}"
        faults.add(f"{key}.max", problem, "lower the points of a rule, or let its condition exclude the others")
    if not reached.met:
        problem = f"no answers can ever meet it: {criterion.met_share:.0%} of {criterion.maximum} points"
        more = "" if criterion.met_if is None else " together with met_if"
        faults.add(f"{key}.met", problem + more, "lower the share, or loosen met_if and unless")
    return reached.met


def _reach(criterion: Criterion, words: Vocabulary) -> _Reached | None:
    """The best of all states the criterion's rules can tell apart; None when there are too many to try."""
    conditions: list[Condition] = [rule.when for group in criterion.groups for rule in group]
    if criterion.met_if is not None:
        conditions.append(criterion.met_if)
    every = worlds(conditions, words, FLAGS)
    if every is None:
        return None
    reached = _Reached()
    paid: set[str] = set()
    won: set[str] = set()
    enough = criterion.met_share * criterion.maximum
    for known in every:
        best = [_best(group, known, paid, won) for group in criterion.groups]
        points = sum(best)
        reached.best = max(reached.best, points)
        if not reached.met and min(points, criterion.maximum) >= enough and known.flags.isdisjoint(criterion.unless):
            reached.met = criterion.met_if is None or criterion.met_if.holds(known)[0]
    reached.paid, reached.won = frozenset(paid), frozenset(won)
    return reached


def _best(group: tuple[PointsRule, ...], known: Knowledge, paid: set[str], won: set[str]) -> int:
    """Points of the best rule that holds and rests on a fact, as weighing takes them; equals win together."""
    best = 0
    winners: list[str] = []
    for rule in group:
        if rule.points < best and rule.name in paid:
            continue
        if rule.points == best and rule.name in won:
            continue
        held, facts = rule.when.holds(known)
        if held and facts:
            paid.add(rule.name)
            if rule.points > best:
                best, winners = rule.points, []
            if rule.points == best:
                winners.append(rule.name)
    won.update(winners)
    return best


def _prove_flags(framework: Framework, faults: Faults) -> None:
    for criterion in framework.rubric.criteria:
        for at, flag in enumerate(criterion.unless):
            if flag not in FLAGS:
                key = f"criteria.{criterion.id}.unless.{at}"
                faults.add(key, f"flag {flag} is raised by nothing", nearest(flag, FLAGS))
    for at, flag in enumerate(framework.farewells):
        if flag not in FLAGS:
            faults.add(f"stages.disqualified_by.{at}", f"flag {flag} is raised by nothing", nearest(flag, FLAGS))


def _prove_mql(framework: Framework, company: Company, unmet: set[str], faults: Faults) -> None:
    rubric = framework.rubric
    names = [criterion.id for criterion in rubric.criteria]
    for at, name in enumerate(rubric.requires):
        if name not in names:
            faults.add(f"stages.mql.requires.{at}", f"there is no criterion {name}", nearest(name, names))
        elif name in unmet:
            faults.add(f"stages.mql.requires.{at}", f"{name} can never be met, so nothing becomes an MQL", "mend it")
    rest = [name for name in names if name not in rubric.requires and name not in unmet]
    if rubric.others < 0:
        faults.add("stages.mql.others", f"expected 0 or more, found {rubric.others}", "write how many more it takes")
    wanted = max(rubric.others, company.mql_others)
    if wanted > len(rest):
        whose = "" if rubric.others >= company.mql_others else " (the company's mql_others)"
        problem = f"nothing becomes an MQL: {wanted} more criteria wanted{whose}, {len(rest)} can be met besides"
        faults.add("stages.mql.others", problem, f"write {len(rest)} or less")
    if not rubric.requires and wanted == 0:
        faults.add("stages.mql", "everybody is an MQL", "require a criterion, or more than 0 others")
