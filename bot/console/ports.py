"""What the console asks of the memory; the store is the real side, tests bring a twin."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.publishing import Standing
from bot.trial import Trial
from dialogs.dropoff import Fate
from dialogs.picture import Labels, TableNames
from storage.values import CriterionPoints, FileKept, LeadDetails, LeadRow, OutboxRow, Publication, Staff, StaffSession


class ConsoleLeads(Protocol):
    """Leads and what leaves."""

    async def leads(
        self, *, stage: str = "", temperature: str = "", search: str = "", limit: int = 50, before: str = ""
    ) -> Sequence[LeadRow]:
        """Leads, newest change first; *before* is the conversation id of the last row of the page before."""
        ...

    async def lead(self, conversation: str) -> LeadDetails | None:
        """One lead in full, None if there is none."""
        ...

    async def files(self, conversation: str) -> Mapping[str, FileKept]:
        """What became of each file of a conversation, by inbound id."""
        ...

    async def file(self, conversation: str, inbound: str) -> tuple[str, bytes] | None:
        """The name and the bytes of a file that was sent, None if there is none."""
        ...

    async def lead_counts(self) -> Mapping[tuple[str, str], int]:
        """How many leads there are of each (stage, temperature)."""
        ...

    async def lead_points(self, conversations: Sequence[str]) -> Mapping[str, Sequence[CriterionPoints]]:
        """Points per criterion of each of these leads, in the order of their framework; unknown ids are absent."""
        ...

    async def outbox(self, states: Sequence[str], limit: int) -> Sequence[OutboxRow]:
        """Rows in these states, newest first."""
        ...

    async def resend(self, row: str, now: datetime) -> bool:
        """Have a dead or uncertain row tried again; False if it is neither."""
        ...


class ConsoleStaff(Protocol):
    """People of ours, their passwords and browsers; secrets come as hashes only."""

    async def staff_by_email(self, email: str) -> Staff | None:
        """The person of an address, in any case."""
        ...

    async def password_hash(self, key: str) -> str:
        """The hash that was set for a person, "" if none was."""
        ...

    async def set_password_hash(self, key: str, password_hash: str) -> None:
        """Keep the hash of a new password; browsers signed in before are signed out."""
        ...

    async def set_email(self, key: str, email: str) -> bool:
        """Keep a person's address; False, and nothing changed, if somebody else has it."""
        ...

    async def add_sign_in_link(self, token_hash: str, key: str, expires: datetime) -> None:
        """Remember a one-time link for a person."""
        ...

    async def use_sign_in_link(self, token_hash: str, now: datetime) -> Staff | None:
        """The person a link is for, once; None if it is unknown, used or too old."""
        ...

    async def add_session(self, token_hash: str, key: str, csrf: str, expires: datetime) -> None:
        """Remember a browser that has signed in."""
        ...

    async def session(self, token_hash: str, now: datetime) -> StaffSession | None:
        """The session of a token, None if it is unknown or over."""
        ...

    async def end_session(self, token_hash: str) -> None:
        """Sign a browser out."""
        ...


Speak = Callable[[str, str, str], Awaitable[None]]
"""
One of us speaks in a conversation: its id, what is said, and an id that makes the same words sent twice one message.

"takes_over" and "hands_back" are not said but done. Raises NoSuchConversation, StorageError: nothing was said.
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a framework looks, and how its questions fare."""

    svg: str  # without styles: picture.css has them
    rows: Sequence[tuple[str, str, Fate]]  # id, words and fate of each question, in their order
    talks: int
    stages: str = ""  # the way of its leads through the pipeline, as another picture of the same kind


@dataclass(frozen=True, slots=True)
class StageWords:
    """What the picture of the pipeline says."""

    title: str
    description: str
    names: TableNames


@dataclass(frozen=True, slots=True)
class Head:
    """What every page says of the company, as it is now."""

    company: str
    zone: str = "UTC"  # IANA name of the zone times are shown in


class Publishing(Protocol):
    """What the bot runs on, and how that is changed."""

    @property
    def content(self) -> str:
        """The version that runs."""
        ...

    async def look(self) -> Standing:
        """What the folder holds now, proven; nothing changes."""
        ...

    async def reload(self, author: str) -> Standing:
        """Run what the folder holds now; where it has faults, all are told and the running version stays."""
        ...

    async def roll_back(self, content: str, author: str) -> Standing:
        """Run a version that ran before."""
        ...

    async def history(self) -> Sequence[Publication]:
        """What ran, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a lead looks under any framework, and how each framework looks."""

    names: Callable[[], Sequence[str]]  # of all frameworks, the company's own first
    weigh: Callable[[str, str], Awaitable[Mapping[str, Any] | None]]
    """A conversation under a framework: the assessment as plain JSON values, None if there is no such conversation."""
    draw: Callable[[str, str, Labels, StageWords], Awaitable[Drawing]]
    """A framework (one of *names*) in a language, as near as there is, with these labels, and its leads' stages."""
    try_out: Callable[[str, str], Awaitable[Trial]]
    """
    What keys of company.yaml or a framework file would change of the newest talks; nothing goes live.

    Takes the text, and what to call it in faults: the name of its file, "" where it has none.
    """

    @property
    def frameworks(self) -> Sequence[str]:
        """Names of all frameworks, the company's own first."""
        return self.names()


class ConsoleStore(ConsoleLeads, ConsoleStaff, Protocol):
    """All that the console remembers and shows."""
