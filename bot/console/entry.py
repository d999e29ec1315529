"""Getting in and out: the one-time link, the form, the account."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from bot.console.desk import Desk, Page
from bot.console.security import LONGEST_PASSWORD, SHORTEST_PASSWORD
from bot.console.session import AnyRequest, read_form, safe_next
from bot.console.views import BASE
from storage.values import Staff, StaffSession

SIGN_IN = f"{BASE}/sign-in"
ACCOUNT = f"{BASE}/account"
_LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3


def to_sign_in(request: AnyRequest) -> str:
    """The address of the sign-in form that leads back here."""
    query = f"?{request.url.query}" if request.url.query else ""
    back = safe_next(f"{request.url.path}{query}") if request.method == "GET" else BASE
    return SIGN_IN if back == BASE else f"{SIGN_IN}?next={quote(back, safe='')}"


class Entry:
    """The handlers of signing in and out and of one's own account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[HTTPRouteHandler]:
        """All of them."""
        return (
            get("/sign-in")(self.form),
            post("/sign-in", status_code=303)(self.sign_in),
            get("/sign-in/{token:str}")(self.link),
            post("/sign-in/{token:str}", status_code=303)(self.use_link),
            post("/sign-out", status_code=303)(self.sign_out),
            get("/account")(self.account),
            post("/account", status_code=303)(self.change_account),
        )

    async def form(self, request: AnyRequest) -> Page | Redirect:
        """The form with address and password; whoever is signed in goes straight on."""
        visit = await self._desk.visit(request)
        if visit.session is not None:
            return Redirect(BASE, status_code=303)
        return self._desk.draw(
            visit, "sign_in.html.j2", problem="", email="", next=safe_next(request.query_params.get("next", ""))
        )

    async def sign_in(self, request: AnyRequest) -> Page | Redirect:
        """Sign in with address and password; the answer never tells which of them was wrong."""
        visit = await self._desk.visit(request)
        form = await read_form(request, visit.session)
        email, back = form.get("email", "").strip().lower()[:_LONGEST_EMAIL], safe_next(form.get("next", ""))
        address = request.client.host if request.client else ""
        by_address = self._desk.by_address.allows(address)
        if not (self._desk.by_account.allows(email) and by_address):
            return self._desk.draw(visit, "sign_in.html.j2", status=429, problem="too_many", email=email, next=back)
        staff = await self._who(email, form.get("password", ""))
        if staff is None:
            return self._desk.draw(visit, "sign_in.html.j2", status=401, problem="wrong", email=email, next=back)
        opened = await self._desk.sessions.open(staff, request)
        return Redirect(back, status_code=303, cookies=[opened.cookie])

    async def _who(self, email: str, password: str) -> Staff | None:
        """The person of an address and password; everybody waits for one hash, known or not."""
        staff = await self._desk.store.staff_by_email(email) if email else None
        kept = await self._desk.store.password_hash(staff.id) if staff is not None and staff.active else ""
        fits = await self._desk.passwords.fits(kept, password[:LONGEST_PASSWORD])
        return staff if fits else None

    async def link(self, request: AnyRequest) -> Page:
        """A button, so that a preview or a scanner that opens the link does not use it up."""
        visit = await self._desk.visit(request)
        return self._desk.draw(visit, "link.html.j2", problem="")

    async def use_link(self, request: AnyRequest, token: FromPath[str]) -> Page | Redirect:
        """Sign in by a one-time link."""
        visit = await self._desk.visit(request)
        await read_form(request, visit.session)
        staff = await self._desk.sessions.use_link(token)
        if staff is None:
            return self._desk.draw(visit, "link.html.j2", status=410, problem="used")
        opened = await self._desk.sessions.open(staff, request)
        has_password = bool(await self._desk.store.password_hash(staff.id))
        return Redirect(BASE if has_password else f"{BASE}?notice=welcome", status_code=303, cookies=[opened.cookie])

    async def sign_out(self, request: AnyRequest) -> Redirect:
        """Sign this browser out."""
        visit = await self._desk.visit(request)
        if visit.session is not None:
            await read_form(request, visit.session)
            await self._desk.sessions.end(request)
        return Redirect(SIGN_IN, status_code=303, cookies=[self._desk.sessions.gone()])

    async def account(self, request: AnyRequest) -> Page:
        """One's own address and password."""
        visit, session = await self._desk.person(request)
        asks_old = await self._asks_old(session)
        notice = "saved" if request.query_params.get("notice") == "saved" else ""
        return await self._desk.show(
            visit, "account.html.j2", problem="", notice=notice, email=session.staff.email, asks_old=asks_old
        )

    async def change_account(self, request: AnyRequest) -> Page | Redirect:
        """Keep an address and password; other browsers of this person are signed out, this one gets a new session."""
        visit, session = await self._desk.person(request)
        form = await read_form(request, session)
        email = form.get("email", "").strip().lower()
        asks_old = await self._asks_old(session)
        problem = _problem(email, form) or await self._keep(session, email, form, asks_old=asks_old)
        if problem:
            return await self._desk.show(
                visit, "account.html.j2", status=422, problem=problem, notice="", email=email, asks_old=asks_old
            )
        opened = await self._desk.sessions.open(session.staff, request)
        return Redirect(f"{ACCOUNT}?notice=saved", status_code=303, cookies=[opened.cookie])

    async def _asks_old(self, session: StaffSession) -> bool:
        """Whether the old password must be named: not just after signing in: a link helps who forgot it."""
        if self._desk.sessions.is_fresh(session):
            return False
        return bool(await self._desk.store.password_hash(session.staff.id))

    async def _keep(self, session: StaffSession, email: str, form: Mapping[str, str], *, asks_old: bool) -> str:
        store, key = self._desk.store, session.staff.id
        if asks_old:
            if not self._desk.by_account.allows(session.staff.email):
                return "too_many"
            kept = await store.password_hash(key)
            if not await self._desk.passwords.fits(kept, form.get("old", "")[:LONGEST_PASSWORD]):
                return "old_wrong"
        if not await store.set_email(key, email):
            return "email_taken"
        await store.set_password_hash(key, await self._desk.passwords.hash(form["password"]))
        return ""


def _problem(email: str, form: Mapping[str, str]) -> str:
    """What is wrong with a form before anybody is asked; "" if nothing is."""
    password = form.get("password", "")
    name, at, domain = email.partition("@")
    if not (name and at and domain) or len(email) > _LONGEST_EMAIL or " " in email or not email.isprintable():
        return "email_odd"
    if len(password) < SHORTEST_PASSWORD:
        return "password_short"
    if len(password) > LONGEST_PASSWORD:
        return "password_long"
    return "" if form.get("again", "") == password else "password_differs"
