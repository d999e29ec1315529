"""From a reading to facts; the question asked decides only what a bare yes or a free answer means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs

from dialogs.framework import ChoiceSpec, InDays, Question
from dialogs.library import MailDomains
from dialogs.reading.answer import ASSENT
from dialogs.reading.countries import of_address, of_phone
from dialogs.reading.needs import VAGUE
from dialogs.reading.role import HEADS
from dialogs.reading.values import Answer, Found, Intent, Reading
from dialogs.values import Inbound
from scoring.conditions import MANY, Knowledge
from scoring.values import Evidence, Fact, FactValue, MoneyRange, Per, RoleLevel, Source, Urgency, Window

DECIDED_BY, NAMED_BOSS = "role.decides_not", "role.boss"  # how it was read that others decide, and who
FEW_WORDS = 9  # more may well tell how things are done: "the manager decides which courier goes"
REACTION = "budget.reaction"
INDUSTRY = "company.industry"
OF_A_FIRM = frozenset(("corporate", "role"))  # kinds of e-mail address whose ending says where a firm is
TELLING = frozenset(("need.purpose", "pain.says"))  # facts whose words answer what is asked in free words all the same
FREE_ANSWER = "free answer"  # how a fact was read that is the visitor's answer as it stands
LONGEST_NOTE = 500  # characters of a free answer kept as a fact; the whole message stays in the transcript
LEAST_LETTERS = 3  # that make an answer in free words
LEAST_FREE_WORDS = 3  # besides those that told something else, for the rest to be an answer of its own
HALF: Mapping[str, str] = MappingProxyType(
    {"spec.has": "partly"}
)  # holds whatever else a message says of the key: "no spec yet, there is a draft"
NEED = "need"  # the topic
MOVES_ON = frozenset(("purchase.stage",))  # who has chosen takes nothing back that they said while choosing
NAMED = 0.8  # how sure a title is that is only named: docs/understanding.md
LEAST_CONFIDENT = 0.5  # below this a value is not believed


class Told(NamedTuple):
    """What an inbound told: facts in the order read, repeated ones included."""

    facts: tuple[Fact, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Keys something was told about."""
        return frozenset(fact.key for fact in self.facts)


def told_by(reading: Reading, inbound: Inbound, question: Question | None, mail: MailDomains) -> Told:
    """Facts in a message; a yes, no or free answer counts for the question that waits."""
    mends = reading.intent is not None and reading.intent.value is Intent.CORRECTION
    closed = frozenset() if question is None or mends else question.not_about - {NEED}  # see without_the_kind
    facts = [
        fact
        for fact in _values(reading, inbound, mail)
        if not _overruled(fact, reading)
        and not (_matter(fact) in closed and not _of_oneself(fact) and not _of_the_decision(fact, inbound))
    ]
    if question is not None and "authority.person" in question.fills:
        facts = [one for one in facts if _of_oneself(one) or (one.key != "authority.role" and one.how != HEADS)]
    if question is not None:
        keys = {fact.key for fact in facts}
        if not keys & set(question.fills):
            facts.extend(_answers(reading, inbound, question, facts))
            keys = {fact.key for fact in facts}
        spoken_of = keys & {*question.fills, *question.not_with}
        if question.text and not spoken_of and _is_free_answer(reading, inbound, facts):
            facts.append(_whole(question.text, inbound))
    return Told(tuple(facts))


def _of_oneself(fact: Fact) -> bool:
    """Whether a title is the writer's own beyond doubt: "I'm the owner", and not "the manager types them in"."""
    own = fact.key == "authority.role" or (fact.key == "authority.decides" and fact.value is True)
    return own and fact.confidence > NAMED


def _of_the_decision(fact: Fact, inbound: Inbound) -> bool:
    """Whether a few words say who decides, whatever was asked: "the CEO decides, I collect offers"."""
    if fact.how not in (DECIDED_BY, NAMED_BOSS):
        return False
    return len(inbound.text.split()) <= FEW_WORDS


