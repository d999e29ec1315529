"""A made-up visitor: a persona, what they hold true, and what they say or press next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from bot.simulation.words import Telling, Words, draw
from dialogs.doubts import WHICH, is_doubt, question_for
from dialogs.framework import ChoiceSpec, InDays, Question
from dialogs.hearing import in_days
from dialogs.library import Library
from dialogs.values import Inbound, Kind, Mode, Outcome
from dialogs.wording import Voice
from scoring.values import FactValue

FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
DAYS = 360  # visitors come on any day of a year: dates and lengths of time are counted from it
NEIGHBOURS: Mapping[str, str] = {"ru": "uk", "uk": "ru", "pl": "en", "en": "pl", "de": "en"}
RESTING = (Mode.HANDED_OVER, Mode.PARKED, Mode.CLOSED)

# What each matter is asked by: the keys a question fills.
_MATTER_OF: Mapping[str, str] = {
    "need.category": "needs",
    "budget.amount": "money",
    "budget.reaction": "reactions",
    "budget.status": "statuses",
    "timing.deadline": "deadlines",
    "authority.role": "roles",
    "spec.has": "specs",
    "contact.email": "contacts",
    "contact.phone": "contacts",
    "contact.telegram": "contacts",
}
_TOPIC = {"money": "budget", "deadlines": "timing", "roles": "authority", "specs": "spec", "contacts": "contact"}
_AT_ONCE = tuple(_TOPIC)  # what may come in one message with something else
WATCHED = frozenset({*_MATTER_OF, "budget.rate", "timing.urgency", "authority.decides"})


class Persona(StrEnum):
    """How a visitor talks."""

    TERSE = "terse"
    CHATTY = "chatty"
    MULTI_FACT = "multi-fact"
    CORRECTOR = "corrector"
    EVASIVE = "evasive"
    OFF_TOPIC = "off-topic"
    HOSTILE = "hostile"
    CODE_SWITCHING = "code-switching"
    SILENT = "silent"


PERSONAS = tuple(Persona)


@dataclass(frozen=True, slots=True)
class Act:
    """What the visitor does: writes or presses."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Visitor:
    """One visitor, the same for the same seed and number."""

    number: int
    seed: int
    language: str
    framework: str
    persona: Persona
    library: Library
    words: Mapping[str, Words]
    chance: Random = field(init=False)
    now: datetime = field(init=False)
    holds: dict[str, FactValue] = field(default_factory=dict)  # told so far
    said_at: dict[str, datetime] = field(default_factory=dict)  # when each was told last
    also: set[str] = field(default_factory=set)  # keys that may be understood besides
    told: list[str] = field(default_factory=list)  # matters told so far
    corrected: bool = False
    strayed: set[str] = field(default_factory=set)  # questions the persona has wandered off from
    patience: int = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed}:{self.number}")  # noqa: S311 - a game that has to repeat
        self.now = FIRST_DAY + timedelta(days=self.chance.randrange(DAYS), minutes=self.chance.randrange(600))
        self.patience = self.chance.randrange(4)

    @property
    def id(self) -> str:
        """The conversation's id."""
        return f"visitor-{self.number:07d}"

    @property
    def today(self) -> str:
        """The day where the company is."""
        return self.now.astimezone(ZoneInfo(self.library.company.hours.zone)).date().isoformat()

    def answer(self, outcome: Outcome) -> Act | None:
        """What they do now; None when they have left, or the talk is over."""
        waited = outcome.asked
        if waited is None:
            return None
        if self.persona is Persona.SILENT:
            if self.patience == 0:
                return None
            self.patience -= 1
        if is_doubt(waited):
            return self._settle(outcome, waited)
        question = self.library.framework(self.framework).question(waited)
        if question is None:
            return None
        return self._stray(waited) or self._correct() or self._tell(outcome, question)

    # -- what they say

    def _stray(self, waited: str) -> Act | None:
        """What a persona says instead of an answer, once a question."""
        words = self.words[self.language]
        lines = {
            Persona.EVASIVE: words.evasions,
            Persona.OFF_TOPIC: words.digressions,
            Persona.HOSTILE: words.insults,
        }.get(self.persona)
        if lines is None or waited in self.strayed or self.chance.random() < 0.5:
            return None
        self.strayed.add(waited)
        return Act(Kind.TEXT, self.chance.choice(lines))

    def _correct(self) -> Act | None:
        """A sum, a deadline or a contact told before is told otherwise, once."""
        open_ones = [matter for matter in self.told if matter in ("money", "deadlines")]
        if self.persona is not Persona.CORRECTOR or self.corrected or not open_ones:
            return None
        self.corrected = True
        words = self.words[self.language]
        matter = self.chance.choice(open_ones)
        telling = draw(words.about(matter), self.chance, self._day, self.holds)
        self._hold(telling, matter)
        return Act(Kind.TEXT, self.chance.choice(words.corrections).format(says=telling.words))

    def _tell(self, outcome: Outcome, question: Question) -> Act:
        matters = list(dict.fromkeys(_MATTER_OF[key] for key in question.fills if key in _MATTER_OF))
        pressed = self._press(outcome, question)
        if pressed is not None and self.chance.random() < (0.5 if self.persona is Persona.TERSE else 0.1):
            return self._pressing(outcome, question, pressed)
        left = [matter for matter in matters if matter not in self.told]
        if left:
            return self._say(self.chance.choice(left), question, first=not self.told)
        if question.text and not matters:
            return Act(Kind.TEXT, self._dressed(self.chance.choice(self.words[self.language].free)))
        if pressed is not None:
            return self._pressing(outcome, question, pressed)
        return Act(Kind.TEXT, self.chance.choice(self.words[self.language].evasions))

    def _say(self, matter: str, question: Question, *, first: bool) -> Act:
        tellings = [self._telling(matter)]
        if self.persona is Persona.MULTI_FACT and first:
            others = [one for one in _AT_ONCE if one != matter and _TOPIC[one] not in question.not_about]
            count = min(self.chance.randint(1, 3), len(others))
            tellings += [self._telling(one) for one in self.chance.sample(others, count)]
        return Act(Kind.TEXT, self._dressed(". ".join(_capital(one.words) for one in tellings)))

    def _telling(self, matter: str) -> Telling:
        language = self.language
        if self.persona is Persona.CODE_SWITCHING and self.chance.random() < 0.5:
            other = NEIGHBOURS.get(language, "")
            language = other if other in self.words and other in self.library.wordings else language
        telling = draw(self.words[language].about(matter), self.chance, self._day)
        self._hold(telling, matter)
        return telling

    def _dressed(self, line: str) -> str:
        if self.persona is not Persona.CHATTY:
            return line
        words = self.words[self.language]
        return f"{self.chance.choice(words.openers)} {_capital(line)}. {self.chance.choice(words.fillers)}"

    # -- what they press

    def _press(self, outcome: Outcome, question: Question) -> ChoiceSpec | None:
        """A button that says nothing against what was told, if one is shown."""
        shown = {choice.id.rpartition(":")[2] for reply in outcome.replies for choice in reply.choices}
        fit = [
            one
            for one in question.choices
            if one.id in shown and one.facts and not any(key in self.holds for key in one.facts)
        ]
        return self.chance.choice(fit) if fit else None

    def _pressing(self, outcome: Outcome, question: Question, choice: ChoiceSpec) -> Act:
        facts: dict[str, FactValue] = {}
        for key, value in choice.facts.items():
            if isinstance(value, InDays):
                window = in_days(value, Inbound("", self.id, Kind.CHOICE, "", self.now, self.today))
                facts |= {key: window, "timing.urgency": window.urgency.value}
            else:
                facts[key] = value
        self._hold(Telling("", facts), next((_MATTER_OF[key] for key in facts if key in _MATTER_OF), ""))
        return self._button(outcome, question.id, choice.id)

    def _button(self, outcome: Outcome, question: str, choice: str) -> Act:
        found = (
            one.id for reply in outcome.replies for one in reply.choices if one.id.endswith(f":{question}:{choice}")
        )
        return Act(Kind.CHOICE, next(found, choice))

    def _settle(self, outcome: Outcome, name: str) -> Act:
        """The button of a doubt that agrees with what they hold."""
        language = outcome.conversation.language
        voice = Voice(self.library.wording(language), "", ())
        question = question_for(name, outcome.conversation.facts, self.library, voice, language)
        for choice in () if question is None else question.choices:
            if choice.facts and all(self.holds.get(key, value) == value for key, value in choice.facts.items()):
                return self._button(outcome, name, choice.id)
        key = next((key for key, which in WHICH.items() if which == name), "budget.amount")
        self.also.add(key)  # nothing to choose that is meant: whatever stands now is no fault of the words
        return Act(Kind.TEXT, self.chance.choice(self.words[self.language].evasions))

    # -- what they hold

    @property
    def _day(self) -> date:
        return date.fromisoformat(self.today)

    def _hold(self, telling: Telling, matter: str) -> None:
        if matter and matter not in self.told:
            self.told.append(matter)
        for key, value in telling.facts.items():
            self.holds[key] = value
            self.said_at[key] = self.now
        self.also |= telling.also


def _capital(text: str) -> str:
    """A sentence begins with a capital; an address stays as it is."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]


def visitor(
    seed: int,
    number: int,
    library: Library,
    words: Mapping[str, Words],
    frameworks: tuple[str, ...],
    languages: tuple[str, ...],
) -> Visitor:
    """The visitor of a seed and a number: languages take turns, then frameworks, and every persona comes."""
    language = languages[number % len(languages)]
    framework = frameworks[number // len(languages) % len(frameworks)]
    persona = PERSONAS[number // (len(languages) * len(frameworks)) % len(PERSONAS)]
    return Visitor(number, seed, language, framework, persona, library, words)
