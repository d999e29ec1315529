"""Handoffs by e-mail."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from bot.errors import BadSetting, DeliveryFailed
from bot.notifiers.card import card_of
from bot.notifiers.render import Renderer
from storage.values import OutboxRow

SMTP_SECONDS = 20.0
_PERMANENT = 500  # SMTP replies from here on mean: do not try again
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in."""

    host: str
    port: int
    tls_from_start: bool  # smtps
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""  # the From address, "" for one of the sales team's own domain

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """
        The server a setting describes: smtp://user:password@host:port or smtps://…, both with ?from=address if mail
        should not come from the user. User and password are percent-encoded. Ports are 587 and 465 unless said.

        Raises:
            BadSetting: It is not such a URL.
        """
        problem = "BANTER_SMTP_URL: expected smtp://user:password@host:port or smtps://user:password@host:port"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadSetting(f"{problem}; the host or the port is not readable") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadSetting(f"{problem}; found something else")
        user = unquote(parts.username or "")
        asked = parse_qs(parts.query, keep_blank_values=True).get("from")
        if asked and not _addresses(asked[0]):
            raise BadSetting("BANTER_SMTP_URL: expected an e-mail address after ?from=")
        return cls(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 587),
            tls_from_start=parts.scheme == "smtps",
            user=user,
            password=unquote(parts.password or ""),
            sender=asked[0] if asked else user if _addresses(user) else "",
        )

    @property
    def start_tls(self) -> bool | None:
        """Whether to turn encryption on: a must before a password leaves the machine, else whatever the server has."""
        if self.tls_from_start:
            return False
        return True if self.password and self.host not in _LOCAL else None


class EmailNotifier:
    """Mails the card to the sales team, as text and HTML."""

    name = "notify.email"

    def __init__(
        self,
        server: SmtpServer,
        to: str,
        renderer: Renderer,
        *,
        language: Callable[[], str],
        clock: Callable[[], datetime],
        timeout: float = SMTP_SECONDS,
    ) -> None:
        """
        Set up.

        Args:
            server: Where mail is handed in.
            to: One address or several, separated by commas.
            renderer: Puts the card into words.
            language: Asked for the sales team's with each mail.
            clock: Now, aware UTC.
            timeout: Seconds for each step of the conversation with the server.

        Raises:
            BadSetting: `to` holds no address.
        """
        self._to = _addresses(to)
        if not self._to:
            raise BadSetting("BANTER_SALES_EMAIL: expected one e-mail address, or several separated by commas")
        self._server = server
        # A domain that the receiver's own mail is for; the host we hand in at is often an address or a relay.
        self._sender = _addresses(server.sender or f"banter@{self._to[0].domain}")[0]
        self._renderer = renderer
        self._language = language
        self._clock = clock
        self._timeout = timeout

    async def send(self, row: OutboxRow) -> None:
        """
        Hand the mail in; its Message-ID comes from the row's key, so that a repetition shows as the same message.

        Raises:
            DeliveryFailed: As the port says.
        """
        message = self.compose(row)
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls_from_start,
                start_tls=server.start_tls,
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPAuthenticationError as error:
            # The operator can mend this within the hour delivery keeps trying.
            words = f"the mail server refused user and password ({error.code}): check BANTER_SMTP_URL"
            raise DeliveryFailed(words) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            words = f"the mail server refused every address in BANTER_SALES_EMAIL: {codes}"
            raise DeliveryFailed(words, permanent=min(codes, default=0) >= _PERMANENT) from None
        except aiosmtplib.SMTPResponseException as error:
            # The code and not the words: servers quote what they were sent.
            raise DeliveryFailed(
                f"the mail server refused the message: {error.code}", permanent=error.code >= _PERMANENT
            ) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"no mail server answered: {type(error).__name__}") from None

    def compose(self, row: OutboxRow) -> EmailMessage:
        """
        The mail a row becomes.

        Raises:
            DeliveryFailed: Permanent; the row carries no card.
        """
        card = card_of(row)
        rendered = self._renderer.email(card, self._language())
        sender = self._sender
        message = EmailMessage()
        message["Subject"] = rendered.subject
        message["From"] = sender
        message["To"] = self._to
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{_digest(row.key)}@{sender.domain}>"
        message["References"] = f"<{_digest(card.conversation)}@{sender.domain}>"  # one mail thread per lead
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered.text)
        message.add_alternative(rendered.html, subtype="html")
        return message


def _addresses(text: str) -> tuple[Address, ...]:
    found = []
    for name, address in getaddresses([text]):
        user, at, domain = address.rpartition("@")
        if not (user and at and domain) or not domain.isascii():
            return ()
        found.append(Address(name, user, domain))
    return tuple(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