def _overruled(fact: Fact, reading: Reading) -> bool:
    """Whether the message also says that it is half so."""
    half = HALF.get(fact.key)
    return half not in (None, fact.value) and any(
        one.value.key == fact.key and one.value.value == half for one in reading.mentions
    )


KIND_OF = {"ecommerce": "website"}  # a shop is a site: "100 thousand for the site" names nothing new
# Technologies things are built in; all others are systems they are connected to.
_FOR_SCREENS = (
    "android",
    "ios",
    "flutter",
    "kotlin",
    "swift",
    "java",
    "javascript",
    "typescript",
    "react",
    "vue",
    "nodejs",
)
_FOR_SERVERS = ("cpp", "delphi", "django", "dotnet", "foxpro", "go", "laravel", "php", "python", "ruby")
BUILDS = frozenset((*_FOR_SCREENS, *_FOR_SERVERS))
CHORES = frozenset(("automation",))  # "it is all typed by hand and takes ages" says what hurts about the work in hand
PARTS = frozenset(("integration",))  # needs that are also a part of any other: "a shop" – "with online payment"


def without_the_kind(told: Told, known: Knowledge, question: Question | None, inbound: Inbound) -> Told:
    """
    The same without the wider name of what is needed anyway, unless it was asked what is needed.

    What the thing should do and connect to, told where that was asked, is no second need and no technology to build on:
    "booking of visits" of an app, "1C and the courier" of a shop.
    """
    if question is not None and "need.category" in question.fills:
        return told
    needs = {str(value) for value in known.values("need.category")}
    wider = {KIND_OF[need] for need in needs if need in KIND_OF}
    detailing = question is not None and bool(question.text) and bool(needs - VAGUE)
    if detailing:
        wider |= VAGUE | CHORES
    kept = [fact for fact in told.facts if fact.key != "need.category" or fact.value not in wider]
    if question is None or not detailing:
        return Told(tuple(kept))
    if "need.exclusive_stack" not in told.keys and "?" not in inbound.text:
        systems = [fact for fact in kept if fact.key == "need.stack" and fact.value not in BUILDS]
        kept = [fact for fact in kept if fact not in systems and not _named_by(fact, systems)]
    details = len(kept) < len(told.facts) or any(_details(fact, known) for fact in kept)
    kept = [fact for fact in kept if not (_details(fact, known) and fact.value in needs)]  # no news but for its words
    if details and not {fact.key for fact in kept} & set(question.fills):
        kept.append(_whole(question.text, inbound))
    return Told(tuple(kept))


def without_other_needs(told: Told, known: Knowledge, question: Question | None, inbound: Inbound) -> Told:
    """
    The same without what else could be built, where an answer is not about that and a need is known.

    "Excel no longer copes" says what hurts, and asks for nothing.
    """
    if question is None or NEED not in question.not_about or not known.facts("need.category"):
        return told
    kept = [fact for fact in told.facts if _matter(fact) != NEED]
    if len(kept) < len(told.facts) and question.text and not {fact.key for fact in kept} & set(question.fills):
        kept.append(_whole(question.text, inbound))
    return Told(tuple(kept))


def _details(fact: Fact, known: Knowledge) -> bool:
    """Whether a need named again says more of the first: "track deals" of a CRM, and not "a CRM" once more."""
    if fact.key != "need.category":
        return False
    quote = fact.evidence.quote.casefold()
    earlier = [one.evidence.quote.casefold() for one in known.facts("need.category") if one.value == fact.value]
    return fact.value in PARTS or (bool(earlier) and not any(one in quote or quote in one for one in earlier))


def _named_by(fact: Fact, systems: Sequence[Fact]) -> bool:
    """Whether a need was only read from the name of a system: an ERP from "1C"."""
    place = fact.evidence
    return fact.key == "need.category" and any(
        place.start < one.evidence.end and one.evidence.start < place.end for one in systems
    )


