"""Takes what a visitor sent: reads it, learns from it, and leaves the next move to moves.py."""

from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from dialogs import moves
from dialogs.asking import asks_nothing, is_of_the_work, meant, questions_of, respond, without_questions
from dialogs.doubts import clash, is_doubt
from dialogs.framework import CONTACT, ChoiceSpec, Question
from dialogs.freewords import says_much, says_something
from dialogs.hearing import (
    NEED,
    REACTION,
    Told,
    news,
    only_free_answer,
    today_of,
    told_by,
    told_by_choice,
    withdrawals,
    without_changes_of_no_role,
    without_free_answer,
    without_other_needs,
    without_the_kind,
    without_titles_of_others,
    without_words_on_no_price,
)
from dialogs.phrases import day_text, notes
from dialogs.reading.hear import Listened, hear, listen
from dialogs.reading.values import Answer, Ask, Asked, Intent, Reading, Social
from dialogs.rental import MODEL, RENTAL, STAGE, seen_as_rental
from dialogs.repair import ABOUT_THE_WORK, as_reason, mended, taken_back
from dialogs.talk import Talk
from dialogs.urgent import URGENT, urgent_call
from dialogs.values import EffectKind, Ending, Mode
from scoring.conditions import Knowledge
from scoring.stages import STAGES, Stage
from scoring.values import Evidence, Fact, Source

WHO = ("contact.", "company.")  # keys that tell who somebody is, and nothing of the work
LONGEST_READ = 10_000  # characters; the rest stays in the transcript unread
MOST_LINES = 12  # of one message, from the last, looked at one by one
LONGEST_CALL = 60  # characters of a line that is nothing but a call
LONGEST_LABEL = 80  # characters of a button
LONGEST_TURN = 9  # figures of a turn number; more than that nobody has talked
REFUSED = "refused:"  # a file the channel could not keep: its reason and name follow
CHOOSING = "choosing"  # of purchase.stage
SOON_DAYS = 3  # "call me tomorrow" is work for a person, "write to me in June" for a reminder
_SURE_AT_FIRST = 0.2  # how sure the language must be at first, when nobody has been spoken to yet

_SMALLER = frozenset(("need.category", "need.purpose", "need.feature"))  # told of work that can be done

_COURTESY = {Social.GREETING: "hello", Social.COURTESY: "welcome", Social.PRESENCE: "here"}
_COMMANDS = {
    "/start": Intent.RESTART,
    "/restart": Intent.RESTART,
    "/human": Intent.HUMAN,
    "/stop": Intent.STOP,
    "/back": Intent.BACK,
    "/skip": Intent.SKIP,
    "/help": Intent.CLARIFY,
}


