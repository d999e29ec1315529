"""Facts said in phrases: negation, the longer phrase, and look-alikes."""

from datetime import date

import pytest

from dialogs.errors import BrokenContent
from dialogs.reading.hear import hear
from dialogs.reading.lexicon import compile_lexicon
from dialogs.reading.mentions import compile_mentions
from dialogs.reading.values import Asked
from tests.builders import demo, everywhere


def said(language: str, text: str, asked: Asked | None = None) -> set[tuple[str, str | bool]]:
    reading = hear(text, demo().ears, language=language, asked=asked, today=date(2026, 1, 20))
    return {(found.value.key, found.value.value) for found in reading.mentions}


@pytest.mark.parametrize(
    ("language", "text", "key", "value"),
    [
        ("ru", "нет у нас ТЗ", "spec.has", "no"),
        ("ru", "смотрели прайс, цена ок", "budget.reaction", "fine"),
        ("ru", "готовы платить", "budget.intent", "ordering"),
        ("ru", "закон вступает в силу", "timing.reason", "regulation"),
        ("uk", "бюджет закладаємо на наступний рік", "budget.status", "to_form"),
        ("uk", "ексель не справляється", "pain.says", "yes"),
        ("pl", "w porządku, cena pasuje", "budget.reaction", "fine"),
        ("pl", "wyłącznie .NET", "need.exclusive_stack", "yes"),
        ("pl", "brief gotowy", "spec.has", "yes"),
        ("en", "Excel no longer copes", "pain.says", "yes"),
        ("en", "the exhibition is in May", "timing.reason", "fair"),
        ("en", "a Facebook clone", "need.scale", "planet"),
        ("en", "yes, still in this role", "authority.current", "yes"),
        ("en", "we expected it to cost more", "budget.reaction", "less"),
    ],
)
def test_a_fact_is_read(language: str, text: str, key: str, value: str) -> None:
    assert (key, value) in said(language, text)


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("ru", "гугл таблицы и вход через google", "need.scale"),
        ("pl", "integracja z Amazonem", "need.scale"),
        ("pl", "sklep na Amazonie", "need.scale"),
        ("en", "we found you on google", "need.scale"),
        ("en", "car rental website", "need.rental"),
        ("en", "an app for a rental company", "need.rental"),
    ],
)
def test_a_look_alike_is_no_fact(language: str, text: str, key: str) -> None:
    assert key not in {one for one, _ in said(language, text)}


@pytest.mark.parametrize(
    ("language", "text", "asked", "fact"),
    [
        ("ru", "черновик", Asked.YESNO, ("spec.has", "partly")),
        ("uk", "почали писати", Asked.YESNO, ("spec.has", "partly")),
        ("pl", "wysoko", Asked.MONEY, ("budget.reaction", "too_much")),
        ("en", "good price", Asked.MONEY, ("budget.reaction", "fine")),
    ],
)
def test_a_short_answer_is_a_fact_only_to_its_own_question(
    language: str, text: str, asked: Asked, fact: tuple[str, str]
) -> None:
    assert fact in said(language, text, asked)
    assert fact not in said(language, text, None)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "it's not ok"), ("en", "the price is not really fine"), ("ru", "цена нам не подходит")],
)
def test_a_not_before_the_last_word_turns_a_phrase_round(language: str, text: str) -> None:
    assert ("budget.reaction", "fine") not in said(language, text, Asked.MONEY)


def test_a_value_bound_to_no_kind_of_answer_is_refused() -> None:
    lexicon = compile_lexicon("en", {"mentions": {"spec.has": {"partly@someday": ["a draft"]}}}, "lexicon.yaml")
    with pytest.raises(BrokenContent, match="someday"):
        compile_mentions(lexicon)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "fine"),
        ("en", "works for us"),
        ("ru", "нормально"),
        ("uk", "влаштовує"),
        ("pl", "pasuje"),
        ("de", "passt"),
    ],
)
def test_fine_is_about_the_price_only_after_a_question_about_it(language: str, text: str) -> None:
    """Anything can be fine; no points for a budget nobody has talked about."""
    ears = everywhere().ears

    def reactions(asked: Asked | None) -> set[str]:
        reading = hear(text, ears, language=language, asked=asked, today=date(2026, 1, 20))
        return {str(one.value.value) for one in reading.mentions if one.value.key == "budget.reaction"}

    assert reactions(Asked.MONEY) == {"fine"}
    assert reactions(None) == reactions(Asked.NEEDS) == reactions(Asked.YESNO) == set()


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "по-русски можно?"), ("uk", "українською можна?"), ("pl", "po polsku można?")]
)
def test_a_bare_word_in_a_question_to_us_is_no_fact(language: str, text: str) -> None:
    assert said(language, text, Asked.MONEY) == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a Google of our own in a month"),
        ("en", "building our own Google"),
        ("ru", "мечтаем о своём гугле"),
        ("ru", "сделайте нам второй фейсбук"),
        ("ru", "замену гуглу за полгода"),
        ("uk", "хочемо свого ґуґла за місяць"),
        ("uk", "такий самий фейсбук за тиждень"),
        ("pl", "chcemy zbudować swoje Google w miesiąc"),
        ("pl", "marzy nam się drugi Facebook"),
        ("pl", "konkurenta dla Facebooka"),
        ("de", "wir wollen unser eigenes Google"),
    ],
)
def test_an_own_giant_is_heard_in_every_case(language: str, text: str) -> None:
    reading = hear(text, everywhere().ears, language=language, asked=None, today=date(2026, 1, 20))
    assert ("need.scale", "planet") in {(one.value.key, one.value.value) for one in reading.mentions}


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("en", "I need a Google Sheets integration in a week", "need.scale"),
        ("ru", "нужно вести наш инстаграм", "need.scale"),
        ("ru", "собственную гугл карту на сайт", "need.scale"),
        ("uk", "треба вести наш інстаграм", "need.scale"),
        ("pl", "swoje Google Ads", "need.scale"),
        ("pl", "nowe konto Google", "need.scale"),
        ("en", "people want to be able to order cakes online", "budget.intent"),
        ("en", "our clients are ready to pay online", "budget.intent"),
        ("ru", "клиенты хотят заказывать онлайн", "budget.intent"),
        ("uk", "покупці готові одразу заплатити", "budget.intent"),
        ("pl", "klienci są gotowi zapłacić online", "budget.intent"),
        ("uk", "треба сайт", "need.scope"),
        ("uk", "треба бот у телеграм", "need.scope"),
        ("ru", "хотим сайт", "need.scope"),
        ("en", "start with a website", "need.scope"),
        ("en", "nothing written down", "pain.says"),
    ],
)
def test_what_others_own_order_or_name_in_passing_is_no_fact(language: str, text: str, key: str) -> None:
    assert key not in {one for one, _ in said(language, text)}


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "we are going to order"), ("ru", "хотим заказать"), ("uk", "готові замовити"), ("pl", "chcemy zamówić")],
)
def test_our_own_order_is_one(language: str, text: str) -> None:
    assert ("budget.intent", "ordering") in said(language, text)
