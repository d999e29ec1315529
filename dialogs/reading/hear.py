"""Everything one message says, read by every reader in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dialogs.reading.answer import Order, compile_answer, read_answer
from dialogs.reading.asks import KIND as ASKS
from dialogs.reading.asks import compile_asks, read_asks
from dialogs.reading.contacts import Contacts, ContactWords, compile_contacts, read_contacts
from dialogs.reading.figures import Figures, FigureWords, compile_figures, read_figures
from dialogs.reading.intent import about_the_bot, compile_intent, read_intent
from dialogs.reading.language import (
    LanguageWords,
    another_language,
    compile_languages,
    detect_language,
    second_language,
)
from dialogs.reading.lexicon import compile_lexicon
from dialogs.reading.mentions import PREFIX, compile_mentions, read_mentions
from dialogs.reading.money import read_money
from dialogs.reading.needs import (
    ALONE,
    NeedsWords,
    SmallTalk,
    compile_needs,
    denied_needs,
    guess_needs,
    meant,
    read_needs,
    reworked,
    small_talk,
)
from dialogs.reading.phrases import Book, Entry, Hit, Words, compile_book, entries, settle, split_words
from dialogs.reading.role import POINTERS, Negations, compile_role, guess_title, is_title, read_role
from dialogs.reading.social import SocialWords, compile_social, greeted, read_social
from dialogs.reading.spelling import Spelling, compile_spelling, respell
from dialogs.reading.tech import compile_tech, read_tech
from dialogs.reading.text import Text, masked, prepare
from dialogs.reading.units import read_unit
from dialogs.reading.values import Answer, Asked, Found, Intent, Mention, Reading
from scoring.values import MoneyRange, Urgency, Window

LONGEST = 10_000  # characters read of one message
LEAVING = frozenset((Intent.BACK, Intent.STOP, Intent.RESTART))  # a yes or no beside these is about them
ASIDE = frozenset((Intent.SKIP, Intent.WHY_ASK, Intent.CLARIFY, Intent.HUMAN, Intent.BOT_IDENTITY))
PRICE = "budget.reaction"
PURPOSE = "need.purpose"
TONGUES = "tongues"  # section of the lexicon: ways to ask for another language
CONTENT = frozenset(("fine", "less"))  # what is said of a price that suits
LEAD_IN = 3  # words about the price before the yes or no in them; "that's fine" is an answer to any question
PAUSES = frozenset(".,;!?\n")
LEAST_CORRECTED = 100  # a bare number this great in a correction is the sum that was named before


SOON = 6  # days: nearer than that a bare day says when to go on talking, "tomorrow"
SURELY = 0.6  # of another language than the conversation's, for a message to be read in it
LEAST_FOREIGN = 2  # words of such a message


@dataclass(frozen=True, slots=True)
class Tongue:
    """What the readers keep of one language."""

    figures: FigureWords
    contacts: ContactWords
    needs: NeedsWords
    negations: Negations
    titles: Mapping[str, str]  # long titles that may be misspelled -> level
    prices: tuple[str, ...]  # how words begin that name a price
    assents: frozenset[str]  # a yes that may only agree: "ok", "sounds good"
    slips: tuple[str, ...]  # what people say as they mend a slip: "sorry", "вернее"
    order: Order


@dataclass(frozen=True, slots=True)
class Ears:
    """All compiled words of all languages: built once, at load."""

    book: Book
    tongues: Mapping[str, Tongue]
    known: Mapping[str, LanguageWords]
    spelling: Spelling
    social: SocialWords
    small: frozenset[str] = frozenset()  # words that say nothing of what a message is about

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in the order they were given; the first is assumed when nothing tells."""
        return tuple(self.tongues)


class Listened(Struct, frozen=True, gc=False):
    """A message folded and split into words, for whoever looks at it before it is read."""

    text: Text
    words: Words

    def language(self, ears: Ears, spoken: str = "") -> tuple[str | None, float]:
        """The likeliest language and a confidence from 0 to 1; of two as likely the one spoken so far."""
        return detect_language(self.text.original, self.words, ears.known, spoken)

    def other_language(self, ears: Ears, spoken: str) -> str | None:
        """The language, other than the one spoken, that the message is surely in; None for a borrowed word."""
        return another_language(self.text.original, self.words, ears.known, spoken)


def listen(text: str, ears: Ears) -> Listened:
    """The words of a message; beyond 10,000 characters it is cut."""
    folded = prepare(text[:LONGEST].replace("\x00", " "), "")
    return Listened(folded, split_words(folded.folded, ears.book.abbreviations))