def take_text(talk: Talk) -> None:
    """A message in the visitor's own words."""
    text = talk.inbound.text[:LONGEST_READ]
    typed = _typed_choice(talk, text)
    if typed is not None and talk.conversation.mode is not Mode.HUMAN:
        _choose(talk, typed)
        return
    called, text = _called_amid(talk, text)
    listened = listen(text, talk.library.ears)
    switched = _follow_language(talk, listened)
    ours = talk.conversation.mode is Mode.HUMAN  # one of us speaks: a yes is meant for them, not for the bot's question
    question = None if ours else talk.waiting
    asked = None if question is None else question.asks
    reading = _hear(talk, listened, asked)
    if reading == Reading(reading.language) and (other := _heard_otherwise(talk, listened, asked)) is not None:
        reading = other
    intent = _COMMANDS.get(text.strip().lower().partition("@")[0]) or (reading.intent.value if reading.intent else None)
    reading = as_reason(talk, listened, reading, question)
    told = told_by(reading, talk.inbound, question, talk.library.mail)
    told = mended(talk, listened, reading, told, question)
    told = without_other_needs(told, talk.known, question, talk.inbound)
    if not reading.denied:
        told = without_the_kind(told, talk.known, question, talk.inbound)
    told = without_changes_of_no_role(told, talk.known, question)
    if reading.intent is None or reading.intent.value is not Intent.CORRECTION:
        told = without_titles_of_others(told, talk.known, question)
    told = seen_as_rental(told, talk.known, talk.company, turned_away=_was_turned_away(talk))
    if intent is Intent.CLARIFY and reading.tongue and reading.tongue.value != talk.before.language:
        intent = None  # "давайте по-русски" asks for plain words only where Russian is spoken
    if ours:
        if called is None and intent is Intent.STOP and is_of_the_work(told, reading, listened.text.folded):
            intent = None
        talk.heard = _heard(told, called or intent)
        _learn(talk, told, correcting=False)
        if talk.waiting is not None and told.keys & set(talk.waiting.fills):
            talk.settle(Ending.ANSWERED)
        talk.sync_stage()
        return
    library = talk.library
    questions = questions_of(
        listened, reading, told, library.faq, library.ears, estimated=lambda: talk.weighed.estimate is not None
    )
    intent = called or meant(intent, reading, questions)
    if called is None and intent is Intent.STOP and is_of_the_work(told, reading, listened.text.folded):
        intent = None
    told, reading = without_questions(told, reading, questions, listened.text.folded)
    if question is not None:
        weighed = only_free_answer(told) if NEED in question.not_about else told  # the pain named in it is the answer
        if not says_something(weighed, listened, reading, library.ears, question.text, question.about):
            told = without_free_answer(told)
    if "estimate" not in talk.voice.told and (question is None or REACTION not in question.fills):
        told = without_words_on_no_price(told, talk.library.ears.tongues[reading.language].prices)
    talk.heard = _heard(told, intent)
    if called is not None:
        _learn(talk, without_free_answer(told), correcting=False)
        _obey(talk, called, Told(()), "", [])
        return
    ends = intent in (Intent.STOP, Intent.RESTART)
    said = [] if ends else respond(talk, questions, told)
    priced = None if ends else questions.price
    if priced is not None and intent is not None and not told.facts:
        said, priced = [*said, *moves.price(talk, priced)], None
    if intent is None and not listened.words and "?" in text:
        intent = Intent.CLARIFY
    if intent is Intent.BOT_IDENTITY and told.facts:
        said = [*said, talk.line("identity")]  # whoever asks is told, whatever else they say
    if intent is not None and _obey(talk, intent, told, text, said):
        return
    if reading.tongue is not None:
        told = without_free_answer(told)
        switched = _speak_as_asked(talk, reading.tongue.value)
        if not switched:
            return
    if reading.social is not None and not told.facts and talk.before.turn > 0 and question is not None:
        moves.repeat(talk, [talk.lead(_COURTESY[reading.social])])
        return
    answered = told.facts or (reading.answer is not None and reading.tongue is None)  # "może po polsku?" is no maybe
    if switched and not (said or priced or answered):
        moves.repeat(talk, [talk.line("language.switched")])
        return
    empty = not (said or priced or told.facts or intent or reading.answer)
    if empty and question is not None and asks_nothing(listened, talk.library.ears):
        moves.repeat(talk, [])
        return
    if empty and _may_want_less(talk, reading) and says_much(listened, reading, talk.library.ears):
        _let_in(talk)
        moves.go_on(talk, [talk.lead("ack.plain")])
        return
    _take_answer(talk, reading, told, question, intent, said, priced=priced)


def _let_in(talk: Talk) -> None:
    """What somebody was turned away with is given up; what was left unasked then may be asked now."""
    talk.withdraw("need.scale")
    if talk.before.stage is Stage.DISQUALIFIED:
        talk.change(asked=tuple(one for one in talk.conversation.asked if one.ending is not Ending.PASSED))


def _ask_anew(talk: Talk, key: str) -> None:
    """What was known under the key holds no longer, and the question for it may be put once more."""
    talk.withdraw(key)
    tree = talk.framework
    settled = (one for one in talk.conversation.asked if one.ending is not Ending.OPEN)
    again = {one.question for one in settled if (asked := tree.question(one.question)) and key in asked.fills}
    talk.change(asked=tuple(one for one in talk.conversation.asked if one.question not in again))


def _may_want_less(talk: Talk, reading: Reading) -> bool:
    """Whether somebody turned away with a dream too large writes on: what they want now is asked, not waved off."""
    return _was_turned_away(talk) and reading.social is None and talk.known.value("need.scale") is not None


def _was_turned_away(talk: Talk) -> bool:
    return talk.before.stage is Stage.DISQUALIFIED and talk.before.mode is Mode.CLOSED


