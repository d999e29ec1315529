"""The page that tries a change of scoring on stored talks; nothing goes live."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler

from bot.console.desk import Desk, Page, Visit
from bot.console.session import AnyRequest, FormRefused, read_form_and_file
from bot.console.views import lead_link
from bot.trial import DEADLINE, SHOWN, Trial, Trouble

ADMIN = "admin"  # the role that may change what visitors meet tries it out as well
LONGEST = 20_000  # characters of a text or a file; the longest framework of ours has 5,000
LARGEST = 1024 * 1024  # bytes of a form: LONGEST in any alphabet is 240,000, and what is somewhat longer is given back
_LONGEST_NAME = 80  # characters of a file's name that are shown
DAYS = 14  # the newest, shown one by one
_STATUS = {Trouble.BUSY: 503, Trouble.LATE: 422, Trouble.BROKEN: 500}


class Sent(NamedTuple):
    """What is to be tried."""

    text: str
    name: str = ""  # of the file it came from
    problem: str = ""  # key of what is wrong with it


class WhatIfPages:
    """The handlers of trials."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[HTTPRouteHandler]:
        """All of them."""
        return (
            get("/what-if")(self.form),
            post("/what-if", status_code=200, request_max_body_size=LARGEST)(self.report),
        )

    async def form(self, request: AnyRequest) -> Page:
        """Somewhere to put the new keys or the new tree."""
        visit, session = await self._desk.person(request)
        return await self._page(visit, Sent(""), may=session.staff.role == ADMIN)

    async def report(self, request: AnyRequest) -> Page:
        """What would change; faults are told by line and key."""
        visit, session = await self._desk.person(request)
        if session.staff.role != ADMIN:
            raise FormRefused
        try:
            form, file = await read_form_and_file(visit.request, session, "file")
        except RequestEntityTooLarge:
            return await self._page(visit, Sent("", problem="too_large"), status=413)
        sent = await _sent(form.get("text", ""), file)
        if sent.problem:
            return await self._page(visit, sent, status=422)
        trial = await self._desk.weighing.try_out(sent.text, sent.name)
        faulty = trial.problems or trial.others
        status = _STATUS[trial.trouble] if trial.trouble else 422 if faulty else 200
        return await self._page(visit, sent, trial, status=status)

    async def _page(
        self, visit: Visit, sent: Sent, trial: Trial | None = None, *, may: bool = True, status: int = 200
    ) -> Page:
        page = await self._desk.show(
            visit,
            "what_if.html.j2",
            status=status,
            trial=trial,
            sent=sent,
            may=may,
            longest=LONGEST,
            seconds=round(DEADLINE),
            shown=SHOWN,
            days=_days(trial),
            lead_link=lead_link,
        )
        if trial is not None and trial.trouble is Trouble.BUSY:
            page.headers["Retry-After"] = str(round(DEADLINE))
        return page


def _days(trial: Trial | None) -> Sequence[tuple[date, tuple[int, int]]]:
    """Handoffs, now and then, of the newest days."""
    found = {} if trial is None or trial.summary is None else trial.summary.handoff_days
    newest = sorted(found, reverse=True)[:DAYS]
    return [(date.fromisoformat(day), found[day]) for day in newest]


async def _sent(text: str, file: UploadFile | None) -> Sent:
    """The file where one was chosen, else the text."""
    written = text.replace("\r\n", "\n")
    if file is None:
        return Sent(written, problem=_problem(written))
    name = file.filename.replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:]
    try:
        text = (await file.read()).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Sent(written, name, "not_utf8")
    return Sent(text, name, _problem(text))


def _problem(text: str) -> str:
    if not text.strip():
        return "nothing"
    return "too_long" if len(text) > LONGEST else ""