def compile_ears(
    lexicons: Mapping[str, Mapping[str, object]], services: Mapping[str, Sequence[str]] | None = None
) -> Ears:
    """
    Compile decoded lexicons, language -> sections.

    Args:
        lexicons: At least one; what YAML gave, both files of a language merged.
        services: An operator's own keywords for needs, category -> words; they count in every language.

    Raises:
        BrokenContent: A section is malformed, or no language is given.
    """
    tongues: dict[str, Tongue] = {}
    written: list[Entry] = []
    fillers: list[str] = []
    short: list[str] = []
    small: frozenset[str] = frozenset()
    compiled = {
        language: compile_lexicon(language, data, f"locales/{language}/lexicon.yaml")
        for language, data in lexicons.items()
    }
    known = compile_languages(compiled)
    for language, lexicon in compiled.items():
        needs = compile_needs(lexicon, services)
        role = compile_role(lexicon)
        for words in (
            needs,
            role,
            compile_tech(lexicon),
            compile_answer(lexicon),
            compile_intent(lexicon),
            compile_mentions(lexicon),
        ):
            written += words.phrases
        written += entries(lexicon, TONGUES)
        written += compile_asks(lexicon)
        small |= lexicon.single("sets", "small") | lexicon.single("sets", "fillers")
        fillers += lexicon.words("sets", "fillers")
        short += lexicon.words("sets", "abbreviations")
        tongues[language] = Tongue(
            compile_figures(lexicon, compiled),
            compile_contacts(lexicon),
            needs,
            role.negations,
            role.typos,
            lexicon.words("money", "prices"),
            frozenset(text.replace("'", "") for text in lexicon.words("sets", "assents")),
            lexicon.words("sets", "slips"),
            Order(lexicon.single("sets", "firsts"), lexicon.single("sets", "thens")),
        )
    return Ears(
        compile_book(written, fillers, short),
        tongues,
        known,
        compile_spelling(known),
        compile_social(compiled.values()),
        small,
    )


def hear(
    text: str | Listened, ears: Ears, *, language: str | None, asked: Asked | None, today: date, bare: bool = True
) -> Reading:
    """
    Read everything a message says.

    Args:
        text: What was typed (beyond 10,000 characters it is cut), or what listen made of it.
        ears: The words of all languages.
        language: The conversation's language, None to detect it.
        asked: What the bot has just asked for; every reader runs whatever it is.
        today: The day relative dates count from.
        bare: Read bare percentages, numbers, lengths and days as well, which no talk needs.
    """
    listened = listen(text, ears) if isinstance(text, str) else text
    spoken = listened.words
    chosen = _language(listened, ears, language)
    tongue = ears.tongues[chosen]
    contacts = _contacts(listened, ears.tongues.get(language or chosen, tongue), tongue, asked)
    hello = greeted(spoken, ears.social)
    blanks = (*contacts.masked, (0, hello)) if hello else contacts.masked
    message = masked(listened.text, blanks, chosen)
    words = split_words(message.folded, ears.book.abbreviations) if blanks else spoken
    hits = ears.book.find(words)
    if not hits:
        words, hits = _other_spelling(words, ears, chosen)
    chat = small_talk(message, hits.get("needs", ()), chosen, asked)
    heard = _words(message, words, hits, ears, chosen, asked, contacts)
    heard = _with_figures(heard, message, tongue.figures, asked, today, bare=bare)
    heard = _with_other_figures(heard, message, listened, words, ears, asked, today)
    if chat.end:
        heard = _without(heard, chat)
    social = read_social(spoken.norms, ears.social)
    return heard if social is None else replace(heard, social=social)


def _without(heard: Reading, chat: SmallTalk) -> Reading:
    """A reading without what small talk only seems to say."""
    return replace(
        heard,
        needs=tuple(one for one in heard.needs if chat.keeps(Asked.NEEDS, one)),
        answer=chat.keeps(Asked.YESNO, heard.answer),
        timing=chat.keeps(Asked.TIMING, heard.timing),
        people=chat.keeps(Asked.PEOPLE, heard.people),
        money=chat.keeps(Asked.MONEY, heard.money),
    )


def call_of(listened: Listened, ears: Ears) -> Intent | None:
    """What a message says about the talk itself, in whichever language, and nothing else of it."""
    words, hits = listened.words, ears.book.find(listened.words)
    if not hits:
        words, hits = _other_spelling(words, ears, _language(listened, ears, None))
    found = read_intent(listened.text, words, hits.get("intent", ()))
    return None if found is None else found.value


