"""When a lead wants it: deadlines, starts, lengths, urgency; and when to come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from msgspec.structs import replace as replace_struct

from dialogs.reading.calendar import Stretch, add_days
from dialogs.reading.dates import Dates, read_dates
from dialogs.reading.expressions import Expression, Relation, RelationWords, compile_relations, expressions
from dialogs.reading.lengths import Length
from dialogs.reading.lexicon import Lexicon
from dialogs.reading.matching import Phrases, WordSet, phrases, word_set
from dialogs.reading.numberwords import NOBODY
from dialogs.reading.periods import Dated
from dialogs.reading.text import Text
from dialogs.reading.timewords import TimeWords
from dialogs.reading.tokens import Token
from dialogs.reading.values import Asked, Found
from scoring.values import Phase, Urgency, Window

CLAUSE_ENDS = {".", ",", ";", "!", "?", "\n", "(", ")"}
REACH = 20  # tokens; a clause that goes on for longer is no clause
APART = 3  # tokens between "on the market" and for how long
OLD = 2  # years; a bare length this long is rather the age of the company


UNSURE = 0.6  # confidence in a date whose day and month may be meant the other way round


@dataclass(frozen=True, slots=True)
class TimingWords:
    """Relations, urgency and the traps of a language."""

    time: TimeWords
    relations: RelationWords
    per: Phrases
    each: Phrases  # "two days apiece"
    lasting: Phrases  # "been around": what lasts already is no wish
    hired: Phrases  # people, who are hired for so long
    years_old: Phrases
    after_years: Phrases
    callback: Phrases
    not_times: Phrases  # "guten Morgen" is a greeting
    asap: Phrases
    asap_weak: Phrases
    flexible: Phrases
    flexible_weak: Phrases
    hard: Phrases
    start: Phrases
    finish: Phrases
    changed: Phrases  # "but now": the date behind it takes the place of the one before
    earlier: Phrases  # "earlier than": with a "not" behind the date it is the first day
    no_sooner: Phrases  # "not before that"
    wish: Phrases  # "нужно сегодня" is a deadline, "сегодня у нас" is not
    urgent: Phrases  # asap and flexible, the weak ones too
    turnover: WordSet  # "15 million a year" beside it is no deadline
    hiring_for: frozenset[str]  # "for six months" of hired people is no deadline
    negations: frozenset[str]
    but: frozenset[str]  # "not 3 months but 5"


def compile_timing(lexicon: Lexicon, others: Mapping[str, Lexicon] = NOBODY) -> TimingWords:
    """
    The timing words of a language.

    Raises:
        BrokenContent: A section has another shape.
    """

    def time(key: str) -> Phrases:
        return phrases(lexicon.words("time", key))

    def timing(key: str) -> Phrases:
        return phrases(lexicon.words("timing", key))

    relations = compile_relations(lexicon, others)
    return TimingWords(
        time=relations.time,
        relations=relations,
        per=time("per"),
        each=time("each"),
        years_old=time("years_old"),
        lasting=time("lasting"),
        hired=time("hired"),
        after_years=time("after_years"),
        callback=time("callback"),
        not_times=time("not_times"),
        turnover=word_set(lexicon.words("money", "turnover")),
        hiring_for=lexicon.single("time", "hiring_for"),
        negations=lexicon.single("money", "negations"),
        but=lexicon.single("time", "but"),
        asap=timing("asap"),
        asap_weak=timing("asap_weak"),
        flexible=timing("flexible"),
        flexible_weak=timing("flexible_weak"),
        hard=timing("hard"),
        start=timing("start"),
        finish=timing("finish"),
        wish=timing("wish"),
        earlier=timing("earlier"),
        no_sooner=timing("no_sooner"),
        changed=timing("changed"),
        urgent=phrases(
            text for key in ("asap", "asap_weak", "flexible", "flexible_weak") for text in lexicon.words("timing", key)
        ),
    )


def read_timing(text: Text, words: TimingWords, asked: Asked | None, today: date) -> Found[Window] | None:
    """When the lead wants it; None for the age of a company, opening hours and call-back dates."""
    dates = read_dates(text, words.time, today)
    if not dates.tokens:
        return None
    best: tuple[int, Expression, Window] | None = None
    for said in expressions(dates, words.relations):
        found = _not_sooner(dates, _mended(dates, said, words), words)
        score = _score(dates, found, words, asked)
        window = _window(found, today) if score else None
        if window is None:
            continue
        if (
            best is None
            or score > best[0]
            or _outranks(dates, found, best[1], words)
            or (score == best[0] and _is_small_talk(best[1], best[2], today))
        ):
            best = score, found, window
    if best is not None and _is_small_talk(best[1], best[2], today) and words.urgent.among(dates.numbers.said):
        said_plainly = _urgency(text, dates.tokens, words, asked)
        if said_plainly is not None:
            return said_plainly
    if best is not None:
        _, found, window = best
        hard = True if words.hard.first(dates.tokens) else None
        window = replace(window, hard=hard, phase=_phase(dates.tokens, found, words))
        start, end = dates.tokens[found.first].start, dates.tokens[found.last - 1].end
        sure = UNSURE if found.dated is not None and found.dated.stretch.unsure else 1.0
        return Found(window, start, end, text.quote(start, end), f"timing.{found.relation}", sure)
    return _urgency(text, dates.tokens, words, asked) if words.urgent.among(dates.numbers.said) else None


def _is_small_talk(found: Expression, window: Window, today: date) -> bool:
    """Whether a date is a bare "today", which "no rush" or "as soon as possible" beside it means more than."""
    return found.relation is Relation.NONE and window.start == window.end == today


def _mended(dates: Dates, found: Expression, words: TimingWords) -> Expression:
    """Read "not 3 months but 5": the number behind a denied length is the one meant, in the same unit."""
    length = found.length
    if length is None or length.more or not _negated(dates, found, words):
        return found
    at, apart = found.last, 0
    while apart < APART - 1 and dates.word(at) and (dates.word(at) in {",", "-"} or dates.word(at) in words.but):
        at, apart = at + 1, apart + 1
    number = dates.numbers.starting.get(at)
    if not apart or number is None or number.scale > 1 or dates.word(number.last) not in CLAUSE_ENDS | {""}:
        return found
    meant = replace_struct(length, low=number.value, high=number.value, last=number.last)
    return replace_struct(found, length=meant, first=number.first, last=number.last)


def _not_sooner(dates: Dates, found: Expression, words: TimingWords) -> Expression:
    """Read "раньше июля не начнём" and "с сентября, раньше никак": from that day on."""
    if found.dated is None or found.relation not in {Relation.NONE, Relation.BEFORE, Relation.BY, Relation.FROM}:
        return found
    tokens, reach = dates.tokens, min(len(dates.tokens), found.last + 3)
    if words.no_sooner.first(tokens, found.last, min(len(tokens), found.last + REACH)) is not None:
        return replace_struct(found, relation=Relation.NOT_BEFORE)
    earlier = words.earlier.ends(tokens, found.first) or words.earlier.begins(tokens, found.first)
    if earlier and any(token.text in words.negations for token in tokens[found.last : reach]):
        return replace_struct(found, relation=Relation.NOT_BEFORE)
    return found


def read_callback(text: Text, words: TimingWords, today: date, *, later: bool = False) -> Found[Window] | None:
    """
    When the visitor wants to be written or called again, e.g. "вернусь через две недели".

    With later (the answer was read as putting it off) any date counts, without it only one beside a word of calling.
    """
    tokens = read_dates(text, words.time, today)
    if not later and not (
        words.callback.among(tokens.numbers.said) and words.callback.first(tokens.tokens) is not None
    ):
        return None
    for found in expressions(tokens, words.relations):
        if (
            found.ago
            or _no_time(tokens.tokens, found, words)
            or not (later or _about_callback(tokens.tokens, found, words))
        ):
            continue
        if found.length is not None and found.relation is Relation.NONE:
            continue
        window = _window(found, today)
        if window is not None:
            start, end = tokens.tokens[found.first].start, tokens.tokens[found.last - 1].end
            return Found(window, start, end, text.quote(start, end), "callback")
    return None


def _window(found: Expression, today: date) -> Window | None:
    """The wished window, from today on; None if it is over or says nothing."""
    if found.length is not None:
        return _length_window(found, found.length, today)
    if found.dated is None:
        return None
    if found.dated.length is not None and found.relation in {Relation.NONE, Relation.WITHIN, Relation.BY}:
        return Window(None, found.dated.length.after(today), Urgency.DATED)
    stretch = found.dated.stretch
    start: date | None = stretch.start
    end: date | None = found.until.stretch.end if found.until else stretch.end
    if found.relation is Relation.DUE and found.dated.due is None:
        start = None  # "deadline June": its last day
    elif found.relation in {Relation.BY, Relation.BEFORE, Relation.DUE}:
        start, end = None, last_day_before(found.dated, today)
    elif found.relation in {Relation.AFTER, Relation.NOT_BEFORE} or found.onwards:
        start, end = first_day_after(found), None
    if end is not None and end < today:
        return None
    if start is not None and start < today:
        if end is None:
            return None  # "running since 2015"
        start = today
    return Window(start, end, Urgency.DATED)


def last_day_before(dated: Dated, today: date) -> date:
    """The last day of "by" and "before": the day itself, the end of an edge, else the day before the stretch."""
    stretch = dated.stretch
    if dated.due is not None:
        return dated.due
    if dated.edge or stretch.grain == "day":
        return stretch.end
    before = add_days(stretch.start, -1)
    return stretch.end if before < today else before


def first_day_after(found: Expression) -> date:
    """The first day of "after" (behind the stretch) and of "not before" (its beginning)."""
    stretch = found.dated.stretch if found.dated is not None else Stretch(date.min, date.min, "day")
    if found.relation is Relation.AFTER and stretch.grain != "day":
        return add_days(stretch.end, 1)
    return stretch.start


def _length_window(found: Expression, length: Length, today: date) -> Window | None:
    if found.ago:
        return None
    origin = found.anchor or today
    low, high = length.after(origin), length.after(origin, high=True)
    if found.relation in {Relation.AFTER, Relation.NOT_BEFORE}:
        return Window(low, None, Urgency.DATED)
    if found.relation is Relation.IN or (length.low != length.high and found.relation is Relation.NONE):
        return Window(low, high, Urgency.DATED)
    return Window(None, high, Urgency.DATED)


def _score(dates: Dates, found: Expression, words: TimingWords, asked: Asked | None) -> int:
    """How sure it is that an expression is the wished time: 0 not."""
    tokens = dates.tokens
    if found.ago or _no_time(tokens, found, words) or _about_callback(tokens, found, words):
        return 0
    firm = words.hard.first(tokens)
    if firm is not None and firm[0] <= found.first and found.last <= firm[1]:
        return 0  # "and not a day later" says how firm, not when
    if found.length is not None:
        return _length_score(dates, found, found.length, words, asked)
    if found.dated is None or found.dated.stretch.past:
        return 0
    if found.relation is Relation.NONE and _negated(dates, found, words):
        return 0  # "not this year"
    if found.relation is not Relation.NONE:
        year = found.dated.stretch.grain == "year"
        return 0 if year and found.relation is Relation.FROM and found.dated.stretch.start <= dates.today else 3
    before = dates.word(found.first - 1)
    if before == "-" and asked is not Asked.TIMING and dates.word(found.first - 2) in words.time.weekdays:
        return 0  # "Mon-Fri": opening hours
    if before == "-" and dates.word(found.first - 2) in words.time.weekdays and _goes_on(tokens, found.last):
        return 0  # "mon-fri 9 to 5"
    if before in words.hiring_for and found.dated.stretch.grain == "year" and _counted(dates, found.first - 1):
        return 0  # "220 tysięcy na ten rok": what the sum is for
    if found.dated.bare:
        leaning = before in words.time.fillers and found.dated.stretch.grain == "year"
        return 2 if leaning or (asked is Asked.TIMING and len(tokens) < 6) else 0
    if found.until is not None and dates.word(found.first) in words.time.weekdays and asked is not Asked.TIMING:
        return 0  # "пн-пт": opening hours
    if found.until is not None and dates.word(found.first) in words.time.weekdays:
        if found.last < len(tokens) and tokens[found.last].kind == "n":
            return 0  # "пн-пт 9-18"
        first, last = clause(tokens, found.first, found.last)
        if words.lasting.first(tokens, first, last):
            return 0  # "we work Mon-Fri 8-16"
    if dates.word(found.first) in words.time.days and found.dated.stretch.start == dates.today and found.until is None:
        wanted = asked is Asked.TIMING or before in words.time.fillers
        first, last = clause(tokens, found.first, found.last)
        wished = words.wish.first(tokens, first, last) is not None or _phase(tokens, found, words) is not None
        return 2 if wanted or wished else 0
    return 2


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number follows, past one word at most."""
    return any(token.kind == "n" for token in tokens[at : at + 2])


