"""What a message asks us: answered from faq.yaml and company.yaml, or noted for the specialist."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dialogs.faq import Asked, Faq
from dialogs.hearing import FREE_ANSWER, LONGEST_NOTE, Told
from dialogs.phrases import brand
from dialogs.reading.hear import Ears, Listened
from dialogs.reading.values import Answer, Ask, Found, Intent, Reading, Social
from dialogs.talk import Talk
from dialogs.values import Mode
from scoring.stages import Stage
from scoring.values import Fact

LEAST_BESIDE = 2  # words of a question besides the facts in it, for it to be more than an answer with a question mark
MOST_BESIDE_PRICE = 1  # words that say something beside the demand for a price, and the facts: "just a price please"
_ABOUT_WORK = ("need.category", "need.stack")
_PLAIN = frozenset((Answer.YES, Answer.NO))
_NEVER_ASKED = frozenset((Intent.HUMAN, Intent.STOP, Intent.RESTART))  # said in whatever form, these are meant

_BREAKS = frozenset(",.;!?\n")  # where one thing said ends and another begins

_OF_THE_ESTIMATE = frozenset((Ask.PRICE, Ask.TIME))
_LIKE_A_QUESTION = frozenset((Intent.CLARIFY, Intent.OFF_TOPIC))  # "what exactly does it cost"


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of one message, by what becomes of them."""

    answered: tuple[Asked, ...] = ()  # an entry of faq.yaml answers it
    able: tuple[Asked, ...] = ()  # whether we do something that company.yaml names
    noted: tuple[Asked, ...] = ()  # a person has to answer it
    price: Ask | None = None  # the price or the time is asked for, of what is to be built

    @property
    def every(self) -> tuple[Asked, ...]:
        """All of them but the one for the price, which has no place of its own."""
        return (*self.answered, *self.able, *self.noted)


def questions_of(
    listened: Listened, reading: Reading, told: Told, faq: Faq, ears: Ears, *, estimated: Callable[[], bool]
) -> Questions:
    """
    The questions to us in a message; what only looks like one, "halo?" or "5000?", is none.

    Once there is an estimate, it answers a question that is for the price and nothing else better than any entry.
    """
    asked = faq.find(listened.text.folded, opens=_opens_as_one(listened, reading, ears))
    facts = [fact for fact in told.facts if fact.how != FREE_ANSWER]
    prices = [one for one in reading.asks if _is_of_the_estimate(one, asked, listened, facts, ears)]
    priced = bool(prices) and estimated()
    answered = tuple(one for one in asked if one.entry and not (priced and _is_all(prices, one, listened, ears)))
    able, noted = [], []
    for one in asked:
        if one in answered or reading.social is Social.PRESENCE or _of_the_talk(one, reading):
            continue
        inside = [fact for fact in facts if _within(fact.evidence.start, fact.evidence.end, one) and not _asks(fact)]
        work = [fact for fact in inside if fact.key in _ABOUT_WORK]
        if any(_asks_whether(fact, one, reading, listened.text.folded) for fact in work):
            able.append(one)
        elif _is_for_us(one, listened, ears, inside, _bare(one, reading), only_work=len(work) == len(inside)):
            noted.append(one)
    open_ones = [one for one in prices if not any(_within(one.start, one.end, other) for other in answered)]
    judged = told.keys & {"budget.amount", "budget.rate", "budget.reaction"}
    price = None if judged or not open_ones else open_ones[0].value
    return Questions(answered, tuple(able), tuple(noted), price)


def _asks(fact: Fact) -> bool:
    """Whether a fact only says that something is asked: delivery, the warranty."""
    return fact.key == "purchase.stage" and fact.value == "details"


def _opens_as_one(listened: Listened, reading: Reading, ears: Ears) -> bool:
    """Whether a message begins as questions do: people leave the mark out."""
    first = next((start for norm, start in zip(listened.words.norms, listened.words.starts, strict=True)), 0)
    telling = (
        start for norm, start in zip(listened.words.norms, listened.words.starts, strict=True) if norm not in ears.small
    )
    begins = next(telling, first)
    return any(one.value is Ask.QUESTION or (one.value is Ask.ABILITY and one.start <= begins) for one in reading.asks)


