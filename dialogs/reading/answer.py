"""The speech act in reply to a question: yes, no, does not know, declines, puts it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import Entry, Hit, Words, entries, settle
from dialogs.reading.questions import is_asked
from dialogs.reading.text import Text
from dialogs.reading.values import Answer, Asked, Found

KIND = "answer"
TURN = "turn"  # words after which a yes becomes a no: "actually"
ASSENT = "answer.assent"  # how a yes was read that may only agree: "ok", "sounds good"
TURNED = 9  # words of a message that says yes and then no, at most
BRIEF = 4  # words; an act in so short a message is the message
_PLAIN = frozenset(("yes", "no"))
_SIGNS = {
    Answer.YES: (
        "100%",
        "100 %",
        "+",
        "++",
        "+1",
        "👍",
        "👌",
        "✅",
        "🙂",
        "😊",
        "💯",
        "🤝",
        "✔️",
        "✔",
        "✓",
        "🙌",
        "😀",
        "👍🏻",
    ),
    Answer.NO: ("-", "–", "👎", "❌", "🚫", "🙅", "👎🏻"),
    Answer.UNKNOWN: ("🤷", "🤷‍♂️", "🤷‍♀️", "?", "??", "???"),
}
_REPEATED = frozenset(("+", "👍", "👌", "👎"))
_SIGN_OF = {sign: answer for answer, signs in _SIGNS.items() for sign in signs}


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Phrases by speech act."""

    phrases: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Words that say what follows what."""

    firsts: frozenset[str] = frozenset()
    thens: frozenset[str] = frozenset()


NO_ORDER = Order()


def compile_answer(lexicon: Lexicon) -> AnswerWords:
    """The section `answer`: yes, no, unknown, refuse, later; and turn, the words after which the last answer counts."""
    return AnswerWords(entries(lexicon, "answer"))


def read_answer(
    text: Text,
    words: Words,
    hits: Sequence[Hit],
    opening: int,
    asked: Asked | None,
    assents: frozenset[str] = frozenset(),
    negations: frozenset[str] = frozenset(),
    order: Order = NO_ORDER,
) -> Found[Answer] | None:
    """
    Read the speech act, None when the message is none.

    A yes or no counts where it opens the message and a pause follows, or in a message of hardly more words; after
    an opening yes with a pause nothing later is heard, while "yes no" and "no, I do not know" are what follows.
    A question answers nothing unless something was asked, and the yes or no inside one does not even then: "is there
    VAT?". A yes of nothing but agreeing words (`assents`) is marked as such. "Then" puts nothing off where it only says
    what follows what: "first a tender, then the contract".
    """
    sign = text.original.strip()
    if sign[:1] in _REPEATED and sign == sign[0] * len(sign):
        sign = sign[0]  # "+++", "👍👍"
    if len(sign) <= 8 and sign in _SIGN_OF:
        return Found(_SIGN_OF[sign], 0, len(text.original), text.original, "answer.sign")
    if not hits or (asked is None and sign.endswith("?")):
        return None
    settled = list(settle(hits))
    delays = {hit.head for hit in settled if hit.value == Answer.LATER}
    said = [
        hit
        for hit in settled
        if hit.value != TURN and not _is_no_delay(hit, words, negations, delays) and not _follows(hit, words, order)
    ]
    valid = [hit for hit in said if _counts(hit, words, opening, asked) and not _asks_back(hit, text, words)]
    if not valid:
        return None
    found = _found(text, _chosen(valid, said, settled, words, opening))
    agrees = found.value is Answer.YES and _only_agrees(said, words, assents)
    return structs.replace(found, how=ASSENT) if agrees else found


def _is_no_delay(hit: Hit, words: Words, negations: frozenset[str], delays: set[int]) -> bool:
    """Whether "later" is denied, or this is what denies it: "no later than June" is a deadline and puts nothing off."""
    after = hit.tail + 1
    if hit.value == Answer.NO and hit.head == hit.tail and after in delays and after + 1 < len(words):
        return words.phrases[hit.tail] == words.phrases[after] == words.phrases[after + 1]
    if hit.value != Answer.LATER or hit.head == 0 or words.norms[hit.head - 1] not in negations:
        return False
    return words.phrases[hit.head - 1] == words.phrases[hit.head]


def _follows(hit: Hit, words: Words, order: Order) -> bool:
    """Whether "then" only says what comes after something else: a pause or a "first" stands before, a word behind."""
    head, after = hit.head, hit.tail + 1
    if hit.value != Answer.LATER or head != hit.tail or words.norms[head] not in order.thens or not head > 0:
        return False
    if after >= len(words) or words.phrases[after] != words.phrases[head]:
        return False
    return words.phrases[head - 1] != words.phrases[head] or not order.firsts.isdisjoint(words.norms[:head])


def _chosen(valid: Sequence[Hit], said: Sequence[Hit], settled: Sequence[Hit], words: Words, opening: int) -> Hit:
    first = valid[0]
    if len(said) < len(settled) and _is_turned(first, said[-1], settled, words):
        return said[-1]
    if first.value in _PLAIN and first.head <= opening:
        follows = next((hit for hit in valid[1:] if _stronger(first, hit, words)), None)
        return follows or first
    acts = [hit for hit in valid if hit.value not in _PLAIN]
    declined = [hit for hit in acts if hit.value == Answer.REFUSE and acts[0].value == Answer.UNKNOWN]
    return (declined or acts or valid)[0]  # "can't tell you, we're under NDA" declines


def _asks_back(hit: Hit, text: Text, words: Words) -> bool:
    """Whether a yes or no is a part of a question: "and is there one?"; "yes, why?" answers before it asks."""
    if hit.value not in _PLAIN or "?" not in text.folded:
        return False
    ends = hit.tail + 1 == len(words) or words.clauses[hit.tail + 1] != words.clauses[hit.tail]
    paused = not ends and words.phrases[hit.tail + 1] != words.phrases[hit.tail]
    begins = hit.head == 0 or words.phrases[hit.head - 1] != words.phrases[hit.head]
    return not (paused and begins) and is_asked(text, words, hit.tail)


def _only_agrees(said: Sequence[Hit], words: Words, assents: frozenset[str]) -> bool:
    """Whether the yes of a message ends in words that agree, as to a proposal, and nothing in it says more."""
    texts = [" ".join(words.norms[hit.head : hit.tail + 1]) for hit in said if hit.value == "yes"]
    return bool(texts) and texts[-1] in assents and not any(" " in text and text not in assents for text in texts)


def _is_turned(first: Hit, last: Hit, settled: Sequence[Hit], words: Words) -> bool:
    """Whether a short message says yes, thinks again and ends in no: "yes, but actually, no"."""
    return (
        {first.value, last.value} == _PLAIN
        and last.tail == len(words) - 1 <= TURNED
        and last.tail - last.head <= 1  # more words than that say no to something of their own
        and any(hit.value == TURN and first.tail < hit.head and hit.tail == last.head - 1 for hit in settled)
    )


def _counts(hit: Hit, words: Words, opening: int, asked: Asked | None) -> bool:
    said = len(words) - opening  # words without the greeting
    size = hit.tail - hit.head + 1
    pause = hit.tail + 1 >= len(words) or words.phrases[hit.tail + 1] != words.phrases[hit.tail]
    if hit.value not in _PLAIN:
        if asked is None:
            return hit.head <= opening + 2 or said <= size + BRIEF
        return hit.size > 1 or said <= BRIEF + 2 or hit.head <= opening
    if hit.head <= opening and pause:
        return True
    if said <= size + 2 and hit.head <= opening + 2:
        return True
    if asked is not Asked.YESNO:
        return False
    return hit.size > 1 and (hit.head <= opening + 1 or pause)


def _stronger(first: Hit, hit: Hit, words: Words) -> bool:
    """Whether a later act replaces an opening yes or no."""
    joined = words.phrases[first.tail] == words.phrases[hit.head] and hit.head - first.tail <= 2
    if first.value == "yes":
        return joined and hit.value != "yes"
    return hit.value in {"unknown", "refuse"} or (hit.value == "later" and joined)


def _found(text: Text, hit: Hit) -> Found[Answer]:
    return Found(Answer(hit.value), hit.start, hit.end, text.quote(hit.start, hit.end), f"answer.{hit.value}")
