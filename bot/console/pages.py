"""Leads, one lead, the outbox."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from bot.console.desk import Desk, Page, Visit
from bot.console.files import download, inbound_of
from bot.console.lead_view import explain
from bot.console.ports import StageWords
from bot.console.security import new_token
from bot.console.session import AnyRequest, read_form
from bot.console.views import (
    BASE,
    OUTBOX_TABS,
    Filter,
    dead_first,
    lead_of,
    sent_of,
    short_page,
    stage_chips,
    temperature_chips,
)
from bot.console.words import Words
from dialogs.picture import Labels, TableNames
from scoring.stages import STAGES, Stage
from scoring.values import Temperature
from storage.errors import StorageError
from storage.values import FileKept, LeadDetails, StaffSession

LEADS_A_PAGE = 25
_ROWS_A_TAB = 200
_LONGEST_SEARCH = 100
_LONGEST_KEY = 64
_LONGEST_INBOUND = 200
_LONGEST_WORDS = 2000  # characters of one message: a form of them, in any alphabet, stays under the limit
_NOTICES = frozenset(("welcome", "resent", "not_stuck", "back"))
_HANDS_BACK = "hands_back"


class Pages:
    """The handlers of what sales look at."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[HTTPRouteHandler]:
        """All of them."""
        return (
            get("/")(self.leads),
            get("/leads")(self.leads_part),
            get("/leads/{conversation:str}")(self.lead),
            get("/leads/{conversation:str}/news")(self.news),
            get("/leads/{conversation:str}/talk")(self.talk),
            post("/leads/{conversation:str}/say", status_code=303)(self.say),
            post("/leads/{conversation:str}/hand-back", status_code=303)(self.hand_back),
            get("/leads/{conversation:str}/files/{inbound:str}")(self.file),
            get("/outbox")(self.outbox),
            post("/outbox/{row:str}/resend", status_code=303)(self.resend),
            get("/frameworks")(self.frameworks),
            get("/static/{name:str}")(self.static),
        )

    async def leads(self, request: AnyRequest) -> Page:
        """The list of leads, with counts, filters and search."""
        visit, _ = await self._desk.person(request)
        listed = await self._listed(visit)
        return await self._desk.show(visit, "leads.html.j2", notice=_notice(request), **listed)

    async def leads_part(self, request: AnyRequest) -> Response[str] | Page:
        """The list alone, for a page that is open already; nothing (204) when it shows that very list."""
        visit, _ = await self._desk.person(request)
        listed = await self._listed(visit)
        if request.query_params.get("seen") == listed["seen"]:
            return Response("", status_code=204)
        return self._desk.draw(visit, "leads_part.html.j2", **listed)

    async def _listed(self, visit: Visit) -> dict[str, Any]:
        """The list, drawn; what it is narrowed to; its fingerprint; where it asks for news ("" on older pages)."""
        chosen, before = _filter(visit.request), visit.request.query_params.get("before", "")[:_LONGEST_KEY]
        store = self._desk.store
        rows = await store.leads(
            stage=chosen.stage,
            temperature=chosen.temperature,
            search=chosen.search,
            limit=LEADS_A_PAGE + 1,
            before=before,
        )
        rows, more = rows[:LEADS_A_PAGE], len(rows) > LEADS_A_PAGE
        points = await store.lead_points([row.conversation for row in rows])
        counts = await store.lead_counts()
        leads = [lead_of(row, points.get(row.conversation, ()), visit.words) for row in rows]
        part = self._desk.templates.get_template("leads_list.html.j2").render(
            t=visit.words,
            now=self._desk.clock(),
            leads=leads,
            chosen=chosen,
            stages=stage_chips(counts, chosen),
            temperatures=temperature_chips(counts, chosen),
            everyone=sum(counts.values()),
            older=chosen.link(before=rows[-1].conversation) if more else "",
            newest=chosen.link() if before else "",
        )
        seen = hashlib.sha256(part.encode()).hexdigest()[:16]
        # Drawn by a template of ours that escapes everything, so it goes into the page as it is.
        return {"part": Markup(part), "chosen": chosen, "seen": seen, "poll": "" if before else chosen.poll(seen)}  # noqa: S704 - our own template made it, and escaped it

    async def lead(self, request: AnyRequest, conversation: FromPath[str]) -> Page:
        """One lead: who, the score explained, the conversation with its quotes."""
        visit, _ = await self._desk.person(request)
        details = await self._details(conversation)
        return await self._lead(visit, await self._under(details, request.query_params.get("framework", "")))

    async def _under(self, details: LeadDetails, framework: str) -> LeadDetails:
        """The lead as another framework sees it; as it is where that is its own or nobody knows it."""
        weighing = self._desk.weighing
        if framework not in weighing.frameworks or framework == details.row.framework:
            return details
        found = await weighing.weigh(details.row.conversation, framework)
        if found is None:
            return details
        row = replace(
            details.row,
            framework=framework,
            total=found["total"],
            maximum=found["maximum"],
            temperature=found["temperature"],
        )
        return replace(details, row=row, assessment=dict(found))

    async def _lead(
        self,
        visit: Visit,
        details: LeadDetails,
        *,
        draft: str = "",
        trouble: str = "",
        notice: str = "",
        status: int = 200,
    ) -> Page:
        return await self._desk.show(
            visit,
            "lead.html.j2",
            status=status,
            notice=notice or _notice(visit.request),
            details=details,
            lead=lead_of(details.row, (), visit.words),
            page=short_page(details.row.page),
            about=explain(details, await self._kept(details), visit.words),
            draft=draft,
            trouble=trouble,
            longest=_LONGEST_WORDS,
            frameworks=self._desk.weighing.frameworks,
            message=new_token(),
        )

    async def _details(self, conversation: str) -> LeadDetails:
        """
        Everything about one lead.

        Raises:
            NotFoundException: There is none of this id.
        """
        details = await self._desk.store.lead(conversation) if len(conversation) <= _LONGEST_KEY else None
        if details is None:
            raise NotFoundException
        return details

    async def _kept(self, details: LeadDetails) -> Mapping[str, FileKept]:
        sent = any(turn.kind == "file" for turn in details.transcript)
        return await self._desk.store.files(details.row.conversation) if sent else {}

    async def talk(self, request: AnyRequest, conversation: FromPath[str]) -> Response[str] | Page:
        """What was said, for a page that is open already; nothing (204) when it shows all of it."""
        visit, _ = await self._desk.person(request)
        details = await self._details(conversation)
        if str(details.row.turn) == request.query_params.get("turn"):
            return Response("", status_code=204)
        about = explain(details, await self._kept(details), visit.words)
        return self._desk.draw(visit, "talk_news.html.j2", details=details, about=about)

    async def say(self, request: AnyRequest, conversation: FromPath[str]) -> Response[str] | Redirect:
        """One of us answers in the visitor's own chat; from then on the bot is silent."""
        visit, session = await self._desk.person(request)
        form = await read_form(visit.request, session)
        details = await self._details(conversation)
        text = _text(form)
        if not text or len(text) > _LONGEST_WORDS:
            trouble = "say.long" if text else "say.empty"
            return await self._lead(visit, details, draft=text, trouble=trouble, status=422)
        try:
            await self._desk.speak(conversation, text, _key(session, form))
        except StorageError:
            return await self._lead(visit, details, draft=text, trouble="say.failed", status=503)
        return Redirect(f"{BASE}/leads/{conversation}#say", status_code=303)

    async def hand_back(self, request: AnyRequest, conversation: FromPath[str]) -> Response[str] | Redirect:
        """The bot goes on from here; words not sent yet stay in the field."""
        visit, session = await self._desk.person(request)
        form = await read_form(visit.request, session)
        await self._details(conversation)
        await self._desk.speak(conversation, _HANDS_BACK, _key(session, form))
        if draft := _text(form):
            return await self._lead(visit, await self._details(conversation), draft=draft, notice="back")
        return Redirect(f"{BASE}/leads/{conversation}?notice=back", status_code=303)

    async def news(self, request: AnyRequest, conversation: FromPath[str]) -> Response[str] | Page:
        """A line that says the conversation went on; nothing (204) while it has not."""
        visit, _ = await self._desk.person(request)
        details = await self._desk.store.lead(conversation) if len(conversation) <= _LONGEST_KEY else None
        if details is None or str(details.row.turn) == request.query_params.get("turn"):
            return Response("", status_code=204)
        return self._desk.draw(visit, "news.html.j2", link=f"{BASE}/leads/{conversation}#turn-{details.row.turn}")

    async def file(self, request: AnyRequest, conversation: FromPath[str], inbound: FromPath[str]) -> Response[bytes]:
        """A file a visitor sent, to be saved; one that came without bytes is not there."""
        await self._desk.person(request)
        key = inbound_of(inbound)
        known = len(conversation) <= _LONGEST_KEY and len(key) <= _LONGEST_INBOUND
        found = await self._desk.store.file(conversation, key) if known else None
        if found is None or not found[1]:
            raise NotFoundException
        return download(*found)

    async def outbox(self, request: AnyRequest) -> Page:
        """What has to leave: what is stuck first, the rest by choice."""
        visit, _ = await self._desk.person(request)
        tab = request.query_params.get("show", "stuck")
        tab = tab if tab in OUTBOX_TABS else "stuck"
        rows = await self._desk.store.outbox(OUTBOX_TABS[tab], _ROWS_A_TAB)
        return await self._desk.show(
            visit,
            "outbox.html.j2",
            notice=_notice(request),
            tab=tab,
            tabs=tuple(OUTBOX_TABS),
            rows=[sent_of(row) for row in dead_first(rows)],
        )

    async def resend(self, request: AnyRequest, row: FromPath[str]) -> Redirect:
        """Have a row tried again."""
        visit, session = await self._desk.person(request)
        await read_form(visit.request, session)
        done = await self._desk.store.resend(row, self._desk.clock())
        return Redirect(f"{BASE}/outbox?notice={'resent' if done else 'not_stuck'}", status_code=303)

    async def frameworks(self, request: AnyRequest) -> Page:
        """One framework drawn with how its questions fare, and the way to the others."""
        visit, _ = await self._desk.person(request)
        weighing, words = self._desk.weighing, visit.words
        asked = request.query_params.get("framework", "")
        chosen = asked if asked in weighing.frameworks else weighing.frameworks[0]
        labels = Labels(**{one.name: words(f"picture.{one.name}") for one in fields(Labels)})
        drawing = await weighing.draw(chosen, words.language, labels, _stage_words(words))
        # Drawn by ourselves from escaped words, so they go into the page as they are.
        svg = Markup(drawing.svg)  # noqa: S704 - tree_picture escapes every text
        stages = Markup(drawing.stages)  # noqa: S704 - table_picture does, too
        return await self._desk.show(
            visit,
            "frameworks.html.j2",
            chosen=chosen,
            frameworks=weighing.frameworks,
            drawing=drawing,
            svg=svg,
            stages=stages,
        )

    async def static(self, name: FromPath[str]) -> Response[bytes]:
        """A style, script or picture; its address changes with its content, so browsers may keep it."""
        asset = self._desk.assets.get(name)
        if asset is None:
            raise NotFoundException
        return Response(
            asset.content, media_type=asset.media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"}
        )


