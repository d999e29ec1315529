"""Needs by category: what wins, what is taken back, what only looks like one."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from tests.builders import demo


def needs(language: str, text: str, asked: Asked | None = Asked.NEEDS) -> set[str]:
    reading = hear(text, demo().ears, language=language, asked=asked, today=date(2026, 1, 20))
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
