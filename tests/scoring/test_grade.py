"""Fit and intent in one code."""

import pytest

from scoring.grade import grade
from scoring.values import Temperature

HOT, WARM, COLD = Temperature.HOT, Temperature.WARM, Temperature.COLD


@pytest.mark.parametrize(
    ("fit", "temperature", "total", "implicit", "expected"),
    [
        (3, HOT, 95, 0, "A1"),
        (4, WARM, 50, 0, "A2"),
        (2, HOT, 80, 0, "B1"),
        (1, COLD, 20, 0, "B3"),
        (0, COLD, 0, 0, "C4"),
        (0, COLD, 0, 5, "C3"),
        (-1, WARM, 50, 0, "D2"),
        (-2, COLD, 10, -10, "D4"),
        (3, WARM, 50, 15, "A1"),
        (3, WARM, 50, 14, "A2"),
        (3, HOT, 90, -10, "A2"),
        (3, HOT, 90, -9, "A1"),
        (3, HOT, 90, 500, "A1"),
        (0, COLD, 0, 15, "C2"),
    ],
)
def test_the_bands_are_those_of_the_docs(
    fit: int, temperature: Temperature, total: int, implicit: int, expected: str
) -> None:
    assert grade(fit, temperature, total, implicit) == expected


def test_a_better_lead_never_gets_a_worse_grade() -> None:
    order = [COLD, WARM, HOT]
    for fit in range(-3, 5):
        for implicit in range(-30, 31, 5):
            steps = [grade(fit, warmth, 10, implicit)[1] for warmth in order]
            assert steps == sorted(steps, reverse=True)
        letters = [grade(one, HOT, 90, 0)[0] for one in (fit, fit + 1)]
        assert letters == sorted(letters, reverse=True)