def _language(listened: Listened, ears: Ears, language: str | None) -> str:
    """The language to read a message in: the conversation's, unless the message is beyond doubt in another."""
    detected, sure = listened.language(ears, language or "")
    if (
        language is not None
        and language in ears.tongues
        and (detected is None or sure < SURELY or len(listened.words) < LEAST_FOREIGN)
    ):
        return language
    return detected or next(iter(ears.tongues))


def _contacts(listened: Listened, home: Tongue, spoken: Tongue, asked: Asked | None) -> Contacts:
    """Contacts as the conversation's country writes them; failing that, as the language of this message does."""
    found = read_contacts(listened.text, listened.words.said, home.contacts, asked)
    if home is spoken or found != Contacts():
        return found
    return read_contacts(listened.text, listened.words.said, spoken.contacts, asked)


def _other_spelling(words: Words, ears: Ears, language: str) -> tuple[Words, dict[str, list[Hit]]]:
    """The message as typed on the wrong layout or in Latin letters, if that makes sense of it."""
    for spelled in respell(words.norms, ears.spelling, language):
        other = words.respelled(spelled)
        hits = ears.book.find(other)
        if hits:
            return other, hits
    return words, {}


def _words(
    message: Text,
    words: Words,
    hits: Mapping[str, list[Hit]],
    ears: Ears,
    language: str,
    asked: Asked | None,
    contacts: Contacts,
) -> Reading:
    tongue = ears.tongues[language]
    role = read_role(
        message,
        words,
        _titles_of(hits.get("role", ()), language),
        tongue.negations,
        asked,
        contacts.name,
        contacts.company,
    )
    level = role.level
    if asked is Asked.ROLE and role.level is None and role.decides is None and not hits.get("role"):
        level = guess_title(message, words, tongue.titles)
    needs = _needs(message, words, hits, tongue, asked)
    opening = ears.book.opening(words)
    acts, negations = _own_first(hits.get("answer", ()), language), tongue.negations.words
    answer = read_answer(message, words, acts, opening, asked, tongue.assents, negations, tongue.order)
    intent = read_intent(message, words, _own_first(hits.get("intent", ()), language), wishes=bool(needs))
    aside = intent is not None and intent.value in LEAVING | ASIDE
    mentions = _mentions(message, words, hits, language, tongue, None if aside else asked)
    if asked is Asked.TEXT:
        needs = _without_purposes(needs, mentions)
    if answer is not None and (_of_the_talk(intent, answer, message) or _of_the_price(answer, mentions, asked)):
        answer = None
    return Reading(
        language=language,
        role=level,
        decides=role.decides,
        boss=role.boss,
        needs=needs,
        tech=()
        if intent is not None and intent.value is Intent.BOT_IDENTITY
        else read_tech(message, hits.get("tech", ())),
        answer=answer,
        intent=intent,
        email=contacts.email,
        phone=contacts.phone,
        url=contacts.url,
        telegram=contacts.telegram,
        name=contacts.name,
        company=contacts.company,
        mentions=mentions,
        denied=denied_needs(message, words, hits.get("needs", ())),
        asks=read_asks(message, hits.get(ASKS, ())),
        tongue=_tongue(message, words, hits.get(TONGUES, ()), needs),
    )


def _opens(alone: Sequence[Hit], named: Sequence[Hit]) -> bool:
    """Whether a message opens with a product that alone says what is wanted: "Pipedrive for a sales team"."""
    return any(hit.head == 0 and hit not in named for hit in alone)


def _without_purposes(needs: tuple[Found[str], ...], mentions: Sequence[Found[Mention]]) -> tuple[Found[str], ...]:
    """None where all of them only say what the work is for: "more sales" is a goal when one was asked for."""
    goals = [one for one in mentions if one.value.key == PURPOSE]
    aims = all(any(one.start <= need.start and need.end <= one.end for one in goals) for need in needs)
    return () if aims else needs


def _needs(
    message: Text, words: Words, hits: Mapping[str, list[Hit]], tongue: Tongue, asked: Asked | None
) -> tuple[Found[str], ...]:
    named = meant(hits.get("needs", ()), asked or "")
    titles = [hit for hit in hits.get("role", ()) if is_title(hit)]
    insults = about_the_bot(hits.get("intent", ()))
    needs = read_needs(message, words, named, tongue.needs, titles, insults) if named else ()
    if needs or asked not in (Asked.NEEDS, None):
        return reworked(needs, message, words, hits.get("needs", ()))
    alone = meant(hits.get("needs", ()), asked or "", ALONE)
    if asked is Asked.NEEDS or _opens(alone, named):
        needs = read_needs(message, words, alone, tongue.needs, titles, insults) if alone else ()
    if needs or asked is None:
        return needs
    return guess_needs(message, words, named, tongue.needs.typos)


