"""What the store takes and gives: requests for turns, inbox, outbox and timer rows, leads for the console."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from dialogs.values import Conversation, Inbound, Outcome, Reply
from scoring.values import Fact

Decide = Callable[[Conversation, Inbound], Outcome]
"""The core: `advance` with its library bound; pure, never raises on what a visitor did."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something to send after the commit; the unique key makes it happen once."""

    key: str  # "reply:<conversation>:<turn>.<n>", "handoff:<conversation>:email"
    kind: str  # "telegram.reply", "notify.email", "notify.webhook", "notify.telegram", "notify.console"
    payload: str  # JSON, whatever the sender of this kind needs
    seq: int  # replies of one conversation go out in this order


Route = Callable[[Inbound, Outcome], tuple[OutboxItem, ...]]
"""What leaves the machine after this turn; pure, made by the shell from its settings."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One inbound on its way through one committed turn."""

    inbound: Inbound
    opening: Conversation | None = None  # stored first if the conversation does not exist yet
    token_hash: str = ""  # of the opening's bearer token (web)
    external: str = ""  # the channel's own name for the opening, unique per channel: "telegram:<chat id>"
    inbox_id: str = ""  # the inbox row this turn settles
    also_settles: tuple[str, ...] = ()  # further rows that are part of it
    once: bool = False  # its inbound's id is known in all conversations, and what it tells happens once in all of them
    payload: bytes = b""  # a file's bytes, kept with the turn


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as committed; a repeated inbound gives the stored one again."""

    conversation: str
    turn: int
    replies: tuple[Reply, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptTurn:
    """One turn for people to read."""

    turn: int
    at: datetime
    inbound: str  # id
    kind: str
    text: str  # what the visitor (or a human of ours) wrote, as written
    author: str  # visitor | human | system
    replies: tuple[Reply, ...]
    asked: str | None


class FileKept(NamedTuple):
    """What became of a file that was sent, in bytes; announced and not stored means it could not be fetched."""

    announced: int
    stored: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One update of a channel, committed before it is acknowledged."""

    id: str
    channel: str
    external: str  # the channel's own id; unique per channel
    thread: str  # what orders it: "telegram:<chat id>"
    payload: str  # JSON as received
    received: datetime


class Sending(StrEnum):
    """Where an outbox row is."""

    READY = "ready"
    SENDING = "sending"
    UNCERTAIN = "uncertain"  # may or may not have arrived; a person decides
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An outbox item with its history."""

    id: str
    key: str
    kind: str
    conversation: str
    seq: int
    payload: str
    state: Sending
    attempts: int
    due: datetime
    error: str  # the last failure, without anything a visitor wrote
    created: datetime


@dataclass(frozen=True, slots=True)
class TimerRow:
    """Something to do with a conversation later."""

    conversation: str
    purpose: str
    generation: int
    due: datetime


class CriterionPoints(NamedTuple):
    """One row of a lead's score, as lists show it."""

    criterion: str
    points: int  # 0 to maximum
    maximum: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead as lists show it."""

    conversation: str
    framework: str
    stage: str
    total: int
    maximum: int
    temperature: str
    grade: str  # "A1"; "" of a lead last heard before there were grades
    name: str
    company: str
    contact: str  # e-mail, phone or Telegram handle, whichever is known first
    channel: str
    source: str
    page: str
    language: str
    handoff: str
    opened: datetime
    updated: datetime
    turn: int


@dataclass(frozen=True, slots=True)
class LeadDetails:
    """Everything about one lead, for the person who looks at it."""

    row: LeadRow
    assessment: dict[str, Any]  # the Assessment as plain JSON values, each fact in it written out
    facts: tuple[Fact, ...]  # all that was ever said, oldest first, corrected and withdrawn ones too
    transcript: tuple[TranscriptTurn, ...]
    email: str
    phone: str
    telegram: str


@dataclass(frozen=True, slots=True)
class Staff:
    """One of us, who may sign in to the console."""

    id: str
    name: str
    email: str  # lower case
    role: str
    active: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """One change of what the bot runs on."""

    content: str  # the version that ran from then on
    folder: str  # the version the workspace folder held then
    how: str  # start, reload or rollback
    author: str  # id of the person, or what asked: "signal", "command"
    at: datetime
    own: str = ""  # a hash of the operator's files alone that ran, the same under every release; "" is not known
    draft: str = ""  # of those the folder held then; another one as long as somebody went back from it
    kept: bool = True  # whether the files of this version are there to go back to


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in browser."""

    staff: Staff
    csrf: str
    expires: datetime
