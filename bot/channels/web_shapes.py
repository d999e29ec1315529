"""What the web chat says over HTTP, as JSON."""

from collections.abc import Sequence

import msgspec

from dialogs.values import Reply
from storage.values import StoredTurn


class OpenRequest(msgspec.Struct):
    """What a site tells when a visitor opens the chat."""

    framework: str = ""
    language: str = ""
    page: str = ""
    source: str = ""


class InboundRequest(msgspec.Struct):
    """A message or a tap; id is made by the client, so that a repeated request is the same message."""

    id: str
    text: str | None = None
    choice: str | None = None


class SignalRequest(msgspec.Struct):
    """Something the visitor did on the site."""

    id: str
    kind: str


class ChoiceShown(msgspec.Struct):
    """A button."""

    id: str
    label: str


class ReplyShown(msgspec.Struct):
    """One message of ours."""

    id: str
    text: str
    choices: list[ChoiceShown]
    author: str


class TurnShown(msgspec.Struct):
    """What one inbound led to."""

    turn: int
    replies: list[ReplyShown]


class Opened(msgspec.Struct):
    """A new conversation; the token is shown once and opens only this conversation."""

    conversation: str
    token: str
    turn: int
    language: str
    replies: list[ReplyShown]


class InboundShown(msgspec.Struct):
    """What somebody wrote."""

    id: str
    text: str
    author: str


class TranscriptShown(msgspec.Struct):
    """One turn of the transcript."""

    turn: int
    inbound: InboundShown | None
    replies: list[ReplyShown]


class ConversationShown(msgspec.Struct):
    """A conversation as its visitor may see it."""

    conversation: str
    turn: int
    language: str
    turns: list[TranscriptShown]


class TicketShown(msgspec.Struct):
    """What opens the stream of one conversation for a minute."""

    ticket: str


def turn_shown(turn: StoredTurn) -> TurnShown:
    """What one inbound led to."""
    return TurnShown(turn.turn, replies_shown(turn.replies))


def replies_shown(replies: Sequence[Reply]) -> list[ReplyShown]:
    """Our messages, in order."""
    return [
        ReplyShown(
            reply.id, reply.text, [ChoiceShown(choice.id, choice.label) for choice in reply.choices], reply.author
        )
        for reply in replies
    ]
