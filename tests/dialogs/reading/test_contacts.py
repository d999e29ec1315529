"""E-mail, phone, site, Telegram, names; and figures that are none of them."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from tests.builders import demo


def contact(kind: str, language: str, text: str, asked: Asked | None = None) -> str | None:
    reading = hear(text, demo().ears, language=language, asked=asked, today=date(2026, 1, 20))
    found = getattr(reading, kind)
    return None if found is None else str(found.value)


@pytest.mark.parametrize(
    ("kind", "language", "text", "expected"),
    [
        ("email", "en", "mail a.b+c@mail.example.co.uk.", "a.b+c@mail.example.co.uk"),
        ("email", "ru", "почта: иван@example.ru", "иван@example.ru"),
        ("phone", "ru", "8 (916) 123-45-67", "+79161234567"),
        ("phone", "ru", "79161234567", "+79161234567"),
        ("phone", "uk", "380501234567", "+380501234567"),
        ("phone", "pl", "tel. 600 700 800", "+48600700800"),
        ("phone", "en", "+1 212 555 0187", "+12125550187"),
        ("phone", "ru", "+380 50 123 45 67", "+380501234567"),
        ("url", "en", "see https://bluebird.com/shop?a=1.", "https://bluebird.com/shop?a=1"),
        ("url", "ru", "www.romashka.ru", "www.romashka.ru"),
        ("telegram", "en", "t.me/blue_bird", "@blue_bird"),
        ("telegram", "ru", "тг: blue_bird", "@blue_bird"),
        ("name", "ru", "меня зовут Анна-Мария", "Анна-Мария"),
        ("name", "pl", "Jestem Marek", "Marek"),
        ("name", "en", "I'm Tom", "Tom"),
        ("company", "uk", "компанія «Ромашка»", "Ромашка"),
        ("company", "pl", "Kwiatek Sp. z o.o.", "Kwiatek"),
        ("company", "en", "Acme Rockets LLC", "Acme Rockets"),
    ],
)
def test_a_contact_is_read(kind: str, language: str, text: str, expected: str) -> None:
    assert contact(kind, language, text) == expected


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        ("phone", "ru", "бюджет 12 400 000 руб"),
        ("phone", "ru", "ИНН 7701234567"),
        ("phone", "pl", "NIP 525-224-84-81"),
        ("phone", "pl", "500 000 000 zł"),
        ("phone", "en", "from 2024-01-15 to 2024-05-20"),
        ("url", "en", "asp.net and node.js"),
        ("url", "ru", "т.д. и т.п."),
        ("telegram", "en", "office@blue.com"),
        ("name", "en", "I'm interested in a site"),
        ("name", "ru", "Добрый день, нужен сайт"),
        ("company", "en", "our company sells bread"),
    ],
)
def test_what_only_looks_like_a_contact_is_none(kind: str, language: str, text: str) -> None:
    assert contact(kind, language, text) is None


def test_an_asked_name_or_company_may_be_bare() -> None:
    assert contact("name", "en", "Zaphod", Asked.NAME) == "Zaphod"
    assert contact("company", "en", "Blue Bird", Asked.COMPANY) == "Blue Bird"


def test_a_refusal_is_no_name() -> None:
    assert contact("name", "en", "skip", Asked.NAME) is None
