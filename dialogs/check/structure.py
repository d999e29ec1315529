"""Whether the tree holds together: its questions serve criteria, stand in order, and can be answered both ways."""

from collections.abc import Iterator

from dialogs.check.places import Faults, nearest
from dialogs.facts import READ_BY_EARS
from dialogs.framework import CONTACT, ChoiceSpec, Framework, InDays, Question
from dialogs.reading.values import Asked
from scoring.company import Company
from scoring.conditions import keys_of
from scoring.values import Urgency

SHOWN = ("estimate", "guide")  # what may be given before a question is put
LONGEST_PAYLOAD = 64  # bytes Telegram lets a button carry
MOST_ATTEMPTS = 4  # wordings of one question; a talk that asks on and on is a loop to whoever sits in it
_LAST_TURN = 999_999  # the most digits a turn may take of them
_FURTHEST = 36_500  # days; a hundred years is a slip of the keyboard
_ACTS = ("", "skip", "unknown", "human", "type")


def prove_structure(framework: Framework, company: Company, faults: Faults) -> None:
    """Add what is wrong with the questions, one by one and together."""
    _prove_criteria(framework, faults)
    _prove_order(framework, company, faults)
    for question in framework.questions:
        for part, problem, mend in (*_in_question(question), *_in_answers(question)):
            faults.add(f"questions.{question.id}{part}", problem, mend)
        for choice in question.choices:
            for part, problem, mend in _in_choice(question, choice):
                faults.add(f"questions.{question.id}.choices.{choice.id}{part}", problem, mend)


def _prove_criteria(framework: Framework, faults: Faults) -> None:
    names = [criterion.id for criterion in framework.rubric.criteria]
    asked = {question.criterion for question in framework.questions}
    filled = {key for question in framework.questions for key in question.fills}
    read = {
        criterion.id: {key for group in criterion.groups for rule in group for key in keys_of(rule.when)}
        for criterion in framework.rubric.criteria
    }
    for name in names:
        if name not in asked and not read[name] & filled:
            faults.add(f"criteria.{name}", "no question asks for it", "add a question with this criterion")
    for question in framework.questions:
        if question.criterion not in (*names, CONTACT):
            problem = f"there is no criterion {question.criterion}"
            faults.add(f"questions.{question.id}.criterion", problem, nearest(question.criterion, (*names, CONTACT)))
    seen = set()
    for at, rule in enumerate(framework.rubric.advice):
        if rule.id in seen:
            faults.add(f"advice.{at}.id", f"advice {rule.id} stands twice", "join the two conditions with 'or'")
        seen.add(rule.id)


def _prove_order(framework: Framework, company: Company, faults: Faults) -> None:
    questions, requires = framework.questions, framework.rubric.requires
    if not questions:
        faults.add("questions", "there is no question", "add one for every criterion")
        return
    first = questions[0]
    if requires and first.criterion not in requires:
        problem = f"the first question asks for {first.criterion}, nothing goes without {' and '.join(requires)}"
        faults.add(f"questions.{first.id}", problem, "move a question for it to the top")
    _prove_contact(questions, faults)
    _prove_money(questions, faults)
    always = [question.id for question in questions if not question.optional and question.ask_if is None]
    limit = framework.max_questions or company.max_questions
    if limit < 0:
        faults.add("max_questions", f"expected 1 or more, found {limit}", "remove it: the company's limit holds then")
    elif len(always) > limit:
        problem = f"{len(always)} questions are asked of everybody, at most {limit} may be"
        whose = "the framework's" if framework.max_questions else "the company's"
        mend = f"make some optional: true or give them an ask_if; or raise {whose} max_questions"
        faults.add(f"questions.{always[limit]}", problem, mend)


def _prove_contact(questions: tuple[Question, ...], faults: Faults) -> None:
    contact = [at for at, question in enumerate(questions) if question.criterion == CONTACT]
    if not contact:
        faults.add("questions", "no question asks how to reach the visitor", "add one with `criterion: contact`, last")
    elif contact != list(range(len(questions) - len(contact), len(questions))):
        key = f"questions.{questions[contact[0]].id}"
        faults.add(key, "contact details are asked before other questions", "move it to the end: never a wall")


