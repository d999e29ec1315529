"""What visitors ask us is answered or noted, whatever else they tell; what only looks like a question is not."""

import pytest

from dialogs.values import EffectKind, Ending
from scoring.conditions import Knowledge
from tests.builders import Visitor, everywhere, visitor

NEED = {
    "en": "we need a website",
    "de": "Wir brauchen eine Website",
    "pl": "potrzebujemy strony internetowej",
    "uk": "потрібен сайт",
    "ru": "нужен сайт",
}
PRICE = {
    "en": ["just give me a price", "how much?", "how much will it cost?", "what does it cost"],
    "de": ["Was kostet das?", "Sagen Sie mir einfach einen Preis", "Wie viel kostet das ungefähr?"],
    "pl": ["ile to będzie kosztować?", "po prostu podajcie cenę", "ile?"],
    "uk": ["скільки буде коштувати?", "скільки?", "дайте ціну"],
    "ru": ["дай цену", "сколько это будет стоить?", "сколько?"],
}
LANGUAGES = tuple(NEED)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def asked_for_detail(language: str = "en") -> Visitor:
    """Somebody who told the need and has been asked for more."""
    one = visitor(everywhere(), language)
    assert one.says(NEED[language]).asked == "need.detail"
    return one


def noted(one: Visitor) -> list[str]:
    return [str(value) for value in Knowledge(one.conversation.facts).values("dialog.question")]


def answered(one: Visitor) -> object:
    return Knowledge(one.conversation.facts).value("dialog.faq")


def said(one: Visitor) -> str:
    return "\n".join(reply.text for reply in one.last.replies)


def lines(one: Visitor, key: str) -> bool:
    return any(line.startswith(f"{key}/") for line in one.conversation.told)


def test_what_the_readers_take_for_idle_talk_elsewhere_is_noted() -> None:
    one = asked_for_detail()
    one.says("do you take Bitcoin?")
    assert noted(one) == ["do you take Bitcoin?"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "do you have iso certificates"),
        ("en", "what year was your firm founded"),
        ("de", "wie lange gibt es Ihre Firma schon"),
        ("pl", "czy macie certyfikat ISO"),
        ("uk", "чи маєте сертифікат ISO"),
        ("ru", "какие у вас сертификаты"),
    ],
)
def test_a_question_without_its_mark_is_noted_and_describes_nothing(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert (noted(one), one.last.asked) == ([text], "need.detail")
    assert one.last.assessment.total == 15


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what we need is a reminder for every manager"),
        ("en", "do reminders for every manager"),
        ("de", "wir wollen alle Anfragen an einem Ort"),
        ("ru", "кто-то должен напоминать менеджерам о встречах"),
        ("ru", "когда клиент пишет, менеджер видит всю переписку"),
    ],
)
def test_what_only_begins_like_a_question_is_none(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert noted(one) == []
    assert one.last.asked != "need.detail"


def test_a_question_beside_a_fact_is_noted_and_the_fact_taken() -> None:
    one = asked_for_detail()
    one.says("do you have ISO 9001? our budget is 5000 euro")
    assert noted(one) == ["do you have ISO 9001?"]
    assert "budget.amount" in {fact.key for fact in one.last.new_facts}
    assert lines(one, "question.noted")


def test_of_several_questions_each_is_answered_or_noted() -> None:
    one = asked_for_detail()
    one.says("who owns the code? and where are you based? do you keep bees?")
    assert "source code" in said(one)
    assert "Warsaw" in said(one)
    assert noted(one) == ["do you keep bees?"]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("I don't know yet. Where are you based?", Ending.UNKNOWN),
        ("I'd rather not say. Where are you based?", Ending.SKIPPED),
        ("where are you based? skip this one", Ending.SKIPPED),
    ],
)
def test_who_asks_and_passes_gets_an_answer_and_the_next_question(text: str, ending: Ending) -> None:
    one = asked_for_detail()
    one.says(text)
    assert "Warsaw" in said(one)
    assert next(put.ending for put in one.conversation.asked if put.question == "need.detail") is ending
    assert one.last.asked == "spec.has"


