"""Whether an answer in the visitor's own words says something of what was asked, so that it is worth a fact."""

from collections.abc import Sequence

from dialogs.hearing import FREE_ANSWER, TELLING, Told
from dialogs.reading.hear import Ears, Listened
from dialogs.reading.spelling import is_typed_at_random
from dialogs.reading.values import Answer, Reading
from scoring.values import Fact

OTHER_MATTERS = ("budget", "timing", "contact", "authority")  # what a message may be about instead
LEAST_ELSEWHERE = 4  # words beside such a matter in one breath, for them to be an answer of their own
LEAST_BESIDE = 2  # words in the rest of a message that is about such a matter too, or that says yes or no


def says_something(
    told: Told, listened: Listened, reading: Reading, ears: Ears, key: str, about: frozenset[str] = frozenset()
) -> bool:
    """
    Whether the free answer of a message is one.

    A budget, a date or a word on the price is about something else, and "asdfghjkl" is about nothing.

    Args:
        told: With the free answer.
        listened: The message.
        reading: What was read in it.
        ears: The words of all languages.
        key: What the answer would fill; a date is no other matter where the reason for one was asked.
        about: What else it may speak of, as the question says.
    """
    facts = [fact for fact in told.facts if fact.how != FREE_ANSWER]
    if len(facts) == len(told.facts):
        return True  # there is no free answer to doubt
    matters = [matter for matter in OTHER_MATTERS if not key.startswith(matter) and matter not in about]
    counts: dict[int, int] = {}
    busy = _busy(listened, facts, reading, ears, matters)
    for at in _telling(listened, facts, reading, ears):
        phrase = listened.words.phrases[at]
        counts[phrase] = counts.get(phrase, 0) + 1
    words = sum(count for phrase, count in counts.items() if phrase not in busy or count >= LEAST_ELSEWHERE)
    answer = None if reading.answer is None else reading.answer.value
    if busy and answer is Answer.NO:  # "no, not two weeks, three weeks" mends what was said
        return words >= LEAST_ELSEWHERE
    return words >= (LEAST_BESIDE if busy or answer is not None else 1)


def says_much(listened: Listened, reading: Reading, ears: Ears) -> bool:
    """Whether a message in which no fact was read has words of its own: "and just a chat for the staff?"."""
    return len(_telling(listened, (), reading, ears)) >= LEAST_BESIDE


def _busy(
    listened: Listened, facts: Sequence[Fact], reading: Reading, ears: Ears, matters: Sequence[str]
) -> frozenset[int]:
    """The phrases of a message that are about another matter."""
    words = listened.words
    places = [fact.evidence for fact in facts if fact.key.partition(".")[0] in matters]
    prices = ears.tongues[reading.language].prices if "budget" in matters else ()
    return frozenset(
        phrase
        for norm, start, phrase in zip(words.norms, words.starts, words.phrases, strict=True)
        if (prices and norm.startswith(prices)) or any(one.start <= start < one.end for one in places)
    )


def _telling(listened: Listened, facts: Sequence[Fact], reading: Reading, ears: Ears) -> list[int]:
    """Which words say something that is not read as something else."""
    places = [(fact.evidence.start, fact.evidence.end) for fact in facts if fact.key not in TELLING]
    if reading.answer is not None:
        places.append((reading.answer.start, reading.answer.end))
    words = listened.words
    read = {
        norm
        for norm, start in zip(words.norms, words.starts, strict=True)
        if any(begin <= start < end for begin, end in places)
    }
    return [
        at
        for at, (norm, start) in enumerate(zip(words.norms, words.starts, strict=True))
        if norm not in ears.small
        and norm not in ears.social.courtesy
        and any(map(str.isalpha, norm))
        and not is_typed_at_random(norm)
        and norm not in read  # "not two weeks, three weeks"
    ]
