"""Where a framework's conditions stand, and what can be known under it: the ground the proofs walk on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from dialogs.errors import ContentError
from dialogs.facts import FLAGS, READ_BY_EARS, TREE_FLAGS, VALUES
from dialogs.framework import Framework, InDays, Question
from scoring.company import Company
from scoring.conditions import Condition
from scoring.rubric import PointsRule
from scoring.values import FactValue, Urgency

MOST = 1_000_000  # of points, minutes and days: more than anybody means, and few enough to reckon with

Lines = Callable[[str], int | None]


class Faults:
    """Problems of one file, in the order they are found."""

    def __init__(self, file: str, lines: Lines) -> None:
        self._file = file
        self._lines = lines
        self._found: list[ContentError] = []

    def add(self, key: str, problem: str, mend: str) -> None:
        """One problem at a key of the file."""
        self._found.append(ContentError(self._file, key, problem, mend, self._lines(key)))

    @property
    def found(self) -> tuple[ContentError, ...]:
        """All problems so far."""
        return tuple(self._found)


@dataclass(frozen=True, slots=True)
class Place:
    """One condition of a file; only those of a tree see the tree's own flags."""

    key: str
    condition: Condition
    in_tree: bool = False

    @property
    def flags(self) -> Mapping[str, tuple[str, ...]]:
        """Flags that can stand here, with the facts they rest on."""
        return {**FLAGS, **TREE_FLAGS} if self.in_tree else FLAGS


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be known under a framework: keys something can fill, and the values of those that are closed."""

    keys: frozenset[str]
    values: Mapping[str, frozenset[FactValue]]


def places(framework: Framework) -> Iterator[Place]:
    """Every condition of a framework, in the order of its file."""
    for criterion in framework.rubric.criteria:
        for group in criterion.groups:
            for rule in group:
                yield Place(rule_key(rule), rule.when)
        if criterion.met_if is not None:
            yield Place(f"criteria.{criterion.id}.met_if", criterion.met_if)
    for at, advice in enumerate(framework.rubric.advice):
        yield Place(f"advice.{at}.when", advice.when)
    for question in framework.questions:
        for name, condition in (("ask_if", question.ask_if), ("skip_if", question.skip_if)):
            if condition is not None:
                yield Place(f"questions.{question.id}.{name}", condition, in_tree=True)


def rule_key(rule: PointsRule, field: str = "when") -> str:
    """The key of a points rule in its file; rules are named criterion.group.number."""
    criterion, group, number = rule.name.rsplit(".", 2)
    return f"criteria.{criterion}.points.{group}.{number}.{field}"


def told_by_question(question: Question) -> Iterator[tuple[str, str, FactValue | None]]:
    """What a question's own buttons, yes and no tell: place in the file, fact key, value (None for open ones)."""
    at = f"questions.{question.id}"
    for choice in question.choices:
        for key, value in choice.facts.items():
            if isinstance(value, InDays):
                yield f"{at}.choices.{choice.id}", key, None
                urgency = value.urgency if value.days is None else str(Urgency.DATED.value)
                yield f"{at}.choices.{choice.id}.urgency", "timing.urgency", urgency
            else:
                yield f"{at}.choices.{choice.id}.facts.{key}", key, value
    for name, facts in (("if_yes", question.yes), ("if_no", question.no)):
        for key, value in facts.items():
            yield f"{at}.{name}.{key}", key, value
    if question.text:
        yield f"{at}.text", question.text, None


def vocabulary(framework: Framework, company: Company, others: Iterable[Framework] = ()) -> Vocabulary:
    """Keys and values that readers, buttons and plain answers can bring here, or in the talks of others."""
    keys = set(READ_BY_EARS)
    values = {key: set(known) for key, known in VALUES.items()}
    open_keys = set(READ_BY_EARS) - set(VALUES)
    values["need.category"].update(company.services)
    for question in (question for one in (framework, *others) for question in one.questions):
        for _, key, value in told_by_question(question):
            keys.add(key)
            if value is None:
                open_keys.add(key)
            else:
                values.setdefault(key, set()).add(value)
    return Vocabulary(frozenset(keys), {key: frozenset(known) for key, known in values.items() if key not in open_keys})


def beyond(value: float | Decimal, least: float, most: float) -> str:
    """What is wrong with a figure outside its bounds, "" if nothing is; hundreds of digits are not written out."""
    if least <= value <= most:
        return ""
    long = isinstance(value, int) and abs(value) >= 10**20
    found = f"a figure of {len(str(abs(value)))} digits" if long else str(value)
    return f"expected {f'{least:,} or more' if value < least else f'at most {most:,}'}, found {found}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A mend that names the nearest known word, or all of them when none is near."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return "use one of: " + ", ".join(names) if len(names) <= 20 else "mend its spelling"
