"""
Renting and buying: how long something is to be rented is no deadline, and who buys after all has given renting up.

Whoever asks a shop for a rental it does not offer is turned away, and let back in the moment they would rather buy.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from dialogs.hearing import Told
from scoring.company import Company
from scoring.conditions import Knowledge
from scoring.values import Fact, Window

RENTAL, RENTS, BUYS = "need.rental", "yes", "no"
STAGE, MODEL = "purchase.stage", "product.model"
BOUGHT = (STAGE, MODEL)  # told only of what is bought
OUTSIDE = "other"  # the category of what nobody of ours does: "rent a laptop" is read as one, and says a rental better
LENGTHS = ("timing.within", "timing.on")  # how "for two weeks" is read, and "two weeks"


def seen_as_rental(told: Told, known: Knowledge, company: Company, *, turned_away: bool) -> Told:
    """
    What a message tells, once it is clear whether the writer rents or buys.

    Args:
        told: The facts in it, in the order read.
        known: What stood before it.
        company: For what it sells.
        turned_away: The talk has been ended politely: who then speaks of buying is let back in.
    """
    said = [fact.value for fact in told.facts if fact.key == RENTAL]
    rented = known.value(RENTAL) == RENTS
    if not rented and RENTS not in said:
        return Told(tuple(fact for fact in told.facts if fact.key != RENTAL))  # "I'd buy one" is no news of a rental
    if said and said[-1] == RENTS:
        return Told(tuple(fact for fact in told.facts if not _of_the_rental(fact)))
    if said:
        return told
    bought = next(_bought(told, company), None) if turned_away else None
    if bought is not None:
        return Told((*told.facts, replace(bought, key=RENTAL, value=BUYS)))
    return Told(tuple(fact for fact in told.facts if not _is_length(fact)))


def _of_the_rental(fact: Fact) -> bool:
    """Whether it seems to be told of something bought, or of when it is needed: "what is it to rent one for a week"."""
    return fact.key == STAGE or (fact.key == "need.category" and fact.value == OUTSIDE) or _is_length(fact)


def _is_length(fact: Fact) -> bool:
    if fact.key not in ("timing.deadline", "timing.urgency") or fact.how not in LENGTHS:
        return False
    return not isinstance(fact.value, Window) or fact.value.start is None


def _bought(told: Told, company: Company) -> Iterator[Fact]:
    """What only a buyer tells: how far the choice is, a model, a kind of thing that is sold."""
    for fact in told.facts:
        service = company.services.get(str(fact.value)) if fact.key == "need.category" else None
        if fact.key in BOUGHT or (service is not None and service.served):
            yield fact
