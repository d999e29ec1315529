"""Trees and state tables as pictures and pages, generated from what runs and never drawn by hand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never

from jinja2 import TemplateError

from dialogs.dropoff import END, START, DropOff
from dialogs.framework import CONTACT, ChoiceSpec, Framework, InDays, Question
from dialogs.progress import CONVERSATION
from dialogs.wording import Wording
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
)
from scoring.conditions import Any as AnyOf
from scoring.diagram import state_diagram, table_rows
from scoring.stages import STAGES
from scoring.tables import Table
from scoring.values import FactValue, Urgency

OWN_WORDS = "own words"
_STANDS = {"estimated": "there is an estimate", "stack_declined": "a technology we decline was named"}


def words_of(condition: Condition) -> str:
    """A condition in plain words, e.g. "spec.has is known and not (budget.reaction is fine or less)"."""
    match condition:
        case Known(key):
            return f"{key} is known"
        case Is(key, values):
            return f"{key} is {' or '.join(_value(value) for value in values)}"
        case Within(key, days):
            return f"{key} is within {days} days"
        case AtLeast(key, bound):
            return f"{key} is at least {bound}"
        case Flagged(flag):
            return _STANDS.get(flag) or f"{flag.replace('_', ' ')} stands"
        case Happened(signal):
            return f"{signal.replace('_', ' ')} happened"
        case Unconfirmed(key):
            return f"{key} is not confirmed"
        case Not(Known(key)):
            return f"{key} is unknown"
        case Not(of):
            return f"not ({words_of(of)})"
        case All(parts):
            return " and ".join(f"({words_of(one)})" if isinstance(one, AnyOf) else words_of(one) for one in parts)
        case AnyOf(parts):
            return " or ".join(words_of(one) for one in parts)
        case _:
            assert_never(condition)


def _value(value: FactValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def tree_diagram(framework: Framework, wording: Wording | None = None, figures: DropOff | None = None) -> str:
    """
    A tree as Mermaid `flowchart` text.

    Criteria are boxes around their questions. An arrow carries the buttons that lead there (their labels with a
    wording, their ids without); "own words" stands for every free answer. A button's arrow passes over questions its
    answer alone rules out. Conditions stand inside the question, in words.

    With figures each arrow begins with the talks that went that way; dotted ones are ways that talks took because more
    was known than one answer tells, and those to "left" the talks that stopped at a question.
    """
    names = {question.id: f"q{at}" for at, question in enumerate(framework.questions, 1)}
    lines = ["flowchart TD", f'    start(["{_safe(framework.title)}"])']
    for criterion, questions in _by_criterion(framework):
        lines.append(f'    subgraph {_box(framework, criterion)}["{_safe(criterion)}"]')
        lines.extend(f'        {names[one.id]}["{_label(one, wording)}"]' for one in questions)
        lines.append("    end")
    if framework.questions:
        first = framework.questions[0].id
        count = f'|"{figures.ways[START, first]}"|' if figures is not None else ""
        lines.append(f"    start -->{count} {names[first]}")
    for at, question in enumerate(framework.questions):
        for target, labels in ways_of(framework.questions, at, wording).items():
            label = _safe(counted(figures, (question.id, target), " / ".join(labels)))
            lines.append(f'    {names[question.id]} -->|"{label}"| {names.get(target, END)}')
    if figures is not None:
        lines.extend(_taken(framework, figures, {START: START, END: END, **names}))
    lines.extend(_endings(framework))
    return "\n".join(lines) + "\n"


def counted(figures: DropOff | None, way: tuple[str, str], text: str) -> str:
    """The words of an arrow, after the number of talks that went that way."""
    return text if figures is None else f"{figures.ways[way]} · {text}"


def jumps(framework: Framework, figures: DropOff, start: str) -> list[tuple[str, int]]:
    """Where talks went from a question though no arrow leads there, most often first, with their numbers."""
    questions = framework.questions
    names = [question.id for question in questions]
    drawn = ways_of(questions, names.index(start), None) if start in names else names[:1] or [END]
    found = [(end, count) for (begin, end), count in figures.ways.items() if begin == start and end not in drawn]
    order = {name: at for at, name in enumerate((*names, END))}
    return sorted(((end, n) for end, n in found if end in order), key=lambda one: (-one[1], order[one[0]]))


def _taken(framework: Framework, figures: DropOff, names: Mapping[str, str]) -> Iterator[str]:
    for start in (START, *(question.id for question in framework.questions)):
        for end, count in jumps(framework, figures, start):
            yield f'    {names[start]} -.->|"{count}"| {names[end]}'
        if stopped := figures.of(start).stopped:
            share = f"{stopped / figures.of(start).put:.0%}"
            yield f'    {names[start]} -.->|"{stopped} ({share})"| left(["left"])'


def _by_criterion(framework: Framework) -> Iterator[tuple[str, list[Question]]]:
    order = dict.fromkeys((*framework.order, *(question.criterion for question in framework.questions)))
    for criterion in order:
        questions = [question for question in framework.questions if question.criterion == criterion]
        if questions:
            yield criterion, questions


def _box(framework: Framework, criterion: str) -> str:
    at = next((at for at, name in enumerate(framework.order, 1) if name == criterion), 0)
    return f"c{at}" if at else "c_contact" if criterion == CONTACT else "c_other"


def _label(question: Question, wording: Wording | None) -> str:
    key = f"ask.{question.id}"
    lines = [f"<b>{_safe(question.id)}</b>"]
    if wording is not None and wording.has(key):
        lines.append(_safe(plain_text(wording, key)))
    if question.shows:
        lines.append(f"<i>after the {_safe(question.shows)}</i>")
    if question.ask_if is not None:
        lines.append(f"<i>asked if {_safe(words_of(question.ask_if))}</i>")
    if question.skip_if is not None:
        lines.append(f"<i>skipped if {_safe(words_of(question.skip_if))}</i>")
    if question.optional:
        lines.append("<i>only while there is room</i>")
    return "<br/>".join(lines)


def plain_text(wording: Wording, key: str) -> str:
    """A text with its variables shown as names; its key when it cannot be said."""
    blanks = {name: f"<{name}>" for name in ("company", "tech", "works_in", "role", "link", "hours")}
    variables: dict[str, Any] = {**blanks, "minutes": 20}
    try:
        return wording.render(key, 0, **variables)
    except TemplateError:
        return key


def ways_of(questions: Sequence[Question], at: int, wording: Wording | None) -> dict[str, list[str]]:
    """Where the answers to one question lead: the next question not ruled out (or the end) to labels of answers."""
    question = questions[at]
    ways: dict[str, list[str]] = {}
    for choice in question.choices:
        if choice.act == "type":
            continue
        key = f"choice.{question.id}.{choice.id}"
        label = wording.render(key) if wording is not None and wording.has(key) else choice.id
        ways.setdefault(_next(questions, at, choice), []).append(label)
    following = questions[at + 1].id if at + 1 < len(questions) else END
    ways.setdefault(following, []).append(OWN_WORDS)
    return ways


def _next(questions: Sequence[Question], at: int, choice: ChoiceSpec) -> str:
    told: dict[str, FactValue | InDays] = dict(choice.facts)
    for value in choice.facts.values():
        if isinstance(value, InDays):
            told["timing.urgency"] = value.urgency if value.days is None else str(Urgency.DATED.value)
    for question in questions[at + 1 :]:
        if question.skip_if is not None and _decided(question.skip_if, told) is True:
            continue
        if question.ask_if is not None and _decided(question.ask_if, told) is False:
            continue
        return question.id
    return END


def _decided(condition: Condition, told: Mapping[str, FactValue | InDays]) -> bool | None:
    """Whether a condition holds when this much is told and nothing else is known; None while it is open."""
    match condition:
        case Known(key):
            return True if key in told else None
        case Is(key, values):
            return told[key] in values if key in told else None
        case Unconfirmed(key):
            return False if key in told else None
        case Within(key, days):
            window = told.get(key)
            return isinstance(window, InDays) and window.days is not None and window.days <= days if window else None
        case Not(of):
            inner = _decided(of, told)
            return None if inner is None else not inner
        case All(parts):
            return _joined([_decided(one, told) for one in parts], settles=False)
        case AnyOf(parts):
            return _joined([_decided(one, told) for one in parts], settles=True)
        case AtLeast() | Flagged() | Happened():
            return None
        case _:
            assert_never(condition)


def _joined(parts: list[bool | None], *, settles: bool) -> bool | None:
    if settles in parts:
        return settles
    return None if None in parts else not settles


def _endings(framework: Framework) -> Iterator[str]:
    """Ways out: leave-taking, a human at any time, a polite end."""
    rubric = framework.rubric
    needed = [*rubric.requires, *([f"{rubric.others} more"] if rubric.others else [])]
    yield f'    {END}{{"{_safe(" and ".join(needed) or "anything")} met?"}}'
    yield f'    {END} -->|"yes"| handed_over(["handed over to sales"])'
    yield f'    {END} -->|"no"| closed(["closed, with something useful"])'
    yield '    any(("at every question"))'
    yield '    any -.->|"human, please"| human(["a human takes over"])'
    yield '    any -.->|"stop"| stopped(["no more messages"])'
    for at, flag in enumerate(framework.farewells, 1):
        yield f'    any -.->|"{_safe(flag.replace("_", " "))}"| farewell{at}(["polite end: {_safe(flag)}"])'


def _safe(text: str) -> str:
    """Text inside a quoted Mermaid label."""
    return (
        text.replace("#", "#35;")
        .replace('"', "#quot;")
        .replace("<", "#lt;")
        .replace(">", "#gt;")
        .replace("`", "#96;")
        .replace("\n", " ")
    )


TABLES: tuple[tuple[str, str, Table[Any]], ...] = (
    (
        "The lead",
        "Where a lead is in the pipeline. Answers move it as far as `mql`; from `sal` on it belongs to sales.",
        STAGES,
    ),
    ("The conversation", "Where one thread of messages is.", CONVERSATION),
)


MOVES_TOLD = "A number counts the leads that took a move; a lead that took it again counts once."
_FIGURES_TOLD = (
    "`banter diagram --figures` puts on each arrow how many stored leads took it, and so does `--svg --figures`;\n"
    "a lead that took it again counts once. What sales do with a lead elsewhere is not counted."
)


def stages_page(tables: Sequence[tuple[str, str, Table[Any]]] = TABLES, figures: DropOff | None = None) -> str:
    """
    docs/stages.md: every state table as a picture and as rows.

    Args:
        tables: Title, one sentence and table of each.
        figures: How many leads took each move; None leaves them out, as the page in docs/ does.
    """
    parts = ["# Stages", "Generated from the tables in the code by `banter diagram`: change those, not this page."]
    parts.append(_FIGURES_TOLD if figures is None else f"Leads counted: {figures.talks}. {MOVES_TOLD}")
    moves = None if figures is None else figures.moves
    for title, sentence, table in tables:
        parts.append(f"## {title}")
        parts.append(sentence)
        parts.append(f"```mermaid\n{state_diagram(table, moves)}```")
        parts.append(table_rows(table, moves).rstrip("\n"))
    return "\n\n".join(parts) + "\n"