def _prove_money(questions: tuple[Question, ...], faults: Faults) -> None:
    """Never open with "what is your budget?": a specification, an estimate or a guide comes first."""
    led_up = False
    for question in questions:
        led_up = led_up or question.shows in SHOWN or "spec.has" in question.fills
        if question.asks is Asked.MONEY and not led_up:
            mend = "ask for a specification before it, or add `shows: estimate` and `ask_if: flag estimated`"
            faults.add(f"questions.{question.id}.asks", "asks for the budget head-on", mend)


Wrong = Iterator[tuple[str, str, str]]  # the part of the key, the problem, the mend


def _in_question(question: Question) -> Wrong:
    if not question.fills:
        yield ".fills", "fills nothing, so no answer ever settles it", "name the facts it asks for"
    if not question.choices:
        yield ".choices", "has no buttons", "add at least one, e.g. `not_sure: {act: unknown}`"
    elif all(choice.act == "type" for choice in question.choices):
        yield ".choices", "every button only waits for words", "add one that leads on, e.g. `not_sure: {act: unknown}`"
    if question.shows not in ("", *SHOWN):
        yield ".shows", f"there is nothing to show called {question.shows}", "write estimate or guide, or remove it"
    if question.attempts < 1:
        yield ".attempts", f"expected 1 or more wordings, found {question.attempts}", "remove it: 2 is the default"
    if question.attempts > MOST_ATTEMPTS:
        problem = f"would be put {question.attempts} times to who cannot be read, at most {MOST_ATTEMPTS} are bearable"
        yield ".attempts", problem, "remove it: 2 is the default"
    if ":" in question.id:
        yield "", "a colon in the id breaks its buttons apart", "use letters, digits, dots and underscores"


def _in_answers(question: Question) -> Wrong:
    if question.asks is Asked.YESNO:
        for name, facts in (("if_yes", question.yes), ("if_no", question.no)):
            if not facts:
                yield (
                    "",
                    f"asks yes or no without {name}",
                    f"add `{name}: {{…}}`, so that a plain answer tells something",
                )
    for name, facts in (("if_yes", question.yes), ("if_no", question.no)):
        if facts and question.fills and not facts.keys() & set(question.fills):
            yield f".{name}", "tells nothing the question fills, so it is asked again", "tell one of its fills"
    for topic in question.not_about - {key.partition(".")[0] for key in READ_BY_EARS}:
        yield ".not_about", f"no reader fills anything about {topic}", "name a topic such as budget or timing"
    if question.text and question.fills and question.text not in question.fills:
        yield ".text", f"{question.text} is not among its fills, so a free answer is asked again", "add it to fills"


def _in_choice(question: Question, choice: ChoiceSpec) -> Wrong:
    payload = len(f"{_LAST_TURN}:{question.id}:{choice.id}".encode())
    if payload > LONGEST_PAYLOAD:
        problem = f"its button would carry {payload} bytes, at most {LONGEST_PAYLOAD} fit"
        yield "", problem, f"shorten the two ids by {payload - LONGEST_PAYLOAD} letters"
    if ":" in choice.id:
        yield "", "a colon in the id breaks its button apart", "use letters, digits and underscores"
    if choice.act not in _ACTS:
        yield ".act", f"there is no act {choice.act}", nearest(choice.act, _ACTS[1:])
    if not choice.facts and not choice.act:
        yield "", "the button tells nothing", "give it facts, a time or an act"
    for value in choice.facts.values():
        if isinstance(value, InDays):
            yield from _in_time(value)


def _in_time(value: InDays) -> Wrong:
    if value.days is not None and not 0 < value.days <= _FURTHEST:
        yield ".within_days", f"expected 1 to {_FURTHEST} days, found {value.days}", "count from the day it is pressed"
    undated = (str(Urgency.ASAP.value), str(Urgency.FLEXIBLE.value))
    if value.days is None and value.urgency not in undated:
        yield ".urgency", f"a time without a day is never {value.urgency}", nearest(value.urgency, undated)
