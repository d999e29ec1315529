"""What frameworks beyond BANT need of the core: answers that stay with their question, limits, and facts kept once."""

from decimal import Decimal

import pytest

from dialogs.content import read_framework
from dialogs.errors import BrokenContent
from dialogs.library import Library
from dialogs.rescoring import changes, rescored
from dialogs.values import Kind
from scoring.conditions import Knowledge
from scoring.stages import Stage
from scoring.values import MoneyRange
from tests.builders import FRAMEWORKS, SHARED, Visitor, packaged, standalone

ALL = sorted(path.stem for path in FRAMEWORKS.glob("*.yaml"))


def facts(one: Visitor) -> dict[str, object]:
    known = Knowledge(one.conversation.facts)
    return {key: known.value(key) for key in known.keys()}  # noqa: SIM118 - no mapping


def at(library: Library, framework: str, *said: str) -> Visitor:
    one = Visitor(library, "en", framework=framework)
    one.opens()
    for text in said:
        one.says(text)
    return one


def asked(one: Visitor) -> str | None:
    return one.outcomes[-1].asked


class TestAnswersThatStayWithTheirQuestion:
    def test_what_trouble_costs_is_no_budget(self, library: Library) -> None:
        one = at(library, "puzzle", "We need a CRM", "A manager types the orders in by hand", "nothing so far")
        assert asked(one) == "pain.cost"
        one.says("we lose about 5000 euros a month and two people are busy with it")
        assert facts(one)["pain.cost"] == "we lose about 5000 euros a month and two people are busy with it"
        assert {"budget.amount", "people.count"} & set(facts(one)) == set()

    def test_somebody_in_a_description_is_not_the_visitor(self, library: Library) -> None:
        one = at(library, "puzzle", "We need a CRM", "Orders come by mail, then the manager types them in")
        assert "authority.role" not in facts(one)

    def test_who_names_themselves_in_it_is(self, library: Library) -> None:
        one = at(library, "puzzle", "We need a CRM", "I'm the owner and I type all the orders in by hand every evening")
        assert facts(one)["authority.role"] == "owner"

    def test_a_sum_elsewhere_is_a_budget_all_the_same(self, library: Library) -> None:
        one = at(library, "puzzle", "We need a CRM, the budget is 5000 euros")
        assert facts(one)["budget.amount"] == MoneyRange(Decimal(5000), Decimal(5000), "EUR")

    def test_naming_the_need_is_not_yet_a_goal(self, library: Library) -> None:
        one = at(library, "gpctba_ci", "Hello there, good morning! We would like to have a CRM")
        assert "goal.what" not in facts(one)
        assert asked(one) == "goal.what"
        one.says("Every customer should get an answer on the same day")
        assert facts(one)["goal.what"] == "Every customer should get an answer on the same day"

    def test_things_that_no_longer_work_have_held_no_office(self, library: Library) -> None:
        one = at(library, "gpctba_ci", "We need a CRM", "Excel no longer copes, there are too many leads")
        assert "authority.current" not in facts(one)
        own = at(library, "bant", "We need a CRM", "I'm the sales director, or was: I no longer work there")
        assert facts(own)["authority.current"] == "no"


class TestLimits:
    @pytest.mark.parametrize("name", ALL)
    @pytest.mark.parametrize("silent", ["skip", "I don't know", "¯\\_(ツ)_/¯"])
    def test_no_talk_asks_more_than_its_framework_allows(self, library: Library, name: str, silent: str) -> None:
        one = Visitor(library, "en", framework=name)
        one.opens()
        for _ in range(30):
            one.says(silent)
        limit = library.frameworks[name].max_questions or library.company.max_questions
        assert 0 < len(one.conversation.asked) <= limit
        assert one.conversation.waiting_for is None

    def test_a_framework_may_ask_more_than_the_company_does(self, library: Library) -> None:
        assert library.company.max_questions == 7
        one = Visitor(library, "en", framework="gpctba_ci")
        one.opens()
        for _ in range(30):
            if one.conversation.waiting_for is None:
                break
            one.says("skip")
        assert 7 < len(one.conversation.asked) <= 9


class TestFactsOnce:
    @pytest.mark.parametrize("name", ALL)
    def test_a_talk_under_one_framework_is_scored_under_any(self, library: Library, name: str) -> None:
        one = at(library, "bant", "I'm the founder, we need a CRM for sales in two weeks, 3000 euros is fine")
        found = rescored(one.conversation, library.frameworks[name], library)
        assert found.framework == name
        assert all(point.facts for row in found.criteria for point in row.reasons if point.points)
        assert found == rescored(one.conversation, library.frameworks[name], library)
        own = rescored(one.conversation, library.frameworks["bant"], library)
        assert own.total == one.outcomes[-1].assessment.total
        assert (changes(own, found) == {}) is (name == "bant")

    def test_facts_another_framework_asked_for_count_where_they_are_known(self, library: Library) -> None:
        one = at(library, "champ", "We need a CRM", "Leads get lost between mail and chat", "An answer within an hour")
        found = rescored(one.conversation, library.frameworks["gpctba_ci"], library)
        goals = found.score_of("goals")
        assert goals is not None
        assert [fact.key for point in goals.reasons for fact in point.facts] == ["success.what", "need.category"]


class TestButtons:
    @pytest.mark.parametrize("name", ALL)
    def test_a_talk_by_buttons_alone_comes_to_its_end(self, library: Library, name: str) -> None:
        one = Visitor(library, "en", framework=name)
        outcome = one.opens()
        for _ in range(30):
            choices = [choice for reply in outcome.replies for choice in reply.choices]
            if not choices:
                break
            outcome = one.act(Kind.CHOICE, choices[0].id)
        assert one.conversation.waiting_for is None
        assert outcome.assessment.total > 0
        assert one.conversation.stage in (Stage.MQL, Stage.CONTACT_US)


class TestSharedQuestions:
    @pytest.mark.parametrize("name", ALL)
    def test_a_framework_with_its_questions_written_out_is_the_same(self, name: str) -> None:
        assert read_framework(f"{name}.yaml", standalone(name)) == packaged(name)

    def test_what_a_framework_says_of_a_shared_question_goes_before(self) -> None:
        text = (FRAMEWORKS / "bant.yaml").read_text("utf-8")
        own = text.replace("timing.deadline: {criterion: timing}", "timing.deadline: {criterion: timing, attempts: 3}")
        question = read_framework("bant.yaml", own, SHARED).question("timing.deadline")
        shared = packaged("bant").question("timing.deadline")
        assert question is not None
        assert shared is not None
        assert (question.attempts, shared.attempts, question.fills) == (3, 2, shared.fills)

    def test_without_the_shared_ones_each_question_is_missed(self) -> None:
        with pytest.raises(BrokenContent) as found:
            read_framework("bant.yaml", (FRAMEWORKS / "bant.yaml").read_text("utf-8"))
        assert {one.key for one in found.value.problems} == {
            f"questions.{one.id}" for one in packaged("bant").questions
        }

    def test_every_shared_question_is_asked_by_a_framework(self) -> None:
        used = {question.id for name in ALL for question in packaged(name).questions}
        assert set(SHARED) - used == set()


def test_a_firm_that_says_what_it_is_asks_nothing(library: Library) -> None:
    one = at(library, "bant", "We're a small bakery chain and need a website")
    assert facts(one)["need.category"] == "website"
    assert "dialog.question" not in facts(one)