def _heard(told: Told, intent: Intent | None) -> tuple[str, ...]:
    return tuple(sorted(told.keys)) + ((f"intent:{intent}",) if intent else ())


def _called_amid(talk: Talk, text: str) -> tuple[Intent | None, str]:
    """
    What a line of several is nothing but: a call for a person, for the end, for an earlier question.

    The widget sends what is written in one breath as one message. The line is blanked, so that spans stay as they are.
    """
    lines = text.split("\n") if "\n" in text else []
    for at in range(len(lines) - 1, max(-1, len(lines) - 1 - MOST_LINES), -1):
        line = lines[at].strip()
        if not line or len(line) > LONGEST_CALL:
            continue
        called = _COMMANDS.get(line.lower()) or urgent_call(line, talk.library.ears)
        if called in URGENT:
            lines[at] = " " * len(lines[at])
            return called, "\n".join(lines)
    return None, text


def _hear(talk: Talk, listened: Listened, asked: Asked | None) -> Reading:
    language, today = talk.conversation.language, today_of(talk.inbound)
    return hear(listened, talk.library.ears, language=language, asked=asked, today=today, bare=False)


def _heard_otherwise(talk: Talk, listened: Listened, asked: Asked | None) -> Reading | None:
    """What the message says in another language than the one spoken, if it says anything there; that is spoken then."""
    found, _ = listened.language(talk.library.ears, talk.conversation.language)
    if found is None or found == talk.conversation.language or found not in talk.library.ears.tongues:
        return None
    today = today_of(talk.inbound)
    reading = hear(listened, talk.library.ears, language=found, asked=asked, today=today, bare=False)
    if reading == Reading(reading.language):
        return None
    if found in talk.library.wordings and not talk.conversation.language_fixed:
        talk.speak(found)
    return reading


def _obey(talk: Talk, intent: Intent, told: Told, text: str, said: list[str]) -> bool:
    """Do what a message about the conversation asks; False when it is (also) an answer to be taken as one."""
    match intent:
        case Intent.STOP:
            moves.stop(talk)
        case Intent.RESTART:
            moves.restart(talk)
        case Intent.HUMAN:
            _learn(talk, told, correcting=False)
            moves.call_human(talk, said)
        case Intent.BACK if not told.facts:
            moves.step_back(talk, said)
        case Intent.BOT_IDENTITY | Intent.OFF_TOPIC | Intent.INSULT if not told.facts:
            key = {Intent.BOT_IDENTITY: "identity", Intent.OFF_TOPIC: "offtopic", Intent.INSULT: "insult"}[intent]
            moves.repeat(talk, [*said, talk.lead(key)])
        case Intent.WHY_ASK | Intent.CLARIFY if not told.facts:
            if talk.waiting is None and _was_turned_away(talk):
                talk.say(talk.line("away.again"))
            elif text.strip().startswith("/help") or talk.waiting is None:
                moves.repeat(talk, [*said, talk.line("help")])
            else:
                kinds = ("why", "explain") if intent is Intent.WHY_ASK else ("explain", "why")
                reason = next(filter(None, (talk.question_line(kind, talk.waiting) for kind in kinds)), "")
                moves.repeat(talk, [*said, reason])
        case Intent.SKIP if not told.facts and talk.waiting is not None:
            talk.settle(Ending.SKIPPED)
            moves.go_on(talk, [*said, talk.lead("ack.skipped")])
        case _:
            return False
    return True


def _speak_as_asked(talk: Talk, language: str) -> bool:
    """Go on in the language asked for; one we do not have is said to be missing, and False returned."""
    if language in talk.library.wordings:
        talk.speak(language, fixed=True)
        return True
    own = talk.library.languages
    spoken = ", ".join(own.get(code, code) for code in talk.library.wordings)
    moves.repeat(talk, [talk.lead("language.unknown", languages=spoken)])
    return False