def test_a_question_beside_a_call_for_a_person_is_answered_too() -> None:
    one = asked_for_detail()
    one.says("who owns the code? can I talk to a human?")
    assert "source code" in said(one)
    assert "dialog.wants_human" in {fact.key for fact in one.last.new_facts}


def test_a_question_at_the_end_of_a_long_message_is_answered() -> None:
    one = asked_for_detail()
    one.says("We sell. We ship. We lose. We wait. We count. We hope. Where are you based?")
    assert "Warsaw" in said(one)


@pytest.mark.parametrize(
    ("language", "text", "key", "what"),
    [
        ("ru", "а вы 1С умеете?", "able.no", "1C"),
        ("en", "do you know .NET?", "able.no", ".NET"),
        ("en", "Do you work in Python?", "able.yes", "Python"),
        ("en", "do you do mobile apps?", "able.yes", "mobile app"),
        ("de", "Machen Sie auch Apps?", "able.yes", "App"),
        ("uk", "а ви з Java працюєте?", "able.yes", "Java"),
        ("pl", "czy robicie sklepy internetowe?", "able.yes", "sklep"),
        ("ru", "Сделаете интернет-магазин?", "able.yes", "магазин"),
    ],
)
def test_what_we_do_and_do_not_do_is_told_from_the_company_file(language: str, text: str, key: str, what: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert lines(one, key)
    assert what in said(one)
    assert noted(one) == []
    assert one.last.new_facts  # and what is named is taken


@pytest.mark.parametrize(("language", "text"), [("en", "Do you build Shopify stores?"), ("pl", "znacie się na SAP?")])
def test_what_the_company_file_does_not_say_is_noted(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert noted(one) == [text]
    assert "need.stack" in {fact.key for fact in one.last.new_facts}


def test_shops_asked_for_by_a_product_are_a_need_as_well() -> None:
    one = visitor(everywhere(), "en")
    one.says("Do you build Shopify stores?")
    told = {fact.key: fact.value for fact in one.last.new_facts}
    assert (told["need.category"], told["need.stack"]) == ("ecommerce", "shopify")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "?"),
        ("en", "???"),
        ("pl", "halo?"),
        ("en", "how are you?"),
        ("pl", "jaka jest dziś pogoda?"),
        ("ru", "как дела?"),
        ("ru", "вы тут?"),
        ("pl", "jest tam kto?"),
        ("en", "hi, can you help me?"),
        ("en", "in two weeks?"),
        ("en", "why do you ask?"),
    ],
)
def test_what_only_looks_like_a_question_is_not_noted(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert noted(one) == []
    assert one.last.assessment.total >= 15


def test_a_yes_in_a_question_is_no_answer_to_ours() -> None:
    one = asked_for_detail("uk")
    assert one.says("не знаю").asked == "spec.has"
    one.says("а ПДВ є?")
    assert answered(one) == "contract"
    assert one.last.asked == "spec.has"
    assert not Knowledge(one.conversation.facts).facts("spec.has")


def test_a_word_of_an_answered_question_refuses_nothing() -> None:
    one = asked_for_detail("uk")
    one.says("підпишете NDA?")
    assert (answered(one), one.last.asked) == ("nda", "need.detail")


def test_whom_nobody_hears_no_answer_is_promised() -> None:
    one = visitor(everywhere(), "en")
    one.says("an ERP system")
    one.says("do you have ISO 9001?")
    assert noted(one) == []
    assert not lines(one, "question.noted")


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in PRICE for text in PRICE[language]])
def test_who_asks_for_the_price_before_the_need_is_told_when_it_comes(language: str, text: str) -> None:
    one = visitor(everywhere(), language)
    one.says(text)
    assert lines(one, "price.soon") or answered(one) == "prices"
    assert {fact.key for fact in one.last.new_facts} <= {"dialog.faq"}
    assert (one.last.asked, one.last.assessment.total) == ("need.what", 0)


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in PRICE for text in PRICE[language]])
def test_who_asks_for_the_price_gets_the_estimate_there_is(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert "€" in said(one)
    assert (one.last.new_facts, one.last.asked) == ((), "need.detail")


@every_language
def test_the_price_of_something_named_is_told_at_once(language: str) -> None:
    text = {
        "en": "How much does a website cost?",
        "de": "Was kostet eine Website?",
        "pl": "ile kosztuje strona internetowa?",
        "uk": "скільки коштує сайт?",
        "ru": "сколько стоит сайт?",
    }[language]
    one = visitor(everywhere(), language)
    one.says(text)
    assert "€" in said(one)
    assert [fact.key for fact in one.last.new_facts] == ["need.category"]


def test_the_estimate_stands_once_where_its_question_follows_the_price() -> None:
    one = asked_for_detail()
    one.presses_all("not_sure", "none")
    assert one.says("how much?").asked == "budget.expectation"
    assert said(one).count("€4,500") == 1
    other = visitor(everywhere(), "en")
    other.presses_all("crm", "not_sure")
    assert other.says("no spec. how much will it be?").asked == "budget.expectation"
    assert sum("€" in reply.text for reply in other.last.replies) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "how long does it take?"),
        ("de", "Wie lange dauert das?"),
        ("pl", "ile to potrwa?"),
        ("uk", "скільки часу це займе?"),
        ("ru", "сколько времени это займёт?"),
    ],
)
def test_how_long_it_takes_is_told_with_the_estimate(language: str, text: str) -> None:
    early = visitor(everywhere(), language)
    early.says(text)
    assert lines(early, "time.soon")
    one = asked_for_detail(language)
    one.says(text)
    assert lines(one, "estimate.weeks")
    assert (one.last.new_facts, one.last.asked, noted(one)) == ((), "need.detail", [])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a calculator that shows what it costs to move house"),
        ("de", "der Kunde soll sehen, was die Lieferung kostet"),
        ("pl", "klient ma widzieć ile kosztuje dostawa"),
        ("uk", "треба щоб клієнт бачив яка ціна доставки"),
        ("ru", "нужно чтобы покупатель видел сколько стоит доставка"),
    ],
)
def test_a_wish_that_speaks_of_prices_asks_for_none(language: str, text: str) -> None:
    one = asked_for_detail(language)
    one.says(text)
    assert not lines(one, "estimate.price")
    assert {fact.key for fact in one.last.new_facts} & {"need.detail", "need.purpose"}


