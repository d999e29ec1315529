"""Which question comes next: the first one that is open, makes sense and fits under the limit."""

from collections.abc import Sequence

from dialogs.framework import CONTACT, Framework, Question
from dialogs.values import AskedQuestion, Ending
from scoring.assess import Assessment, CriterionScore
from scoring.company import Company
from scoring.conditions import Knowledge

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
    framework: Framework, known: Knowledge, assessment: Assessment, asked: Sequence[AskedQuestion], limit: int
) -> Question | None:
    """
    The next question to ask, None when the talk is complete.

    Args:
        framework: Its tree, in the order questions are asked.
        known: From tree_knowledge.
        assessment: Of the same facts.
        asked: Questions put so far.
        limit: The most questions a conversation may ask, contact included.
    """
    settled = {one.question for one in asked if one.ending is not Ending.OPEN}
    put = {one.question for one in asked}
    rows = {row.criterion: row for row in assessment.criteria}
    open_ones = [
        one for one in framework.questions if one.id not in settled and is_due(one, known, rows.get(one.criterion))
    ]
    needed = [one for one in open_ones if not one.optional]
    for question in open_ones:
        if question.id in put:
            return question
        others = [one for one in needed if one.id not in put and one is not question]
        reserved = others if question.optional else [one for one in others if one.criterion == CONTACT]
        if len(put) + len(reserved) < limit:
            return question
    return None


def is_due(question: Question, known: Knowledge, score: CriterionScore | None) -> bool:
    """Whether asking would still tell something, by what the question's criterion has."""
    if score is not None and score.points == score.maximum and not score.blocked_by:
        return False
    if question.skip_if is not None and question.skip_if.holds(known)[0]:
        return False
    return question.ask_if is None or question.ask_if.holds(known)[0]
