"""One look at a lead: how close to the ideal customer, A to D, and how strongly it wants to buy, 1 to 4."""

from scoring.values import Temperature

LIKE = ((3, "A"), (1, "B"), (0, "C"))  # at least so much fit; less is D
STEPS = {Temperature.HOT: 1, Temperature.WARM: 2, Temperature.COLD: 3}
ACTIVE = (
    15  # implicit points from which on behaviour lifts the intent by one step: three clicks of the published example
)
TURNED_AWAY = -10  # and down to which it lowers it: somebody unsubscribed


def grade(fit: int, temperature: Temperature, total: int, implicit: int) -> str:
    """
    Fit and intent as one code, "A1" the best and "D4" the last.

    Args:
        fit: Sum of the reasons for and against.
        temperature: Of what was said.
        total: Explicit points; with none at all and no behaviour there is no intent to speak of.
        implicit: Points for what was done.

    Source:
        docs/scoring.md, "Grade"; the bands are ours.
    """
    letter = next((one for least, one in LIKE if fit >= least), "D")
    step = STEPS[temperature] if total or implicit > 0 else 4
    step += (implicit <= TURNED_AWAY) - (implicit >= ACTIVE)
    return f"{letter}{max(1, min(4, step))}"