def _tongue(message: Text, words: Words, hits: Sequence[Hit], needs: Sequence[Found[str]]) -> Found[str] | None:
    """The language asked for; a wish for a site "in English" is none for the talk: no need stands beside it."""
    needed = {
        phrase
        for start, phrase in zip(words.starts, words.phrases, strict=True)
        if any(one.start <= start < one.end for one in needs)
    }
    for hit in settle(hits):
        if words.phrases[hit.head] in needed:
            continue
        return Found(hit.value, hit.start, hit.end, message.quote(hit.start, hit.end), TONGUES)
    return None


def _of_the_price(answer: Found[Answer], mentions: Sequence[Found[Mention]], asked: Asked | None) -> bool:
    """Whether a yes or no to another question is only a part of what is said of the price: "prices seen, all good"."""
    return asked is Asked.YESNO and any(
        one.value.key == PRICE
        and one.start <= answer.start
        and answer.end <= one.end
        and len(one.quote[: answer.start - one.start].split()) >= LEAD_IN
        for one in mentions
    )


def _of_the_talk(intent: Found[Intent] | None, answer: Found[Answer], message: Text) -> bool:
    """Whether a yes or no belongs to what is said of the talk itself: "let's go back", "no, stop"."""
    if intent is None or answer.value not in (Answer.YES, Answer.NO):
        return False
    if intent.value in LEAVING:
        return True
    if intent.value not in ASIDE:
        return False
    return not _apart(intent, answer, message)


def _apart(one: Found[Any], other: Found[Any], message: Text) -> bool:
    """Whether a pause stands between two places of a message."""
    return not PAUSES.isdisjoint(message.folded[min(one.end, other.end) : max(one.start, other.start)])


def _mentions(
    message: Text,
    words: Words,
    hits: Mapping[str, list[Hit]],
    language: str,
    tongue: Tongue,
    asked: Asked | None,
) -> tuple[Found[Mention], ...]:
    own: list[Hit] = []
    for kind, found in hits.items():
        if kind.startswith(PREFIX):
            own += _own_first(found, language)
    own = [hit for hit in own if not _roughly(hit, words)]
    if asked is not Asked.MONEY:
        own = [hit for hit in own if not _of_no_price(hit, words, tongue)]
    return read_mentions(message, words, own, tongue.negations.words, asked)


def _roughly(hit: Hit, words: Words) -> bool:
    """Whether the word that seems to find a price fine only makes a sum a rough one: "budżet ok. 150 tys."."""
    behind = words.norms[hit.tail + 1 : hit.tail + 2]
    return hit.kind == PREFIX + PRICE and hit.value in CONTENT and bool(behind) and behind[0][0].isdigit()


def _of_no_price(hit: Hit, words: Words, tongue: Tongue) -> bool:
    """Whether "fine" is said of something, but nothing says it is the price."""
    if hit.kind != PREFIX + PRICE or hit.value not in CONTENT:
        return False
    return not any(norm.startswith(tongue.prices) for norm in words.norms[hit.head : hit.tail + 1])


def _own_first(hits: Sequence[Hit], language: str) -> Sequence[Hit]:
    """Hits of the conversation's language; those of the others only when it has none."""
    own = [hit for hit in hits if hit.language == language]
    return own or hits


def _titles_of(hits: Sequence[Hit], language: str) -> Sequence[Hit]:
    """
    Hits about the writer: the conversation's language first, and what another one says at more length.

    "Я коммерческий директор" in a Ukrainian talk is more than the "директор" both languages know; "I" says nothing.
    """
    own = [hit for hit in hits if hit.language == language]
    if all(hit.value in POINTERS for hit in own):
        return hits
    wider = (
        hit
        for hit in hits
        if hit.language != language
        and is_title(hit)
        and any(is_title(one) and hit.head <= one.head and one.tail <= hit.tail and one.size < hit.size for one in own)
    )
    return [*own, *wider]


def _own_before(hits: Sequence[Hit], language: str) -> Sequence[Hit]:
    """All hits, those of the conversation's language first: of two as long the first stands."""
    return sorted(hits, key=lambda hit: hit.language != language)


