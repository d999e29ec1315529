"""Whose title it is, and who decides."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from tests.builders import demo


def role(language: str, text: str, asked: Asked | None = Asked.ROLE) -> tuple[str | None, bool | None]:
    reading = hear(text, demo().ears, language=language, asked=asked, today=date(2026, 1, 20))
    return (
        None if reading.role is None else str(reading.role.value),
        None if reading.decides is None else reading.decides.value,
    )


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "владелец бизнеса", ("owner", True)),
        ("ru", "техдир, но деньги подписывает финдир", ("c_level", False)),
        ("ru", "не CTO, а менеджер", ("manager", None)),
        ("ru", "помощник директора", ("specialist", None)),
        ("uk", "власниця", ("owner", True)),
        ("uk", "менеджерка, вирішує директорка", ("manager", False)),
        ("pl", "prezes", ("c_level", True)),
        ("pl", "kierownik, ale decyduje zarząd", ("manager", False)),
        ("en", "Head of Growth", ("director", None)),
        ("en", "product owner", ("manager", None)),
        ("en", "not the owner, an accountant", ("specialist", None)),
        ("en", "I don't decide", (None, False)),
        ("en", "I am the founder and decide alone", ("owner", True)),
        ("ru", "сам", (None, True)),
        ("uk", "з партнером", (None, False)),
        ("pl", "zarząd", (None, False)),
        ("ru", "СТО", ("c_level", None)),
        ("ru", "решаю без согласования с директором", (None, True)),
        ("en", "my boss trusts my choice, I'm a team lead", ("manager", True)),
    ],
)
def test_the_writers_own_role_and_say_are_read(
    language: str, text: str, expected: tuple[str | None, bool | None]
) -> None:
    assert role(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "нужен менеджер по продажам"),
        ("ru", "приложение для владельцев кошек"),
        ("uk", "шукаємо дизайнера"),
        ("pl", "szukamy programisty"),
        ("en", "we are hiring a project manager"),
        ("en", "an app for property owners"),
        ("en", "a report for our director"),
    ],
)
def test_another_persons_title_is_not_the_writers(language: str, text: str) -> None:
    assert role(language, text, None)[0] is None


def test_an_unasked_title_counts_when_it_opens_a_part_of_the_sentence() -> None:
    assert role("en", "Kate, founder, we need a site", None) == ("owner", True)
