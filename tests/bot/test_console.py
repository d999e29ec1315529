"""The console over HTTP: who gets in, what is shown, and that nothing a visitor wrote is more than text."""

import asyncio
import hashlib
import json
import re
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx
import msgspec
import pytest
import yaml
from litestar import Litestar
from litestar.testing import TestClient
from markupsafe import escape
from msgspec import structs

from bot.console.app import build_router
from bot.console.files import disposition, file_link
from bot.console.ports import Head
from bot.console.security import Passwords
from bot.console.session import new_sign_in_link, safe_next
from bot.console.transcript import marked
from bot.console.words import Words, choose_language, load_texts
from bot.tongues import LANGUAGES
from dialogs import facts as known_facts
from dialogs.library import Library
from scoring.conditions import Condition
from scoring.stages import STAGES
from scoring.values import Headcount
from storage.errors import StoreBusy
from storage.values import LeadDetails, Sending
from tests.bot.console_twin import (
    EVIL,
    FIRST,
    START,
    ConsoleTwin,
    facts_of_founder,
    founder,
    said,
    sending,
    simple,
    turn,
)
from tests.twins import Clock

LOCALES = Path(__file__).parents[2] / "locales"
TEMPLATES = Path(__file__).parents[2] / "bot" / "console" / "templates"
STATIC = TEMPLATES.parent / "static"
TEXTS = load_texts(LOCALES)
ENGLISH = Words("en", TEXTS["en"])
PASSWORD = "four unrelated words here"
CORE = "".join(file.read_text("utf-8") for file in (LOCALES.parent / "dialogs").glob("*.py"))
T = TypeVar("T")
Client = TestClient[Litestar]


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def client_of(twin: ConsoleTwin, clock: Clock, url: str = "http://console.local") -> Client:
    head = Head("Northlight Studio", "Europe/Warsaw")
    router = build_router(twin, lambda: head, url, TEXTS, clock, twin.speak, twin.weighing, twin.publishing)
    return TestClient(Litestar([router], openapi_config=None), base_url=url)


@pytest.fixture
def clock() -> Clock:
    return Clock(START + timedelta(minutes=10))


@pytest.fixture
def twin() -> ConsoleTwin:
    twin = ConsoleTwin()
    twin.employ()
    return twin


@pytest.fixture
def client(twin: ConsoleTwin, clock: Clock) -> Iterator[Client]:
    """A browser that has signed in."""
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        yield client


@pytest.fixture
def stranger(twin: ConsoleTwin, clock: Clock) -> Iterator[Client]:
    """A browser that has not."""
    with client_of(twin, clock) as client:
        yield client


def csrf_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def link_for(twin: ConsoleTwin, clock: Clock) -> str:
    return wait_for(new_sign_in_link(twin, "anna", "", clock()))


def enter(client: Client, twin: ConsoleTwin, clock: Clock) -> httpx.Response:
    link = link_for(twin, clock)
    return client.post(link, data={"csrf": csrf_in(client.get(link))}, follow_redirects=False)


def set_password(client: Client, email: str = "anna@northlight.example", **changes: str) -> httpx.Response:
    token = csrf_in(client.get("/console/account"))
    form = {"csrf": token, "email": email, "password": PASSWORD, "again": PASSWORD}
    return client.post("/console/account", data=form | changes, follow_redirects=False)


def try_password(client: Client, email: str, password: str) -> httpx.Response:
    token = csrf_in(client.get("/console/sign-in"))
    form = {"csrf": token, "email": email, "password": password}
    return client.post("/console/sign-in", data=form, follow_redirects=False)