def _with_figures(
    heard: Reading, message: Text, words: FigureWords, asked: Asked | None, today: date, *, bare: bool
) -> Reading:
    """
    Add what is read from numbers.

    A date in a message that puts things off is when to come back, unless a date was asked for: then "no hurry" is it.
    """
    later = heard.answer is not None and heard.answer.value is Answer.LATER and asked is not Asked.TIMING
    later = later and not (heard.needs or heard.role or heard.email or heard.phone)  # "no hurry" beside news is news
    found = read_figures(message, words, asked, today, later=later, bare=bare)
    if later and _is_when(heard.answer, found.callback, today):
        heard = replace(heard, answer=None)
        found = read_figures(message, words, asked, today, later=False, bare=bare)
    if found.money is None and heard.intent is not None and heard.intent.value is Intent.CORRECTION:
        found = replace(found, money=_corrected(found, message, words))
    timing = (
        None
        if _overlap(found.callback, found.timing) or _chatter(heard, found.timing, message, asked)
        else found.timing
    )
    if (
        asked is not None
        and timing is not None
        and timing.value.urgency is Urgency.ASAP
        and _unsaid(heard.answer, timing, message)
    ):
        timing = None  # "hard to say right now"
    return replace(
        heard,
        answer=None if _of_the_date(heard.answer, timing, asked) else heard.answer,
        money=found.money,
        unit=read_unit(message, words.money),
        timing=timing,
        callback=found.callback,
        people=found.people,
        percent=found.percent,
        number=found.number,
        duration=found.duration,
        days=found.days,
    )


def _unsaid(answer: Found[Answer] | None, timing: Found[Window], message: Text) -> bool:
    """Whether the visitor says in the same breath that they do not know or will not say."""
    told = answer is None or answer.value not in (Answer.UNKNOWN, Answer.REFUSE)
    return not told and answer is not None and not _apart(answer, timing, message)


def _is_when(answer: Found[Answer] | None, callback: Found[Window] | None, today: date) -> bool:
    """Whether what seems to put things off is nothing but a day some way ahead: "we can start next week"."""
    if answer is None or callback is None or not _overlap(answer, callback):
        return False
    last = callback.value.end or callback.value.start
    inside = callback.start <= answer.start and answer.end <= callback.end
    return inside and last is not None and (last - today).days >= SOON


def _of_the_date(answer: Found[Answer] | None, timing: Found[Window] | None, asked: Asked | None) -> bool:
    """Whether a speech act is only a part of a date: "к маю", in which a Ukrainian hears "I have"."""
    if answer is None or timing is None:
        return False
    if answer.value is Answer.LATER:
        return asked is Asked.TIMING
    return timing.value.urgency is Urgency.DATED and timing.start <= answer.start and answer.end <= timing.end


def _chatter(heard: Reading, timing: Found[Window] | None, message: Text, asked: Asked | None) -> bool:
    """
    Whether a message is about something else altogether: "what is the weather tomorrow?".

    When a date was asked for, what stands in another part of the message answers: "nice weather! in June".
    """
    if heard.intent is None or heard.intent.value is not Intent.OFF_TOPIC or heard.needs:
        return False
    return asked is not Asked.TIMING or (timing is not None and not _apart(heard.intent, timing, message))


def _with_other_figures(
    heard: Reading, message: Text, listened: Listened, words: Words, ears: Ears, asked: Asked | None, today: date
) -> Reading:
    """
    Fill in what only the second language of a message says: "Привет! We need CRM, бюджет 5к евро".

    Where nothing was heard at all, it is the one the message is likelier in: "якнайшвидше" in a talk in Russian.
    """
    if heard.money is not None and heard.timing is not None:
        return heard
    other = second_language(words, ears.known, heard.language)
    if other is None and heard == Reading(heard.language):
        other, _ = listened.language(ears, heard.language)
    if other is None or other == heard.language:
        return heard
    text = Text(message.original, message.folded, other)
    found = read_figures(text, ears.tongues[other].figures, asked, today, bare=False)
    return replace(
        heard,
        money=heard.money or found.money,
        timing=heard.timing or found.timing,
        people=heard.people or found.people,
    )


def _corrected(found: Figures, message: Text, words: FigureWords) -> Found[MoneyRange] | None:
    """The bare sum of "not 5000 but 7000", whatever was asked last; None when the numbers are something else."""
    if found.timing is not None or found.people is not None:
        return None
    money = read_money(message, words.money, Asked.MONEY)
    if money is None:
        return None
    named = money.value.low if money.value.low is not None else money.value.high
    return money if named is not None and named >= LEAST_CORRECTED else None


def _overlap(one: Found[Any] | None, other: Found[Any] | None) -> bool:
    if one is None or other is None:
        return False
    return other.start < one.end and one.start < other.end
