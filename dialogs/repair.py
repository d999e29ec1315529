"""What a visitor mends in free words, and which fact that changes: "нет, не 50, а 70", "sorry, in euro"."""

from dataclasses import replace

from msgspec import structs

from dialogs.doubts import CURRENCY, SCALE, THOUSAND, times
from dialogs.framework import Question
from dialogs.hearing import FREE_ANSWER, Told, to_scale, today_of, told_by
from dialogs.reading.hear import Listened, hear
from dialogs.reading.values import Answer, Asked, Intent, Reading
from dialogs.talk import Talk
from scoring.conditions import Knowledge
from scoring.values import Evidence, Fact, MoneyRange, Source

CORRECTABLE = {"budget.amount": Asked.MONEY, "timing.deadline": Asked.TIMING, "people.count": Asked.PEOPLE}
LARGEST_IN_THOUSANDS = 10_000  # "in thousands" said of more than that is about something else


def mended(talk: Talk, listened: Listened, reading: Reading, told: Told, question: Question | None) -> Told:
    """
    What a message tells once it is taken as a correction of what was said before, where it is one.

    Args:
        talk: Before anything of this message is learned.
        listened: The message.
        reading: What was read in it.
        told: The facts in that.
        question: The one that waits.
    """
    correcting = reading.intent is not None and reading.intent.value is Intent.CORRECTION
    values = [fact for fact in told.facts if fact.how != FREE_ANSWER]
    recounted = _recounted(talk, reading, values, question, correcting=correcting)
    if recounted is not None:
        return recounted
    if not correcting:
        return told
    if not values:
        return _figures(talk, listened) or Told(())
    return Told(tuple(to_scale(fact, talk.known) for fact in told.facts))


def _figures(talk: Talk, listened: Listened) -> Told | None:
    """What a correction is about that says only figures: the newest thing it can be read as."""
    known = talk.known
    newest = sorted((found[-1].at, key) for key in CORRECTABLE if (found := known.facts(key)))
    for _, key in reversed(newest):
        reading = hear(
            listened,
            talk.library.ears,
            language=talk.conversation.language,
            asked=CORRECTABLE[key],
            today=today_of(talk.inbound),
            bare=False,
        )
        told = told_by(reading, talk.inbound, None, talk.library.mail)
        if key in told.keys:
            return Told(tuple(to_scale(fact, known) for fact in told.facts))
    return None


def _recounted(
    talk: Talk, reading: Reading, values: list[Fact], question: Question | None, *, correcting: bool
) -> Told | None:
    """The sum said before in the currency, or in the thousands, that this message names alone; None if it does not."""
    known, unit = talk.known, reading.unit
    said = known.facts("budget.amount")
    if unit is None or not said:
        return None
    if values and not (
        question is not None and question.id == SCALE and unit.value.thousands
    ):  # "thousand" is 1,000 too
        return None
    value = said[-1].value
    if not isinstance(value, MoneyRange):
        return None
    asked = question is not None and question.id in (CURRENCY, SCALE)
    top = value.high if value.high is not None else value.low
    if unit.value.thousands and top is not None and top < LARGEST_IN_THOUSANDS:
        if not (asked or correcting or _just_said(said[-1], talk)):
            return None
        value = times(value, THOUSAND)
    if value == said[-1].value and unit.value.currency is None:
        return None
    if unit.value.currency is not None:
        value = replace(value, currency=unit.value.currency)
    evidence = Evidence(Source.MESSAGE, talk.inbound.id, unit.quote, unit.start, unit.end)
    facts = [structs.replace(said[-1], value=value, how=f"{said[-1].how}, {unit.how}", at=talk.inbound.at)]
    if unit.value.currency is not None:
        facts.append(Fact("budget.currency", unit.value.currency, evidence, unit.how, talk.inbound.at))
    return Told(tuple(facts))


def _just_said(fact: Fact, talk: Talk) -> bool:
    """Whether the sum is the last thing the visitor told before this message."""
    return bool(talk.conversation.facts) and fact.at == talk.conversation.facts[-1].at


def taken_back(reading: Reading, told: Told, known: Knowledge, talk: Talk) -> tuple[Fact, ...]:
    """
    The facts that take back a need: "not an app, a website" leaves the others that were named.

    Only where the message names another, corrects, or says no: "a site without a shop" takes nothing back.
    """
    standing = known.facts("need.category")
    denied = [one for one in reading.denied if any(fact.value == one.value for fact in standing)]
    another = any(fact.key == "need.category" for fact in told.facts)
    corrects = reading.intent is not None and reading.intent.value is Intent.CORRECTION
    refuses = reading.answer is not None and reading.answer.value is Answer.NO
    if not denied or not (another or corrects or refuses):
        return ()
    gone = {one.value for one in denied}
    first = denied[0]
    evidence = Evidence(Source.MESSAGE, talk.inbound.id, first.quote, first.start, first.end)
    withdrawal = Fact("need.category", None, evidence, "denied", talk.inbound.at)
    return (withdrawal, *(fact for fact in standing if fact.value not in gone))
