"""What a visitor says next: of a work already named, of a smaller one, of what sales have read, and after a stop."""

import pytest

from dialogs.values import EffectKind, Mode
from scoring.conditions import Knowledge
from scoring.stages import Stage
from tests.builders import Visitor, everywhere, visitor


def talk(language: str, *messages: str) -> Visitor:
    one = visitor(everywhere(), language)
    for message in messages:
        one.says(message)
    return one


def known(one: Visitor) -> Knowledge:
    return Knowledge(one.conversation.facts)


@pytest.mark.parametrize(
    ("language", "need", "detail"),
    [
        ("en", "We need a CRM", "track deals"),
        ("ru", "нужна CRM", "учёт сделок и звонков"),
        ("uk", "потрібна CRM", "облік угод та дзвінків"),
        ("pl", "Potrzebujemy sklepu internetowego", "50 produktów, płatności online"),
    ],
)
def test_a_need_named_by_what_it_does_is_the_detail(language: str, need: str, detail: str) -> None:
    one = talk(language, need, detail)
    assert known(one).value("need.detail") == detail
    assert one.last.asked == "spec.has"


def test_the_need_said_once_more_is_no_detail() -> None:
    one = talk("en", "We need a CRM", "a CRM")
    assert not known(one).facts("need.detail")
    assert one.last.asked == "need.detail"


@pytest.mark.parametrize(
    ("language", "need", "detail", "correction"),
    [
        ("en", "We need a CRM", "track deals and calls with Gmail", "sorry, not a CRM, we need a mobile app"),
        ("ru", "нужна CRM", "учёт сделок и звонков", "нет, не CRM, а мобильное приложение"),
        ("uk", "потрібна CRM", "облік угод та дзвінків", "ні, не CRM, а мобільний застосунок"),
        ("pl", "potrzebujemy CRM", "śledzenie transakcji i telefonów", "nie CRM, tylko aplikacja mobilna"),
    ],
)
def test_what_was_told_of_one_work_is_not_kept_for_another(
    language: str, need: str, detail: str, correction: str
) -> None:
    one = talk(language, need, detail, correction)
    assert known(one).values("need.category") == ("mobile_app",)
    assert not [key for key in ("need.detail", "need.scope") if known(one).value(key) is not None]
    assert known(one).value("spec.has") is None  # the "no" was of the need


@pytest.mark.parametrize("correction", ["no, not 40, 60", "sorry, I meant 60 thousand euro"])
def test_sales_are_told_what_is_corrected_before_the_talk_ends(correction: str) -> None:
    one = talk("en", "We need a CRM for sales, budget 40 thousand euro", "our team writes everything on paper")
    assert one.conversation.handoff
    outcome = one.says(correction)
    assert EffectKind.LEAD_UPDATED in {effect.kind for effect in outcome.effects}
    assert one.conversation.mode is not Mode.HANDED_OVER


def test_sales_are_not_told_of_every_answer() -> None:
    one = talk("en", "We need a CRM for sales, budget 40 thousand euro", "our team writes everything on paper")
    assert one.conversation.handoff
    assert EffectKind.LEAD_UPDATED not in {effect.kind for effect in one.says("I'm a marketer").effects}


@pytest.mark.parametrize(
    ("language", "dream", "wish"),
    [
        ("en", "Build us our own Google in one month", "what about something tiny for our staff?"),
        ("en", "We want our own Google in one month", "maybe a small search tool for our documents then"),
        ("ru", "Сделайте нам фейсбук за месяц", "а если просто чат для сотрудников?"),
        ("uk", "Хочемо власний Google за місяць", "а якщо тільки внутрішній довідник співробітників"),
        ("pl", "Chcemy własnego Google w miesiąc", "a gdyby tylko mały czat dla pracowników?"),
    ],
)
def test_a_smaller_wish_after_a_dream_is_asked_about(language: str, dream: str, wish: str) -> None:
    one = visitor(everywhere(), language)
    one.opens()
    one.says(dream)
    assert one.conversation.stage is Stage.DISQUALIFIED
    assert one.says(wish).asked == "need.what"
    assert one.conversation.stage is Stage.CONTACT_US


@pytest.mark.parametrize("text", ["ok, I see, thanks", "pity", "Google in one month, I said"])
def test_taking_leave_of_a_dream_opens_nothing(text: str) -> None:
    one = talk("en", "Build us our own Google in one month", text)
    assert one.conversation.stage is Stage.DISQUALIFIED
    assert one.last.asked is None


def test_a_wish_that_something_stops_does_not_end_the_talk() -> None:
    one = talk("en", "We need a portal so customers can stop calling a human agent")
    assert one.last.asked == "need.detail"
    assert talk("en", "We need software for human resources").last.asked == "need.detail"
    assert talk("en", "I wanted a website, stop writing to me").conversation.mode is Mode.CLOSED


@pytest.mark.parametrize(
    ("language", "need", "stop", "there"),
    [
        ("en", "We need a CRM", "stop", "are you still there?"),
        ("ru", "нужен сайт", "стоп", "ты ещё тут?"),
        ("uk", "потрібен сайт", "стоп", "ти ще тут?"),
        ("pl", "potrzebuję strony", "stop", "jesteś tam?"),
    ],
)
def test_who_asks_after_a_stop_whether_we_are_there_is_told(language: str, need: str, stop: str, there: str) -> None:
    one = talk(language, need, stop, there)
    assert any(line.startswith("here/") for line in one.conversation.told)
    assert not known(one).facts("dialog.question")


def test_who_wants_to_go_on_after_a_stop_is_asked_the_next_question() -> None:
    assert talk("ru", "нужен сайт", "стоп", "ладно, давай дальше").last.asked == "spec.has"
