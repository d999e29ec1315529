"""Needs by category: what wins, what is taken back, what only looks like one."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from tests.builders import everywhere


def needs(language: str, text: str, asked: Asked | None = Asked.NEEDS) -> set[str]:
    reading = hear(text, everywhere().ears, language=language, asked=asked, today=date(2026, 1, 20))
    return {found.value for found in reading.needs}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "сайт и crm", {"website", "crm"}),
        ("ru", "редизайн сайта", {"design_ux"}),
        ("ru", "заявки с сайта теряются", {"crm"}),
        ("uk", "підтримка старого сайту", {"support_maintenance"}),
        ("uk", "чат-бот у телеграмі", {"ai_chatbot"}),
        ("pl", "utrzymanie sklepu internetowego", {"support_maintenance"}),
        ("pl", "aplikacja mobilna i strona", {"mobile_app", "website"}),
        ("en", "maintenance of our old shop", {"support_maintenance"}),
        ("en", "a website and a mobile app", {"website", "mobile_app"}),
        ("en", "we need a booking system", {"custom_software"}),
        ("en", "a plumber for plumbing works", {"other"}),
    ],
)
def test_needs_are_read(language: str, text: str, expected: set[str]) -> None:
    assert needs(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "сайт не нужен"),
        ("uk", "без сайту"),
        ("pl", "nie potrzebujemy strony"),
        ("en", "we don't need a website"),
        ("en", "I found you through your website"),
    ],
)
def test_what_is_not_wanted_is_no_need(language: str, text: str) -> None:
    assert needs(language, text) == set()


def test_small_talk_names_no_need_unless_a_need_was_asked() -> None:
    assert needs("en", "what is the best website for recipes", None) == set()
    assert needs("en", "what we want is a website", None) == {"website"}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Director of marketing here, we need a mobile app", {"mobile_app"}),
        ("en", "I'm head of design at Acme. We need an online shop.", {"ecommerce"}),
        ("en", "head of marketing and design, we want a chatbot", {"ai_chatbot"}),
        ("en", "I'm a security engineer, we want a website", {"website"}),
        ("en", "as a designer I need a portfolio website", {"website"}),
        ("en", "founder of a mobile app startup, need SEO", {"marketing_seo"}),
        ("en", "I'm in charge of marketing", set()),
        ("ru", "директор по маркетингу, нужно мобильное приложение", {"mobile_app"}),
        ("ru", "руководитель отдела дизайна, нужен интернет-магазин", {"ecommerce"}),
        ("ru", "инженер по безопасности, хотим сайт", {"website"}),
        ("uk", "директорка з маркетингу мережі аптек. Треба застосунок", {"mobile_app"}),
        ("uk", "голова відділу дизайну, потрібен інтернет-магазин", {"ecommerce"}),
        ("pl", "jestem dyrektorem marketingu w sieci drogerii, potrzebna aplikacja mobilna", {"mobile_app"}),
        ("pl", "specjalista ds. marketingu, chcemy bota", {"ai_chatbot"}),
        ("pl", "szefowa designu, potrzebny sklep internetowy", {"ecommerce"}),
        ("pl", "kierownik sklepu internetowego, seo", {"marketing_seo"}),
        ("de", "Leiter der Design-Abteilung, wir brauchen einen Onlineshop", {"ecommerce"}),
        ("de", "Ich bin Marketingleiterin, wir brauchen eine App", {"mobile_app"}),
    ],
)
def test_the_field_of_a_title_is_no_need(language: str, text: str, expected: set[str]) -> None:
    assert needs(language, text, None) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I work for a marketing agency", set()),
        ("en", "our security company needs a CRM", {"crm"}),
        ("en", "need a CRM for our marketing agency", {"crm"}),
        ("ru", "у нас дизайн-студия, нужен сайт", {"website"}),
        ("ru", "отдел маркетинга просит дашборд", {"data_analytics"}),
        ("uk", "ми маркетингова агенція, потрібна црм", {"crm"}),
        ("pl", "pracuję w agencji reklamowej", set()),
        ("de", "wir sind eine Marketingagentur und brauchen ein CRM", {"crm"}),
    ],
)
def test_the_trade_of_a_firm_is_no_need(language: str, text: str, expected: set[str]) -> None:
    assert needs(language, text, None) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "we are looking for a marketing agency", {"marketing_seo"}),
        ("en", "we need an SEO specialist", {"marketing_seo"}),
        ("en", "we want to start an ecommerce business", {"ecommerce"}),
        ("ru", "ищем маркетинговое агентство", {"marketing_seo"}),
        ("uk", "шукаємо дизайн-студію", {"design_ux"}),
        ("pl", "szukamy agencji marketingowej", {"marketing_seo"}),
        ("en", "my business automation", {"automation"}),
        ("en", "sales manager wants CRM", {"crm"}),
        ("ru", "реклама компании", {"marketing_seo"}),
    ],
)
def test_who_is_sought_is_a_need_and_so_is_what_merely_stands_near_a_title(
    language: str, text: str, expected: set[str]
) -> None:
    assert needs(language, text, None) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Oh great, another bot"),
        ("en", "are you a chatbot or a person"),
        ("en", "I hate bots"),
        ("ru", "идиотский бот"),
        ("ru", "нахуй мне этот бот"),
        ("ru", "с ботом говорить не буду"),
        ("uk", "знову бот"),
        ("uk", "що за бот дурнуватий"),
        ("pl", "kretyński chatbot"),
        ("pl", "kolejny bot"),
        ("de", "schon wieder ein Bot"),
        ("de", "bist du ein Bot?"),
    ],
)
@pytest.mark.parametrize("asked", [None, Asked.NEEDS])
def test_the_bot_that_is_talked_to_is_no_need(language: str, text: str, asked: Asked | None) -> None:
    assert needs(language, text, asked) == set()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "we need a fucking website", {"website"}),
        ("en", "we need another bot for telegram", {"ai_chatbot"}),
        ("en", "a bot", {"ai_chatbot"}),
        ("en", "our old chatbot sucks, we want a new one", {"ai_chatbot"}),
        ("ru", "наш бот тупой, нужен новый", {"ai_chatbot"}),
        ("ru", "нужен сайт, блять", {"website"}),
        ("ru", "бля, нужен бот", {"ai_chatbot"}),
        ("uk", "треба сайт, курва", {"website"}),
        ("pl", "kurwa, potrzebujemy sklepu internetowego", {"ecommerce"}),
    ],
)
def test_swearing_changes_no_need(language: str, text: str, expected: set[str]) -> None:
    assert needs(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a shop"),
        ("en", "Store please"),
        ("ru", "магазинчик"),
        ("uk", "крамниця"),
        ("pl", "sklepik"),
        ("de", "ein kleiner Laden"),
    ],
)
def test_a_bare_shop_is_a_need_where_one_was_asked_for(language: str, text: str) -> None:
    assert needs(language, text) == {"ecommerce"}
    assert needs(language, text, Asked.COMPANY) == set()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "people should be able to order cakes online and pay by card", {"ecommerce", "integration"}),
        ("ru", "чтобы люди могли заказать торт онлайн и оплатить картой", {"ecommerce", "integration"}),
        ("uk", "щоб гості могли замовити піцу через інтернет", {"ecommerce"}),
        ("pl", "toniemy w telefonach, niech klienci sami składają zamówienia przez internet", {"ecommerce"}),
        ("ru", "нужна оплата и личный кабинет", {"integration", "website"}),
        ("ru", "вы делаете магазины на шопифай?", {"ecommerce"}),
        ("en", "a web app for our dealers", {"website"}),
        ("en", "we'll pay by card", set()),
        ("ru", "можем оплатить картой", set()),
        ("en", "some software", set()),
        ("ru", "какой-то софт", set()),
        ("uk", "якийсь софт", set()),
        ("pl", "jakieś oprogramowanie", set()),
    ],
)
def test_what_a_wish_amounts_to(language: str, text: str, expected: set[str]) -> None:
    assert needs(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected", "denied"),
    [
        ("en", "not a shop, just a simple site", {"website"}, {"ecommerce"}),
        ("en", "not a native app, a web app", {"website"}, {"mobile_app"}),
        ("ru", "не магазин, а сайт-визитка", {"website"}, {"ecommerce"}),
        ("ru", "не нативное приложение, а веб", {"website"}, {"mobile_app"}),
        ("uk", "не магазин, а сайт-візитка", {"website"}, {"ecommerce"}),
        ("pl", "nie sklep, tylko strona", {"website"}, {"ecommerce"}),
        ("de", "kein Shop, sondern eine Website", {"website"}, {"ecommerce"}),
    ],
)
def test_what_is_taken_back_for_something_else(language: str, text: str, expected: set[str], denied: set[str]) -> None:
    reading = hear(text, everywhere().ears, language=language, asked=None, today=date(2026, 1, 20))
    assert ({one.value for one in reading.needs}, {one.value for one in reading.denied}) == (expected, denied)
