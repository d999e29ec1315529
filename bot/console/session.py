"""Who is looking: cookies, sessions, one-time links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import HTTPException

from bot.console.ports import ConsoleStaff
from bot.console.security import csrf_of, hash_token, new_token, same
from bot.console.views import BASE
from bot.forms import decoded_form
from bot.tongues import LANGUAGES
from storage.values import Staff, StaffSession

SESSION = "banter_console"
VISITOR = "banter_console_form"  # a browser that has not signed in: carries the form token of the sign-in page
LANGUAGE = "banter_console_language"
SESSION_LENGTH = timedelta(hours=12)
LINK_LENGTH = timedelta(minutes=15)
FRESH = timedelta(minutes=15)  # so long after signing in, a password may be replaced without naming the old one
_YEAR = 31_536_000

AnyRequest = Request[Any, Any, Any]


class SignInNeeded(HTTPException):
    """Nobody is signed in, or no longer."""

    status_code = 401


class FormRefused(HTTPException):
    """A form came from somewhere else, or from before the session."""

    status_code = 403


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just begun."""

    staff: Staff
    cookie: Cookie


class Sessions:
    """Opens, finds and ends sessions; the token lives in the browser's cookie, its hash in the store."""

    def __init__(self, store: ConsoleStaff, clock: Callable[[], datetime], *, secure: bool) -> None:
        self._store = store
        self._clock = clock
        self._secure = secure

    async def open(self, staff: Staff, request: AnyRequest) -> Opened:
        """A new session with a new token; the one the browser had, if any, is over."""
        await self.end(request)
        token = new_token()
        expires = self._clock() + SESSION_LENGTH
        await self._store.add_session(hash_token(token), staff.id, csrf_of(token), expires)
        return Opened(staff, self._cookie(SESSION, token, max_age=int(SESSION_LENGTH.total_seconds())))

    async def find(self, request: AnyRequest) -> StaffSession | None:
        """The session of this browser, None if it has none."""
        token = request.cookies.get(SESSION, "")
        return await self._store.session(hash_token(token), self._clock()) if token else None

    async def use_link(self, token: str) -> Staff | None:
        """The person a one-time link is for, once."""
        return await self._store.use_sign_in_link(hash_token(token), self._clock())

    async def end(self, request: AnyRequest) -> None:
        """Sign this browser out."""
        if token := request.cookies.get(SESSION, ""):
            await self._store.end_session(hash_token(token))

    def is_fresh(self, session: StaffSession) -> bool:
        """Whether the person has signed in just now."""
        return session.expires - SESSION_LENGTH + FRESH >= self._clock()

    def gone(self) -> Cookie:
        """What makes the browser forget its session."""
        return self._cookie(SESSION, "", max_age=0)

    def visitor(self, request: AnyRequest) -> tuple[str, Cookie]:
        """The form token of a browser that has not signed in, and the cookie it goes with."""
        token = request.cookies.get(VISITOR, "") or new_token()
        return csrf_of(token), self._cookie(VISITOR, token, samesite="strict")

    def language(self, code: str) -> Cookie:
        """What makes the browser keep a language."""
        return self._cookie(LANGUAGE, code, max_age=_YEAR)

    def _cookie(
        self, name: str, value: str, *, max_age: int | None = None, samesite: Literal["lax", "strict"] = "lax"
    ) -> Cookie:
        return Cookie(
            name, value=value, path=BASE, max_age=max_age, httponly=True, secure=self._secure, samesite=samesite
        )


async def read_form(request: AnyRequest, session: StaffSession | None) -> Mapping[str, str]:
    """
    The fields of a form that one of our own pages sent.

    Raises:
        FormRefused: The form token is missing or wrong, or another site sent it.
    """
    return (await read_form_and_file(request, session))[0]


async def read_form_and_file(
    request: AnyRequest, session: StaffSession | None, field: str = ""
) -> tuple[Mapping[str, str], UploadFile | None]:
    """
    The same, and the file that was chosen in a field; None if none was.

    Raises:
        FormRefused: As above.
    """
    sent = await decoded_form(request)
    form = {name: value for name, value in sent.items() if isinstance(value, str)}
    token = form.get("csrf", "") or request.headers.get("X-CSRF-Token", "")
    visitor = request.cookies.get(VISITOR, "")
    expected = session.csrf if session is not None else csrf_of(visitor) if visitor else ""
    if request.headers.get("Sec-Fetch-Site", "") == "cross-site" or not same(expected, token):
        raise FormRefused
    file = sent.get(field) if field else None
    return form, file if isinstance(file, UploadFile) else None


def chosen_language(request: AnyRequest) -> str:
    """What the person chose: just now, or before; "" if nothing."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else request.cookies.get(LANGUAGE, "")


def safe_next(path: str) -> str:
    """Where to go after signing in: a page of the console and nothing else."""
    inside = path == BASE or path.startswith((f"{BASE}/", f"{BASE}?"))
    plain = not any(sign in path for sign in ("\\", "//", "\r", "\n", "..")) and len(path) < 500
    return path if inside and plain else BASE


async def new_sign_in_link(store: ConsoleStaff, staff: str, public_url: str, now: datetime) -> str:
    """
    The address of a one-time sign-in page for a person, good for 15 minutes.

    Args:
        store: Keeps the hash of its token.
        staff: Id of the person.
        public_url: Where this server is reached.
        now: Aware.
    """
    token = new_token()
    await store.add_sign_in_link(hash_token(token), staff, now + LINK_LENGTH)
    return f"{public_url.rstrip('/')}{BASE}/sign-in/{token}"
