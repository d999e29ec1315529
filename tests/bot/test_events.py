"""What leads did elsewhere: told by other systems, or by a click in a mail; once, of known kinds, at sensible times."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.events import MOST_EVENTS, Link, is_target, key_of, opened, signed, target_of
from bot.cli import main
from dialogs.engine import open_conversation
from dialogs.values import Inbound, Kind
from storage.values import TurnRequest
from tests.bot.web_house import Site, Visit, site

TOKEN = "a-token-nobody-guesses"
BEARER = {"authorization": f"Bearer {TOKEN}"}
TARGET = "https://northlight.example/prices?a=1&b=2"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BANTER_EVENTS_TOKEN=TOKEN) as opened_site:
        yield opened_site


@pytest.fixture
async def lead(at: Site) -> Visit:
    visit = await at.open()
    await visit.send("1", text="We need a CRM, write to Olena.K@Kolo.UA please")
    return visit


async def tell(at: Site, *events: dict[str, Any], **fields: Any) -> Any:
    answer = await at.client.post("/api/events", json={"events": list(events)} | fields, headers=BEARER)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def points(at: Site, visit: Visit) -> int:
    details = await at.house.store.lead(visit.id)
    assert details is not None
    return int(details.assessment["implicit"])


def refused_in(at: Site, reason: str) -> float:
    found = at.house.metrics.registry.get_sample_value("banter_events_refused_total", {"reason": reason})
    return found or 0.0


async def test_events_count_once_by_conversation_or_by_address(at: Site, lead: Visit) -> None:
    told = await tell(
        at,
        {"id": "a", "event": "newsletter_subscribed", "conversation": lead.id},
        {"id": "b", "event": "product_page_viewed", "email": "olena.k@kolo.ua"},
        {"id": "a", "event": "newsletter_subscribed", "conversation": lead.id},
    )
    assert (told["accepted"], told["duplicates"], told["refused"]) == (2, 1, 0)
    assert [one["status"] for one in told["events"]] == ["accepted", "accepted", "duplicate"]
    assert await points(at, lead) == 15


async def test_an_event_says_nothing_to_the_visitor_and_keeps_its_own_time(at: Site, lead: Visit) -> None:
    before = (await lead.client.get(lead.path, headers=lead.headers)).json()
    when = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    await tell(at, {"id": "a", "event": "favourite_added", "conversation": lead.id, "at": when})
    after = (await lead.client.get(lead.path, headers=lead.headers)).json()
    assert after["turns"][: len(before["turns"])] == before["turns"]
    assert all(not turn.get("replies") for turn in after["turns"][len(before["turns"]) :])
    conversation = await at.house.store.conversation(lead.id)
    assert conversation is not None
    assert abs((datetime.now(UTC) - conversation.signals[0].at).days - 40) <= 1


@pytest.mark.parametrize(
    ("event", "reason", "says"),
    [
        ({"event": "newsleter_subscribed"}, "unknown_event", "did you mean newsletter_subscribed?"),
        ({"event": ""}, "unknown_event", "company.yaml knows"),
        ({"at": "2999-01-01T00:00:00Z"}, "absurd_time", "future"),
        ({"at": "1970-01-01T00:00:00Z"}, "absurd_time", "three years"),
        ({"at": "2026-03-02T09:00:00"}, "absurd_time", "offset"),
        ({"at": "yesterday"}, "absurd_time", "expected a time"),
        ({"conversation": ""}, "no_lead", "name either"),
        ({"email": "olena.k@kolo.ua"}, "no_lead", "not both"),
        ({"conversation": "", "email": "nobody@nowhere.example"}, "no_lead", "no lead has told"),
        ({"conversation": "00000000-0000-0000-0000-000000000000"}, "no_lead", "no such conversation"),
        ({"id": ""}, "bad_id", "1 to 64"),
        ({"id": "x" * 65}, "bad_id", "1 to 64"),
        ({"id": "a\nb"}, "bad_id", "printable"),
    ],
)
async def test_what_makes_no_sense_is_refused_counted_and_harms_no_neighbour(
    at: Site, lead: Visit, event: dict[str, str], reason: str, says: str
) -> None:
    odd = {"id": "odd", "event": "favourite_added", "conversation": lead.id} | event
    good = {"id": "good", "event": "favourite_added", "conversation": lead.id}
    told = await tell(at, odd, good)
    assert [one["status"] for one in told["events"]] == ["refused", "accepted"]
    assert told["events"][0]["reason"] == reason
    assert says in told["events"][0]["problem"]
    assert refused_in(at, reason) == 1
    assert await points(at, lead) == 10


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 400),
        (b"[1", 400),
        (b'{"events": 1}', 400),
        (b'{"events": [], "more": 1}', 400),
        (b'{"id": "\xff", "event": "favourite_added", "email": "a@b.example"}', 400),
        (b'[{"id": "\xd0"}]', 400),
        (b'{"id": "\\ud800", "event": "favourite_added", "email": "a@b.example"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"id": "a"}', 400),
        (b'{"id": "a", "event": "favourite_added", "mood": "good"}', 400),
        (b"[" + b",".join([b'{"id":"a","event":"b"}'] * (MOST_EVENTS + 1)) + b"]", 413),
    ],
)
async def test_a_body_that_is_no_event_is_refused_whole(at: Site, body: bytes, status: int) -> None:
    answer = await at.client.post("/api/events", content=body, headers=BEARER)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith("expected")


@pytest.mark.parametrize(
    ("odd", "name", "says"),
    [
        ({"id": "odd", "event": "favourite_added", "mood": "good"}, "odd", "mood"),
        ({"id": "odd"}, "odd", "`event`"),
        ({"event": "favourite_added"}, "", "`id`"),
        ({"id": 7, "event": "favourite_added"}, "", "Expected `str`, got `int`"),
        ({"id": "x" * 80, "event": None}, "x" * 64, "got `null`"),
        (1, "", "Expected `object`"),
        ([[]], "", "Expected `object`"),
    ],
)
async def test_one_that_is_no_event_does_not_hold_back_the_others(
    at: Site, lead: Visit, odd: Any, name: str, says: str
) -> None:
    good = {"event": "favourite_added", "conversation": lead.id}
    told = await tell(at, {"id": "a"} | good, odd, {"id": "b"} | good)
    assert [one["status"] for one in told["events"]] == ["accepted", "refused", "accepted"]
    assert (told["events"][1]["id"], told["events"][1]["reason"]) == (name, "bad_event")
    assert says in told["events"][1]["problem"]
    assert refused_in(at, "bad_event") == 1
    assert await points(at, lead) == 20


async def test_one_event_alone_and_a_bare_list_do_as_well(at: Site, lead: Visit) -> None:
    one = {"id": "a", "event": "favourite_added", "conversation": lead.id}
    for body in (one, [one | {"id": "b"}]):
        answer = await at.client.post("/api/events", json=body, headers=BEARER)
        assert answer.json()["accepted"] == 1
    assert await points(at, lead) == 20


async def test_nobody_gets_in_without_the_token(at: Site, tmp_path: Path) -> None:
    for headers in ({}, {"authorization": "Bearer guess"}, {"authorization": TOKEN}):
        assert (await at.client.post("/api/events", json=[], headers=headers)).status_code == 401
    (tmp_path / "off").mkdir()
    async with site(tmp_path / "off") as off:
        answer = await off.client.post("/api/events", json=[], headers={"authorization": "Bearer "})
        assert answer.status_code == 404
        assert "BANTER_EVENTS_TOKEN" in answer.json()["detail"]
        mark = signed(Link("c", "email_link_clicked", TARGET), key_of(""))
        assert (await off.client.get(f"/e/{mark}")).status_code == 404


# -- links


def link_to(lead: str, event: str = "email_link_clicked", target: str = TARGET) -> str:
    return f"/e/{signed(Link(lead, event, target), key_of(TOKEN))}"


async def test_a_click_counts_once_and_leads_on(at: Site, lead: Visit) -> None:
    for _ in range(3):
        answer = await at.client.get(link_to("olena.k@kolo.ua"))
        assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert await points(at, lead) == 5
    await at.client.get(link_to(lead.id))
    assert await points(at, lead) == 10


async def test_a_link_spelled_otherwise_is_not_ours(at: Site, lead: Visit) -> None:
    """The last letter of either part has spare bits, which base64 does not look at."""
    links = (link_to(lead.id, target=TARGET + "3" * more).removeprefix("/e/") for more in range(3))
    body, mark = next(one.split(".") for one in links if one.index(".") % 4 == 2)
    for one in (f"{body}.{mark[:-1]}{after(mark[-1])}", f"{body[:-1]}{after(body[-1])}.{mark}", f"{body}.{mark}=="):
        assert (await at.client.get(f"/e/{one}")).status_code == 404
    assert await points(at, lead) == 0


def after(letter: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return letters[letters.index(letter) + 1]


async def test_who_only_looks_ahead_has_not_clicked(at: Site, lead: Visit) -> None:
    assert (await at.client.head(link_to(lead.id))).status_code == 302
    for name, value in (("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-purpose", "preview")):
        assert (await at.client.get(link_to(lead.id), headers={name: value})).status_code == 302
    assert await points(at, lead) == 0


@pytest.mark.parametrize("lead_id", ["nobody@nowhere.example", "00000000-0000-0000-0000-000000000000"])
async def test_whoever_clicks_gets_there_even_if_nobody_knows_them(at: Site, lead_id: str) -> None:
    assert (await at.client.get(link_to(lead_id))).status_code == 302
    assert refused_in(at, "no_lead") == 1
    assert (await at.client.get(link_to(lead_id, "no_such_event"))).status_code == 302
    assert refused_in(at, "unknown_event") == 1


async def test_a_link_we_did_not_make_leads_nowhere(at: Site) -> None:
    good = signed(Link("c", "email_link_clicked", TARGET), key_of(TOKEN))
    body, _, mark = good.partition(".")
    foreign = signed(Link("c", "email_link_clicked", "https://evil.example"), key_of("another token, not ours"))
    other = foreign.partition(".")[0]
    wrong = [body, f"{body}.", f"{other}.{mark}", foreign, "x" * 9000, "%00", f"{body}.{mark[:-2]}AA", "é.é"]
    for one in (*wrong, signed(Link("c", "e", "javascript:alert(1)"), key_of(TOKEN))):
        answer = await at.client.get(f"/e/{one}")
        assert answer.status_code in (400, 404), one
        assert "location" not in answer.headers
    page = await at.client.get(f"/e/{foreign}")
    assert page.headers["content-type"].startswith("text/html")
    assert "link" in page.text


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://example.com/a?b=c#d", True),
        ("http://example.com", True),
        ("javascript:alert(1)", False),
        ("//evil.example", False),
        ("https://northlight.example@evil.example/", False),
        ("https://example.com/\r\nset-cookie: a=b", False),
        ("https://example.com/" + "a" * 3000, False),
        ("https:///prices", False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_are_led_to(address: str, good: bool) -> None:
    assert is_target(address) is good


ABROAD = "https://пример.рф/ціни?місто=Київ&a=%20b"
ABROAD_SENT = (
    "https://xn--e1afmkfd.xn--p1ai/%D1%86%D1%96%D0%BD%D0%B8"
    "?%D0%BC%D1%96%D1%81%D1%82%D0%BE=%D0%9A%D0%B8%D1%97%D0%B2&a=%20b"
)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (TARGET, TARGET),
        (ABROAD, ABROAD_SENT),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://firma.example/oferta#cena-złoty", "https://firma.example/oferta#cena-z%C5%82oty"),
        ("https://good.example\uff0fevil.example/", ""),  # a slash to IDNA
        ("https://пример..рф/", ""),
        ("javascript:ціни", ""),
    ],
)
def test_addresses_are_sent_in_letters_a_header_can_hold(written: str, sent: str) -> None:
    assert target_of(written) == sent


async def test_a_link_to_an_address_of_other_letters_leads_there(at: Site, lead: Visit) -> None:
    """Also one that was put into a mail as it was written."""
    answer = await at.client.get(link_to(lead.id, target=ABROAD))
    assert (answer.status_code, answer.headers["location"]) == (302, ABROAD_SENT)
    assert await points(at, lead) == 5
    nowhere = await at.client.get(link_to(lead.id, target="https://пример..рф/"))
    assert (nowhere.status_code, await points(at, lead)) == (404, 5)


def test_a_link_carries_the_address_as_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BANTER_EVENTS_TOKEN", TOKEN)
    assert main(["link", ABROAD, "olena@kolo.ua"]) == 0
    link = opened(capsys.readouterr().out.strip().rpartition("/e/")[2], key_of(TOKEN))
    assert link is not None
    assert link.target == ABROAD_SENT
    assert main(["link", "https://example.com/" + "ї" * 900, "a@b.example"]) == 2  # 5,400 characters when it is sent
    assert "web address" in capsys.readouterr().err


def test_links_are_made_by_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BANTER_EVENTS_TOKEN", TOKEN)
    monkeypatch.setenv("BANTER_PUBLIC_URL", "https://chat.example")
    assert main(["link", TARGET, "olena@kolo.ua", "c-1"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [lead for lead, _ in lines] == ["olena@kolo.ua", "c-1"]
    mark = lines[0][1].removeprefix("https://chat.example/e/")
    assert opened(mark, key_of(TOKEN)) == Link("olena@kolo.ua", "email_link_clicked", TARGET)
    assert main(["link", "ftp://x", "a@b.example"]) == 2
    assert main(["link", TARGET, "a@b.example", "--event", "email_link_clickd"]) == 2
    assert "email_link_clicked" in capsys.readouterr().err
    monkeypatch.delenv("BANTER_EVENTS_TOKEN")
    assert main(["link", TARGET, "a@b.example"]) == 2


async def test_of_two_talks_with_one_address_the_newest_gets_the_event(at: Site, lead: Visit) -> None:
    inbound = Inbound("start", "later", Kind.START, "", datetime.now(UTC))
    opening = open_conversation("later", "web", "bant", "en", inbound)
    await at.house.reception.receive(TurnRequest(inbound, opening))
    said = Inbound("1", "later", Kind.TEXT, "olena.k@kolo.ua is my e-mail", datetime.now(UTC) + timedelta(seconds=5))
    await at.house.reception.receive(TurnRequest(said))
    await tell(at, {"id": "a", "event": "favourite_added", "email": "OLENA.K@kolo.ua"})
    assert await points(at, lead) == 0
    later = await at.house.store.lead("later")
    assert later is not None
    assert later.assessment["implicit"] == 10


async def test_an_event_and_a_click_count_once_though_the_lead_began_another_talk(at: Site, lead: Visit) -> None:
    told = {"id": "mail-7781", "event": "favourite_added", "email": "olena.k@kolo.ua"}
    assert (await tell(at, told))["accepted"] == 1
    await at.client.get(link_to("olena.k@kolo.ua"))
    assert await points(at, lead) == 15
    later = await at.open()
    await later.send("1", text="I'd like a shop now; olena.k@kolo.ua is still my address")
    assert (await tell(at, told))["duplicates"] == 1
    assert (await tell(at, {"id": "mail-7781", "event": "favourite_added", "conversation": later.id}))[
        "duplicates"
    ] == 1
    assert (await at.client.get(link_to("olena.k@kolo.ua"))).status_code == 302
    assert (await points(at, lead), await points(at, later)) == (15, 0)
    assert (await tell(at, told | {"id": "mail-7782"}))["accepted"] == 1
    assert (await points(at, lead), await points(at, later)) == (15, 10)


async def test_what_a_page_tells_wrongly_is_counted_too(at: Site, lead: Visit) -> None:
    answer = await lead.client.post(f"{lead.path}/signals", json={"id": "s", "kind": "liked"}, headers=lead.headers)
    assert answer.status_code == 400
    assert refused_in(at, "unknown_event") == 1