def _is_of_the_estimate(
    found: Found[Ask], asked: Sequence[Asked], listened: Listened, facts: Sequence[Fact], ears: Ears
) -> bool:
    """
    Whether the estimate answers it.

    A price may be demanded without a question mark, in few words: "the buyer should see how much delivery costs" is
    a wish for the work. A time is only asked for with one.
    """
    if found.value not in _OF_THE_ESTIMATE:
        return False
    if any(_within(found.start, found.end, one) for one in asked):
        return True
    places = [(fact.evidence.start, fact.evidence.end) for fact in facts] + [(found.start, found.end)]
    whole = Asked("", 0, len(listened.text.folded))
    return found.value is Ask.PRICE and _telling(whole, listened, ears, places) <= MOST_BESIDE_PRICE


def _of_the_talk(one: Asked, reading: Reading) -> bool:
    """Whether a question is about the talk or the price, which are answered in their own ways."""
    found: list[Found[object]] = [other for other in (reading.intent, reading.tongue) if other is not None]
    found += [ask for ask in reading.asks if ask.value in _OF_THE_ESTIMATE]
    return any(_within(other.start, other.end, one) for other in found)


def _asks_whether(fact: Fact, one: Asked, reading: Reading, folded: str) -> bool:
    """Whether a question is if we do what the fact names: "do you build shops"; a comma parts them."""
    place = fact.evidence
    return any(
        ask.value is Ask.ABILITY
        and _within(ask.start, ask.end, one)
        and "," not in folded[min(ask.end, place.end) : max(ask.start, place.start)]
        for ask in reading.asks
    )


def _within(start: int, end: int, one: Asked) -> bool:
    return one.start <= start and end <= one.end


def _bare(one: Asked, reading: Reading) -> list[Found[Answer]]:
    """The answer to our own question that stands in this one: "yes?", "I don't know, what do you say?"."""
    answer = reading.answer
    return [answer] if answer is not None and _within(answer.start, answer.end, one) else []


def _is_for_us(
    one: Asked,
    listened: Listened,
    ears: Ears,
    facts: Sequence[Fact],
    answers: Sequence[Found[Answer]],
    *,
    only_work: bool,
) -> bool:
    """Whether a question says what it is about, besides what was read in it as an answer."""
    places = [(fact.evidence.start, fact.evidence.end) for fact in facts]
    places += [(found.start, found.end) for found in answers]
    return only_work and _telling(one, listened, ears, places) >= (LEAST_BESIDE if facts else 1)


def _is_all(prices: Sequence[Found[Ask]], one: Asked, listened: Listened, ears: Ears) -> bool:
    """Whether a question asks for the price of nothing in particular."""
    places = [(ask.start, ask.end) for ask in prices if _within(ask.start, ask.end, one)]
    return bool(places) and not _telling(one, listened, ears, places)


def _telling(one: Asked, listened: Listened, ears: Ears, places: Sequence[tuple[int, int]]) -> int:
    """How many words of a question say what it is about, outside these places."""
    words = listened.words
    return sum(
        one.start <= start < one.end
        and norm not in ears.small
        and norm not in ears.social.greeting
        and norm not in ears.social.courtesy
        and not any(begin <= start < end for begin, end in places)
        for norm, start in zip(words.norms, words.starts, strict=True)
    )


def asks_nothing(listened: Listened, ears: Ears) -> bool:
    """Whether a message has a question mark and no word that says what is asked: "is anybody there?"."""
    return "?" in listened.text.folded and all(word in ears.small for word in listened.words.norms)


def meant(intent: Intent | None, reading: Reading, questions: Questions) -> Intent | None:
    """The intent of a message; None where its words are a question that is answered, or one for the price."""
    found = reading.intent
    if intent is None or found is None or found.value is not intent or intent in _NEVER_ASKED:
        return intent
    if questions.price is not None and intent in _LIKE_A_QUESTION:
        return None
    return None if any(_within(found.start, found.end, one) for one in questions.answered) else intent


