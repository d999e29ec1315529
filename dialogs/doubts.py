"""
What is asked back, once, because it can be meant in two ways.

"50" may be fifty or fifty thousand, "50 тысяч" may be roubles or euros, 3/4 may be a day in March or in April, and of
two things said that do not go together one is meant. A doubt is asked only where it matters: where the two meanings
lead to different judgements.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from msgspec import structs

from dialogs.framework import ChoiceSpec, Question
from dialogs.library import Library
from dialogs.phrases import said_money, said_window
from dialogs.reading.values import Asked
from dialogs.wording import Voice
from scoring.conditions import Knowledge, days_asked
from scoring.estimate import Estimate, exchange, judge_budget
from scoring.values import Fact, FactValue, MoneyRange, Window

SCALE, CURRENCY, DAY = "doubt.scale", "doubt.currency", "doubt.day"
WHICH: Mapping[str, str] = MappingProxyType(
    {
        "budget.amount": "doubt.which.budget",
        "timing.deadline": "doubt.which.deadline",
        "authority.role": "doubt.which.role",
    }
)
NAMES = (SCALE, CURRENCY, DAY, *WHICH.values())
WORDS = (SCALE, CURRENCY, DAY, "doubt.which")  # keys of the texts: those of the last are shared

SUBJECT: Mapping[str, str] = MappingProxyType({"budget.amount": "budget_", "timing.deadline": "timing_"})  # of flags

SURE = 0.75  # a value read with less confidence is asked back
APART = 3  # sums and deadlines that differ so many times are no rounding of each other
LEAST_APART = timedelta(days=30)
THOUSAND = 1000
LEAST_SAID = 100  # of a currency, from which on nobody leaves the thousands out
TOO_SMALL = Decimal("0.05")  # of the likely price: docs/scoring.md calls less than that impossible
SENSIBLE = (Decimal("0.1"), Decimal(20))  # times the likely price: what the sum in thousands has to come to
MOST_CHOICES = 3
_ENDS = frozenset({"owner", "c_level"}), frozenset({"specialist"})  # of the ladder: nobody is both


def is_doubt(name: str) -> bool:
    """Whether a question of this name is one of ours and not of a tree."""
    return name in NAMES


def arising(
    known: Knowledge, estimate: Estimate | None, library: Library, language: str, *, shown: bool
) -> Iterable[str]:
    """
    Names of the doubts that what is known leaves, most urgent first.

    Args:
        known: Facts that stand.
        estimate: What a sum is compared with; None while nothing is.
        library: Rates, currencies.
        language: Of the conversation.
        shown: The visitor has read the estimate, so that a bare sum may be in its currency.
    """
    for fact in known.facts("budget.amount"):
        if estimate is not None and _too_small(fact, estimate, library, language):
            yield SCALE
        elif estimate is not None and _unclear_currency(fact, estimate, library, language, shown=shown):
            yield CURRENCY
    for fact in known.facts("timing.deadline"):
        if fact.confidence < SURE and _other_day(fact.value) is not None:
            yield DAY


def clash(fresh: Sequence[Fact], known: Knowledge, remarked: Callable[[], Collection[str]]) -> str | None:
    """
    The doubt about a fact that contradicts what stood before it, None if nothing does.

    Args:
        fresh: What a message told anew.
        known: What stood before it.
        remarked: Gives the flags that stood, if needed: whoever was told that time or money is short moves it.
    """
    for fact in fresh:
        if fact.key not in WHICH or not any(_contradict(old, fact) for old in known.facts(fact.key)):
            continue
        if fact.key in SUBJECT and any(flag.startswith(SUBJECT[fact.key]) for flag in remarked()):
            continue
        return WHICH[fact.key]
    return None


def question_for(name: str, facts: Sequence[Fact], library: Library, voice: Voice, language: str) -> Question | None:
    """The question that settles a doubt, with the values to choose from as buttons; None if nothing is left of it."""
    key = next((key for key, which in WHICH.items() if which == name), None)
    if key is not None:
        return _which(name, key, facts, library, voice)
    known = Knowledge(facts)
    fact = next(iter(known.facts("timing.deadline" if name == DAY else "budget.amount")), None)
    if fact is None:
        return None
    if name == DAY:
        return _day(fact, voice)
    if not isinstance(fact.value, MoneyRange):
        return None
    return _scale(fact.value, library, voice) if name == SCALE else _currency(fact.value, library, voice, language)


# -- when


def _top(value: MoneyRange) -> Decimal:
    top = value.high if value.high is not None else value.low
    return top or Decimal(0)


def _options(library: Library, language: str, *, shown: bool = True) -> tuple[str, ...]:
    """Currencies a bare sum may be in, likeliest first."""
    card = library.company.card.currency
    home = library.home_currencies.get(language, "")
    also = library.doubtful_currencies.get(language, ())
    listed = (card, home, *also) if shown or also else (home,)
    return tuple(dict.fromkeys(code for code in listed if code in library.company.rates.table))[:MOST_CHOICES]


def _too_small(fact: Fact, estimate: Estimate, library: Library, language: str) -> bool:
    value = fact.value
    if not isinstance(value, MoneyRange) or value.per is not None or not 0 < _top(value) < THOUSAND:
        return False
    if value.currency is not None and _top(value) >= LEAST_SAID:
        return False  # "$500" is five hundred dollars
    codes = (value.currency,) if value.currency else _options(library, language)
    rates = [exchange(code, estimate.likely.currency, library.company.rates) for code in codes]
    shares = [_top(value) * rate / estimate.likely.amount for rate in rates if rate and estimate.likely.amount]
    low, high = SENSIBLE
    return (
        bool(shares)
        and all(share < TOO_SMALL for share in shares)
        and any(low <= share * THOUSAND <= high for share in shares)
    )


def _unclear_currency(fact: Fact, estimate: Estimate, library: Library, language: str, *, shown: bool) -> bool:
    """Whether a sum without a currency is judged one way in one of them and another way in another."""
    value = fact.value
    if not isinstance(value, MoneyRange) or value.currency is not None:
        return False
    floor = float(estimate.low.amount / estimate.likely.amount) if estimate.likely.amount else 0.0
    judged = {
        (found.verdict, found.ratio < floor)
        for code in _options(library, language, shown=shown)
        if (
            found := judge_budget(
                structs.replace(fact, value=replace(value, currency=code)), estimate.likely, library.company.rates, code
            )
        )
    }
    return len(judged) > 1


def _other_day(value: FactValue | None) -> Window | None:
    """The window with day and month changed over, None where that is no date to come."""
    if not isinstance(value, Window) or value.said is None:
        return None
    start, end = _changed_over(value.start), _changed_over(value.end)
    days = [day for day in (start, end) if day is not None]
    if (value.start and start is None) or (value.end and end is None) or not days or min(days) < value.said:
        return None
    return replace(value, start=start, end=end) if start is None or end is None or start <= end else None


def _changed_over(day: date | None) -> date | None:
    return None if day is None or day.day > 12 or day.day == day.month else date(day.year, day.day, day.month)


def _contradict(old: Fact, new: Fact) -> bool:
    if isinstance(old.value, MoneyRange) and isinstance(new.value, MoneyRange):
        one, other = sorted((_top(old.value), _top(new.value)))
        same = old.value.per == new.value.per and old.value.currency in (None, new.value.currency)
        return same and one * APART <= other
    if isinstance(old.value, Window) and isinstance(new.value, Window):
        days = sorted(max(days, 1) for fact in (old, new) if (days := days_asked(fact)) is not None)
        return len(days) == 2 and days[0] * APART <= days[1] and timedelta(days=days[1] - days[0]) >= LEAST_APART
    high, low = _ENDS
    return (old.value in high and new.value in low) or (old.value in low and new.value in high)


# -- the questions


def _question(
    name: str, key: str, asks: Asked, values: Sequence[tuple[str, FactValue, str]], said: Mapping[str, str]
) -> Question:
    choices = tuple(ChoiceSpec(choice, _told(key, value), label=label) for choice, value, label in values)
    return Question(
        id=name,
        criterion=key.partition(".")[0],
        asks=asks,
        fills=(key,),
        choices=choices,
        words="doubt.which" if name in WHICH.values() else name,
        said=said,
    )


def _told(key: str, value: FactValue) -> dict[str, FactValue]:
    if isinstance(value, Window):
        return {key: value, "timing.urgency": value.urgency.value}
    return {key: value}


def _scale(value: MoneyRange, library: Library, voice: Voice) -> Question:
    thousands = times(value, THOUSAND)
    first, second = said_money(value, voice, library), said_money(thousands, voice, library)
    values: tuple[tuple[str, FactValue, str], ...] = (("thousands", thousands, second), ("exactly", value, first))
    question = _question(SCALE, "budget.amount", Asked.MONEY, values, {"first": first, "second": second})
    return replace(question, yes={"budget.amount": thousands}, no={"budget.amount": value})


def times(value: MoneyRange, factor: int) -> MoneyRange:
    """The same sum in another unit."""
    low = None if value.low is None else value.low * factor
    high = None if value.high is None else value.high * factor
    return replace(value, low=low, high=high)


def _currency(value: MoneyRange, library: Library, voice: Voice, language: str) -> Question | None:
    codes = _options(library, language)
    if value.currency is not None or len(codes) < 2:
        return None
    named = [(code, replace(value, currency=code)) for code in codes]
    values = [(code, meant, said_money(meant, voice, library)) for code, meant in named]
    names = [voice.word(f"name.currency.{code}") for code in codes]
    *most, last = names
    options = voice.word("list.or", first=", ".join(most), last=last)
    said = {"value": said_money(value, voice, library), "options": options}
    return _question(CURRENCY, "budget.amount", Asked.MONEY, values, said)


def _day(fact: Fact, voice: Voice) -> Question | None:
    other = _other_day(fact.value)
    if other is None or not isinstance(fact.value, Window):
        return None
    first, second = said_window(fact.value, voice), said_window(other, voice)
    values: tuple[tuple[str, FactValue, str], ...] = (("first", fact.value, first), ("second", other, second))
    return _question(DAY, "timing.deadline", Asked.TIMING, values, {"first": first, "second": second})


def _which(name: str, key: str, facts: Sequence[Fact], library: Library, voice: Voice) -> Question | None:
    """Between the two values said last under the key."""
    said = [fact.value for fact in facts if fact.key == key and fact.value is not None]
    distinct = list(dict.fromkeys(reversed(said)))[:2]
    if len(distinct) < 2:
        return None
    new, old = distinct
    labels = [_label(value, library, voice) for value in (old, new)]
    values = (("first", old, labels[0]), ("second", new, labels[1]))
    asks = {"budget.amount": Asked.MONEY, "timing.deadline": Asked.TIMING}.get(key, Asked.ROLE)
    return _question(name, key, asks, values, {"first": labels[0], "second": labels[1]})


def _label(value: FactValue, library: Library, voice: Voice) -> str:
    if isinstance(value, MoneyRange):
        return said_money(value, voice, library)
    if isinstance(value, Window):
        return said_window(value, voice)
    return voice.word(f"name.role.{value}")