def _counted(dates: Dates, end: int) -> bool:
    """Whether a sum ends at a token, or one token before it."""
    return any(number.last in {end, end - 1} and number.scale > 1 for number in dates.numbers.found)


def _length_score(dates: Dates, found: Expression, length: Length, words: TimingWords, asked: Asked | None) -> int:
    tokens = dates.tokens
    if length.unit in {"minute", "hour"}:
        related = found.relation in {Relation.IN, Relation.WITHIN}
        if not related or (asked is not Asked.TIMING and length.days < 1):
            return 0  # "switch the light off in five minutes"
    if words.after_years.begins(tokens, found.last) or words.lasting.ends(tokens, found.first):
        return 0
    first, _ = clause(tokens, found.first, found.last)
    if length.unit == "year" and words.lasting.first(tokens, max(first, found.first - APART), found.first):
        return 0  # "na rynku jesteśmy 12 lat"
    if tokens[found.first].text in words.hiring_for and words.hired.first(tokens, first, found.first):
        return 0  # "hire two engineers for six months"
    if length.unit == "day" and not length.named and found.last < len(tokens) and tokens[found.last].kind == "w":
        by = dict(words.relations.relations)[Relation.BY]
        if by.begins(tokens, found.first):
            return 0  # "by the day of the city"
    if words.each.begins(tokens, found.first):
        return 0  # "по два дня": each time
    old = words.years_old.ends(tokens, found.first) and found.relation not in {Relation.IN, Relation.WITHIN}
    if old and (length.unit == "year" or asked is not Asked.TIMING or found.relation is not Relation.NONE):
        return 0  # "we have six weeks" is an age only where no time was asked for
    since = dict(words.relations.relations)[Relation.FROM].begins(tokens, found.first)
    if length.unit == "year" and length.low >= OLD and length.low == length.high and since:
        return 0  # "od 3 lat": for three years already
    before = tokens[found.first - 1].text if found.first else ""
    if length.unit == "year" and length.low >= OLD and asked is not Asked.TIMING and found.relation is not Relation.IN:
        return 0
    behind = {found.first} if before == "," else {found.first, found.first - 1}
    if not length.named and any(number.last in behind for number in dates.numbers.found):
        return 0  # "2,5 tys. za miesiąc" is a price
    if any(token.text in words.turnover for token in tokens[max(first, found.first - APART) : found.last + 1]):
        return 0
    if found.relation is not Relation.NONE:
        return 0 if before in words.hiring_for else 3
    if before in words.hiring_for and found.first == 1 and asked is Asked.TIMING:
        return 1  # "for half a year", and nothing before it
    if words.per.ends(tokens, found.first) or before in words.hiring_for:
        return 0
    if before in words.time.this or before in words.time.following or before in words.time.last:
        return 0
    if not length.named:
        rough = asked is Asked.TIMING and words.relations.approx.ends(tokens, found.first) > 0  # "well, a month"
        alone = (not before or before in CLAUSE_ENDS or before == "-" or rough) and (
            found.last == len(tokens) or tokens[found.last].text in CLAUSE_ENDS or asked is Asked.TIMING
        )
        return 1 if alone and not _spelled_per(tokens, found.first) else 0
    return 1