def _take_answer(
    talk: Talk,
    reading: Reading,
    told: Told,
    question: Question | None,
    intent: Intent | None,
    said: list[str],
    *,
    priced: Ask | None,
) -> None:
    if _asks_to_come_back(reading) and _come_back(talk, reading, told):
        return
    gone = taken_back(reading, told, talk.known, talk)
    talk.learn(gone)
    before_this = talk.known
    fresh, corrected = _learn(talk, told, correcting=intent is Intent.CORRECTION)
    corrected = (corrected or bool(gone)) and (question is None or not is_doubt(question.id))
    if intent is not Intent.CORRECTION:
        asked_for = () if question is None else question.fills
        unasked = [fact for fact in fresh if fact.key not in asked_for]
        talk.clash = clash(unasked, before_this, lambda: talk.assess(before_this).flag_names)
    if _leaves_a_contact_all_the_same(talk, fresh):
        moves.call_human(talk, [*said, _say_back(talk, fresh, corrected=False)])
        return
    if talk.before.mode is Mode.PARKED and fresh and all(fact.key.startswith(WHO) for fact in fresh):
        moves.offer(talk)
        talk.say("\n\n".join([*said, _say_back(talk, fresh, corrected=False)]))
        return  # who they are, for the day we come back
    answered = question is not None and bool(told.keys & set(question.fills))
    if answered:
        talk.settle(Ending.ANSWERED)
    before = [*said, _say_back(talk, fresh, corrected=corrected, alone=not said)] if fresh else [*said]
    if priced is not None:
        before += moves.price(talk, priced)
    if before and talk.before.turn == 0:
        before.insert(0, talk.line("greet.first"))
    if not answered and question is not None and not fresh:
        if _declined(talk, reading, before):
            return
        if before:
            moves.repeat(talk, before)
            return
        if told.facts:  # said before, and not what was asked
            moves.repeat(talk, [talk.lead("ack.plain")])
            return
        moves.clarify(talk)
        return
    if answered and not before:
        before = [talk.lead("ack.plain")]
    if not answered and question is not None and reading.answer is not None:
        _settle_by_answer(talk, reading.answer.value)
    if question is None and not told.facts and not before:
        _small_talk(talk, reading)
        return
    if question is None and not told.facts:
        if any(
            fact.key == "dialog.question" for fact in talk.known.facts("dialog.question") if fact.at == talk.inbound.at
        ):
            moves.offer(talk)
        moves.repeat(talk, before)
        return
    moves.go_on(talk, before)


def _leaves_a_contact_all_the_same(talk: Talk, fresh: Sequence[Fact]) -> bool:
    """Whether somebody we turned away wants to be reached: a person looks, as we may have got it wrong."""
    return _was_turned_away(talk) and any(fact.key in moves.CONTACTS for fact in fresh)


def _asks_to_come_back(reading: Reading) -> bool:
    return reading.callback is not None and reading.answer is not None and reading.answer.value is Answer.LATER


def _declined(talk: Talk, reading: Reading, said: list[str]) -> bool:
    """Whether the visitor passed the question: does not know, would rather not, later, or a no that tells nothing."""
    if reading.answer is None or reading.answer.value is Answer.YES:
        return False
    unknown = reading.answer.value is Answer.UNKNOWN
    talk.settle(Ending.UNKNOWN if unknown else Ending.SKIPPED)
    moves.go_on(talk, [*said, talk.lead("ack.unknown" if unknown else "ack.skipped")])
    return True


def _settle_by_answer(talk: Talk, answer: Answer) -> None:
    if answer in (Answer.UNKNOWN, Answer.REFUSE, Answer.LATER):
        talk.settle(Ending.UNKNOWN if answer is Answer.UNKNOWN else Ending.SKIPPED)


def _small_talk(talk: Talk, reading: Reading) -> None:
    """Words that carry no fact while no question waits: the first hello, or a thank-you at the end."""
    if talk.before.turn == 0:
        moves.start(talk)
    elif reading.social is Social.PRESENCE:
        talk.say(talk.line("here"))
    elif _goes_on(talk, reading):
        moves.ask_on(talk, [talk.lead("ack.plain")])
    elif talk.conversation.mode is Mode.HANDED_OVER and "wants_human" in talk.weighed.flag_names:
        talk.say(talk.line("human.already"))
    elif reading.social is None and _was_turned_away(talk):
        talk.say(talk.line("away.again"))
    elif talk.conversation.mode in (Mode.HANDED_OVER, Mode.CLOSED, Mode.PARKED):
        talk.say(talk.line("close.anything"))
    else:
        moves.ask_on(talk, [talk.lead("ack.plain" if reading.answer else "ack.unclear")])


