"""Words that put off, in messages that do not: "no later than May" is a deadline, and the weather today is none."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from dialogs.reading.values import Asked
from scoring.values import Urgency
from tests.builders import demo


@pytest.mark.parametrize(
    ("language", "text", "end"),
    [
        ("en", "no later than May", date(2026, 4, 30)),
        ("ru", "ой, не май, не позже июня", date(2026, 5, 31)),
        ("uk", "треба не пізніше червня", date(2026, 5, 31)),
        ("pl", "nie później niż w maju", date(2026, 4, 30)),
    ],
)
def test_no_later_than_a_month_puts_nothing_off(language: str, text: str, end: date) -> None:
    reading = hear(text, demo().ears, language=language, asked=Asked.TIMING, today=date(2026, 3, 2))
    assert reading.timing is not None
    assert (reading.timing.value.end, reading.answer) == (end, None)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "today is lovely, no rush"), ("ru", "Нам не к спеху. Погода сегодня, кстати, ужасная.")],
)
def test_no_rush_means_more_than_today_in_small_talk(language: str, text: str) -> None:
    reading = hear(text, demo().ears, language=language, asked=Asked.TIMING, today=date(2026, 3, 2))
    assert reading.timing is not None
    assert reading.timing.value.urgency is Urgency.FLEXIBLE
