"""
One turn: hear, weigh, choose, word.

advance(conversation, inbound, library) -> Outcome is synchronous, deterministic and total: nothing a visitor does can
raise. Time, ids and content come as arguments; what should happen to the world leaves as effects. Replaying a
conversation's stored inbounds over the same content gives the same bytes.
"""

from dialogs import answers, moves
from dialogs.library import Library
from dialogs.talk import Talk
from dialogs.values import Conversation, Inbound, Kind, Outcome


def advance(conversation: Conversation, inbound: Inbound, library: Library) -> Outcome:
    """
    All that follows from one inbound.

    Args:
        conversation: As stored after the turn before.
        inbound: Its id is new to this conversation (reception sees to that).
        library: Frameworks, languages, the company.

    Returns:
        The conversation one turn on, replies in order, effects for the shell and the assessment they rest on.
        While a human has the conversation there are no replies of the bot.
    """
    talk = Talk(conversation, inbound, library)
    talk.introduce()
    match inbound.kind:
        case Kind.START:
            moves.start(talk)
        case Kind.TEXT:
            answers.take_text(talk)
        case Kind.CHOICE:
            answers.take_choice(talk)
        case Kind.FILE:
            answers.take_file(talk)
        case Kind.SIGNAL:
            talk.signal(inbound.text)
        case Kind.TIMEOUT:
            moves.wake(talk, inbound.text)
        case Kind.HUMAN:
            moves.human(talk, inbound.text)
    return talk.outcome()


def open_conversation(
    conversation_id: str,
    channel: str,
    framework: str,
    language: str,
    inbound: Inbound,
    *,
    source: str = "",
    page: str = "",
    address: str = "",
) -> Conversation:
    """A conversation before its first turn, opened by this inbound."""
    return Conversation(
        conversation_id,
        channel,
        framework,
        language,
        inbound.at,
        source=source[:200],
        page=page[:500],
        address=address,
    )
