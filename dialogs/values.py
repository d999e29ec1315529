"""What travels through one turn: an inbound and a conversation in, a conversation, replies and effects out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from scoring.assess import Assessment
from scoring.stages import Stage
from scoring.values import Fact, Signal


class Kind(StrEnum):
    """What an inbound is."""

    START = "start"  # the visitor opened the chat
    TEXT = "text"
    CHOICE = "choice"  # a button; the text is the choice id, "<turn>:<question>:<choice>" or a bare choice id
    FILE = "file"  # a file was sent; the text is its name
    SIGNAL = "signal"  # the lead did something; the text is the signal kind
    TIMEOUT = "timeout"  # a timer fired; the text is its purpose
    HUMAN = "human"  # one of us acted: takes_over, hands_back, or says (then text is what they said)


class Origin(StrEnum):
    """Where inbounds come from whose ids we make: such an id begins so, and no visitor's client may give one."""

    TIMER = "timer:"
    TELEGRAM = "tg:"
    LOST = "lost:"  # an update no turn could be made of
    CONSOLE = "console:"
    EVENT = "event:"
    CLICK = "click:"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing that reached us, from whatever channel, already stripped of the channel's ways."""

    id: str  # unique within the conversation; the same id again is the same inbound
    conversation: str
    kind: Kind
    text: str
    at: datetime  # aware, UTC
    today: str = ""  # ISO date in the company's time zone; "" means at's own date
    language_hint: str = ""  # from the channel or page, "uk"
    size: int = 0  # bytes, for a file
    handle: str = ""  # the visitor's name on the channel, "@olena": a contact we know without asking
    sender: str = ""  # what the visitor calls themselves there


class Choice(Struct, frozen=True, gc=False):
    """A button under a reply."""

    id: str  # "<turn>:<question>:<choice>", at most 64 bytes: it carries the version of its question
    label: str


class Reply(Struct, frozen=True, gc=False):
    """One message of ours."""

    id: str  # "<turn>.<n>"
    text: str
    choices: tuple[Choice, ...] = ()
    author: str = "bot"  # "bot" or "human"


class Mode(StrEnum):
    """Where a conversation is; dialogs/progress.py holds the table."""

    GREETING = "greeting"
    QUALIFYING = "qualifying"
    CLARIFYING = "clarifying"
    ESTIMATING = "estimating"
    CONTACT = "contact"
    HANDED_OVER = "handed_over"
    HUMAN = "human"
    PARKED = "parked"
    CLOSED = "closed"


class Ending(StrEnum):
    """How a question was settled."""

    OPEN = "open"
    ANSWERED = "answered"
    SKIPPED = "skipped"  # the visitor would rather not
    UNKNOWN = "unknown"  # the visitor does not know
    PASSED = "passed"  # we could not read the answers and moved on


class AskedQuestion(Struct, frozen=True, gc=False):
    """One question we put, in order."""

    question: str
    turn: int
    ending: Ending = Ending.OPEN
    attempts: int = 1  # how often it was worded


class Conversation(Struct, frozen=True, gc=False):
    """One thread with a visitor; everything the next turn needs, and the way it went so far."""

    id: str
    channel: str  # web | telegram | terminal
    framework: str
    language: str
    started: datetime
    turn: int = 0  # also the version that guards two writers
    mode: Mode = Mode.GREETING
    stage: Stage = Stage.CONTACT_US
    asked: tuple[AskedQuestion, ...] = ()
    facts: tuple[Fact, ...] = ()
    signals: tuple[Signal, ...] = ()
    language_fixed: bool = False  # the visitor asked for it
    told: tuple[str, ...] = ()  # one-time lines already said: "estimate", "bot_identity", ...
    handoff: str = ""  # "" | offered; what sales do with it later is theirs
    parked_until: str = ""  # ISO date
    taken_from: Mode | None = None  # where the talk was when one of us took over
    alone_since: datetime | None = None  # the visitor wrote to one of us, and has had no answer
    generation: int = 0  # raised by every message: older timers mean nothing
    source: str = ""
    page: str = ""
    address: str = ""  # where replies are pushed to: "telegram:<chat id>"; "" when the visitor fetches them
    moved: tuple[str, ...] = ()  # moves of the state tables it took, each once, for figures: "contact_us.qualify"

    @property
    def waiting_for(self) -> AskedQuestion | None:
        """The question that still waits for its answer, None when none does."""
        if self.asked and self.asked[-1].ending is Ending.OPEN:
            return self.asked[-1]
        return None


class EffectKind(StrEnum):
    """What should happen to the world; the shell turns each into outbox rows and timers."""

    HANDOFF_OFFERED = "handoff.offered"  # once per lead
    LEAD_UPDATED = "lead.updated"  # something sales should know changed after the handoff
    NURTURE = "nurture"
    SET_TIMER = "timer"


class Effect(Struct, frozen=True, gc=False):
    """One consequence; key makes it idempotent."""

    kind: EffectKind
    key: str  # unique per conversation: "handoff", "updated:5", "nudge:7"
    purpose: str = ""  # of a timer: nudge | park | callback
    due: datetime | None = None  # of a timer


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that follows from one inbound."""

    conversation: Conversation
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    assessment: Assessment
    new_facts: tuple[Fact, ...] = ()
    asked: str | None = None  # id of the question that now waits, None if none does
    criterion: str | None = None  # the criterion it serves ("contact" for contact details)
    heard: tuple[str, ...] = field(default=())  # kinds that were read, for the log: never the words
    content: str = ""  # the version of the library that decided
