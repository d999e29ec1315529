"""Telegram's updates as values of ours; nothing here waits, sends or remembers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import telegram
from telegram.constants import ChatType

from bot.channels.incoming import FILE_ENDINGS, LARGEST_FILE, Incoming, clean
from dialogs.values import Kind, Origin
from storage.values import InboxRow

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
LARGEST_DOWNLOAD = LARGEST_FILE
_LONGEST_SOURCE = 64  # Telegram's own limit for a start parameter
_LONGEST_NAME = 200
_UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,  # a moment no calendar has
    telegram.error.TelegramError,
)

# What Telegram does not name itself gets a name that says what it is.
_NAMES = {
    telegram.PhotoSize: "photo.jpg",
    telegram.Voice: "voice.ogg",
    telegram.Audio: "audio.mp3",
    telegram.Video: "video.mp4",
    telegram.VideoNote: "video-note.mp4",
    telegram.Animation: "animation.mp4",
    telegram.Sticker: "sticker.webp",
    telegram.Document: "document",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one update means: the turns it needs, in order, or why it needs none."""

    incomings: tuple[Incoming, ...] = ()
    typed: bool = False  # nothing but words somebody wrote: no command, no shared number
    file_id: str = ""  # of the first incoming's file, "" when it is refused
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Tap:
    """A pressed button that still shows its spinner."""

    id: str
    chat: int | None = None
    message: int | None = None
    data: str = ""
    label: str = ""


def update_id(update: object) -> int | None:
    """The id of a decoded update, None if this is not one."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def thread_of(update: Mapping[str, Any]) -> str:
    """
    The thread an update belongs to: updates of one chat stay in order.

    Looks at raw JSON, because an update is stored before anybody tries to understand it.
    """
    for part in update.values():
        if not isinstance(part, dict):
            continue
        message = part.get("message")
        for holder in (part, message if isinstance(message, dict) else {}):
            chat = holder.get("chat")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return f"{CHANNEL}:{chat['id']}"
    return f"{CHANNEL}:"


def tap_of(update: Mapping[str, Any]) -> Tap | None:
    """The button an update reports as pressed, None for every other update."""
    query = update.get("callback_query")
    if not isinstance(query, dict) or not isinstance(query.get("id"), str):
        return None
    message = query.get("message")
    data = query.get("data")
    if not isinstance(message, dict) or not isinstance(data, str):
        return Tap(query["id"])
    chat = message.get("chat")
    return Tap(
        id=query["id"],
        chat=chat.get("id") if isinstance(chat, dict) else None,
        message=message.get("message_id"),
        data=data,
        label=next((text for text, button in _buttons(message) if button == data), ""),
    )


def read_update(row: InboxRow) -> Seen:
    """
    What a stored update asks us to do.

    Returns:
        One incoming for a text, a command, a button or a file; two for a file with words under it, file first. Only the
        last one settles the row. None, with the reason, for service messages, groups, edits and what cannot be read,
        unless somebody sent that to the bot: then it is a message without words, so that nobody is met with silence.
    """
    found: Any = None
    try:
        found = json.loads(row.payload)
        return _read(telegram.Update.de_json(found, None), row)
    except _UNREADABLE:
        return _unreadable(found if isinstance(found, dict) else {}, row)


def _read(update: telegram.Update, row: InboxRow) -> Seen:
    if update.callback_query is not None:
        return _read_tap(update.callback_query, row)
    if update.message is not None:
        return _read_message(update.message, row)
    if update.my_chat_member is not None:
        return Seen(why_none=f"bot_is_{update.my_chat_member.new_chat_member.status}")
    return Seen(why_none="not_for_us")


def _unreadable(update: Mapping[str, Any], row: InboxRow) -> Seen:
    """What is left of an update of another shape than Telegram describes."""
    message = update.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != ChatType.PRIVATE or not isinstance(chat.get("id"), int):
        return Seen(why_none="unreadable")
    return Seen((_base(row, None, row.received),))


def _read_tap(query: telegram.CallbackQuery, row: InboxRow) -> Seen:
    if query.message is None or query.message.chat.type != ChatType.PRIVATE or not query.data:
        return Seen(why_none="group")
    base = _base(row, query.from_user, row.received)
    return Seen((replace(base, kind=Kind.CHOICE, text=clean(query.data)),))


def _read_message(message: telegram.Message, row: InboxRow) -> Seen:
    if message.chat.type != ChatType.PRIVATE:
        return Seen(why_none="group")
    # The clock of a sender's server may run ahead of ours; nobody writes in the future.
    base = _base(row, message.from_user, min(message.date, row.received))
    if message.text is not None:
        said = _said(base, clean(message.text))
        return Seen((said,), typed=bool(said.text.strip()) and not said.text.lstrip().startswith("/"))
    if message.contact is not None:
        return Seen((replace(base, text=_international(clean(message.contact.phone_number))),))
    return _read_attachment(message, base)


def _international(number: str) -> str:
    """The number of a shared contact, which Telegram gives with its country code but not always with the plus."""
    return f"+{number}" if number[:1].isdigit() else number


def _said(base: Incoming, text: str) -> Incoming:
    command, *rest = text.split(maxsplit=1) or [""]
    if command.partition("@")[0] == "/start":
        return replace(base, kind=Kind.START, source="".join(rest).strip()[:_LONGEST_SOURCE])
    return replace(base, text=text)


def _read_attachment(message: telegram.Message, base: Incoming) -> Seen:
    found = message.effective_attachment
    if found is None:
        return Seen(why_none="service")
    item: Any = max(message.photo, key=lambda size: size.width * size.height) if message.photo else found
    name = _NAMES.get(type(item))
    if name is None:  # a place, a poll, a game: something was said, though not in words
        return Seen((base,))
    file = replace(
        base,
        kind=Kind.FILE,
        file_name=_bare(getattr(item, "file_name", None) or "") or name,
        file_size=int(getattr(item, "file_size", None) or 0),
    )
    file = replace(file, file_refused=_why_refused(item, file.file_name))
    file_id = "" if file.file_refused else str(item.file_id)
    if not message.caption:
        return Seen((file,), file_id=file_id)
    words = replace(base, inbound=f"{base.inbound}:caption", text=clean(message.caption))
    return Seen((replace(file, inbox_id=""), words), file_id=file_id)


def _why_refused(item: Any, name: str) -> str:
    """Why a file is not kept, "" if it is; a size that Telegram does not tell shows when the file is fetched."""
    size = getattr(item, "file_size", None)
    if not isinstance(item, (telegram.Document, telegram.PhotoSize)):
        return "kind"
    if not name.lower().endswith(FILE_ENDINGS):
        return "type"
    if size is not None and size > LARGEST_FILE:
        return "size"
    return "empty" if size == 0 else ""


def _base(row: InboxRow, user: telegram.User | None, at: datetime) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        thread=row.thread,
        inbound=f"{Origin.TELEGRAM}{row.external}",
        kind=Kind.TEXT,
        text="",
        at=at,
        language_hint=clean(str(user.language_code or "")).split("-")[0].lower() if user else "",
        inbox_id=row.id,
        sender_name=clean(user.full_name)[:_LONGEST_NAME] if user else "",
        sender_username=clean(str(user.username or "")) if user else "",
    )


def _bare(name: str) -> str:
    """A file name without folders, whichever way the slashes lean."""
    return clean(name).replace("\\", "/").rpartition("/")[2].strip()[-_LONGEST_NAME:]


def _buttons(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict):
                yield str(button.get("text", "")), str(button.get("callback_data", ""))
