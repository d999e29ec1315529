"""
What leads did elsewhere: events other systems send, and links of mails that lead through us.

A visitor's own page tells the widget; see bot/channels/web.py.
"""

import base64
import hashlib
import hmac
import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Literal

import msgspec
import structlog
from litestar import HttpMethod, MediaType, Request, Response, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from bot.metrics import Metrics
from bot.reception import ConversationFull, Reception
from dialogs.library import Library
from dialogs.values import Inbound, Kind, Origin
from storage.errors import NoSuchConversation, StorageError
from storage.values import TurnRequest

log = structlog.get_logger("banter.events")

MOST_EVENTS = 500  # of one request
LARGEST_BATCH = 512 * 1024  # bytes
LONGEST_ID = 64
LONGEST_LINK = 2000
AHEAD = timedelta(minutes=5)  # that clocks of two machines may differ
BEHIND = timedelta(days=3 * 366)  # nobody sells on what was clicked longer ago
CLICKED = "email_link_clicked"
_PREFETCHED = frozenset(("prefetch", "preview"))
_SAFE = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a lead did, of a lead named by its conversation or by its e-mail address."""

    id: str  # the sender's own; the same again counts once
    event: str
    at: str = ""  # ISO 8601 with an offset; now if left out
    conversation: str = ""
    email: str = ""


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several at once, each read by itself."""

    events: list[msgspec.Raw]