def without_titles_of_others(told: Told, known: Knowledge, question: Question | None) -> Told:
    """The same without a title that is only named, once the visitor has told their own: "the owner, Peter"."""
    own = known.facts("authority.role")
    if not own or (question is not None and "authority.role" in question.fills):
        return told
    named = [one for one in told.facts if one.key == "authority.role" and one.confidence < own[-1].confidence]
    quotes = {one.evidence.quote for one in named}  # whoever heads the firm was taken to decide by the same words
    return Told(
        tuple(one for one in told.facts if one not in named and not (one.how == HEADS and one.evidence.quote in quotes))
    )


def without_changes_of_no_role(told: Told, known: Knowledge, question: Question | None) -> Told:
    """The same without news of a role nobody has named: in "Excel no longer copes, there …" nobody has left."""
    asked = question is not None and "authority.current" in question.fills
    if asked or known.facts("authority.role") or "authority.role" in told.keys:
        return told
    return Told(tuple(fact for fact in told.facts if fact.key != "authority.current"))


def without_words_on_no_price(told: Told, prices: tuple[str, ...]) -> Told:
    """
    The same without what seems to be said of a price nobody has named yet: "cheap!" of what is offered to us.

    Args:
        told: What a message says before any estimate was shown.
        prices: How words begin that name a price: "I have seen your prices, they suit us" is said of one.
    """
    return Told(tuple(fact for fact in told.facts if fact.key != REACTION or _names_a_price(fact, prices)))


def _names_a_price(fact: Fact, prices: tuple[str, ...]) -> bool:
    said = fact.evidence.quote.lower().split()
    return len(said) > 1 and any(word.startswith(prices) for word in said)


def only_free_answer(told: Told) -> Told:
    """What was only taken as it stands."""
    return Told(tuple(fact for fact in told.facts if fact.how == FREE_ANSWER))


def without_free_answer(told: Told) -> Told:
    """The same without what was only taken as it stands, once the words turn out to mean something else."""
    return Told(tuple(fact for fact in told.facts if fact.how != FREE_ANSWER))


def _values(reading: Reading, inbound: Inbound, mail: MailDomains) -> Iterator[Fact]:
    for need in reading.needs:
        yield from _fact("need.category", need, inbound)
    for tech in reading.tech:
        yield from _fact("need.stack", tech, inbound)
    if reading.money is not None:
        key = "budget.rate" if reading.money.value.per in (Per.HOUR, Per.DAY) else "budget.amount"
        yield from _fact(key, reading.money, inbound)
    if reading.timing is not None and not _is_past(reading.timing.value, today_of(inbound)):
        window = replace(reading.timing.value, said=today_of(inbound))
        yield from _fact("timing.deadline", reading.timing, inbound, value=window)
        yield from _fact("timing.urgency", reading.timing, inbound, value=window.urgency.value)
    if reading.role is not None and reading.role.value is not RoleLevel.NONE:
        yield from _fact("authority.role", reading.role, inbound, value=reading.role.value.value)
    if reading.decides is not None:
        yield from _fact("authority.decides", reading.decides, inbound)
    if reading.boss is not None:
        yield from _fact("authority.person", reading.boss, inbound)
    if reading.people is not None:
        yield from _fact("people.count", reading.people, inbound)
    for key, found in (
        ("contact.phone", reading.phone),
        ("contact.telegram", reading.telegram),
        ("contact.name", reading.name),
        ("company.name", reading.company),
        ("company.site", reading.url),
    ):
        if found is not None:
            yield from _fact(key, found, inbound)
    if reading.email is not None:
        yield from _fact("contact.email", reading.email, inbound)
        yield from _fact("contact.email_kind", reading.email, inbound, value=mail.kind(reading.email.value))
    yield from _country(reading, inbound, mail)
    for mention in reading.mentions:
        if mention.value.key == "authority.alone" and reading.decides is not None:
            continue  # the role reader looked at the same words and at more of them
        if mention.value.key == INDUSTRY and (reading.intent is not None or "?" in inbound.text):
            continue  # "what is the weather at the hotel?"
        yield from _mention(mention.value.key, mention.value.value, mention, inbound)