class TestGettingIn:
    @pytest.mark.parametrize("path", ["", "/leads/lead-1", "/leads", "/leads/lead-1/news", "/outbox", "/account"])
    def test_a_stranger_is_sent_to_the_form(self, stranger: Client, twin: ConsoleTwin, path: str) -> None:
        twin.keep(founder())
        answer = stranger.get(f"/console{path}", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/sign-in")
        assert "Olena" not in answer.text

    def test_a_stranger_cannot_send_again(self, stranger: Client, twin: ConsoleTwin) -> None:
        twin.rows["a"] = sending("a", Sending.DEAD)
        answer = stranger.post("/console/outbox/a/resend", data={"csrf": "x"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        assert twin.rows["a"].state is Sending.DEAD

    def test_a_polling_page_is_sent_to_the_form_as_a_whole(self, stranger: Client) -> None:
        answer = stranger.get("/console/leads", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/sign-in")

    def test_looking_at_a_link_does_not_use_it_up(self, stranger: Client, twin: ConsoleTwin, clock: Clock) -> None:
        link = link_for(twin, clock)
        pages = [stranger.get(link) for _ in range(3)]
        answer = stranger.post(link, data={"csrf": csrf_in(pages[-1])}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console?notice=welcome")
        assert stranger.get("/console").status_code == 200

    def test_a_link_works_once(self, stranger: Client, twin: ConsoleTwin, clock: Clock) -> None:
        link = link_for(twin, clock)
        token = csrf_in(stranger.get(link))
        stranger.post(link, data={"csrf": token})
        stranger.cookies.delete("banter_console")
        assert stranger.post(link, data={"csrf": token}).status_code == 410

    def test_a_link_is_too_old_after_a_quarter_of_an_hour(
        self, stranger: Client, twin: ConsoleTwin, clock: Clock
    ) -> None:
        link = link_for(twin, clock)
        clock.forward(15 * 60)
        token = csrf_in(stranger.get(link))
        assert stranger.post(link, data={"csrf": token}).status_code == 410
        assert stranger.get("/console", follow_redirects=False).status_code == 303

    def test_only_a_hash_of_the_link_is_kept(self, twin: ConsoleTwin, clock: Clock) -> None:
        token = link_for(twin, clock).rpartition("/")[2]
        assert list(twin.links) == [hashlib.sha256(token.encode()).hexdigest()]

    def test_the_session_cookie_is_out_of_reach(self, twin: ConsoleTwin, clock: Clock) -> None:
        with client_of(twin, clock, "https://console.local") as client:
            cookie = enter(client, twin, clock).headers["set-cookie"]
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/console", "Max-Age=43200"} <= set(cookie.split("; "))
        token = re.match("banter_console=([^;]+)", cookie)
        assert token is not None
        assert token[1] not in str(twin.sessions)

    def test_the_session_is_over_after_twelve_hours(self, client: Client, clock: Clock) -> None:
        clock.forward(12 * 3600 - 1)
        assert client.get("/console", follow_redirects=False).status_code == 200
        clock.forward(1)
        assert client.get("/console", follow_redirects=False).status_code == 303

    def test_signing_in_again_ends_the_session_before(self, client: Client, twin: ConsoleTwin, clock: Clock) -> None:
        before = set(twin.sessions)
        link = link_for(twin, clock)
        client.post(link, data={"csrf": csrf_in(client.get(link))})
        assert len(twin.sessions) == 1
        assert before.isdisjoint(twin.sessions)

    def test_signing_out_ends_the_session(self, client: Client, twin: ConsoleTwin) -> None:
        token = csrf_in(client.get("/console"))
        answer = client.post("/console/sign-out", data={"csrf": token}, follow_redirects=False)
        assert answer.headers["location"] == "/console/sign-in"
        assert twin.sessions == {}
        assert client.get("/console", follow_redirects=False).status_code == 303

    @pytest.mark.parametrize(
        ("path", "safe"),
        [
            ("/console/leads/1", "/console/leads/1"),
            ("/console?stage=mql", "/console?stage=mql"),
            ("https://evil.example/console", "/console"),
            ("//evil.example", "/console"),
            ("/console//evil.example", "/console"),
            ("/console/../admin", "/console"),
            ("/console\\evil", "/console"),
            ("/consoles", "/console"),
        ],
    )
    def test_signing_in_leads_nowhere_else(self, path: str, safe: str) -> None:
        assert safe == safe_next(path)


class TestPasswords:
    def test_a_password_opens_the_console_next_time(self, client: Client, twin: ConsoleTwin) -> None:
        assert set_password(client, "Anna@Northlight.example").headers["location"] == "/console/account?notice=saved"
        assert client.get("/console", follow_redirects=False).status_code == 200
        assert twin.people["anna"].password_hash.startswith("$argon2id$")
        client.cookies.clear()
        answer = try_password(client, "ANNA@northlight.example", PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert client.get("/console", follow_redirects=False).status_code == 200

    @pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@c.example", "a\x00b@c.example", "a@b.example\u202e"])
    def test_an_address_nobody_could_type_again_is_refused(self, client: Client, twin: ConsoleTwin, email: str) -> None:
        assert set_password(client, email).status_code == 422
        assert twin.people["anna"].password_hash == ""

    def test_unknown_and_wrong_get_the_same_answer(self, client: Client) -> None:
        set_password(client)
        client.cookies.clear()
        first = try_password(client, "anna@northlight.example", "wrong")
        client.cookies.clear()
        second = try_password(client, "nobody@northlight.example", "wrong")
        pages = [re.sub(r"[0-9a-f]{64}", "", answer.text).replace("nobody@", "anna@") for answer in (first, second)]
        assert first.status_code == second.status_code == 401
        assert pages[0] == pages[1]
        assert "do not match" in first.text

    def test_without_a_password_an_empty_one_does_not_do(self, stranger: Client, twin: ConsoleTwin) -> None:
        twin.employ("oleh", "oleh@northlight.example")
        assert try_password(stranger, "oleh@northlight.example", "").status_code == 401

    def test_whoever_left_cannot_sign_in(self, client: Client, twin: ConsoleTwin) -> None:
        set_password(client)
        twin.people["anna"].staff = replace(twin.people["anna"].staff, active=False)
        client.cookies.clear()
        assert try_password(client, "anna@northlight.example", PASSWORD).status_code == 401

    def test_the_sixth_try_in_a_minute_is_refused_even_if_right(self, client: Client, clock: Clock) -> None:
        set_password(client)
        client.cookies.clear()
        tries = [try_password(client, "anna@northlight.example", "wrong").status_code for _ in range(5)]
        assert tries == [401] * 5
        assert try_password(client, "anna@northlight.example", PASSWORD).status_code == 429
        clock.forward(60)
        assert try_password(client, "anna@northlight.example", PASSWORD).status_code == 303

    def test_one_address_cannot_try_many_accounts(self, stranger: Client) -> None:
        tries = [try_password(stranger, f"{n}@northlight.example", "wrong").status_code for n in range(6)]
        assert tries == [401] * 5 + [429]

    @pytest.mark.parametrize(
        ("changes", "said_back"),
        [
            ({"email": "anna"}, "does not look like"),
            ({"email": "an na@x.example"}, "does not look like"),
            ({"password": "short", "again": "short"}, "at least 12"),
            ({"password": "x" * 257, "again": "x" * 257}, "256"),
            ({"again": "something else"}, "differ"),
            ({"email": "oleh@northlight.example"}, "Somebody else"),
        ],
    )
    def test_a_form_that_does_not_do_says_why(
        self, client: Client, twin: ConsoleTwin, changes: dict[str, str], said_back: str
    ) -> None:
        twin.employ("oleh", "oleh@northlight.example")
        answer = set_password(client, **changes)
        assert answer.status_code == 422
        assert said_back in answer.text
        assert twin.people["anna"].password_hash == ""

    def test_later_the_old_password_is_asked_for(self, client: Client, clock: Clock, twin: ConsoleTwin) -> None:
        set_password(client)
        before = twin.people["anna"].password_hash
        clock.forward(16 * 60)
        assert set_password(client, old="wrong", password=PASSWORD * 2, again=PASSWORD * 2).status_code == 422
        assert twin.people["anna"].password_hash == before
        assert set_password(client, old=PASSWORD, password=PASSWORD * 2, again=PASSWORD * 2).status_code == 303
        assert twin.people["anna"].password_hash != before

    def test_a_damaged_hash_opens_nothing(self) -> None:
        assert wait_for(Passwords().fits("nonsense", PASSWORD)) is False


class TestForms:
    @pytest.mark.parametrize("token", ["", "wrong", "é"])
    def test_a_form_without_our_token_changes_nothing(self, client: Client, twin: ConsoleTwin, token: str) -> None:
        twin.rows["a"] = sending("a", Sending.DEAD)
        for path in ("/console/outbox/a/resend", "/console/account", "/console/sign-out"):
            assert client.post(path, data={"csrf": token}, follow_redirects=False).status_code == 403
        assert twin.rows["a"].state is Sending.DEAD
        assert client.get("/console", follow_redirects=False).status_code == 200

    def test_a_form_from_another_site_is_refused(self, client: Client, twin: ConsoleTwin) -> None:
        twin.rows["a"] = sending("a", Sending.DEAD)
        token = csrf_in(client.get("/console/outbox"))
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/console/outbox/a/resend", data={"csrf": token}, headers=headers).status_code == 403
        assert twin.rows["a"].state is Sending.DEAD

    def test_the_token_may_come_in_the_header(self, client: Client, twin: ConsoleTwin) -> None:
        twin.rows["a"] = sending("a", Sending.DEAD)
        headers = {"X-CSRF-Token": csrf_in(client.get("/console/outbox"))}
        assert client.post("/console/outbox/a/resend", headers=headers, follow_redirects=False).status_code == 303
        assert twin.rows["a"].state is Sending.READY

    def test_signing_in_needs_the_token_too(self, stranger: Client, twin: ConsoleTwin, clock: Clock) -> None:
        link = link_for(twin, clock)
        assert stranger.post(link, data={"csrf": "x"}).status_code == 403
        assert stranger.post("/console/sign-in", data={"email": "a@b", "password": "x"}).status_code == 403
        assert len(twin.links) == 1

    @pytest.mark.parametrize("kind", ["text/plain; charset=klingon", "text/plain; charset=ascii"])
    def test_a_form_in_no_encoding_we_read_is_refused(self, client: Client, kind: str) -> None:
        part = f'--x\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: {kind}\r\n\r\n\xff\r\n--x--\r\n'
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = client.post("/console/account", content=part.encode("latin-1"), headers=headers)
        assert answer.status_code == 400
        assert "could not be read" in answer.text

    def test_a_form_too_large_is_refused(self, client: Client) -> None:
        token = csrf_in(client.get("/console/account"))
        answer = client.post("/console/account", data={"csrf": token, "email": "x" * 40_000})
        assert answer.status_code == 413

    @pytest.mark.parametrize("path", ["", "/sign-in", "/leads/nobody", "/static/console.css", "/static/nothing.css"])
    def test_every_answer_is_guarded(self, client: Client, path: str) -> None:
        headers = client.get(f"/console{path}").headers
        policy = headers["content-security-policy"]
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
            policy.split("; ")
        )
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"].startswith("public" if path == "/static/console.css" else "no-store")


class TestLeads:
    def test_the_empty_list_says_how_to_try(self, client: Client) -> None:
        page = client.get("/console").text
        assert "No leads yet" in page
        assert "Try the chat" in page

    def test_a_lead_stands_with_temperature_score_and_origin(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        page = client.get("/console").text
        for shown in (
            "Olena Koval",
            "Kolo Retail",
            "olena@kolo.ua",
            "hot",
            "95/100",
            "northlight.example/services/crm",
        ):
            assert shown in page
        assert "Need 20/25, Budget 25/25, Authority 25/25, Timing 25/25" in page
        assert "utm_source" not in page

    def test_filters_search_and_counts(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        twin.keep(simple("lead-2", name="Marek"))
        twin.keep(simple("lead-3", name="Zofia", stage="nurture", temperature="warm"))
        found = {
            query: {name for name in ("Olena", "Marek", "Zofia") if name in client.get(f"/console?{query}").text}
            for query in ("stage=nurture", "temperature=hot", "search=kolo+olena", "search=nobody", "stage=nonsense")
        }
        assert found == {
            "stage=nurture": {"Zofia"},
            "temperature=hot": {"Olena"},
            "search=kolo+olena": {"Olena"},
            "search=nobody": set(),
            "stage=nonsense": {"Olena", "Marek", "Zofia"},
        }
        assert re.search(
            r'id="filter-nurture"[^>]*><span[^>]*>not ready yet</span> <b>1</b>', client.get("/console").text
        )

    def test_older_leads_follow_page_by_page_without_gaps(self, client: Client, twin: ConsoleTwin) -> None:
        for number in range(60):
            twin.keep(simple(f"lead-{number}", name=f"Visitor {number}.", updated=START - timedelta(hours=number)))
        seen: list[str] = []
        path = "/console"
        while path:
            page = client.get(path).text
            seen += re.findall(r"Visitor \d+\.", page)
            older = re.search(r'id="older" href="([^"]+)"', page)
            path = older[1].replace("&amp;", "&") if older else ""
        assert seen == [f"Visitor {number}." for number in range(60)]

    def test_a_poll_brings_the_list_only_when_it_looks_different(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        poll = re.search(r'hx-get="([^"]+)"', client.get("/console?temperature=hot").text)
        assert poll is not None
        address = poll[1].replace("&amp;", "&")
        assert "temperature=hot" in address
        assert client.get(address).status_code == 204
        twin.keep(founder("lead-2", name="Marek"))
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Marek" in answer.text
        assert "<html" not in answer.text

    def test_a_page_of_older_leads_stays_still(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        assert "every 10s" in client.get("/console").text
        assert "every 10s" not in client.get("/console?before=lead-1").text

    def test_a_store_in_trouble_is_told_as_such(self, client: Client, twin: ConsoleTwin) -> None:
        twin.fails = StoreBusy("locked", retry_after=2.0)
        answer = client.get("/console")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "Nothing is lost" in answer.text


class TestOneLead:
    def test_every_point_stands_with_its_rule_and_quote(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        page = client.get("/console/leads/lead-1").text
        for shown in (
            "Names something we could build or solve",
            '<a href="#turn-1">CRM for our sales team</a>',
            "Decides personally",
            '<a href="#turn-3">I decide myself</a>',
            "42% of the usual time",
            "agrees with the estimate: 100% of the likely price",
            "4–10 weeks",
            'aria-label="Estimated price: from €6,800 to €19,000, most likely €12,000"',
            "The deadline is compressed",
            "by 16 March 2026",
            'href="mailto:olena@kolo.ua"',
            'href="tel:+380501234567"',
        ):
            assert shown in page

    def test_quotes_are_marked_and_corrected_ones_struck_through(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        page = client.get("/console/leads/lead-1").text
        assert '<mark title="Kind of work: CRM; What for: sales">CRM for our sales team</mark>' in page
        assert '<mark title="Budget: €9,000 (corrected later)" class="corrected"><s>9 000 €</s></mark>' in page
        assert '<mark title="Budget: €12,000">12 000 €</mark>' in page
        assert '<li class="chosen">Not yet' in page
        assert '<mark title="Specification: no">Not yet</mark>' in page

    def test_a_lead_about_whom_nothing_is_known_is_shown(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(simple("lead-2"))
        page = client.get("/console/leads/lead-2").text
        assert "No name yet" in page
        assert "Still unknown:</b> Budget, Authority, Need, Timing" in page

    @pytest.mark.parametrize(
        ("ratio", "words"),
        [
            (1.1, "agrees with the estimate: 110%"),
            (2.0, "well above the estimate"),
            (14.29, "far above the estimate: ask what else"),
        ],
    )
    def test_a_budget_far_above_the_price_reads_as_in_the_notification(
        self, client: Client, twin: ConsoleTwin, ratio: float, words: str
    ) -> None:
        details = founder()
        budget = {**details.assessment["budget"], "ratio": ratio}
        twin.keep(replace(details, assessment={**details.assessment, "budget": budget}))
        page = client.get("/console/leads/lead-1").text
        assert words in page
        assert "1429%" not in page

    def test_weeks_are_rounded_as_the_visitor_was_told(self, client: Client, twin: ConsoleTwin) -> None:
        details = founder()
        weeks = {"low": 1.5, "likely": 3, "high": 4.2}
        estimate = {**details.assessment["estimate"], "weeks": weeks}
        twin.keep(replace(details, assessment={**details.assessment, "estimate": estimate}))
        assert "1–5 weeks" in client.get("/console/leads/lead-1").text

    def test_questions_of_theirs_stand_where_they_are_seen(self, client: Client, twin: ConsoleTwin) -> None:
        details = founder()
        asked = said("dialog.question", "Do you sign an NDA?", "Do you sign an NDA?", "Do you sign an NDA?", "in-3")
        assert "Questions to answer" not in self._page(client, twin, details)
        page = self._page(client, twin, replace(details, facts=(*details.facts, asked)))
        assert page.index("Questions to answer") < page.index('<a href="#turn-3">Do you sign an NDA?</a>')

    @staticmethod
    def _page(client: Client, twin: ConsoleTwin, details: LeadDetails) -> str:
        twin.keep(details)
        return client.get("/console/leads/lead-1").text

    def test_facts_that_were_erased_leave_the_page_whole(self, client: Client, twin: ConsoleTwin) -> None:
        details = founder()
        assessment = json.loads(msgspec.json.encode(details.assessment))
        for row in assessment["criteria"]:
            for reason in row["reasons"]:
                reason["facts"] = [None]
        twin.keep(replace(details, assessment=assessment, facts=()))
        assert client.get("/console/leads/lead-1").status_code == 200

    def test_an_unknown_lead_is_not_found(self, client: Client) -> None:
        for key in ("nobody", "x" * 500, "%00", "..%2f"):
            assert client.get(f"/console/leads/{key}").status_code == 404

    def test_a_page_hears_that_the_conversation_went_on(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        assert client.get("/console/leads/lead-1/news?turn=4").status_code == 204
        assert "#turn-4" in client.get("/console/leads/lead-1/news?turn=3").text


class TestFiles:
    NAME = 'ТЗ "CRM" на 2026; v1.pdf'

    @pytest.fixture
    def link(self, client: Client, twin: ConsoleTwin) -> str:
        """The first link to a file on the lead's page."""
        self.send(twin, "in-5", self.NAME, b"%PDF\x00\xff" * 300)
        found = re.search(
            r'href="(/console/leads/lead-1/files/[^"]+)" download', client.get("/console/leads/lead-1").text
        )
        assert found is not None
        return found[1]

    @staticmethod
    def send(twin: ConsoleTwin, inbound: str, name: str, content: bytes, announced: int | None = None) -> None:
        details = twin.details.get("lead-1") or founder()
        number = len(details.transcript)
        sent = replace(turn(number, "file", name, "Got it."), inbound=inbound)
        twin.keep(replace(details, transcript=(*details.transcript, sent)))
        twin.sent["lead-1", inbound] = (name, len(content) if announced is None else announced, content)

    def test_a_file_is_saved_as_it_was_sent(self, client: Client, link: str) -> None:
        answer = client.get(link)
        assert (answer.status_code, answer.content) == (200, b"%PDF\x00\xff" * 300)
        headers = answer.headers
        assert headers["content-type"] == "application/octet-stream"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["cache-control"] == "no-store"
        kind, plain, exact = headers["content-disposition"].split("; ", 2)
        assert (kind, plain) == ("attachment", 'filename="____CRM_____2026__v1.pdf"')
        assert unquote(exact.removeprefix("filename*=UTF-8''")) == self.NAME

    def test_a_file_stands_in_a_block_of_its_own_and_in_the_conversation(self, client: Client, link: str) -> None:
        page = client.get("/console/leads/lead-1").text
        assert page.count(f'href="{link}" download') == 2
        assert page.count("2 kB") == 2
        assert page.index('id="files"') < page.index('id="score"') < page.index('id="talk"')

    def test_a_stranger_gets_no_file(self, client: Client, link: str) -> None:
        client.cookies.clear()
        answer = client.get(link, follow_redirects=False)
        assert (answer.status_code, b"%PDF" in answer.content) == (303, False)
        assert answer.headers["location"].startswith("/console/sign-in?next=")

    def test_a_file_of_another_lead_is_not_given(self, client: Client, link: str) -> None:
        assert client.get(link.replace("lead-1", "lead-2")).status_code == 404

    @pytest.mark.parametrize("inbound", ["nobody", "x" * 300, "~", "~a", "~_w", "%00", "~" + "x" * 900])
    def test_an_unknown_file_is_not_found(self, client: Client, twin: ConsoleTwin, inbound: str) -> None:
        twin.keep(founder())
        assert client.get(f"/console/leads/lead-1/files/{inbound}").status_code == 404

    @pytest.mark.parametrize("inbound", ["tg:17", "a/b?c#d%2F", "ключ 1", "%25", "..", "~tilde"])
    def test_any_id_of_a_message_finds_its_file(self, client: Client, twin: ConsoleTwin, inbound: str) -> None:
        self.send(twin, inbound, "spec.txt", b"text")
        assert client.get(file_link("lead-1", inbound)).content == b"text"

    @pytest.mark.parametrize(
        ("name", "announced", "told"),
        [
            ("spec.pdf", 0, "arrived empty"),
            ("spec.pdf", 900, "could not be stored, ask for it once more"),
            ("refused:size:film.pdf", 99_000_000, "not accepted: larger than 10 MB"),
            ("refused:type:setup.exe", 5, "not accepted: not a type we take"),
            ("refused:kind:voice.ogg", 5, "not accepted: neither a document nor a picture"),
            ("refused:empty:spec.pdf", 0, "arrived empty"),
        ],
    )
    def test_a_file_that_is_not_there_says_why(
        self, client: Client, twin: ConsoleTwin, name: str, announced: int, told: str
    ) -> None:
        self.send(twin, "in-5", name, b"", announced)
        page = client.get("/console/leads/lead-1").text
        assert f'<bdi class="file">{name.rpartition(":")[2]}</bdi> <span class="hint">{told}</span>' in page
        assert " download" not in page
        assert "refused:" not in page
        assert client.get("/console/leads/lead-1/files/in-5").status_code == 404

    @pytest.mark.parametrize(
        ("name", "saved"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\spec.docx", "spec.docx"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("..", "file"),
            ("", "file"),
            ("й" * 400 + ".pdf", "й" * 146 + ".pdf"),
        ],
    )
    def test_a_name_is_only_a_name(self, name: str, saved: str) -> None:
        header = disposition(name)
        assert header.isascii()
        assert header.isprintable()
        assert unquote(header.partition("''")[2]) == saved
        assert header.count('"') == 2


class TestMarks:
    @pytest.mark.parametrize(
        "spans", [[(0, 3)], [(0, 6), (3, 9)], [(3, 9), (0, 12), (4, 5)], [(-5, 3), (8, 999)], [(9, 3)]]
    )
    def test_the_words_stay_complete_whatever_the_spans(self, spans: list[tuple[int, int]]) -> None:
        fact = said("need.detail", "x", FIRST, FIRST, "in-1")
        facts = [
            structs.replace(fact, evidence=structs.replace(fact.evidence, start=start, end=end)) for start, end in spans
        ]
        pieces = marked(FIRST, facts, set(map(id, facts)), ENGLISH)
        assert "".join(piece.text for piece in pieces) == FIRST

    def test_overlapping_quotes_become_one_mark(self) -> None:
        text = "a CRM for sales"
        facts = [
            said("need.category", "crm", text, "CRM for", "i"),
            said("need.purpose", "sales", text, "for sales", "i"),
        ]
        pieces = marked(text, facts, {id(facts[0])}, ENGLISH)
        assert [(piece.text, piece.title, piece.corrected) for piece in pieces] == [
            ("a ", "", False),
            ("CRM for sales", "Kind of work: CRM; What for: sales", False),
        ]

    def test_offsets_count_characters(self) -> None:
        text = "👋🏽 Потрібна CRM"
        pieces = marked(text, [fact := said("need.category", "crm", text, "CRM", "i")], {id(fact)}, ENGLISH)
        assert pieces[-1].text == "CRM"


class TestUnderAnotherFramework:
    def test_one_click_shows_the_lead_under_it(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        own = client.get("/console/leads/lead-1").text
        (link,) = re.findall(r'href="([^"]+framework=champ)"', own)
        other = client.get(link).text
        assert "<b>95/100</b>" in own
        assert "<b>40/100</b>" in other
        assert re.findall(r'framework=(\w+)" aria-current', own + other) == ["bant", "champ"]

    @pytest.mark.parametrize("name", ["", "bant", "nonsense", "<script>"])
    def test_what_is_no_other_framework_shows_its_own(self, client: Client, twin: ConsoleTwin, name: str) -> None:
        twin.keep(founder())
        assert "<b>95/100</b>" in client.get("/console/leads/lead-1", params={"framework": name}).text


class TestTheDecision:
    def test_what_stands_whatever_else_is_said_is_shown(self, client: Client, twin: ConsoleTwin) -> None:
        lead = founder()
        twin.keep(lead)
        assert "whatever else is said" not in client.get("/console/leads/lead-1").text
        twin.keep(replace(lead, assessment={**lead.assessment, "certain": "mql hot"}))
        shown = unescape(client.get("/console/leads/lead-1").text)
        assert "Decided: whatever else is said, this stays hot and at “MQL, ready for sales”." in shown


class TestAnswering:
    """One of us in the visitor's chat."""

    @pytest.fixture(autouse=True)
    def _lead(self, twin: ConsoleTwin) -> None:
        twin.keep(founder())

    def form(self, client: Client, **changes: str) -> dict[str, str]:
        page = client.get("/console/leads/lead-1")
        (message,) = re.findall(r'name="message" value="([^"]+)"', page.text)
        return {"csrf": csrf_in(page), "message": message, "text": "Anna here, good morning"} | changes

    def post(self, client: Client, form: dict[str, str], do: str = "say") -> httpx.Response:
        return client.post(f"/console/leads/lead-1/{do}", data=form, follow_redirects=False)

    def test_what_is_sent_twice_is_one_message_of_who_is_signed_in(self, client: Client, twin: ConsoleTwin) -> None:
        form = self.form(client)
        answers = [self.post(client, form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert answers[0].headers["location"] == "/console/leads/lead-1#say"
        assert twin.spoken == {f"anna:{form['message']}": ("lead-1", "Anna here, good morning")}

    def test_the_next_page_makes_another_message(self, client: Client, twin: ConsoleTwin) -> None:
        for _ in range(2):
            self.post(client, self.form(client))
        assert len(twin.spoken) == 2

    @pytest.mark.parametrize(
        ("text", "said"), [(" \n ", "nothing to send"), ("я" * 2001, "2000 characters at most")], ids=["empty", "long"]
    )
    def test_words_that_cannot_go_are_kept_in_the_form(
        self, client: Client, twin: ConsoleTwin, text: str, said: str
    ) -> None:
        answer = self.post(client, self.form(client, text=text))
        assert answer.status_code == 422
        assert said in answer.text
        assert f">{text.strip()}</textarea>" in answer.text
        assert twin.spoken == {}

    def test_the_longest_message_of_any_alphabet_goes(self, client: Client, twin: ConsoleTwin) -> None:
        for sign in "я漢🙂":
            assert self.post(client, self.form(client, text=sign * 2000)).status_code == 303
        assert [len(text) for _, text in twin.spoken.values()] == [2000, 2000, 2000]

    def test_a_form_without_a_number_is_a_message_of_its_own(self, client: Client, twin: ConsoleTwin) -> None:
        for text in ("One", "Two"):
            self.post(client, self.form(client, text=text, message=""))
        assert [text for _, text in twin.spoken.values()] == ["One", "Two"]

    def test_a_database_that_is_away_loses_no_words(self, client: Client, twin: ConsoleTwin) -> None:
        form = self.form(client, text="<b>Anna</b>")
        twin.mute = StoreBusy("locked", retry_after=1)
        answer = self.post(client, form)
        assert answer.status_code == 503
        assert ">&lt;b&gt;Anna&lt;/b&gt;</textarea>" in answer.text
        assert "try again in a moment" in answer.text

    def test_the_bot_is_given_back_what_was_taken(self, client: Client, twin: ConsoleTwin) -> None:
        assert "hand-back" not in client.get("/console/leads/lead-1").text
        before = founder()
        taken = turn(len(before.transcript) + 1, "human", "Anna here", "Anna here")
        ours = replace(taken, replies=(structs.replace(taken.replies[0], author="human"),))
        twin.keep(replace(before, transcript=(*before.transcript, ours)))
        page = client.get("/console/leads/lead-1").text
        assert page.count("Anna here") == 1
        assert f'id="turn-{ours.turn}"' in page
        form = self.form(client, text="")
        answer = self.post(client, form, "hand-back")
        assert answer.headers["location"] == "/console/leads/lead-1?notice=back"
        assert twin.spoken == {f"anna:{form['message']}": ("lead-1", "hands_back")}

    def test_words_not_sent_outlive_the_handing_back(self, client: Client, twin: ConsoleTwin) -> None:
        page = self.post(client, self.form(client, text="One more <thing>"), "hand-back")
        assert page.status_code == 200
        assert "The bot goes on from here." in page.text
        assert ">One more &lt;thing&gt;</textarea>" in page.text
        assert [text for _, text in twin.spoken.values()] == ["hands_back"]

    @pytest.mark.parametrize("do", ["say", "hand-back"])
    def test_only_our_own_form_may(self, client: Client, stranger: Client, twin: ConsoleTwin, do: str) -> None:
        assert self.post(client, self.form(client, csrf="x"), do).status_code == 403
        assert self.post(stranger, {"csrf": "x", "text": "Hello"}, do).headers["location"] == "/console/sign-in"
        assert client.post(f"/console/leads/nobody/{do}", data=self.form(client)).status_code == 404
        assert twin.spoken == {}

    def test_an_open_page_gets_what_is_new(self, client: Client) -> None:
        seen = founder().row.turn
        assert client.get(f"/console/leads/lead-1/talk?turn={seen}").status_code == 204
        part = client.get(f"/console/leads/lead-1/talk?turn={seen - 1}").text
        assert part.lstrip().startswith("<ol")
        assert f"talk?turn={seen}" in part
        assert "From then on the bot is silent" in part

    def test_an_open_page_learns_that_another_of_us_has_taken_over(self, client: Client, twin: ConsoleTwin) -> None:
        before = founder()
        taken = turn(len(before.transcript) + 1, "human", "takes_over", "A colleague has joined")
        twin.keep(replace(before, transcript=(*before.transcript, taken)))
        part = client.get("/console/leads/lead-1/talk?turn=0").text
        assert re.search(r'<p [^>]*id="say-hint" hx-swap-oob="true">The bot is silent\.', part)
        assert re.search(r'<span id="give-back" hx-swap-oob="true"><button [^>]*formaction="[^"]*/hand-back"', part)


class TestOutbox:
    @pytest.fixture(autouse=True)
    def _rows(self, twin: ConsoleTwin) -> None:
        for row in (
            sending("a", Sending.DEAD, error="SMTP 550"),
            sending("b", Sending.UNCERTAIN, "telegram.reply", "timed out"),
            sending("c", Sending.READY, "notify.webhook", "HTTP 503"),
            sending("d", Sending.SENT, "notify.console"),
        ):
            twin.rows[row.id] = row

    def test_what_is_stuck_comes_first_and_dead_before_uncertain(self, client: Client) -> None:
        page = client.get("/console/outbox").text
        assert page.index("SMTP 550") < page.index("timed out")
        assert "HTTP 503" not in page

    @pytest.mark.parametrize(("tab", "shown"), [("waiting", "HTTP 503"), ("sent", "otification in the console")])
    def test_the_rest_is_there_by_choice(self, client: Client, tab: str, shown: str) -> None:
        page = client.get(f"/console/outbox?show={tab}").text
        assert shown in page
        assert "SMTP 550" not in page

    def test_a_row_is_sent_again_once(self, client: Client, twin: ConsoleTwin, clock: Clock) -> None:
        token = csrf_in(client.get("/console/outbox"))
        first, second = (
            client.post("/console/outbox/a/resend", data={"csrf": token}, follow_redirects=False) for _ in range(2)
        )
        assert first.headers["location"] == "/console/outbox?notice=resent"
        assert second.headers["location"] == "/console/outbox?notice=not_stuck"
        assert (twin.rows["a"].state, twin.rows["a"].due) == (Sending.READY, clock())

    def test_every_page_warns_while_something_is_stuck(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        paths = ("/console", "/console/leads/lead-1", "/console/account")
        assert all("waiting for you: 2" in client.get(path).text for path in paths)
        twin.rows.clear()
        assert not any("waiting for you" in client.get(path).text for path in paths)


class _Tags(HTMLParser):
    """Every tag with its attributes, as a browser would build them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


@pytest.mark.parametrize("evil", [*EVIL, "javascript:alert(1)", "</q></a><b>x", "' onmouseover='alert(1)"])
class TestWhatVisitorsWrite:
    def test_is_text_and_nothing_else(self, client: Client, twin: ConsoleTwin, evil: str) -> None:
        def pages() -> list[str]:
            paths = ("/console", "/console/leads", "/console/leads/lead-1", "/console/outbox")
            return [client.get(path).text for path in paths]

        def shape(page: str) -> list[tuple[str, list[str]]]:
            return [(tag, [name for name, _ in attributes]) for tag, attributes in _Tags(page).tags]

        self._keep(twin, "harmless words")
        before = [shape(page) for page in pages()]
        self._keep(twin, evil)
        after = pages()
        assert before == [shape(page) for page in after]
        assert all(str(escape(evil)) in page for page in after)
        assert "<" not in evil or not any(evil in page for page in after)
        assert "49" not in re.sub(r"[0-9a-f]{16,}", "", after[0])
        tags = _Tags("".join(after)).tags
        assert not any(name.startswith("on") or name == "style" for _, attributes in tags for name, _ in attributes)
        assert all(not str(dict(attributes).get("href", "")).startswith("javascript") for _, attributes in tags)

    def _keep(self, twin: ConsoleTwin, words: str) -> None:
        text = f"before {words} after"
        facts = (
            said("need.detail", words, text, words, "in-1"),
            said("need.category", words, text, f"before {words}", "in-1"),
            said("contact.name", words, text, words, "in-1", how=words),
        )
        details = founder(name=words, company=words, contact=words, source=words, page=words, channel=words)
        assessment = json.loads(msgspec.json.encode(details.assessment))
        assessment["criteria"][0]["reasons"][0]["facts"] = msgspec.to_builtins(facts)
        twin.keep(
            replace(
                details,
                assessment=assessment,
                facts=facts,
                transcript=(
                    turn(1, "text", text, words),
                    turn(2, "file", words, words),
                    turn(3, "signal", words, words),
                ),
                email=words,
                phone=words,
                telegram=words,
            )
        )
        twin.rows["a"] = sending("a", Sending.DEAD, words, words)

    def test_stays_text_in_what_a_searcher_is_told(self, client: Client, evil: str) -> None:
        page = client.get("/console", params={"search": evil}).text
        field = next(dict(found) for tag, found in _Tags(page).tags if tag == "input" and ("id", "search") in found)
        assert field["value"] == evil


class TestWords:
    def test_every_language_has_every_word(self) -> None:
        keys = {language: set(texts) for language, texts in TEXTS.items()}
        assert all(keys["en"] == found for found in keys.values())
        assert all(text.strip() for texts in TEXTS.values() for text in texts.values())

    def test_every_language_puts_in_the_same_values(self) -> None:
        for key, text in TEXTS["en"].items():
            wanted = set(re.findall(r"\{\w+\}", text))
            assert dict.fromkeys(LANGUAGES, wanted) == {
                language: set(re.findall(r"\{\w+\}", TEXTS[language][key])) for language in LANGUAGES
            }, key

    def test_every_word_a_template_asks_for_is_there(self) -> None:
        templates = "".join(file.read_text("utf-8") for file in TEMPLATES.iterdir())
        asked = set(re.findall(r'\bt\("([^"]+)"[,)]', templates))
        assert len(asked) > 80
        assert asked <= set(TEXTS["en"])

    def test_every_rule_and_every_advice_of_the_packaged_frameworks_has_words(self, library: Library) -> None:
        for name, framework in library.frameworks.items():
            rules = [rule for row in framework.rubric.criteria for group in row.groups for rule in group]
            assert [rule.name for rule in rules if not rule.id] == [], name
            assert {f"rule.{rule.id}" for rule in rules} <= set(TEXTS["en"])
            assert {f"advice.{rule.id}" for rule in framework.rubric.advice} <= set(TEXTS["en"])
            assert {f"criterion.{row.id}" for row in framework.rubric.criteria} <= set(TEXTS["en"])
            assert f"framework.{name}" in TEXTS["en"]

    def test_no_words_are_kept_for_rules_that_are_gone(self, library: Library) -> None:
        named = {
            f"rule.{rule.id}"
            for framework in library.frameworks.values()
            for row in framework.rubric.criteria
            for group in row.groups
            for rule in group
        }
        assert {key for key in TEXTS["en"] if key.startswith("rule.")} == named

    def test_one_name_of_a_reason_means_the_same_in_every_framework(self, library: Library) -> None:
        """The words of a reason are shared, so what they stand for has to be one condition."""
        meant: dict[str, Condition] = {}
        for framework in library.frameworks.values():
            for rule in (rule for row in framework.rubric.criteria for group in row.groups for rule in group):
                assert meant.setdefault(rule.id, rule.when) == rule.when, (framework.name, rule.id)

    def test_every_fact_value_and_flag_has_words(self) -> None:
        keys = known_facts.READ_BY_EARS | known_facts.READ_ALWAYS
        assert [key for key in sorted(keys) if not ENGLISH.has("fact", key)] == []
        ways = re.findall(r'"([a-z ]+)", (?:talk\.|self\.)?inbound\.at', CORE) + re.findall(r'how="([a-z ]+)"', CORE)
        assert {"button", "intent", "upload", "withdrawn"} <= set(ways)
        assert [way for way in ways if not ENGLISH.has("how", way)] == []
        assert [flag for flag in known_facts.FLAGS if not ENGLISH.has("flag_means", flag)] == []
        for key, values in known_facts.VALUES.items():
            for value in sorted(values - {True, False, "yes", "no"}, key=str):
                kind = "role" if key == "authority.role" else f"value.{key}"
                assert ENGLISH.has(kind, str(value)), (key, value)

    def test_every_reason_for_a_date_has_words(self) -> None:
        phrases = (yaml.safe_load(path.read_text("utf-8")) for path in LOCALES.glob("*/lexicon.yaml"))
        heard = {reason for lexicon in phrases for reason in lexicon["mentions"]["timing.reason"]}
        tree = yaml.safe_load((LOCALES.parent / "dialogs" / "questions.yaml").read_text("utf-8"))
        pressed = {
            choice["facts"]["timing.reason"] for choice in tree["questions"]["timing.reason"]["choices"].values()
        }
        assert [one for one in sorted(heard | pressed) if not ENGLISH.has("value.timing.reason", one)] == []

    @pytest.mark.parametrize(
        ("wanted", "accepted", "language"),
        [
            ("", "", "en"),
            ("", "uk-UA,uk;q=0.9,en;q=0.8", "uk"),
            ("", "nl-NL,nl;q=0.9,pl;q=0.5,ru;q=0.7", "ru"),
            ("pl", "uk", "pl"),
            ("xx", "uk", "uk"),
            ("", "en;q=nonsense,pl", "pl"),
        ],
    )
    def test_the_language_is_the_readers(self, wanted: str, accepted: str, language: str) -> None:
        assert language == choose_language(wanted, accepted)

    def test_a_chosen_language_stays(self, client: Client) -> None:
        assert "<h1>Leady</h1>" in client.get("/console?lang=pl").text
        assert "<h1>Leady</h1>" in client.get("/console").text

    def test_every_page_speaks_every_language(self, client: Client, twin: ConsoleTwin) -> None:
        twin.keep(founder())
        twin.rows["a"] = sending("a", Sending.DEAD)
        for language in LANGUAGES:
            for path in ("", "/leads/lead-1", "/outbox", "/account", "/sign-in/x", "/leads/nobody"):
                page = client.get(f"/console{path}?lang={language}").text
                assert f'<html lang="{language}">' in page

    @pytest.mark.parametrize(
        ("language", "sum_", "people"),
        [("en", "€12,000", "5–10"), ("uk", "12 000 €", "5–10"), ("pl", "12 000 €", "5–10"), ("ru", "12 000 €", "5–10")],
    )
    def test_sums_and_people_read_naturally(self, language: str, sum_: str, people: str) -> None:
        words = Words(language, TEXTS[language])
        amount = next(fact for fact in reversed(facts_of_founder()) if fact.key == "budget.amount")
        shown = words.value("budget.amount", amount.value)
        assert sum_ == re.sub(r"\s", " ", shown)
        assert people == words.value("people.count", Headcount(5, 10))


def test_the_vendored_script_is_the_one_that_was_looked_at() -> None:
    noted = (STATIC / "VENDORED.md").read_text("utf-8")
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() in noted
    assert (STATIC / "htmx.LICENSE.txt").is_file()


def test_frameworks_are_drawn_with_how_their_questions_fare(client: Client, stranger: Client) -> None:
    page = client.get("/console/frameworks?framework=champ&lang=de").text
    assert "Methoden" in page
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="banter-picture"') == 2
    assert "<style" not in page  # the policy lets none run: picture.css has them
    assert "gestellt 2 · beantwortet 1" in page
    assert "Abbruch hier 1 (50%)" in page
    assert re.search(r"framework=champ\" aria-current=\"page\"", page)
    assert "bant-title" in client.get("/console/frameworks?framework=nobody").text
    assert stranger.get("/console/frameworks", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_of_its_leads_is_drawn_with_how_many_took_each_move(client: Client, language: str) -> None:
    page = client.get(f"/console/frameworks?lang={language}").text
    words = Words(language, TEXTS[language])
    assert 'aria-labelledby="table-stages-title table-stages-desc"' in page
    pipeline = unescape(page[page.index('aria-labelledby="table-stages-title') :])
    assert words("stages.moves") in pipeline
    assert f"2 · {words.name('move', 'qualify')}" in pipeline
    assert f"0 · {words.name('move', 'accept')}" in pipeline
    assert f"1 · {words.name('move', 'disqualify')}" in pipeline
    assert all(words.name("move", trigger).split()[0] in pipeline for trigger, _, _ in STAGES.rows)
    assert all(words.name("stage", stage) in pipeline for stage in ("contact_us", "mql", "sal", "closed_won"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_move_of_a_lead_has_words(language: str) -> None:
    words = Words(language, TEXTS[language])
    assert [trigger for trigger, _, _ in STAGES.rows if not words.has("move", trigger)] == []
