"""Which question comes next: one that is open, makes sense, fits under the limit and may still change the decision."""

from collections import Counter
from collections.abc import Sequence

from dialogs.framework import CONTACT, Framework, Question
from dialogs.values import AskedQuestion, Ending
from scoring.assess import Assessment, CriterionScore
from scoring.company import Company
from scoring.conditions import Knowledge
from scoring.outlook import Outlook

# Conditions of a tree may ask for these besides the flags of the assessment.
ESTIMATED = "estimated"  # there is an estimate to show
STACK_DECLINED = "stack_declined"  # a technology we do not work in was named


def tree_knowledge(known: Knowledge, assessment: Assessment, company: Company) -> Knowledge:
    """What a tree's conditions may look at: facts, signals, the assessment's flags and the two of its own."""
    flags = set(assessment.flag_names)
    if assessment.estimate is not None:
        flags.add(ESTIMATED)
    if any(value in company.stack.declines for value in known.values("need.stack")):
        flags.add(STACK_DECLINED)
    return known.with_flags(flags)


def next_question(
    framework: Framework,
    known: Knowledge,
    assessment: Assessment,
    asked: Sequence[AskedQuestion],
    limit: int,
    ahead: Outlook | None = None,
) -> Question | None:
    """
    The next question to ask, None when the talk is complete.

    Args:
        framework: Its tree, in the order questions are asked.
        known: From tree_knowledge.
        assessment: Of the same facts.
        asked: Questions put so far.
        limit: The most questions a conversation may ask, contact included.
        ahead: What can still become of the lead: once that is decided, only contact details are asked for, and under an
            adaptive framework the criterion that can still move most for its questions comes first.
    """
    settled = {one.question for one in asked if one.ending is not Ending.OPEN}
    put = {one.question for one in asked}
    rows = {row.criterion: row for row in assessment.criteria}
    open_ones = [
        one for one in framework.questions if one.id not in settled and is_due(one, known, rows.get(one.criterion))
    ]
    if ahead is not None and ahead.decided and framework.stops:
        open_ones = [one for one in open_ones if one.criterion == CONTACT or one.id in put]
    elif ahead is not None and framework.adaptive:
        open_ones = _by_weight(open_ones, framework, ahead)
    needed = [one for one in open_ones if not one.optional]
    for question in open_ones:
        if question.id in put:
            return question
        others = [one for one in needed if one.id not in put and one is not question]
        reserved = others if question.optional else [one for one in others if one.criterion == CONTACT]
        if len(put) + len(reserved) < limit:
            return question
    return None


def open_keys(framework: Framework, known: Knowledge, asked: Sequence[AskedQuestion]) -> frozenset[str]:
    """
    Facts that the questions left may bring; contact details are not among them: they decide nothing.

    Args:
        framework: Its tree.
        known: What its questions look at when they are skipped.
        asked: Questions put so far.
    """
    settled = {one.question for one in asked if one.ending is not Ending.OPEN}
    left = [
        one
        for one in framework.questions
        if one.id not in settled
        and one.criterion != CONTACT
        and not (one.skip_if is not None and one.skip_if.holds(known)[0])
    ]
    return frozenset(key for one in left for key in one.brings)


def is_due(question: Question, known: Knowledge, score: CriterionScore | None) -> bool:
    """Whether asking would still tell something, by what the question's criterion has."""
    if score is not None and score.points == score.maximum and not score.blocked_by:
        return False
    if question.skip_if is not None and question.skip_if.holds(known)[0]:
        return False
    return question.ask_if is None or question.ask_if.holds(known)[0]


def _by_weight(questions: Sequence[Question], framework: Framework, ahead: Outlook) -> list[Question]:
    """
    The questions with those first whose criterion can still move the decision most for what asking it costs.

    What nothing goes without comes before all else, contact details come last, and within a criterion the order of the
    tree stays.
    """
    width = {row.criterion: row.high - row.low + (row.maybe_met is not row.surely_met) for row in ahead.intervals}
    cost = Counter(one.criterion for one in questions if not one.optional)

    def rank(question: Question) -> tuple[int, float]:
        if question.criterion == CONTACT:
            return (2, 0.0)
        core = question.criterion in framework.rubric.requires
        return (0 if core else 1, 0.0 if core else -width.get(question.criterion, 0) / max(cost[question.criterion], 1))

    return sorted(questions, key=rank)
