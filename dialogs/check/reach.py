"""Whether every condition can be decided both ways: its facts can be filled, its values occur, its flags stand."""

from collections.abc import Collection, Iterator

from dialogs.check.places import Faults, Place, Vocabulary, nearest, places, told_by_question, vocabulary
from dialogs.check.worlds import atoms, worlds
from dialogs.facts import COUNTS, READ_ALWAYS, READ_BY_EARS, SUMS, VALUES, WINDOWS
from dialogs.framework import Framework, Question
from scoring.company import Company
from scoring.conditions import (
    All,
    AtLeast,
    Condition,
    Flagged,
    Happened,
    Is,
    Known,
    Not,
    Unconfirmed,
    Within,
    keys_of,
)
from scoring.values import FactValue


def prove_conditions(
    framework: Framework, company: Company, faults: Faults, others: Collection[Framework] = ()
) -> frozenset[str]:
    """
    Add every condition that nothing can decide.

    Args:
        framework: Its rubric and tree.
        company: For its services and signals.
        faults: Where problems go.
        others: Further frameworks whose talks may have brought the facts this one weighs.

    Returns:
        Keys of faulty conditions, so that what follows from them is not reported again.
    """
    words = vocabulary(framework, company, others)
    faulty = set()
    for place in places(framework):
        wrong = [*_unreadable(place, words), *_idle(place, company)]
        for problem, mend in wrong or _settled(place, words):
            faults.add(place.key, problem, mend)
            faulty.add(place.key)
    _prove_facts(framework, company, faults)
    for question in framework.questions:
        if not {f"questions.{question.id}.ask_if", f"questions.{question.id}.skip_if"} & faulty:
            _prove_question(question, words, faults)
    return frozenset(faulty)


def _unreadable(place: Place, words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Atoms that read what cannot be there."""
    for atom in atoms(place.condition):
        match atom:
            case Flagged(flag):
                if flag not in place.flags:
                    yield f"flag {flag} is raised by nothing here", nearest(flag, place.flags)
            case Known(key) | Is(key, _) | Within(key, _) | AtLeast(key, _) | Unconfirmed(key):
                if key not in words.keys:
                    yield f"nothing fills {key}: no reader, button or answer", nearest(key, words.keys)
                else:
                    yield from _unlikely(atom, words)
            case _:
                pass


def _unlikely(atom: Condition, words: Vocabulary) -> Iterator[tuple[str, str]]:
    match atom:
        case Is(key, _) if key in WINDOWS | SUMS | COUNTS:
            yield f"{key} holds a figure and never equals a word", "use 'within 90d' or 'at least 20'"
        case Is(key, values):
            for value in values:
                yield from _odd_value(key, value, words)
        case Within(key, _) if key not in WINDOWS:
            yield f"{key} holds no date", "use 'within' with " + ", ".join(sorted(WINDOWS))
        case AtLeast(key, _) if key not in SUMS | COUNTS:
            yield f"{key} holds no number", "use 'at least' with " + ", ".join(sorted(SUMS | COUNTS))
        case _:
            return


def _odd_value(key: str, value: FactValue, words: Vocabulary) -> Iterator[tuple[str, str]]:
    known = words.values.get(key)
    if known is None and isinstance(value, bool):
        yield f"{key} holds words and is never {_word(value)}", "compare it with a word"
    elif known is not None and value not in known:
        yield f"{key} is never {_word(value)}", nearest(_word(value), map(_word, known))


def _word(value: FactValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _idle(place: Place, company: Company) -> Iterator[tuple[str, str]]:
    for atom in atoms(place.condition):
        if isinstance(atom, Happened) and company.signals and atom.signal not in company.signals:
            yield f"event {atom.signal} is not among the company's signals", nearest(atom.signal, company.signals)


def _settled(place: Place, words: Vocabulary) -> Iterator[tuple[str, str]]:
    outcomes = _outcomes(place.condition, words, place)
    if outcomes == {True}:
        yield "is always true", "remove it, or say what should make a difference"
    elif outcomes == {False}:
        yield "is never true", "its parts contradict each other: remove one of them"


def _outcomes(condition: Condition, words: Vocabulary, place: Place) -> set[bool]:
    """What a condition can come to; nothing when there are too many states to try."""
    outcomes: set[bool] = set()
    for world in worlds([condition], words, place.flags) or ():
        outcomes.add(condition.holds(world)[0])
        if len(outcomes) == 2:
            break
    return outcomes


def _prove_question(question: Question, words: Vocabulary, faults: Faults) -> None:
    """Ask and skip together must leave a way in, and an estimate must be there before it is spoken of."""
    parts: list[Condition] = []
    if question.ask_if is not None:
        parts.append(question.ask_if)
    if question.skip_if is not None:
        parts.append(Not(question.skip_if))
    key = f"questions.{question.id}"
    if len(parts) == 2 and _outcomes(All(tuple(parts)), words, Place(key, parts[0], in_tree=True)) == {False}:
        faults.add(key, "is never asked: skip_if holds whenever ask_if does", "loosen one of the two conditions")
    if question.shows == "estimate":
        unguarded = All((*parts, Not(Flagged("estimated"))))
        if True in _outcomes(unguarded, words, Place(key, unguarded, in_tree=True)):
            faults.add(f"{key}.shows", "speaks of an estimate that may not be there", "add `ask_if: flag estimated`")


def _prove_facts(framework: Framework, company: Company, faults: Faults) -> None:
    """What questions fill is read somewhere, and what buttons tell is a value somebody knows."""
    every = [place.condition for place in places(framework)]
    read = READ_ALWAYS.union(*(keys_of(condition) for condition in every))
    compared = {
        (atom.key, value)
        for condition in every
        for atom in atoms(condition)
        if isinstance(atom, Is)
        for value in atom.values
    }
    for question in framework.questions:
        own = _keys_of_answers(question)
        for at, key in enumerate(question.fills):
            place = f"questions.{question.id}.fills.{at}"
            if key not in own:
                faults.add(place, f"no reader, button or answer of this question fills {key}", nearest(key, own))
            elif key not in read:
                faults.add(place, f"fills {key}, which no rule or condition reads", "add a rule, or drop the key")
        for place, key, value in told_by_question(question):
            known = VALUES.get(key)
            if known is None or value is None:
                continue
            if key == "need.category":
                known = known.union(company.services)
            if value not in known and (key, value) not in compared:
                faults.add(place, f"{key} is never {_word(value)}", nearest(_word(value), map(_word, known)))


def _keys_of_answers(question: Question) -> frozenset[str]:
    """Keys that an answer to this question can fill."""
    return READ_BY_EARS | {key for _, key, _ in told_by_question(question)}
