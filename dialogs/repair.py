"""What a visitor mends in free words, and which fact that changes: "нет, не 50, а 70", "sorry, in euro"."""

from dataclasses import replace

from msgspec import structs

from dialogs.doubts import CURRENCY, SCALE, THOUSAND, times
from dialogs.framework import Question
from dialogs.hearing import FREE_ANSWER, Told, to_scale, today_of, told_by
from dialogs.reading.hear import Listened, hear
from dialogs.reading.numbers import Number
from dialogs.reading.recount import bare_numbers, with_number
from dialogs.reading.text import Text
from dialogs.reading.values import Answer, Asked, Intent, Reading
from dialogs.talk import Talk
from scoring.conditions import Knowledge
from scoring.values import Evidence, Fact, MoneyRange, Source, Urgency, Window

CORRECTABLE = {"budget.amount": Asked.MONEY, "timing.deadline": Asked.TIMING, "people.count": Asked.PEOPLE}
ABOUT_THE_WORK = ("need.detail", "need.scope", "need.feature")  # told of one work, and nothing of another
LONGEST_SLIP = 10  # words of a message that mends something by a number alone
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
    by_number = _by_its_number(talk, listened, reading, values, correcting=correcting)
    if by_number is not None:
        return by_number
    if not correcting:
        return told
    if not values:
        return _figures(talk, listened) or Told(())
    return Told(tuple(to_scale(fact, talk.known) for fact in values))


def _by_its_number(
    talk: Talk, listened: Listened, reading: Reading, values: list[Fact], *, correcting: bool
) -> Told | None:
    """What a number without a unit mends, if it mends anything: "not 2, 3", "sorry, 6-8"."""
    denied = reading.timing is not None and bool(values)
    if len(listened.words) > LONGEST_SLIP or not (denied or any(talk.known.facts(key) for key in CORRECTABLE)):
        return None
    slipped = correcting or _denies(reading) or _slipped(talk, listened) or _denies_a_number(talk, listened)
    retimed = _retimed(talk, listened, reading, values, slipped=slipped)
    if retimed is not None or correcting or values or not slipped or not _bare(talk, listened):
        return retimed
    return _figures(talk, listened)


def as_reason(talk: Talk, listened: Listened, reading: Reading, question: Question | None) -> Reading:
    """
    What a message says to whom was asked why it has to be then: a season named is the reason, and no other deadline.

    Who corrects the deadline says so.
    """
    if question is None or question.text != "timing.reason" or reading.timing is None:
        return reading
    correcting = reading.intent is not None and reading.intent.value is Intent.CORRECTION
    if not talk.known.facts("timing.deadline") or correcting or _denies(reading) or _slipped(talk, listened):
        return reading
    return structs.replace(reading, timing=None)


def _denies(reading: Reading) -> bool:
    return reading.answer is not None and reading.answer.value is Answer.NO


def _slipped(talk: Talk, listened: Listened) -> bool:
    """Whether the visitor says that something was a slip, right after a value was told: "sorry, 6-8"."""
    norms = f" {' '.join(listened.words.norms)} "
    slips = talk.library.ears.tongues[talk.conversation.language].slips
    latest = [found[-1] for key in CORRECTABLE if (found := talk.known.facts(key))]
    return any(f" {slip} " in norms for slip in slips) and any(_just_said(fact, talk) for fact in latest)


def _denies_a_number(talk: Talk, listened: Listened) -> bool:
    """Whether the first of two bare numbers is denied: "не два, а три"."""
    negations = talk.library.ears.tongues[talk.conversation.language].negations.words
    if negations.isdisjoint(listened.words.norms):
        return False
    numbers = _bare(talk, listened)
    return len(numbers) == 2 and _denied_before(talk, listened, numbers[0].start)


def _bare(talk: Talk, listened: Listened, after: int = 0) -> tuple[Number, ...]:
    language = talk.conversation.language
    tongue = talk.library.ears.tongues[language]
    text = Text(listened.text.original, listened.text.folded, language)
    return bare_numbers(text, tongue.figures, frozenset(tongue.slips), after)


def _retimed(talk: Talk, listened: Listened, reading: Reading, values: list[Fact], *, slipped: bool) -> Told | None:
    """The length said before, or denied in this message, with the number that is said for it now, without a unit."""
    known, timing = talk.known.facts("timing.deadline"), reading.timing
    if values and timing is not None and {fact.key for fact in values} <= {"timing.deadline", "timing.urgency"}:
        quote, today, after = timing.quote, today_of(talk.inbound), timing.end
        slipped = slipped or _denied_before(talk, listened, timing.start)
    elif not values and known and known[-1].evidence.source is Source.MESSAGE and _newest(talk) == "timing.deadline":
        value = known[-1].value
        said = value.said if isinstance(value, Window) else None
        quote, today, after = known[-1].evidence.quote, said or today_of(talk.inbound), 0
    else:
        return None
    numbers = _bare(talk, listened, after) if slipped else ()
    if not numbers:
        return None
    language, ears = talk.conversation.language, talk.library.ears
    start, end = numbers[-1].start, numbers[-1].end
    number = listened.text.original[start:end]
    made = with_number(quote, number, language, ears.tongues[language].figures)
    if made is None or (len(numbers) == 2 and numbers[0].value != made[1]):
        return None
    found = hear(made[0], ears, language=language, asked=Asked.TIMING, today=today, bare=False).timing
    if found is None or found.value.urgency is not Urgency.DATED:
        return None
    window = replace(found.value, said=today)
    evidence = Evidence(Source.MESSAGE, talk.inbound.id, number, start, end)
    how, at = f"{found.how}, corrected", talk.inbound.at
    return Told(
        (
            Fact("timing.deadline", window, evidence, how, at),
            Fact("timing.urgency", window.urgency.value, evidence, how, at),
        )
    )


def _denied_before(talk: Talk, listened: Listened, start: int) -> bool:
    """Whether a word of denial stands right before: "not two weeks"."""
    negations = talk.library.ears.tongues[talk.conversation.language].negations.words
    before = listened.text.folded[:start].split()
    return bool(before) and before[-1].strip(",") in negations


def _newest(talk: Talk) -> str:
    """The key of the newest value that a bare number may mend."""
    told = [(found[-1].at, key) for key in CORRECTABLE if (found := talk.known.facts(key))]
    return max(told)[1] if told else ""


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
    kept = [fact for fact in standing if fact.value not in gone]
    of_the_work = () if kept else (key for key in ABOUT_THE_WORK if known.facts(key) and key not in told.keys)
    return (withdrawal, *kept, *(structs.replace(withdrawal, key=key) for key in of_the_work))
