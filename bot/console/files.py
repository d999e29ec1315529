"""Files a visitor sent: what became of each, and the answer that hands one to a browser without opening it."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from litestar import Response

from bot.console.security import NOT_KEPT
from bot.console.views import lead_link
from bot.console.words import Words
from storage.values import FileKept, TranscriptTurn

_REFUSED = "refused"  # how the text of a file that was not accepted begins: "refused:<reason>:<name>"
_REASONS = frozenset(("kind", "size", "type", "empty"))
_PLAIN = re.compile(r"[\w:-]+", re.ASCII)
_LONGEST_NAME = 150  # characters; the ending stays
_ATTRIBUTE = "!#$&+-.^_`|~"  # besides letters and digits: attr-char of RFC 5987, section 3.2.1

# A browser that opens it after all gives it no scripts, no forms and no origin.
_HEADERS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Download-Options": "noopen", **NOT_KEPT}


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file as the page shows it."""

    name: str
    link: str  # of the download, "" when there are no bytes
    size: str  # "1.2 MB", "" when there are no bytes
    trouble: str  # why there are no bytes, in words
    refused: bool  # the bot said at once that it cannot take it
    at: datetime


def sent_file(turn: TranscriptTurn, conversation: str, kept: FileKept | None, words: Words) -> SentFile:
    """The file a turn brought."""
    if kept is not None and kept.stored:
        return SentFile(
            turn.text, file_link(conversation, turn.inbound), words.size(kept.stored), "", refused=False, at=turn.at
        )
    name, reason = _refusal(turn.text)
    why = reason or ("lost" if kept is None or kept.announced else "empty")
    return SentFile(name, "", "", words(f"file.{why}"), refused=bool(reason), at=turn.at)


def sent_files(
    turns: tuple[TranscriptTurn, ...], conversation: str, kept: Mapping[str, FileKept], words: Words
) -> Mapping[str, SentFile]:
    """All files of a conversation by inbound id, oldest first."""
    return {
        turn.inbound: sent_file(turn, conversation, kept.get(turn.inbound), words)
        for turn in turns
        if turn.kind == "file"
    }


def file_link(conversation: str, inbound: str) -> str:
    """The address of a file; an id with signs that addresses give a meaning goes as "~" and its base64url."""
    part = inbound if _PLAIN.fullmatch(inbound) else f"~{urlsafe_b64encode(inbound.encode()).decode().rstrip('=')}"
    return f"{lead_link(conversation)}/files/{part}"


def inbound_of(part: str) -> str:
    """The inbound id in an address `file_link` made, "" if it made none such."""
    if not part.startswith("~"):
        return part
    try:
        return urlsafe_b64decode(part[1:] + "=" * (-len(part[1:]) % 4)).decode()
    except ValueError:
        return ""


def download(name: str, content: bytes) -> Response[bytes]:
    """The bytes, to be saved and never shown."""
    headers = {**_HEADERS, "Content-Disposition": disposition(name)}
    return Response(content, media_type="application/octet-stream", headers=headers)


def disposition(name: str) -> str:
    """The header that saves a download under its own name (RFC 6266), without folders or anything that hides in it."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    bare = "".join(sign for sign in bare if sign.isprintable()).strip(" .")[-_LONGEST_NAME:] or "file"
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in bare)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(bare, safe=_ATTRIBUTE)}"


def _refusal(text: str) -> tuple[str, str]:
    """The name, and why the file was refused, "" if it was not."""
    begin, _, rest = text.partition(":")
    reason, _, name = rest.partition(":")
    return (name, reason) if begin == _REFUSED and reason in _REASONS else (text, "")
