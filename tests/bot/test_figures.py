"""Figures and links: one rounding, one word for a budget, and links that open what they name."""

import pytest

from bot.figures import budget_word, mail_link, phone_link, weeks_shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(1.5, 5, (1, 5)), (4, 10, (4, 10)), (0.2, 0.4, (1, 1)), (2, 4.1, (2, 5)), (0, 0, (1, 1))],
)
def test_weeks_are_rounded_outwards_and_never_to_nothing(low: float, high: float, shown: tuple[int, int]) -> None:
    assert weeks_shown(low, high) == shown


@pytest.mark.parametrize(
    ("verdict", "ratio", "word"),
    [
        ("ok", 1.49, "ok"),
        ("ok", 1.5, "ample"),
        ("ok", 3.0, "ample"),
        ("ok", 3.01, "far_above"),
        ("ok", 14.29, "far_above"),
        ("tight", 0.5, "tight"),
        ("impossible", 0.01, "impossible"),
    ],
)
def test_a_budget_has_one_word_everywhere(verdict: str, ratio: float, word: str) -> None:
    assert budget_word(verdict, ratio) == word


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("bob@x.example", "mailto:bob@x.example"),
        ("bob+crm@x.example", "mailto:bob+crm@x.example"),
        ("a?bcc=b@x.example&subject=1", "mailto:a%3Fbcc%3Db@x.example%26subject%3D1"),
    ],
)
def test_a_mail_link_keeps_its_address_and_nothing_more(address: str, link: str) -> None:
    assert mail_link(address) == link


@pytest.mark.parametrize(
    ("number", "link"), [("+48221234567", "tel:+48221234567"), ("+48 22 123 45 67", "tel:+48221234567")]
)
def test_a_phone_link_can_be_called(number: str, link: str) -> None:
    assert phone_link(number) == link
