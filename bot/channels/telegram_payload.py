"""What an outbox row for Telegram holds; kept apart so that writing one needs no line to Telegram."""

import msgspec

from dialogs.values import Reply

KIND = "telegram.reply"


class TelegramChoice(msgspec.Struct, frozen=True):
    """A button."""

    id: str
    label: str


class TelegramReply(msgspec.Struct, frozen=True):
    """The payload of an outbox row of kind `telegram.reply`."""

    chat_id: int
    text: str
    choices: tuple[TelegramChoice, ...] = ()
    typing: bool = False  # show "typing…" for a moment first


def reply_payload(thread: str, reply: Reply, *, typing: bool = False) -> str:
    """
    The payload that says this reply in this thread.

    Args:
        thread: "telegram:<chat id>", as the incoming had it.
        reply: What to say.
        typing: Show "typing…" for a moment first.
    """
    chat = int(thread.rpartition(":")[2])
    choices = tuple(TelegramChoice(choice.id, choice.label) for choice in reply.choices)
    return msgspec.json.encode(TelegramReply(chat, reply.text, choices, typing)).decode()