def _goes_on(talk: Talk, reading: Reading) -> bool:
    """Whether who ended the talk says "let's go on": the next question is asked."""
    ended = talk.conversation.mode is Mode.CLOSED and talk.conversation.stage is not Stage.DISQUALIFIED
    return ended and reading.intent is not None and reading.intent.value is Intent.SKIP


def _learn(talk: Talk, told: Told, *, correcting: bool) -> tuple[tuple[Fact, ...], bool]:
    known = talk.known
    fresh, corrected = news(told, known)
    if correcting:
        talk.learn(withdrawals(fresh, known))
        corrected = corrected or bool(fresh)
    talk.learn(fresh)
    _lift(talk, fresh, known)
    return fresh, corrected


def _lift(talk: Talk, fresh: tuple[Fact, ...], before: Knowledge) -> None:
    """
    What new words take back.

    Another need ends the dream of an own Google, who buys wants no rental, who names a model has chosen one, and a
    technology of ours ends "only that".
    """
    keys = {fact.key for fact in fresh}
    if (before.facts("need.scale") and keys & _SMALLER) or RENTAL in keys:
        _let_in(talk)
    if before.value(STAGE) == CHOOSING and STAGE not in keys and MODEL in keys:
        _ask_anew(talk, STAGE)
    ours = [fact for fact in fresh if fact.key == "need.stack" and fact.value in talk.company.stack.works_in]
    if ours and before.value("need.exclusive_stack") == "yes":
        talk.learn([replace(ours[0], key="need.exclusive_stack", value="no")])


def _say_back(talk: Talk, fresh: tuple[Fact, ...], *, corrected: bool, alone: bool = True) -> str:
    """What was understood; where that is nothing to repeat, a word of thanks, unless something else is said already."""
    estimates = bool(talk.company.card.projects)  # who sells from the shelf is told nothing of scope and features
    said = [fact for fact in fresh if estimates or fact.key not in ABOUT_THE_WORK]
    heard = notes(said, talk.voice, talk.library)
    if not heard:
        return talk.lead("ack.plain") if alone else ""
    return talk.line("ack.corrected" if corrected else "ack.noted", heard=heard)


def _come_back(talk: Talk, reading: Reading, told: Told) -> bool:
    """
    The visitor asks to be written to later, or called soon.

    Within a few days somebody of ours has to act, so a person is called; later than that the talk rests until the day.
    """
    window = None if reading.callback is None else reading.callback.value
    day = None if window is None else (window.start or window.end)
    today = today_of(talk.inbound)
    if day is None or day <= today:
        return False
    rest = Told(tuple(fact for fact in told.facts if not fact.key.startswith("timing.")))
    _learn(talk, rest, correcting=False)
    if (day - today).days <= SOON_DAYS:
        moves.call_human(talk)
        return True
    if not STAGES.can(talk.conversation.stage, "postpone"):
        return False
    talk.settle(Ending.SKIPPED)
    talk.move("postpone")
    talk.change(parked_until=day.isoformat())
    talk.enter("park")
    talk.say(talk.line("later.parked", date=day_text(day, talk.conversation.language)))
    if talk.conversation.handoff:
        talk.cause(EffectKind.LEAD_UPDATED, f"updated:{talk.turn}")
    return True


def take_choice(talk: Talk) -> None:
    """A button; one that belongs to an earlier question changes nothing."""
    question, choice = talk.waiting, _pressed(talk)
    if question is None or choice is None:
        if talk.conversation.mode is not Mode.HUMAN:
            _answer_stale_tap(talk)
        return
    _choose(talk, choice)


def _choose(talk: Talk, choice: ChoiceSpec) -> None:
    """What a button of the question that waits leads to, pressed or typed."""
    question = talk.waiting
    if question is None:
        return
    label = talk.label(question, choice)
    told = told_by_choice(choice, label, talk.inbound)
    talk.heard = tuple(sorted(told.keys))
    ours = talk.conversation.mode is Mode.HUMAN
    if ours and choice.act in ("type", "human"):
        return
    if choice.act == "type":
        moves.await_words(talk)
        return
    if choice.act == "human":
        moves.call_human(talk)
        return
    fresh, corrected = _learn(talk, told, correcting=False)
    corrected = corrected and not is_doubt(question.id)
    talk.settle(
        Ending.SKIPPED if choice.act == "skip" else Ending.UNKNOWN if choice.act == "unknown" else Ending.ANSWERED
    )
    if ours:
        talk.sync_stage()
        return
    passed = choice.act == "skip" and question.criterion != CONTACT  # to stay in the chat is an answer
    before = [talk.lead("ack.skipped")] if passed else []
    moves.go_on(talk, [_say_back(talk, fresh, corrected=corrected)] if fresh else before)


