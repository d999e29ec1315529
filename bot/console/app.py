"""The sales console as one router: everything it needs comes in, nothing is read from the surroundings."""

from collections.abc import Callable
from datetime import datetime

from litestar import Response, Router
from litestar.exceptions import HTTPException

from bot.console.content import ContentPages
from bot.console.desk import Desk, Page, Visit
from bot.console.entry import Entry, to_sign_in
from bot.console.pages import Pages
from bot.console.ports import ConsoleStore, Head, Publishing, Speak, Weighing
from bot.console.security import HEADERS, NOT_KEPT, Passwords, Throttle
from bot.console.session import AnyRequest, Sessions, SignInNeeded
from bot.console.views import BASE
from bot.console.what_if import WhatIfPages
from bot.console.words import Texts
from storage.errors import StoreBusy, StoreUnavailable

_LARGEST_FORM = 32_768  # bytes: the longest answer in any alphabet, up to 12 of them a character


def build_router(
    store: ConsoleStore,
    head: Callable[[], Head],
    public_url: str,
    texts: Texts,
    clock: Callable[[], datetime],
    speak: Speak,
    weighing: Weighing,
    publishing: Publishing,
) -> Router:
    """
    The console under /console.

    Args:
        store: Remembers people, sessions, leads and the outbox.
        head: What every page says of the company.
        public_url: Where browsers reach us; https makes cookies secure.
        texts: From `load_texts`.
        clock: Now, aware.
        speak: Takes what one of us says to a visitor.
        weighing: Scores a lead under another framework.
        publishing: Changes what the bot runs on.
    """
    sessions = Sessions(store, clock, secure=public_url.lower().startswith("https://"))
    desk = Desk(
        store,
        head,
        texts,
        clock,
        speak,
        weighing,
        publishing,
        sessions,
        Passwords(),
        Throttle(clock),
        Throttle(clock),
    )

    def not_signed_in(request: AnyRequest, _: SignInNeeded) -> Response[str]:
        address = to_sign_in(request)
        if request.headers.get("HX-Request"):  # a part of a page cannot show a form: the whole page has to go there
            return Response("", status_code=401, headers={**HEADERS, **NOT_KEPT, "HX-Redirect": f"{BASE}/sign-in"})
        return Response("", status_code=303, headers={**HEADERS, **NOT_KEPT, "Location": address})

    def refused(request: AnyRequest, error: HTTPException) -> Page:
        return problem(request, error.status_code)

    def problem(request: AnyRequest, status: int, retry_after: float = 0) -> Page:
        known = status if status in (403, 404, 405, 413, 503) else 400 if status < 500 else 500
        page = desk.draw(Visit(request, desk.words(request), None), "problem.html.j2", status=status, problem=known)
        page.headers.update(HEADERS)
        if retry_after:
            page.headers["Retry-After"] = str(round(retry_after) or 1)
        return page

    def unavailable(request: AnyRequest, error: StoreBusy | StoreUnavailable) -> Page:
        return problem(request, 503, error.retry_after if isinstance(error, StoreBusy) else 30)

    async def guard_headers(response: Response[object]) -> Response[object]:
        for name, value in {**HEADERS, **NOT_KEPT}.items():
            response.headers.setdefault(name, value)
        return response

    return Router(
        BASE,
        route_handlers=[
            *Entry(desk).routes(),
            *Pages(desk).routes(),
            *ContentPages(desk).routes(),
            *WhatIfPages(desk).routes(),
        ],
        exception_handlers={
            SignInNeeded: not_signed_in,
            HTTPException: refused,
            StoreBusy: unavailable,
            StoreUnavailable: unavailable,
        },
        after_request=guard_headers,
        include_in_schema=False,
        request_max_body_size=_LARGEST_FORM,
    )
