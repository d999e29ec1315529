"""Four times the text costs about four times the reading, whatever the text is made of: nothing is quadratic."""

from datetime import date
from random import Random
from time import thread_time

import pytest

from dialogs.reading.hear import hear
from tests.builders import demo

SHORT, LONG = 2_000, 8_000  # characters
BOUND = 9.0  # four times the text: 4 when linear, 16 when quadratic; a busy machine wants room
ATTEMPTS = 4
PIECES = (
    "до конца ", "не ", "5-7k ", "1.000.000 ", "1 ", "+48 601 ", "a@b.", "a@", "www.", "https://",
    "http://a.b/", "((((", "....", "twenty-", "and a half ", "полтора ", "między ", "od 5 do ", "нужен сайт ",
    "не нужен ", "я директор и ", "ghbdtn ", "аa", "@", "@olena ", "'", "’s ", "12/", "12.03.", "2026-", "q",
    "мы ООО «", "spółka z o.o. ", "$", "€5", "5€", "%", "50 % ", "\n", "\u0301", "🦄", "т.р.", "к ", "за 2-3 ",
    "по ", "in the ", "by the end of ", "next ", "кв. ", "I ", "іі ", "0", "9" * 30 + " ", "т" * 60 + " ",
    "ё", "ИП ", "x" * 100,
)  # fmt: skip


def cost(text: str, language: str) -> float:
    """The least of three runs, on this thread's own clock: other processes do not count."""
    times = []
    for _ in range(3):
        started = thread_time()
        hear(text, demo().ears, language=language, asked=None, today=date(2026, 3, 2))
        times.append(thread_time() - started)
    return min(times)


def grows_too_fast(unit: str, language: str) -> bool:
    """Whether the long text costs more than the bound allows, in the best of a few attempts."""
    short, long = (unit * (size // len(unit) + 1) for size in (SHORT, LONG))
    return all(cost(long[:LONG], language) > BOUND * cost(short[:SHORT], language) for _ in range(ATTEMPTS))


@pytest.mark.parametrize("unit", PIECES)
def test_one_piece_over_and_over_grows_in_line(unit: str) -> None:
    """Each of the pieces that readers look at more than once."""
    assert not grows_too_fast(unit, "ru")


@pytest.mark.parametrize("seed", range(40))
def test_pieces_at_random_grow_in_line(seed: int) -> None:
    """Forty mixtures of them, the same on every run."""
    dice = Random(seed)
    unit = "".join(dice.choice(PIECES) for _ in range(dice.randint(2, 6)))
    assert not grows_too_fast(unit, dice.choice(("ru", "uk", "pl", "en")))


@pytest.mark.parametrize(("power", "caught"), [(1.0, False), (1.3, False), (2.0, True)])
def test_what_is_quadratic_would_be_caught(monkeypatch: pytest.MonkeyPatch, power: float, caught: bool) -> None:
    """The measure itself: the square of the length is over the bound, little more than the length is not."""
    monkeypatch.setattr(f"{__name__}.cost", lambda text, _: len(text) ** power)
    assert grows_too_fast("ab ", "ru") is caught
