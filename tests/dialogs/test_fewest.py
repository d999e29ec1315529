"""As few questions as the decision takes: intervals that hold, a certificate that is kept, and what stopping saves."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.library import Library
from dialogs.tree import open_keys
from dialogs.values import AskedQuestion, Ending
from scoring.conditions import Knowledge
from scoring.outlook import Outlook, outlook
from scoring.stages import Stage
from scoring.values import Fact
from tests.builders import (
    FRAMEWORKS,
    MONDAY,
    VARIANTS,
    company,
    deadline,
    decision,
    everywhere,
    fact,
    packaged,
    pressing,
    weigh,
)

ALL = sorted(path.stem for path in FRAMEWORKS.glob("*.yaml"))
NEED, MONEY, WHO = fact("need.category", "crm"), fact("budget.reaction", "fine"), fact("authority.decides", True)


def ahead(facts: Sequence[Fact], *settled: str, framework: str = "bant") -> Outlook:
    """What a lead can come to once these questions are settled without a word."""
    made, known = packaged(framework), Knowledge(facts, now=MONDAY)
    asked = [AskedQuestion(name, 1, Ending.SKIPPED) for name in settled]
    return outlook(made.rubric, weigh(facts), known, open_keys(made, known, asked), company())


class TestIntervals:
    def test_nothing_known_can_become_anything(self) -> None:
        found = ahead(())
        assert (found.low, found.high, found.decided, found.certificate) == (0, 100, False, "")

    def test_what_is_known_stays_and_what_is_asked_for_may_come(self) -> None:
        rows = {row.criterion: (row.low, row.high) for row in ahead((NEED, MONEY)).intervals}
        assert rows == {"need": (15, 25), "budget": (25, 25), "authority": (0, 25), "timing": (0, 25)}

    def test_while_a_date_may_be_impossible_nobody_is_qualified_for_sure(self) -> None:
        assert ahead((NEED, MONEY, WHO)).stage is None
        assert ahead((NEED, MONEY, WHO), "timing.deadline").stage is Stage.MQL

    def test_a_decision_is_certified_in_two_words(self) -> None:
        facts = (NEED, MONEY, WHO, *deadline(60))
        assert ahead(facts).certificate == ""  # a detail may make the work larger, and the date impossible
        assert ahead(facts, "need.detail").certificate == "mql hot"

    def test_who_is_let_go_for_good_is_decided(self) -> None:
        found = ahead((fact("need.category", "erp"),), *(one.id for one in packaged("bant").questions))
        assert found.certificate == "disqualified cold"


@pytest.mark.parametrize("name", ALL)
def test_stopping_early_and_asking_what_matters_come_to_the_same_decision(library: Library, name: str) -> None:
    framework = replace(packaged(name), max_questions=0)
    asked = dict.fromkeys(VARIANTS, 0)
    for seed in range(60):
        talks = {
            variant: pressing(library, replace(framework, **changes), seed) for variant, changes in VARIANTS.items()
        }
        assert len({decision(one) for one in talks.values()}) == 1, (seed, {k: decision(v) for k, v in talks.items()})
        for variant, one in talks.items():
            asked[variant] += len(one.conversation.asked)
    assert asked["stopped"] <= asked["whole"]
    assert asked["adaptive"] <= asked["whole"]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(ALL))
def test_a_certificate_is_kept_whatever_is_said_after_it(seed: int, name: str) -> None:
    library = everywhere()
    whole = pressing(library, replace(packaged(name), max_questions=0, stops=False), seed)
    given_at = [outcome.assessment.certain for outcome in whole.outcomes]
    first = next((one for one in given_at if one), "")
    if first:
        assert " ".join(decision(whole)) == first


def test_questions_left_bring_no_contact() -> None:
    made = packaged("bant")
    keys = open_keys(made, Knowledge(()), ())
    assert "timing.urgency" in keys
    assert "contact.email" not in keys
