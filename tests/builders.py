"""Small builders of facts, companies and conversations: a test says what matters to it and nothing more."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zlib import crc32

from bot.tongues import LANGUAGES
from bot.workspace import load_workspace
from dialogs.content import read_framework, read_questions
from dialogs.engine import advance, open_conversation
from dialogs.framework import Framework
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind, Outcome
from scoring.assess import Assessment, assess
from scoring.company import CardItem, Company, Range, RateCard, Rates, Service, Stack
from scoring.stages import Stage
from scoring.values import (
    Evidence,
    Fact,
    FactValue,
    MoneyRange,
    Per,
    Signal,
    Source,
    Urgency,
    Window,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTENT = Path(__file__).resolve().parent.parent / "dialogs"
FRAMEWORKS = CONTENT / "frameworks"
SHARED_FILE = CONTENT / "questions.yaml"
SHARED = read_questions("questions.yaml", SHARED_FILE.read_text(encoding="utf-8"))


# -- facts


def fact(
    key: str,
    value: FactValue | None,
    *,
    quote: str = "",
    at: datetime = MONDAY,
    source: Source = Source.MESSAGE,
) -> Fact:
    """A fact whose quote is its key unless told otherwise."""
    said = quote or key
    return Fact(key, value, Evidence(source, "i1", said, 0, len(said)), "test", at)


def deadline(days: int | None, urgency: Urgency = Urgency.DATED, at: datetime = MONDAY) -> tuple[Fact, Fact]:
    """A wish for time so many days ahead, as the ears note it: the window and its urgency."""
    end = None if days is None else at.date() + timedelta(days=days)
    window = Window(None, end, urgency)
    return fact("timing.deadline", window, at=at), fact("timing.urgency", urgency.value, at=at)


def sum_of(
    low: str | None, high: str | None = None, currency: str | None = "EUR", per: Per | None = None
) -> MoneyRange:
    """A sum; exact when only one end is given."""
    ends = (None if low is None else Decimal(low), Decimal(high or low or "0"))
    return MoneyRange(*ends, currency, per)


def signals(*kinds: str, at: datetime = MONDAY) -> tuple[Signal, ...]:
    """What a lead did, one after the other."""
    return tuple(Signal(f"s{number}", kind, at) for number, kind in enumerate(kinds))


# One fact that meets each criterion of BANT on its own or with its companions.
MEETING: Mapping[str, tuple[Fact, ...]] = {
    "need": (fact("need.category", "crm"), fact("need.purpose", "sales")),
    "budget": (fact("budget.reaction", "fine"),),
    "authority": (fact("authority.role", "owner"), fact("authority.decides", True)),
    "timing": deadline(14),
}


def meeting(*criteria: str) -> tuple[Fact, ...]:
    """Facts that meet these criteria and say nothing about the others."""
    return tuple(one for criterion in criteria for one in MEETING[criterion])


# -- a company


def item(low: float, likely: float, high: float, weeks: tuple[float, float, float] | None = None) -> CardItem:
    """A row of a rate card."""
    return CardItem(Range(low, likely, high), None if weeks is None else Range(*weeks))


def company(**changes: object) -> Company:
    """A company with a small and a huge row on its card, at 50 euros an hour."""
    made = Company(
        name="Lantern",
        languages=("en",),
        services={
            "crm": Service(card="crm_setup", specialty=True),
            "website": Service(card="site"),
            "erp": Service(served=False),
        },
        card=RateCard(
            "EUR",
            Decimal(50),
            {
                "crm_setup": item(15, 40, 100, (1.5, 3, 5)),
                "site": item(100, 200, 300),
                "planet_scale_product": item(500_000, 5_000_000, 50_000_000, (200, 400, 800)),
            },
            {"feature_chat": item(80, 165, 250)},
        ),
        rates=Rates("2026-03-01", {"EUR": Decimal(1), "PLN": Decimal("0.25"), "USD": Decimal("0.9")}),
        stack=Stack(("java",), ("dotnet",)),
        signals={
            "newsletter_subscribed": 10,
            "email_link_clicked": 5,
            "product_page_viewed": 5,
            "favourite_added": 10,
            "unsubscribed": -10,
            "negative_comment": -10,
        },
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@cache
def packaged(name: str) -> Framework:
    """A packaged framework."""
    return read_framework(f"{name}.yaml", (FRAMEWORKS / f"{name}.yaml").read_text(encoding="utf-8"), SHARED)


def bant() -> Framework:
    """The packaged BANT framework."""
    return packaged("bant")


def standalone(name: str = "bant") -> str:
    """The text of a packaged framework with the shared questions written out, as an operator may have it."""
    head, _, tree = (FRAMEWORKS / f"{name}.yaml").read_text(encoding="utf-8").partition("questions:\n")
    _, _, shared = SHARED_FILE.read_text(encoding="utf-8").partition("questions:\n")
    blocks = {block.partition(":")[0]: block.partition("\n")[2] for block in re.split(r"(?m)^  (?=[a-z])", shared)}
    written = []
    for line in tree.splitlines():
        question, _, said = line.strip().partition(": {")
        own = [f"    {part.strip()}\n" for part in said.rstrip("}").split(",")]
        said_here = "|".join(line.strip().partition(":")[0] for line in own)
        body = re.sub(rf"(?m)^  #.*\n|^    ({said_here}):.*\n", "", blocks[question])
        written.append(f"  {question}:\n{''.join(own)}{body}")
    return f"{head}questions:\n{''.join(written)}"


def others() -> list[Framework]:
    """The packaged frameworks besides BANT, which share its texts."""
    return [packaged(path.stem) for path in sorted(FRAMEWORKS.glob("*.yaml")) if path.stem != "bant"]


def weigh(
    facts: Sequence[Fact], did: Sequence[Signal] = (), of: Company | None = None, now: datetime = MONDAY
) -> Assessment:
    """What the facts are worth under BANT for the small company."""
    return assess(bant().rubric, facts, did, of or company(), now)


def points(weighed: Assessment) -> dict[str, int]:
    """Points by criterion."""
    return {row.criterion: row.points for row in weighed.criteria}


# -- a talk


@cache
def demo() -> Library:
    """The library of the demo company, read once; properties take it from here."""
    return load_workspace().library


@cache
def everywhere() -> Library:
    """The library of a company that speaks every language there is."""
    return load_workspace(overrides={"languages": list(LANGUAGES)}).library


@dataclass
class Visitor:
    """Somebody talking to the real core, a minute between two turns."""

    library: Library
    language: str = "en"
    channel: str = "web"
    framework: str = "bant"
    now: datetime = MONDAY
    inbounds: list[Inbound] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    _conversation: Conversation | None = None

    def __post_init__(self) -> None:
        first = Inbound("open", "c1", Kind.START, "", self.now)
        self._conversation = open_conversation("c1", self.channel, self.framework, self.language, first)

    @property
    def conversation(self) -> Conversation:
        """As the last turn left it."""
        assert self._conversation is not None
        return self._conversation

    @conversation.setter
    def conversation(self, value: Conversation) -> None:
        self._conversation = value

    def act(self, kind: Kind, text: str = "") -> Outcome:
        """One inbound of any kind."""
        self.now += timedelta(minutes=1)
        inbound = Inbound(f"i{len(self.inbounds) + 1}", "c1", kind, text, self.now)
        outcome = advance(self.conversation, inbound, self.library)
        self.inbounds.append(inbound)
        self.outcomes.append(outcome)
        self.conversation = outcome.conversation
        return outcome

    def opens(self) -> Outcome:
        """Opens the chat."""
        return self.act(Kind.START)

    def says(self, text: str) -> Outcome:
        """Writes a message."""
        return self.act(Kind.TEXT, text)

    def presses(self, choice: str) -> Outcome:
        """Presses a button by its full id, or by the choice alone."""
        return self.act(Kind.CHOICE, choice)

    def presses_all(self, *choices: str) -> Outcome:
        """Presses one button after the other; what followed the last."""
        return [self.presses(choice) for choice in choices][-1]

    @property
    def last(self) -> Outcome:
        """The newest outcome."""
        return self.outcomes[-1]

    @property
    def texts(self) -> list[str]:
        """All replies so far."""
        return [reply.text for outcome in self.outcomes for reply in outcome.replies]

    @property
    def buttons(self) -> tuple[str, ...]:
        """Ids of the buttons under the last reply that had any."""
        for outcome in reversed(self.outcomes):
            for reply in reversed(outcome.replies):
                if reply.choices:
                    return tuple(choice.id for choice in reply.choices)
        return ()

    @property
    def questions(self) -> list[str]:
        """Questions put, in the order they were first asked."""
        return list(dict.fromkeys(outcome.asked for outcome in self.outcomes if outcome.asked is not None))


def visitor(library: Library, language: str = "en", **fields: object) -> Visitor:
    """A visitor who has opened the chat."""
    made = Visitor(library, language, **fields)  # type: ignore[arg-type]
    made.opens()
    return made


VARIANTS: Mapping[str, Mapping[str, bool]] = {
    "whole": {"stops": False, "adaptive": False},
    "stopped": {"adaptive": False},
    "adaptive": {"adaptive": True},
}
"""Ways to ask: everything, until the decision stands, and so with what moves it most first."""


def pressing(library: Library, framework: Framework, seed: int) -> Visitor:
    """Somebody who presses, at every question, the button that the seed and the question's name say."""
    own = replace(
        library,
        frameworks={framework.name: framework},
        company=replace(library.company, framework=framework.name, max_questions=30),
    )
    one = Visitor(own, "en", framework=framework.name)
    outcome: Outcome = one.opens()
    for _ in range(40):
        choices = [choice for reply in outcome.replies for choice in reply.choices]
        if not choices or one.conversation.waiting_for is None:
            break
        question = framework.question(one.conversation.waiting_for.question)
        if question is None:  # a doubt: its first button
            outcome = one.act(Kind.CHOICE, choices[0].id)
            continue
        told = [choice for choice in question.choices if choice.act != "type"]
        chosen = told[crc32(f"{seed}:{question.id}".encode()) % len(told)].id
        outcome = one.act(Kind.CHOICE, next(choice.id for choice in choices if choice.id.endswith(f":{chosen}")))
    return one


def decision(one: Visitor) -> tuple[str, str]:
    weighed = one.outcomes[-1].assessment
    stage = Stage.MQL if weighed.stage is Stage.SQL else weighed.stage
    return stage.value, weighed.temperature.value