def _country(reading: Reading, inbound: Inbound, mail: MailDomains) -> Iterator[Fact]:
    """Where the visitor's firm is, by its telephone or else by its address; free mail says nothing of it."""
    phone, email, url = reading.phone, reading.email, reading.url
    told = [
        (phone, None if phone is None else of_phone(phone.value)),
        (email, of_address(email.value) if email is not None and mail.kind(email.value) in OF_A_FIRM else None),
        (url, None if url is None else of_address(url.value)),
    ]
    for found, country in told:
        if found is not None and country is not None:
            yield from _fact("company.country", found, inbound, value=country)
            return


def _is_past(window: Window, today: date) -> bool:
    """Whether a window lies behind us: "since 2015" is history, never a wish."""
    last = window.end or window.start
    return last is not None and last < today


def _mention(key: str, value: str | bool, found: Found[object], inbound: Inbound) -> Iterator[Fact]:
    if key == "authority.alone":
        yield from _fact("authority.decides", found, inbound, value=value in ("yes", True))
    elif key == "budget.reaction" and value == "no_talk":
        return  # not ready to talk money is no answer, and never counted against anybody
    else:
        yield from _fact(key, found, inbound, value=value)


def _fact(key: str, found: Found[object], inbound: Inbound, value: FactValue | None = None) -> Iterator[Fact]:
    if found.confidence < LEAST_CONFIDENT:
        return
    evidence = Evidence(Source.MESSAGE, inbound.id, found.quote, found.start, found.end)
    meant = found.value if value is None else value
    yield Fact(key, meant, evidence, found.how, inbound.at, found.confidence)  # type: ignore[arg-type]  # readers give fact values


def _answers(reading: Reading, inbound: Inbound, question: Question, facts: Sequence[Fact]) -> Iterator[Fact]:
    answer = reading.answer
    if answer is None or (reading.intent is not None and reading.intent.value is Intent.CORRECTION):
        return  # "no, I meant …" is about what was said before, not about this question
    if reading.denied and answer.value is Answer.NO:
        return  # "no, not a CRM, an app"
    if answer.how == ASSENT and not question.assent:
        return  # "ok" to "have you got …?" does not say that they have
    matters = {key.partition(".")[0] for key in question.fills}
    if any(_goes_on(inbound.text[answer.end : fact.evidence.start]) and _matter(fact) not in matters for fact in facts):
        return  # "yes there is a specification" answers that, whatever was asked, and "we are a bakery" nothing
    meant = {Answer.YES: question.yes, Answer.NO: question.no}.get(answer.value, {})
    for key, value in meant.items():
        yield from _fact(key, answer, inbound, value=value)


def _goes_on(between: str) -> bool:
    """Whether one breath leads from an answer to a fact, over a word at most: "we are a bakery"."""
    inner = between.split()
    return between.startswith(" ") and between.endswith(" ") and len(inner) <= 1 and all(map(str.isalpha, inner))


def _matter(fact: Fact) -> str:
    return fact.key.partition(".")[0]


def _is_free_answer(reading: Reading, inbound: Inbound, facts: Sequence[Fact]) -> bool:
    """Whether a message is an answer in free words: mostly words that no reader has made something else of."""
    if reading.intent is not None or reading.social is not None:
        return False
    if reading.answer is not None and reading.answer.value in (Answer.UNKNOWN, Answer.REFUSE, Answer.LATER):
        return False
    text = inbound.text
    if text.rstrip().endswith("?"):
        return False
    taken = [(fact.evidence.start, fact.evidence.end) for fact in facts if fact.key not in TELLING]
    if reading.answer is not None:
        taken.append((reading.answer.start, reading.answer.end))
    letters = [at for at, character in enumerate(text[:LONGEST_NOTE]) if character.isalpha()]
    free = [at for at in letters if not any(start <= at < end for start, end in taken)]
    if facts and len({text.rfind(" ", 0, at) for at in free}) < LEAST_FREE_WORDS:
        return False  # "budget 50": the word only says what the number is
    return len(free) >= LEAST_LETTERS and len(free) * 2 >= len(text[:LONGEST_NOTE].replace(" ", ""))