def test_who_asks_whether_this_is_a_bot_is_told_beside_anything_else() -> None:
    one = visitor(everywhere(), "en")
    one.says("I need a website. Are you a bot?")
    assert lines(one, "identity")
    assert [fact.key for fact in one.last.new_facts] == ["need.category"]


def test_a_question_after_the_handoff_reaches_sales() -> None:
    one = visitor(everywhere(), "en")
    one.presses_all("crm", "not_sure", "none", "fine", "owner", "month")
    one.says("a@lantern.example")
    one.says("do you have ISO 9001?")
    assert noted(one) == ["do you have ISO 9001?"]
    assert EffectKind.LEAD_UPDATED in {effect.kind for effect in one.last.effects}


def test_a_yes_that_opens_a_question_is_none() -> None:
    one = asked_for_detail("uk")
    one.says("не знаю")
    one.says("можна подивитися ваш код?")
    assert not Knowledge(one.conversation.facts).facts("spec.has")


def test_who_asks_for_the_price_and_a_person_gets_both() -> None:
    one = asked_for_detail()
    one.says("how much will it cost? or let me talk to a human")
    assert "€" in said(one)
    assert "dialog.wants_human" in {fact.key for fact in one.last.new_facts}


@pytest.mark.parametrize("text", ["how much work is it for us?", "our budget is 5000 euro, is that enough?"])
def test_work_and_sums_are_no_question_for_the_price(text: str) -> None:
    one = asked_for_detail()
    one.says(text)
    assert not lines(one, "price.soon")
    assert not any(line.startswith("estimate.price/") for line in one.conversation.told)
