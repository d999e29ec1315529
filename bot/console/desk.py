"""What every page of the console is made with: its words, its templates, the person who looks."""

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from bot.console.ports import ConsoleStore, Head, Publishing, Speak, Weighing
from bot.console.security import NOT_KEPT, Passwords, Throttle
from bot.console.session import AnyRequest, Sessions, SignInNeeded, chosen_language
from bot.console.views import BASE, STUCK
from bot.console.words import Texts, Words, choose_language
from bot.figures import mail_link, phone_link
from bot.tongues import LANGUAGES
from dialogs.picture import STYLE
from storage.values import StaffSession

Page = Response[str]
_SHOWN = 100  # a banner that says "more than 100" says enough
_HOME = files("bot.console")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file browsers keep: its address carries the sum of its bytes."""

    content: bytes
    media_type: str
    version: str


def load_assets() -> Mapping[str, Asset]:
    """The static files by name."""
    found = {}
    for file in (_HOME / "static").iterdir():
        media_type, _ = mimetypes.guess_type(file.name)
        if file.name.endswith((".css", ".js", ".svg")):
            content = file.read_bytes()
            found[file.name] = Asset(content, str(media_type), hashlib.sha256(content).hexdigest()[:12])
    style = STYLE.encode()
    found["picture.css"] = Asset(style, "text/css", hashlib.sha256(style).hexdigest()[:12])
    return found


def load_templates(assets: Mapping[str, Asset]) -> Environment:
    """The templates: everything is escaped, an unknown name is an error."""

    def read(name: str) -> str | None:
        file = _HOME / "templates" / name
        return file.read_text("utf-8") if file.is_file() else None

    environment = Environment(
        loader=FunctionLoader(read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["base"] = BASE
    environment.globals["mail_link"] = mail_link
    environment.globals["phone_link"] = phone_link
    environment.globals["languages"] = LANGUAGES
    environment.globals["asset"] = lambda name: f"{BASE}/static/{name}?v={assets[name].version}"
    return environment


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one person."""

    request: AnyRequest
    words: Words
    session: StaffSession | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the pages share."""

    store: ConsoleStore
    head: Callable[[], Head]
    texts: Texts
    clock: Callable[[], datetime]
    speak: Speak
    weighing: Weighing
    publishing: Publishing
    sessions: Sessions
    passwords: Passwords
    by_address: Throttle
    by_account: Throttle
    assets: Mapping[str, Asset] = field(default_factory=load_assets)
    templates: Environment = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "templates", load_templates(self.assets))

    def __deepcopy__(self, memo: object) -> "Desk":
        """The desk itself: Litestar copies handlers with all they are bound to, and there is one store."""
        return self

    def words(self, request: AnyRequest) -> Words:
        """The words for whoever asks."""
        language = choose_language(chosen_language(request), request.headers.get("Accept-Language", ""))
        return Words(language, self.texts[language], self.head().zone)

    async def visit(self, request: AnyRequest) -> Visit:
        """Who asks, signed in or not."""
        return Visit(request, self.words(request), await self.sessions.find(request))

    async def person(self, request: AnyRequest) -> tuple[Visit, StaffSession]:
        """
        Who asks.

        Raises:
            SignInNeeded: Nobody is signed in.
        """
        visit = await self.visit(request)
        if visit.session is None:
            raise SignInNeeded
        return visit, visit.session

    async def show(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Page:
        """A whole page, with the banner when something is stuck in the outbox."""
        stuck = 0 if visit.session is None else len(await self.store.outbox(STUCK, _SHOWN))
        return self.draw(visit, template, status=status, stuck=stuck, most=_SHOWN, **values)

    def draw(self, visit: Visit, template: str, *, status: int = 200, stuck: int = 0, **values: Any) -> Page:
        """A page, or a part of one, without asking the store anything."""
        cookies: list[Cookie] = []
        csrf = "" if visit.session is None else visit.session.csrf
        if visit.session is None:
            csrf, cookie = self.sessions.visitor(visit.request)
            cookies.append(cookie)
        if visit.request.query_params.get("lang") == visit.words.language:
            cookies.append(self.sessions.language(visit.words.language))
        shown = {
            "t": visit.words,
            "now": self.clock(),
            "company": self.head().company,
            "staff": None if visit.session is None else visit.session.staff,
            "csrf": csrf,
            "here": visit.request.url.path,
            "query": {name: value for name, value in visit.request.query_params.items() if name != "lang"},
            "stuck": stuck,
            "most": _SHOWN,
            **values,
        }
        body = self.templates.get_template(template).render(shown)
        headers = {"Content-Language": visit.words.language, "Vary": "Cookie, Accept-Language", **NOT_KEPT}
        return Response(body, status_code=status, media_type="text/html", headers=headers, cookies=cookies)
