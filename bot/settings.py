"""Settings from the environment: one row each, so that the table in the README and its test come from here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BadSetting

PREFIX = "BANTER_"
LEAST_TOKEN = 16  # characters
_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")  # it becomes a part of addresses
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One setting."""

    name: str
    default: str
    help: str
    secret: bool = False
    choices: tuple[str, ...] = ()


ROWS = (
    Row("BANTER_DATABASE_URL", "sqlite:///var/banter.db", "Where everything is stored: a SQLite file."),
    Row("BANTER_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all."),
    Row("BANTER_PORT", "8080", "Port to listen on."),
    Row("BANTER_PUBLIC_URL", "", "Address visitors and sales reach it at, for links; http://HOST:PORT if empty."),
    Row("BANTER_WORKSPACE", "", "Folder made by `banter init`; empty means the demo company."),
    Row(
        "BANTER_ALLOWED_ORIGINS",
        "*",
        "Sites that may embed the widget, like https://example.com, with spaces between them; * for any.",
    ),
    Row("BANTER_TELEGRAM_TOKEN", "", "Bot token from @BotFather; without it Telegram stays off.", secret=True),
    Row("BANTER_TELEGRAM_API", "https://api.telegram.org", "Base URL of the Bot API."),
    Row("BANTER_TELEGRAM_MODE", "polling", "How updates come in: polling or webhook.", choices=("polling", "webhook")),
    Row("BANTER_TELEGRAM_SECRET", "", "Secret token of the webhook; needed in webhook mode.", secret=True),
    Row("BANTER_SALES_TELEGRAM_CHAT", "", "Chat id that gets handoffs; needs the bot token."),
    Row("BANTER_SMTP_URL", "", "Mail server: smtp://user:password@host:587 or smtps://…:465.", secret=True),
    Row("BANTER_SALES_EMAIL", "", "Address that gets handoffs; needs BANTER_SMTP_URL."),
    Row("BANTER_WEBHOOK_URL", "", "Address that gets handoffs as signed JSON (Standard Webhooks)."),
    Row("BANTER_WEBHOOK_SECRET", "", "Secret the webhook is signed with: whsec_ and base64.", secret=True),
    Row("BANTER_EVENTS_TOKEN", "", "What other systems show to tell what leads did; signs links, too.", secret=True),
    Row("BANTER_BUS_URL", "", "Wire between several processes; this version runs in one, so it must stay empty."),
    Row(
        "BANTER_LOG_LEVEL",
        "info",
        "How much to log: debug, info, warning or error.",
        choices=("debug", "info", "warning", "error"),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator configured; secrets do not show in its repr."""

    database_url: str
    host: str
    port: int
    public_url: str
    workspace: str
    allowed_origins: tuple[str, ...]
    telegram_api: str
    telegram_mode: str
    sales_telegram_chat: str
    sales_email: str
    webhook_url: str
    bus_url: str
    log_level: str
    telegram_token: str = field(repr=False, default="")
    telegram_secret: str = field(repr=False, default="")
    smtp_url: str = field(repr=False, default="")
    webhook_secret: str = field(repr=False, default="")
    events_token: str = field(repr=False, default="")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """
        Read the settings.

        Raises:
            BadSetting: A BANTER_* name is unknown (with the nearest known one), or a value is unreadable.
        """
        _refuse_unknown(environ)
        values: dict[str, Any] = {row.name.removeprefix(PREFIX).lower(): _value(row, environ) for row in ROWS}
        values["port"] = _port(values["port"])
        values["allowed_origins"] = tuple(map(_origin, values["allowed_origins"].split()))
        values["public_url"] = _public(values["public_url"]) or _own_address(values["host"], values["port"])
        _refuse_odd(values)
        settings = cls(**values)
        _refuse_half(settings)
        if settings.bus_url:
            raise BadSetting("BANTER_BUS_URL: this version runs in one process and knows no bus: leave it empty")
        return settings

    @property
    def own_url(self) -> str:
        """Where this machine reaches the server, whatever address visitors use."""
        return _own_address(self.host, self.port)

    def on_port(self, port: int) -> "Settings":
        """The settings with the port that was really had, where any free one was asked for."""
        own = self.public_url == _own_address(self.host, self.port)
        return replace(self, port=port, public_url=_own_address(self.host, port) if own else self.public_url)


def _own_address(host: str, port: int) -> str:
    """Where this machine reaches the server."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _public(url: str) -> str:
    if url and not _is_address(url):
        raise BadSetting(f"BANTER_PUBLIC_URL: expected an address like https://chat.example.com, found {_shown(url)}")
    return url.rstrip("/")


def _origin(site: str) -> str:
    """A site as browsers name it: without a slash at the end, and in small letters."""
    origin = site.rstrip("/").lower()
    if site != "*" and (not _is_address(origin.replace("*", "any")) or origin.count("/") > len("//") or "," in site):
        raise BadSetting(
            "BANTER_ALLOWED_ORIGINS: expected sites like https://www.example.com, with spaces between them, "
            f"found {_shown(site)}"
        )
    return origin


def _is_address(url: str) -> bool:
    """Whether this is http(s)://host, perhaps with a port and a path, and nothing after it."""
    try:
        parts = urlsplit(url)
        readable = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = url.isprintable() and not any(sign in url for sign in " ?#\\@\"'<>")
    return readable and plain and parts.scheme in ("http", "https") and bool(parts.hostname)


def _shown(address: str) -> str:
    """A refused address, without the password it may hold."""
    return "one with a name or a password" if "@" in address else repr(address)


def _refuse_odd(values: Mapping[str, Any]) -> None:
    """Values that could only fail later, where nobody would think of the setting."""
    if values["telegram_token"] and not _TOKEN.fullmatch(values["telegram_token"]):
        raise BadSetting("BANTER_TELEGRAM_TOKEN: expected a token as @BotFather gives it, like 123456:ABC-DEF")
    if values["events_token"] and not (len(values["events_token"]) >= LEAST_TOKEN and values["events_token"].isascii()):
        raise BadSetting(f"BANTER_EVENTS_TOKEN: expected at least {LEAST_TOKEN} letters or figures nobody can guess")
    if not _is_address(values["telegram_api"]):
        raise BadSetting(
            "BANTER_TELEGRAM_API: expected an address like https://api.telegram.org, "
            f"found {_shown(values['telegram_api'])}"
        )
    chat = values["sales_telegram_chat"]
    if chat and not _CHAT.fullmatch(chat):
        raise BadSetting(f"BANTER_SALES_TELEGRAM_CHAT: expected a number like -1001234567890, or @name, found {chat!r}")


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [row.name for row in ROWS]
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            # Compared without what all share: BANTER_ alone would make any short name near to any other.
            near = get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], n=1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else "the README lists those there are."
            raise BadSetting(f"unknown setting {name}: {hint}")


def _value(row: Row, environ: Mapping[str, str]) -> str:
    value = environ.get(row.name, "").strip() or row.default
    if row.choices and value not in row.choices:
        raise BadSetting(f"{row.name}: expected {' or '.join(row.choices)}, found {value!r}")
    return value


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or not 0 <= int(text) <= 65535:
        raise BadSetting(f"BANTER_PORT: expected a number from 0 to 65535, found {text!r}")
    return int(text)


def _refuse_half(settings: Settings) -> None:
    needs = (
        (settings.sales_email, settings.smtp_url, "BANTER_SALES_EMAIL", "BANTER_SMTP_URL"),
        (settings.webhook_url, settings.webhook_secret, "BANTER_WEBHOOK_URL", "BANTER_WEBHOOK_SECRET"),
        (settings.sales_telegram_chat, settings.telegram_token, "BANTER_SALES_TELEGRAM_CHAT", "BANTER_TELEGRAM_TOKEN"),
        (
            settings.telegram_mode == "webhook",
            settings.telegram_secret,
            "BANTER_TELEGRAM_MODE=webhook",
            "BANTER_TELEGRAM_SECRET",
        ),
    )
    for have, need, name, missing in needs:
        if have and not need:
            raise BadSetting(f"{name} is set but {missing} is not: set both, or neither")
