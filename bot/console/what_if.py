"""The page that tries a change of scoring on stored talks; nothing goes live."""

from collections.abc import Sequence

from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from bot.console.desk import Desk, Page
from bot.console.session import AnyRequest, FormRefused, read_form

ADMIN = "admin"  # the role that may change what visitors meet tries it out as well
LONGEST = 20_000  # characters of a file


class WhatIfPages:
    """The handlers of trials."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[HTTPRouteHandler]:
        """All of them."""
        return (get("/what-if")(self.form), post("/what-if", status_code=200)(self.report))

    async def form(self, request: AnyRequest) -> Page:
        """Somewhere to put the new keys or the new tree."""
        visit, session = await self._desk.person(request)
        may = session.staff.role == ADMIN
        return await self._desk.show(
            visit, "what_if.html.j2", trial=None, text="", may=may, longest=LONGEST, too_long=False
        )

    async def report(self, request: AnyRequest) -> Page:
        """What would change; faults are told by line and key."""
        visit, session = await self._desk.person(request)
        if session.staff.role != ADMIN:
            raise FormRefused
        form = await read_form(visit.request, session)
        text = form.get("text", "").replace("\r\n", "\n")
        too_long = len(text) > LONGEST
        trial = None if too_long else await self._desk.weighing.try_out(text)
        status = 422 if trial is None or trial.problems else 200
        return await self._desk.show(
            visit,
            "what_if.html.j2",
            status=status,
            trial=trial,
            text=text[:LONGEST],
            may=True,
            longest=LONGEST,
            too_long=too_long,
        )