class Fate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one."""

    id: str
    status: Literal["accepted", "duplicate", "refused"]
    reason: str = ""  # a word for programs: unknown_event, absurd_time, no_lead, bad_id, bad_event, full
    problem: str = ""  # a sentence for people: what to do


class Fates(msgspec.Struct, frozen=True):
    """What became of all, in their order."""

    accepted: int
    duplicates: int
    refused: int
    events: list[Fate]


class Refused(Exception):  # noqa: N818 - named for what happened
    """One event that cannot be taken."""

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason


class Unreadable(Exception):  # noqa: N818 - named for what it is
    """A body that holds no events; the message says why."""


class _Named(msgspec.Struct, frozen=True):
    """What is left of an event that is none."""

    id: object = ""


class Leads:
    """Whose event it is."""

    def __init__(self, by_email: Callable[[str], Awaitable[str | None]]) -> None:
        self._by_email = by_email

    async def conversation(self, event: Event) -> str:
        """
        The conversation an event belongs to: the one named, or the newest of an address.

        Raises:
            Refused: Neither is named, or both, or nobody has this address.
        """
        if bool(event.conversation) == bool(event.email):
            raise Refused("no_lead", "name either the conversation or the e-mail address of the lead, and not both")
        if event.conversation:
            return event.conversation
        found = await self._by_email(event.email)
        if found is None:
            raise Refused("no_lead", "no lead has told this e-mail address")
        return found


@dataclass(frozen=True, slots=True)
class Events:
    """Takes events through the ordinary turns."""

    reception: Callable[[], Reception]
    leads: Leads
    metrics: Metrics
    clock: Callable[[], datetime]

    async def take(self, event: Event) -> Fate:
        """
        Note one event, once.

        Raises:
            StorageError: It could not be stored; the sender may send it again.
        """
        try:
            at = self._checked(event)
            conversation = await self.leads.conversation(event)
            repeated = await self.note(conversation, f"{Origin.EVENT}{event.id}", event.event, at)
        except Refused as refused:
            self.metrics.refused_events.labels(refused.reason).inc()
            return Fate(event.id[:LONGEST_ID], "refused", refused.reason, str(refused))
        return Fate(event.id, "duplicate" if repeated else "accepted")

    def refuse(self, written: msgspec.Raw, problem: str) -> Fate:
        """Refuse what is no event."""
        self.metrics.refused_events.labels("bad_event").inc()
        return Fate(_id_in(written)[:LONGEST_ID], "refused", "bad_event", problem)

    async def note(self, conversation: str, key: str, kind: str, at: datetime) -> bool:
        """
        Note that a lead did something; whether it was known before, in whichever conversation.

        Raises:
            Refused: There is no such conversation, or it holds all it can.
            StorageError: It could not be stored.
        """
        inbound = Inbound(key, conversation, Kind.SIGNAL, told_at(kind, at), self.clock())
        try:
            stored = await self.reception().receive(TurnRequest(inbound, once=True))
        except NoSuchConversation:
            raise Refused("no_lead", "there is no such conversation") from None
        except ConversationFull as full:
            raise Refused("full", str(full)) from None
        return stored.repeated

    def _checked(self, event: Event) -> datetime:
        if not 0 < len(event.id) <= LONGEST_ID or not event.id.isprintable():
            raise Refused("bad_id", f"id: expected 1 to {LONGEST_ID} printable characters")
        self.check(event.event)
        return self._time(event.at)

    def check(self, name: str) -> None:
        """
        See that an event is one the company gave a weight.

        Raises:
            Refused: It is not.
        """
        known = self.reception().library.company.signals
        if name not in known:
            raise Refused("unknown_event", unknown_event(name, known))

    def _time(self, written: str) -> datetime:
        now = self.clock()
        if not written:
            return now
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            raise Refused("absurd_time", "at: expected a time such as 2026-03-02T09:30:00+01:00") from None
        if at.tzinfo is None:
            raise Refused("absurd_time", "at: expected an offset, such as +01:00 or Z, behind the time")
        if at > now + AHEAD:
            raise Refused("absurd_time", "at: lies in the future; is the sender's clock right?")
        if at < now - BEHIND:
            raise Refused("absurd_time", "at: lies more than three years back")
        return min(at, now).astimezone(UTC)


def unknown_event(name: str, known: Mapping[str, int]) -> str:
    """What to say of an event nobody gave a weight."""
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"company.yaml knows {', '.join(sorted(known)) or 'none'}"
    return f"event: no signal is called {name[:40]!r}; {hint}"


def told_at(kind: str, at: datetime) -> str:
    """The words of an inbound that tells what a lead did, and when: they are kept, so that it can be replayed."""
    return f"{kind} {at.astimezone(UTC).isoformat(timespec='seconds')}"


# -- links of mails ------------------------------------------------------------------------------------------------


class Link(msgspec.Struct, frozen=True, array_like=True):
    """What a link of a mail stands for."""

    lead: str  # a conversation, or an e-mail address
    event: str
    target: str


def key_of(token: str) -> bytes:
    """The key links are signed with, from the token of the events: one secret to keep."""
    return hashlib.sha256(b"banter links\0" + token.encode()).digest()


def signed(link: Link, key: bytes) -> str:
    """The part of the address behind /e/."""
    return _sealed(msgspec.json.encode(link), key)


def opened(token: str, key: bytes) -> Link | None:
    """What a link stands for; None for one we did not make."""
    try:
        content = _bytes(token.partition(".")[0])
        # Compared as text: base64 has spare bits, so that several texts would stand for the same mark.
        if not hmac.compare_digest(token.encode(), _sealed(content, key).encode()):
            return None
        return msgspec.json.decode(content, type=Link)
    except (ValueError, msgspec.DecodeError):
        return None


def _sealed(body: bytes, key: bytes) -> str:
    return f"{_text(body)}.{_text(hmac.digest(key, body, 'sha256')[:16])}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# -- over HTTP -----------------------------------------------------------------------------------------------------


def build_events(events: Events, library: Callable[[], Library], token: str) -> Sequence[HTTPRouteHandler]:
    """
    The handlers.

    Args:
        events: Takes them.
        library: For the words of a link that leads nowhere.
        token: What other systems show as a bearer; "" lets nobody in, and no link is known.
    """
    key = key_of(token)

    @post(
        "/api/events",
        status_code=200,
        request_max_body_size=LARGEST_BATCH,
        summary="Tell what leads did",
        tags=["events"],
    )
    async def take(request: Request[Any, Any, Any]) -> Response[Any]:
        shown = request.headers.get("authorization", "")
        if not token:
            return Response({"detail": "events are off: set BANTER_EVENTS_TOKEN"}, status_code=404)
        if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
            return Response({"detail": "show the token of the events as a bearer"}, status_code=401)
        try:
            batch = _batch(await request.body())
        except Unreadable as error:
            return Response({"detail": f"expected an event or {{'events': [...]}}: {error}"}, status_code=400)
        if len(batch) > MOST_EVENTS:
            return Response({"detail": f"expected at most {MOST_EVENTS} events, found {len(batch)}"}, status_code=413)
        fates = [await _taken(events, written) for written in batch]
        counted = {
            status: sum(fate.status == status for fate in fates) for status in ("accepted", "duplicate", "refused")
        }
        return Response(
            msgspec.to_builtins(Fates(counted["accepted"], counted["duplicate"], counted["refused"], fates))
        )

    @route("/e/{mark:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
    async def follow(request: Request[Any, Any, Any], mark: FromPath[str]) -> Response[str]:
        link = opened(mark, key) if token and len(mark) <= LONGEST_LINK * 2 else None
        target = "" if link is None else target_of(link.target)
        if link is None or not target:
            return Response(_nowhere(library()), status_code=404, media_type=MediaType.HTML, headers=_SAFE)
        ahead = {request.headers.get(name, "").lower() for name in ("purpose", "sec-purpose", "x-purpose")}
        if request.method == HttpMethod.GET and _PREFETCHED.isdisjoint(
            word for one in ahead for word in one.split(";")
        ):
            await _click(events, link, mark)
        return Response("", status_code=302, headers=_SAFE | {"location": target})

    return (take, follow)


async def _click(events: Events, link: Link, mark: str) -> None:
    """Note a click; whatever is wrong with that, whoever clicked gets where they wanted."""
    lead = {"email" if "@" in link.lead else "conversation": link.lead}
    try:
        events.check(link.event)
        conversation = await events.leads.conversation(Event(mark[:1], link.event, **lead))
        once = hashlib.sha256(mark.encode()).hexdigest()[:32]
        await events.note(conversation, f"{Origin.CLICK}{once}", link.event, events.clock())
    except Refused as refused:
        events.metrics.refused_events.labels(refused.reason).inc()
    except StorageError as error:
        log.warning("click_lost", error=type(error).__name__)


async def _taken(events: Events, written: msgspec.Raw) -> Fate:
    """What becomes of one of a batch: one that is none must not hold back the others."""
    try:
        event = msgspec.json.decode(written, type=Event)
    except msgspec.DecodeError as error:
        return events.refuse(written, str(error))
    return await events.take(event)


def _batch(body: bytes) -> list[msgspec.Raw]:
    """
    One event, a list of them, or `{"events": [...]}`; those of a list are still to be read.

    Raises:
        Unreadable: It is none of these.
    """
    try:
        text = body.decode()
        if text.lstrip()[:1] == "[":
            return msgspec.json.decode(text, type=list[msgspec.Raw])
        if "events" in msgspec.json.decode(text, type=dict[str, msgspec.Raw]):
            return msgspec.json.decode(text, type=Batch).events
        msgspec.json.decode(text, type=Event)
    except UnicodeDecodeError:
        raise Unreadable("a text in it is not UTF-8") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except msgspec.DecodeError as error:
        raise Unreadable(str(error)) from None
    return [msgspec.Raw(body)]


def _id_in(written: msgspec.Raw) -> str:
    """The id of what is no event, so that its sender can tell which it is; "" where it has none."""
    try:
        named = msgspec.json.decode(written, type=_Named).id
    except msgspec.DecodeError:
        return ""
    return named if isinstance(named, str) else ""


def is_target(address: str) -> bool:
    """Whether a browser may be sent there: a web address, and nothing else."""
    plain = address.isprintable() and not any(sign in address for sign in " \\<>\"'")
    place = address.partition("://")[2].partition("/")[0]
    return (
        plain
        and len(address) <= LONGEST_LINK
        and address.startswith(("https://", "http://"))
        and bool(place)
        and "@" not in place
    )


def target_of(address: str) -> str:
    """
    A web address in the letters a header can hold: the host as IDNA has it, the rest percent-encoded.

    Returns:
        "" for what no browser may be sent to.
    """
    if not is_target(address):
        return ""
    if address.isascii():
        return address
    import httpx2  # noqa: PLC0415 - few addresses need it

    try:
        return str(httpx2.URL(address))
    except httpx2.InvalidURL:
        return ""


def _nowhere(library: Library) -> str:
    """A plain page that says the link leads nowhere, in the company's first language."""
    language = library.company.languages[0]
    line = library.wording(language).render("link.broken")
    title = html.escape(library.company.name)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return f'<!doctype html><html lang="{language}">{head}<p>{html.escape(line)}</p></html>'
