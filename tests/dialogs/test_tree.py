"""Which question comes next."""

from collections.abc import Sequence

import pytest

from dialogs.tree import ESTIMATED, STACK_DECLINED, next_question, tree_knowledge
from dialogs.values import AskedQuestion, Ending
from scoring.conditions import Knowledge
from scoring.values import Fact, Source, Urgency
from tests.builders import MONDAY, bant, company, deadline, fact, weigh

CRM = fact("need.category", "crm")
SCOPE = fact("need.scope", "clear")
FINE = fact("budget.reaction", "fine")
OWNER = fact("authority.role", "owner")
MAIL = fact("contact.email", "a@b.co")


def settled(*questions: str, ending: Ending = Ending.SKIPPED) -> tuple[AskedQuestion, ...]:
    return tuple(AskedQuestion(one, turn, ending) for turn, one in enumerate(questions, 1))


def following(facts: Sequence[Fact], asked: Sequence[AskedQuestion] = (), limit: int = 7) -> str | None:
    weighed = weigh(facts)
    known = tree_knowledge(Knowledge(facts, now=MONDAY), weighed, company())
    found = next_question(bant(), known, weighed, asked, limit)
    return None if found is None else found.id


@pytest.mark.parametrize(
    ("facts", "asked", "question"),
    [
        ([], (), "need.what"),
        ([CRM], (), "need.detail"),
        ([CRM, fact("need.stack", "dotnet")], (), "need.stack"),
        ([CRM, fact("need.stack", "java")], (), "need.detail"),
        ([CRM, SCOPE], (), "spec.has"),
        ([CRM, SCOPE, fact("spec.has", "no")], (), "budget.expectation"),
        ([CRM, SCOPE, FINE], (), "authority.role"),
        ([CRM, SCOPE, FINE, OWNER], (), "timing.deadline"),
        ([CRM, SCOPE, FINE, fact("authority.decides", True)], (), "timing.deadline"),
        ([CRM, SCOPE, FINE, OWNER, *deadline(None, Urgency.FLEXIBLE)], (), "contact.how"),
        ([CRM, SCOPE, FINE, OWNER, *deadline(50)], (), "contact.how"),  # full points: why is not asked
        ([CRM, SCOPE, FINE, OWNER, *deadline(50), MAIL], (), None),
        ([], settled("need.what"), "need.detail"),
        ([CRM, SCOPE, FINE, fact("authority.role", "manager")], (), "authority.others"),
        ([CRM, SCOPE, FINE, fact("authority.role", "owner", source=Source.PERSON)], (), "timing.deadline"),
        ([CRM, SCOPE, FINE, fact("authority.role", "director", source=Source.PERSON)], (), "authority.current"),
    ],
)
def test_the_first_question_that_is_open_and_makes_sense_is_next(
    facts: list[Fact], asked: tuple[AskedQuestion, ...], question: str | None
) -> None:
    assert question == following(facts, asked)


@pytest.mark.parametrize("ending", [one for one in Ending if one is not Ending.OPEN])
def test_a_settled_question_is_not_asked_again_however_it_ended(ending: Ending) -> None:
    assert following([CRM, SCOPE], settled("spec.has", ending=ending)) == "budget.expectation"


def test_a_question_that_still_waits_is_asked_even_at_the_limit() -> None:
    asked = (*settled("a", "b"), AskedQuestion("need.what", 3))
    assert following([], asked, limit=3) == "need.what"


@pytest.mark.parametrize(
    ("limit", "question"), [(7, "need.detail"), (3, "need.detail"), (2, "contact.how"), (1, None), (0, None)]
)
def test_the_last_question_under_the_limit_is_kept_for_contact(limit: int, question: str | None) -> None:
    assert question == following([CRM], settled("need.what"), limit)


def test_an_optional_question_waits_for_all_that_are_not() -> None:
    manager = [CRM, SCOPE, FINE, fact("authority.role", "manager")]
    asked = settled("need.what", "need.detail", "budget.expectation", "authority.role")
    assert (following(manager, asked, 7), following(manager, asked, 6)) == ("authority.others", "timing.deadline")


def test_nothing_is_asked_about_a_criterion_that_has_all_its_points() -> None:
    assert following([CRM, fact("need.detail", "…"), fact("need.feature", "feature_chat"), FINE]) == "authority.role"


def test_a_criterion_a_flag_speaks_against_may_still_be_asked_about() -> None:
    facts = [CRM, SCOPE, FINE, OWNER, fact("authority.current", "no")]
    assert following(facts) == "timing.deadline"


def test_the_tree_sees_two_flags_of_its_own() -> None:
    facts = [CRM, fact("need.stack", "dotnet")]
    known = tree_knowledge(Knowledge(facts), weigh(facts), company())
    assert known.flags == {ESTIMATED, STACK_DECLINED}
