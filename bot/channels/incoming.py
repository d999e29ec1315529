"""What a channel hands to the reception: one thing a visitor did, in the channel's own terms and no more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from dialogs.values import Kind
from storage.values import StoredTurn

FILE_ENDINGS = (".pdf", ".docx", ".xlsx", ".txt", ".md", ".png", ".jpg", ".jpeg")
LARGEST_FILE = 10 * 1024 * 1024  # bytes; a longer specification is for people


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that reached us through a channel, before anybody knows which conversation it belongs to."""

    channel: str  # "telegram"
    thread: str  # the channel's own conversation: "telegram:<chat id>"
    inbound: str  # id, the same for the same thing however often it arrives: "tg:<update id>"
    kind: Kind
    text: str  # as written; the choice id of a button; "" for a file and for a start
    at: datetime  # aware, UTC
    language_hint: str = ""  # "uk", from the visitor's own settings
    inbox_id: str = ""  # the inbox row this turn settles; "" when another turn of the same row follows
    also_settles: tuple[str, ...] = ()  # rows of further messages that are part of this turn
    source: str = ""  # the parameter of a start link: t.me/<bot>?start=<source>
    file_name: str = ""  # bare name, no folders
    file_size: int = 0  # bytes, as announced
    file_bytes: bytes = b""  # empty when the file was refused, or could not be had
    file_refused: str = ""  # why it is not kept: "kind" (no document or photo) | "size" | "type" (its ending) | "empty"
    sender_name: str = ""  # what the visitor calls themselves there: a hint, not a fact
    sender_username: str = ""  # without "@"


Receive = Callable[[Incoming], Awaitable[StoredTurn]]
"""The reception, seen from a channel: one committed turn; the same inbound twice gives the stored turn again."""


def clean(text: str) -> str:
    """The text without what no database takes: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
