"""A framework as its file says it: a rubric for scoring and a tree of questions for the talk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogs.reading.values import Asked
from scoring.conditions import Condition
from scoring.rubric import Rubric
from scoring.values import FactValue

CONTACT = "contact"  # the criterion of the contact question: worth no points, asked last


@dataclass(frozen=True, slots=True)
class InDays:
    """A wish for time a button stands for: within so many days, or by urgency alone."""

    days: int | None
    urgency: str = "dated"


@dataclass(frozen=True, slots=True)
class ChoiceSpec:
    """A button: what it tells us."""

    id: str
    facts: Mapping[str, FactValue | InDays] = field(default_factory=dict)
    act: str = ""  # "", or what the tap means besides facts: skip | unknown | human | type (the visitor will type)
    label: str = ""  # of a button made in the talk; of a tree's it is the text choice.<question>.<id>


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a tree; its words are the locale texts ask.<id>, again.<id>, why.<id>, choice.<id>.<choice>."""

    id: str
    criterion: str
    asks: Asked
    fills: tuple[str, ...]
    choices: tuple[ChoiceSpec, ...] = ()
    skip_if: Condition | None = None
    ask_if: Condition | None = None
    optional: bool = False  # asked only while the limit leaves room for everything that is not
    shows: str = ""  # "estimate" or "guide": said before the question
    yes: Mapping[str, FactValue] = field(default_factory=dict)  # what a plain yes tells
    no: Mapping[str, FactValue] = field(default_factory=dict)
    assent: bool = True  # whether "ok" is a plain yes; to "have you got …?" it is none
    text: str = ""  # key that takes a free answer as it stands
    about: frozenset[str] = frozenset()  # topics an answer in free words may speak of: "the price" is a criterion
    not_about: frozenset[str] = frozenset()  # topics no answer to it is read for: "5000 a month" of a cost is no budget
    not_with: tuple[str, ...] = ()  # what a message told of these keys is about, and so no free answer to this
    attempts: int = 2  # wordings before we pass over an answer we cannot read
    words: str = ""  # what its texts are called if not like the question
    said: Mapping[str, str] = field(default_factory=dict)  # variables of its texts besides the usual ones
    brings: frozenset[str] = field(init=False, repr=False, compare=False)  # facts an answer to it may tell

    def __post_init__(self) -> None:
        told = [*self.fills, *self.yes, *self.no, *(key for choice in self.choices for key in choice.facts)]
        windows = ["timing.urgency"] if "timing.deadline" in told else []
        object.__setattr__(self, "brings", frozenset((*told, *windows, *([self.text] if self.text else []))))


@dataclass(frozen=True, slots=True)
class Framework:
    """A named set of criteria with points, and the tree that gathers them."""

    name: str
    title: str
    rubric: Rubric
    questions: tuple[Question, ...]  # in the order they are asked
    order: tuple[str, ...]  # criteria, core first
    farewells: tuple[str, ...]  # flags that end the talk politely, worst first
    max_questions: int = 0  # at most so many are asked; 0: as the company says
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict
    )  # of its own: language, key, variants
    stops: bool = True  # no question is put that cannot change the decision any more
    adaptive: bool = False  # what moves the decision most is asked next; else the order of the tree
    about: str = ""  # a sentence or two for people who choose one
    by_id: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in reversed(self.questions)})

    def question(self, question_id: str) -> Question | None:
        """The question with this id, None if a newer version of the tree dropped it."""
        return self.by_id.get(question_id)
