"""The page of versions: what the bot runs on, what the folder holds, and what ran before."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from bot.console.desk import Desk, Page, Visit
from bot.console.session import AnyRequest, FormRefused, read_form
from bot.console.views import BASE
from bot.publishing import Standing
from storage.values import Publication, StaffSession

ADMIN = "admin"  # the role that may change what visitors meet
_LONGEST_CONTENT = 64
_SHOWN = 30
_NOTICES = frozenset(("published", "same", "rolled_back"))


class ContentPages:
    """The handlers of what the bot runs on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[HTTPRouteHandler]:
        """All of them."""
        return (
            get("/versions")(self.versions),
            post("/versions/publish", status_code=303)(self.publish),
            post("/versions/roll-back", status_code=303)(self.roll_back),
        )

    async def versions(self, request: AnyRequest) -> Page:
        """What runs, what the folder holds now, and what ran before."""
        visit, session = await self._desk.person(request)
        notice = request.query_params.get("notice", "")
        return await self._page(visit, session, notice=notice if notice in _NOTICES else "")

    async def publish(self, request: AnyRequest) -> Response[Any]:
        """Run what the folder holds; what has faults is shown and does not run."""
        visit, session = await self._admin(request)
        await read_form(visit.request, session)
        before = self._desk.publishing.content
        standing = await self._desk.publishing.reload(session.staff.name)
        return await self._told(visit, session, standing, "same" if standing.content == before else "published")

    async def roll_back(self, request: AnyRequest) -> Response[Any]:
        """Run a version that ran before."""
        visit, session = await self._admin(request)
        form = await read_form(visit.request, session)
        content = form.get("content", "")[:_LONGEST_CONTENT]
        standing = await self._desk.publishing.roll_back(content, session.staff.name)
        return await self._told(visit, session, standing, "rolled_back")

    async def _told(self, visit: Visit, session: StaffSession, standing: Standing, notice: str) -> Response[Any]:
        if standing.problems:
            return await self._page(visit, session, refused=standing, status=422)
        return Redirect(f"{BASE}/versions?notice={notice}", status_code=303)

    async def _admin(self, request: AnyRequest) -> tuple[Visit, StaffSession]:
        visit, session = await self._desk.person(request)
        if session.staff.role != ADMIN:
            raise FormRefused
        return visit, session

    async def _page(
        self,
        visit: Visit,
        session: StaffSession,
        *,
        notice: str = "",
        refused: Standing | None = None,
        status: int = 200,
    ) -> Page:
        publishing = self._desk.publishing
        history = await publishing.history()
        return await self._desk.show(
            visit,
            "versions.html.j2",
            status=status,
            notice=notice,
            running=publishing.content,
            folder=await publishing.look() if refused is None else refused,
            refused=refused is not None,
            may=session.staff.role == ADMIN,
            history=history[:_SHOWN],
            offered=_offered(history, publishing.content),
        )


def _offered(history: Sequence[Publication], running: str) -> frozenset[int]:
    """Places in the history, of those shown, where a kept version that does not run stands for the first time."""
    seen = {running}
    places = set()
    for at, one in enumerate(history[:_SHOWN]):
        if one.kept and one.content not in seen:
            seen.add(one.content)
            places.add(at)
    return frozenset(places)