def is_of_the_work(told: Told, reading: Reading, folded: str) -> bool:
    """Whether the words of an intent go on a wish begun before: "a portal so that clients stop calling us"."""
    found = reading.intent
    return found is not None and any(
        fact.key in _ABOUT_WORK
        and fact.evidence.end <= found.start
        and not _BREAKS & set(folded[fact.evidence.end : found.start])
        for fact in told.facts
    )


def without_questions(told: Told, reading: Reading, questions: Questions, folded: str) -> tuple[Told, Reading]:
    """What a message tells besides its questions: a yes or no in a question is no answer to ours."""
    facts = told.facts
    answer = reading.answer
    asked = questions.every if answer is not None and answer.value in _PLAIN else questions.answered
    if answer is not None and any(_in_its_end(answer, one, folded) for one in asked):
        facts = tuple(fact for fact in facts if fact.how != answer.how)
        reading = replace(reading, answer=None)
    kept = tuple(
        fact
        for fact in facts
        if not any(_within(fact.evidence.start, fact.evidence.end, one) for one in questions.answered)
        and not (fact.how == FREE_ANSWER and (questions.every or questions.price is not None))
    )
    return Told(kept), reading


def _in_its_end(answer: Found[Answer], one: Asked, folded: str) -> bool:
    """Whether an answer stands in the question itself: in "yes, but do you invoice?" it does not."""
    return _within(answer.start, answer.end, one) and folded.rfind(",", one.start, one.end) < answer.start


def respond(talk: Talk, questions: Questions, told: Told) -> list[str]:
    """What is said to the questions, but the price: answers first, then that the rest is noted."""
    said = [_from_faq(talk, one) for one in _distinct(questions.answered)]
    noted = list(questions.noted)
    for one in questions.able:
        line = _ability(talk, one, told)
        if line:
            said.append(line)
        else:
            noted.append(one)
    if noted and not _nobody_hears(talk):
        for one in noted:
            quote = _quote(talk, one)
            talk.note("dialog.question", quote, quote)
        said.append(talk.lead("question.noted"))
    return [line for line in said if line]


def _distinct(answered: Sequence[Asked]) -> list[Asked]:
    return list({one.entry: one for one in reversed(answered)}.values())[::-1]


def _nobody_hears(talk: Talk) -> bool:
    """Whether the talk was ended without anybody of ours who could answer."""
    return talk.conversation.mode is Mode.CLOSED and talk.conversation.stage is Stage.DISQUALIFIED


def _quote(talk: Talk, one: Asked) -> str:
    return talk.inbound.text[one.start : one.end].strip()[:LONGEST_NOTE]


def _from_faq(talk: Talk, one: Asked) -> str:
    known = any(fact.value == one.entry for fact in talk.known.facts("dialog.faq"))
    fresh = talk.voice.fresh(f"faq.{one.entry}")
    talk.note("dialog.faq", one.entry, _quote(talk, one))
    answer = talk.line(f"faq.{one.entry}")
    lead = talk.lead("faq.again") if known and not fresh else ""
    return " ".join(filter(None, (lead, answer)))


def _ability(talk: Talk, one: Asked, told: Told) -> str:
    """Whether we do what is asked about, from company.yaml; "" where it does not say."""
    asked = [fact for fact in told.facts if _within(fact.evidence.start, fact.evidence.end, one)]
    stack, services = talk.company.stack, talk.company.services
    tech = [str(fact.value) for fact in asked if fact.key == "need.stack"]
    declined = [name for name in tech if name in stack.declines]
    if declined:
        return talk.line("able.no", what=", ".join(brand(name, talk.library) for name in declined))
    if any(name not in stack.works_in for name in tech):
        return ""
    needs = [str(fact.value) for fact in asked if fact.key == "need.category"]
    if any(name not in services or not services[name].served for name in needs):
        return ""
    names = [brand(name, talk.library) for name in tech] + [talk.voice.word(f"name.category.{name}") for name in needs]
    return talk.line("able.yes", what=", ".join(dict.fromkeys(names)))