def _filter(request: AnyRequest) -> Filter:
    """What the address narrows the list to; what is no stage or temperature narrows nothing."""
    asked = request.query_params
    stage, temperature = asked.get("stage", ""), asked.get("temperature", "")
    return Filter(
        stage if stage in set(Stage) else "",
        temperature if temperature in set(Temperature) else "",
        " ".join(asked.get("search", "").split())[:_LONGEST_SEARCH],
    )


def _stage_words(words: Words) -> StageWords:
    """What the picture of the pipeline says in the language of the page."""
    names = TableNames(
        {stage.value: words.name("stage", stage.value) for stage in Stage},
        {trigger: words.name("move", trigger) for trigger, _, _ in STAGES.rows},
        words("stages.all_but"),
        words("stages.anywhere"),
        words("stages.moves"),
    )
    return StageWords(words("stages.title"), words("stages.what"), names)


def _text(form: Mapping[str, str]) -> str:
    return form.get("text", "").replace("\r\n", "\n").strip()


def _key(session: StaffSession, form: Mapping[str, str]) -> str:
    """What makes a form sent twice one message: who sends it, and the number their page gave it."""
    return f"{session.staff.id}:{form.get('message', '')[:_LONGEST_KEY] or new_token()}"


def _notice(request: AnyRequest) -> str:
    notice = request.query_params.get("notice", "")
    return notice if notice in _NOTICES else ""