def _whole(key: str, inbound: Inbound) -> Fact:
    note = inbound.text.strip()[:LONGEST_NOTE]
    start = inbound.text.find(note)
    return Fact(
        key, note, Evidence(Source.MESSAGE, inbound.id, note, start, start + len(note)), FREE_ANSWER, inbound.at
    )


def told_by_choice(choice: ChoiceSpec, label: str, inbound: Inbound) -> Told:
    """Facts a button stands for; its label is the quote."""
    facts = []
    for key, value in choice.facts.items():
        evidence = Evidence(Source.CHOICE, inbound.id, label, 0, len(label))
        if isinstance(value, InDays):
            window = in_days(value, inbound)
            facts.append(Fact(key, window, evidence, "button", inbound.at))
            facts.append(Fact("timing.urgency", window.urgency.value, evidence, "button", inbound.at))
        else:
            facts.append(Fact(key, value, evidence, "button", inbound.at))
    return Told(tuple(facts))


def in_days(value: InDays, inbound: Inbound) -> Window:
    """The window a button stands for, counted from the day it was pressed."""
    if value.days is None:
        return Window(None, None, Urgency(value.urgency))
    today = today_of(inbound)
    return Window(None, today + timedelta(days=value.days), Urgency.DATED, said=today)


def today_of(inbound: Inbound) -> date:
    """The day it is where the company is."""
    return date.fromisoformat(inbound.today) if inbound.today else inbound.at.date()


def news(told: Told, known: Knowledge) -> tuple[tuple[Fact, ...], bool]:
    """The facts that say something not yet known, and whether one of them corrects what was."""
    fresh: list[Fact] = []
    corrects = False
    for told_fact in told.facts:
        fact = _in_the_same_coin(told_fact, known)
        if fact.value in known.values(fact.key) or any(_same(fact, other) for other in fresh):
            continue
        if fact.key not in MANY and fact.key not in MOVES_ON and known.facts(fact.key):
            corrects = True
        fresh.append(fact)
    return tuple(fresh), corrects


def _in_the_same_coin(fact: Fact, known: Knowledge) -> Fact:
    """The fact with the currency of what it corrects: "no, 70 thousand" after "50 thousand euro" is in euro too."""
    before = known.value(fact.key)
    value = fact.value
    if not isinstance(value, MoneyRange) or not isinstance(before, MoneyRange) or value.currency is not None:
        return fact
    return structs.replace(fact, value=replace(value, currency=before.currency, per=value.per or before.per))


def to_scale(fact: Fact, known: Knowledge) -> Fact:
    """The fact in the unit of what it corrects: "not 50, 70" after "50 thousand" is in thousands too."""
    before, value = known.value(fact.key), fact.value
    if not isinstance(value, MoneyRange) or not isinstance(before, MoneyRange):
        return fact
    old, new = before.high or before.low, value.high or value.low
    if not old or not new or new >= 1000 or old < 1000 or new * 100 > old:
        return fact
    low = None if value.low is None else value.low * 1000
    high = None if value.high is None else value.high * 1000
    return structs.replace(fact, value=replace(value, low=low, high=high))


def _same(one: Fact, other: Fact) -> bool:
    return one.key == other.key and one.value == other.value


def withdrawals(facts: tuple[Fact, ...], known: Knowledge) -> tuple[Fact, ...]:
    """For a correction of a key that holds several values: the old ones are taken back first."""
    keys = dict.fromkeys(fact.key for fact in facts if fact.key in MANY and known.facts(fact.key))
    return tuple(
        Fact(key, None, next(fact.evidence for fact in facts if fact.key == key), "correction", facts[0].at)
        for key in keys
    )