def _answer_stale_tap(talk: Talk) -> None:
    if _is_double_tap(talk):
        return  # the first tap has been answered; a second line would only confuse
    if talk.waiting is None:
        talk.say(talk.line("tap.stale"))
    else:
        moves.repeat(talk, [talk.line("tap.stale")])


def _is_double_tap(talk: Talk) -> bool:
    """Whether the button just pressed was pressed before, as impatient fingers do, and told us what stands."""
    parts = talk.inbound.text.split(":")
    key = ".".join(("choice", *parts[1:]))
    settled = [one for one in talk.conversation.asked if one.ending is not Ending.OPEN]
    if len(parts) != 3 or not settled or settled[-1].question != parts[1]:
        return False
    if is_doubt(parts[1]):
        return True
    if not talk.voice.wording.has(key):
        return False
    label = talk.voice.word(key)
    evidence = (fact.evidence for fact in talk.conversation.facts)
    return any(one.source is Source.CHOICE and one.quote == label for one in evidence)


def _typed_choice(talk: Talk, text: str) -> ChoiceSpec | None:
    """The button whose label was written instead of pressed."""
    question = talk.waiting
    written = _plain(text) if question is not None and len(text) <= LONGEST_LABEL else ""
    if question is None or not written:
        return None
    labels = ((one, talk.label(question, one)) for one in question.choices)
    return next((one for one, label in labels if _plain_label(label) == written), None)


@lru_cache(maxsize=1024)  # labels are the same few hundred
def _plain_label(label: str) -> str:
    return _plain(label)


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())


def _pressed(talk: Talk) -> ChoiceSpec | None:
    asked, question = talk.conversation.waiting_for, talk.waiting
    if asked is None or question is None:
        return None
    parts = talk.inbound.text.split(":")
    if len(parts) == 3:
        turn, name, choice = parts
        if (
            name != question.id
            or not turn.isascii()
            or not turn.isdigit()
            or len(turn) > LONGEST_TURN
            or not asked.turn <= int(turn) <= talk.before.turn
        ):
            return None
    else:
        choice = talk.inbound.text
    return next((one for one in question.choices if one.id == choice), None)


def take_file(talk: Talk) -> None:
    """A file: kept for the specialist; when a specification was asked for, this is one."""
    name = talk.inbound.text[:200]
    if name.startswith(REFUSED):
        if talk.conversation.mode is not Mode.HUMAN:
            moves.repeat(talk, [talk.line("file.refused")])
        return
    evidence = Evidence(Source.FILE, talk.inbound.id, name, 0, len(name))
    facts = [Fact("spec.file", name, evidence, "upload", talk.inbound.at)]
    question = talk.waiting
    if not talk.known.facts("spec.has") and question is not None and "spec.has" in question.fills:
        facts.append(Fact("spec.has", "yes", evidence, "upload", talk.inbound.at))
        talk.settle(Ending.ANSWERED)
    talk.learn(facts)
    talk.heard = ("file",)
    if talk.conversation.mode is Mode.HUMAN:
        return
    if talk.waiting is not None:
        moves.repeat(talk, [talk.line("file.received")])
    else:
        moves.go_on(talk, [talk.line("file.received")])


def _follow_language(talk: Talk, listened: Listened) -> bool:
    """Go on in the language the visitor writes; whether that changed one both had been speaking."""
    if talk.conversation.language_fixed:
        return False
    ears, spoken = talk.library.ears, talk.conversation.language
    settled = any(one.ending is not Ending.OPEN for one in talk.conversation.asked) or bool(talk.conversation.facts)
    found = listened.other_language(ears, spoken)
    if found is None and not settled:
        likely, sure = listened.language(ears, spoken)
        found = likely if sure >= _SURE_AT_FIRST else None
    if found in (None, spoken) or found not in talk.library.wordings:
        return False
    talk.speak(found)
    return settled