def _spelled_per(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].text == "/"


def _about_callback(tokens: Sequence[Token], found: Expression, words: TimingWords) -> bool:
    first, last = clause(tokens, found.first, found.last)
    return words.callback.first(tokens, first, last) is not None


def _no_time(tokens: Sequence[Token], found: Expression, words: TimingWords) -> bool:
    return words.not_times.first(tokens, max(found.first - 1, 0), found.last) is not None


def clause(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """The tokens between the punctuation marks around an expression."""
    before, after = first - REACH, last + REACH
    while first > max(0, before) and tokens[first - 1].text not in CLAUSE_ENDS:
        first -= 1
    while last < min(len(tokens), after) and tokens[last].text not in CLAUSE_ENDS:
        last += 1
    return first, last


def _outranks(dates: Dates, new: Expression, old: Expression, words: TimingWords) -> bool:
    """Whether a later date replaces one as sure: "not in March but in April"; the finish counts before the start."""
    if words.changed.first(dates.tokens, old.last, new.first) is not None:
        return True  # "we wanted May, now rather July"
    if _negated(dates, old, words) or dates.word(old.last) in words.negations:
        return True  # "not in March but in April", "in May we cannot, make it June"
    return _phase(dates.tokens, old, words) is Phase.START and _phase(dates.tokens, new, words) is Phase.FINISH


def _negated(dates: Dates, found: Expression, words: TimingWords) -> bool:
    at = found.first - 1
    if dates.word(at) in words.time.fillers:
        at -= 1
    return dates.word(at) in words.negations


def _phase(tokens: Sequence[Token], found: Expression, words: TimingWords) -> Phase | None:
    """Start or finish, by the nearest such word in the clause."""
    first, last = clause(tokens, found.first, found.last)
    nearest: tuple[int, Phase] | None = None
    for phase, listed in ((Phase.START, words.start), (Phase.FINISH, words.finish)):
        for at in range(first, last):
            if listed.begins(tokens, at):
                distance = found.first - at if at < found.first else at - found.last + 2  # "start in May, end in June"
                if nearest is None or distance < nearest[0]:
                    nearest = distance, phase
    return nearest[1] if nearest else None


def _urgency(text: Text, tokens: tuple[Token, ...], words: TimingWords, asked: Asked | None) -> Found[Window] | None:
    timing = asked is Asked.TIMING
    calm = words.flexible.first(tokens) or (words.flexible_weak.first(tokens) if timing else None)
    if calm is not None:
        return _without_dates(text, tokens, calm, Urgency.FLEXIBLE)
    haste = words.asap.first(tokens) or (words.asap_weak.first(tokens) if timing else None)
    if haste is None:
        return None
    before = haste[0] - 1
    if before > 0 and tokens[before].kind == "w" and tokens[before].text not in words.negations:
        before -= 1  # "not very urgent"
    negated = before >= 0 and tokens[before].text in words.negations
    return _without_dates(text, tokens, haste, Urgency.FLEXIBLE if negated else Urgency.ASAP)


def _without_dates(text: Text, tokens: Sequence[Token], at: tuple[int, int], urgency: Urgency) -> Found[Window]:
    start, end = tokens[at[0]].start, tokens[at[1] - 1].end
    return Found(Window(None, None, urgency), start, end, text.quote(start, end), f"timing.{urgency}")
