"""The web chat over HTTP: who gets in, what is too much, and what a stream needs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from bot import reception
from bot.channels.openings import Openings
from bot.channels.tickets import Tickets
from bot.channels.web import LARGEST_BODY, LARGEST_FILE, LONGEST_TEXT, MOST_WAITING, Caller, WebChannel
from dialogs.values import Inbound, Kind
from storage.errors import NoSuchConversation, StoreUnavailable
from storage.values import StoredTurn, TurnRequest
from tests.bot.web_house import ELSEWHERE, Site, Visit, site
from tests.builders import MONDAY


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


@pytest.fixture
async def visit(at: Site) -> Visit:
    return await at.open(language="en")


# -- who gets in

DOORS = [
    ("GET", ""),
    ("POST", "/inbounds"),
    ("POST", "/files"),
    ("POST", "/signals"),
    ("POST", "/ticket"),
    ("GET", "/events"),
]


@pytest.mark.parametrize(("method", "door"), DOORS)
async def test_every_door_refuses_a_stranger_in_the_same_words(at: Site, visit: Visit, method: str, door: str) -> None:
    answers = [
        await at.client.request(method, f"/api/conversations/{key}{door}", headers=headers, json={} if door else None)
        for key, headers in (
            (visit.id, {}),
            (visit.id, {"authorization": "Bearer wrong"}),
            ("nobody", visit.headers),
            (visit.id, {"authorization": visit.token}),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


async def test_a_conversation_that_is_gone_is_told_as_a_wrong_token(
    at: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = await at.client.post(f"{visit.path}/inbounds", headers={"authorization": "Bearer wrong"}, json={})

    async def gone(_: TurnRequest) -> StoredTurn:
        raise NoSuchConversation("gone")

    monkeypatch.setattr(type(at.house.reception), "receive", lambda _self, request: gone(request))
    answer = await visit.send("i1", text="hello")
    assert (answer.status_code, answer.content) == (401, wrong.content)
    assert answer.headers.get("content-type") == wrong.headers.get("content-type")


class Body:
    """A body that tells how much of it was read."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.read = 0

    async def __call__(self) -> dict[str, Any]:
        part = min(self.left, 65_536)
        self.left -= part
        self.read += part
        return {"type": "http.request", "body": b"x" * part, "more_body": self.left > 0}


async def raw(app: Any, path: str, body: Body, **headers: str) -> tuple[int, dict[str, Any]]:
    """One POST by hand; the status and the body of the answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("chat", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, body, send)
    content = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(content) if content else {}


async def test_a_strangers_file_is_not_read(at: Site, visit: Visit) -> None:
    body = Body(LARGEST_FILE)
    status, _ = await raw(at.app, f"{visit.path}/files", body, content_type="multipart/form-data; boundary=b")
    assert (status, body.read) == (401, 0)


async def test_a_telegram_update_without_the_secret_is_not_read(tmp_path: Path) -> None:
    settings = {
        "BANTER_TELEGRAM_TOKEN": "1:x",
        "BANTER_TELEGRAM_MODE": "webhook",
        "BANTER_TELEGRAM_SECRET": "right",
        "BANTER_TELEGRAM_API": "http://127.0.0.1:9",
    }
    async with site(tmp_path, **settings) as made:
        body = Body(1000)
        status, _ = await raw(made.app, "/telegram/webhook", body, x_telegram_bot_api_secret_token="wrong")
        assert (status, body.read) == (403, 0)
        status, _ = await raw(made.app, "/telegram/webhook", body, x_telegram_bot_api_secret_token="right")
        assert (status, body.read) == (400, 1000)


# -- what is too much


@pytest.mark.parametrize(
    ("door", "size", "limit"),
    [("", LARGEST_BODY + 1, 64), ("/signals", LARGEST_BODY + 1, 64), ("/inbounds", 256 * 1024 + 1, 256)],
)
async def test_a_body_too_large_is_told_with_its_limit(
    at: Site, visit: Visit, door: str, size: int, limit: int
) -> None:
    path = f"{visit.path}{door}" if door else "/api/conversations"
    for length in ({"content_length": str(size)}, {}):  # announced or not
        status, told = await raw(
            at.app, path, Body(size), authorization=f"Bearer {visit.token}", content_type="application/json", **length
        )
        assert (status, told["detail"]) == (413, f"the body is too large: at most {limit} kB are taken here")


async def test_the_longest_text_fits_however_it_is_written(visit: Visit) -> None:
    assert (await visit.send("i1", text="😀" * LONGEST_TEXT)).status_code == 200
    escaped = json.dumps({"id": "i2", "text": "😀" * LONGEST_TEXT}, ensure_ascii=True)
    headers = visit.headers | {"content-type": "application/json"}
    answer = await visit.client.post(f"{visit.path}/inbounds", content=escaped, headers=headers)
    assert answer.status_code == 200
    answer = await visit.send("i3", text="x" * (LONGEST_TEXT + 1))
    assert (answer.status_code, "20000 characters" in answer.json()["detail"]) == (413, True)


async def test_a_file_of_ten_megabytes_is_taken_and_a_byte_more_is_not(visit: Visit) -> None:
    for size, status in ((LARGEST_FILE, 200), (LARGEST_FILE + 1, 413)):
        files = {"file": ("spec.pdf", b"x" * size, "application/pdf")}
        answer = await visit.client.post(
            f"{visit.path}/files", data={"id": f"f{size}"}, files=files, headers=visit.headers
        )
        assert answer.status_code == status, answer.text
    assert "10 MB" in answer.json()["detail"]


async def test_a_full_conversation_says_so_and_is_not_tried_again(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "MOST_MESSAGES", 1)
    monkeypatch.setattr(reception, "MOST_SIGNALS", 0)
    assert (await visit.send("i1", text="a CRM")).status_code == 200
    answer = await visit.send("i2", text="and more")
    assert (answer.status_code, "thank you for your patience" in answer.json()["detail"]) == (403, True)
    body = {"id": "s1", "kind": "product_page_viewed"}
    answer = await visit.client.post(f"{visit.path}/signals", json=body, headers=visit.headers)
    assert answer.status_code == 403
    assert (await visit.send("i1", text="a CRM")).status_code == 200


async def test_only_so_many_messages_of_a_conversation_wait_at_a_time(
    at: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await at.open(language="en")
    held, real = asyncio.Event(), type(at.house.reception).receive

    async def slow(self: Any, request: TurnRequest) -> StoredTurn:
        await held.wait()
        return await real(self, request)

    monkeypatch.setattr(type(at.house.reception), "receive", slow)
    sending = [asyncio.create_task(visit.send(f"i{number}", text="a CRM")) for number in range(MOST_WAITING)]
    elsewhere = asyncio.create_task(other.send("i1", text="a CRM"))
    await asyncio.sleep(0.1)
    answer = await visit.send("more", text="a CRM")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    held.set()
    assert {one.status_code for one in await asyncio.gather(*sending, elsewhere)} == {200}
    assert (await visit.send("more", text="a CRM")).status_code == 200


async def test_an_address_that_opens_too_many_conversations_waits(at: Site) -> None:
    async with at.from_address(ELSEWHERE) as many, at.from_address("203.0.113.10") as other:
        statuses = [(await many.post("/api/conversations", json={})).status_code for _ in range(30)]
        assert statuses == [201] * 30
        answer = await many.post("/api/conversations", json={})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        assert "wait a moment" in answer.json()["detail"]
        assert (await other.post("/api/conversations", json={})).status_code == 201


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_gets_its_openings_back_with_time() -> None:
    clock = Seconds()
    openings = Openings(clock, burst=2, a_minute=60)
    assert [openings.wait(ELSEWHERE) for _ in range(3)] == [0, 0, 1]
    clock.now += 0.5
    assert openings.wait(ELSEWHERE) == 0.5
    clock.now += 0.5
    assert openings.wait(ELSEWHERE) == 0
    clock.now += 3600
    assert [openings.wait(ELSEWHERE) for _ in range(3)] == [0, 0, 1]  # never more than the burst


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),  # one household
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("203.0.113.9", "::ffff:203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
    ],
)
def test_who_counts_as_one_address(first: str, second: str, together: bool) -> None:
    openings = Openings(Seconds(), burst=1)
    assert openings.wait(first) == 0
    assert (openings.wait(second) > 0) is together


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_is_not_counted(address: str) -> None:
    openings = Openings(Seconds(), burst=1)
    assert [openings.wait(address) for _ in range(3)] == [0, 0, 0]


def test_a_flood_of_addresses_forgets_the_oldest() -> None:
    openings = Openings(Seconds(), burst=1)
    for number in range(10_500):
        openings.wait(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(openings._left) == 10_000


# -- streams


async def ticket_for(visit: Visit) -> str:
    answer = await visit.client.post(f"{visit.path}/ticket", headers=visit.headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(answer.json()) == {"ticket"}
    return str(answer.json()["ticket"])


async def stream(at: Site, path: str, **headers: str) -> tuple[int, str]:
    """A stream that the server ends after its first look."""
    at.house.hub.close()
    answer: httpx.Response = await at.client.get(path, headers=headers)
    return answer.status_code, answer.headers["content-type"].partition(";")[0]


async def test_a_ticket_opens_the_stream_of_its_conversation_and_nothing_else(at: Site, visit: Visit) -> None:
    other = await at.open()
    ticket = await ticket_for(visit)
    assert await stream(at, f"{visit.path}/events?ticket={ticket}") == (200, "text/event-stream")
    assert await stream(at, f"{visit.path}/events", **visit.headers) == (200, "text/event-stream")
    assert (await stream(at, f"{other.path}/events?ticket={ticket}"))[0] == 401
    assert (await stream(at, f"{visit.path}/events?ticket={ticket[:-1]}x"))[0] == 401
    assert (await stream(at, f"{visit.path}?ticket={ticket}"))[0] == 401


def test_a_ticket_is_good_for_a_minute_in_this_process() -> None:
    clock = Seconds()
    tickets = Tickets(clock, b"key")
    ticket = tickets.issue("c1")
    clock.now += 59
    assert tickets.fits("c1", ticket)
    assert not Tickets(clock, b"another key").fits("c1", ticket)
    assert not Tickets(clock).fits("c1", ticket)
    clock.now += 1
    assert not tickets.fits("c1", ticket)


@pytest.mark.parametrize("ticket", ["", ".", "1", "9999999999.", "x.y", "٣.y", "9" * 400 + ".a", "1060.é"])
def test_what_is_no_ticket_fits_nothing(ticket: str) -> None:
    assert not Tickets(Seconds(), b"key").fits("c1", ticket)


async def test_a_turn_without_a_hint_reaches_the_stream(at: Site, visit: Visit) -> None:
    channel = WebChannel(lambda: at.house.reception, at.house.store, at.house.hub)
    events = channel.follow(Caller(visit.id), 0)
    assert (await anext(events)).id == "1"
    at.house.store._writer._listeners.clear()  # as if another process had written it
    looking = asyncio.create_task(at.house.hub.look(at.house.store.latest_turns, every=0.05))
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.1)
    await at.house.reception.receive(TurnRequest(Inbound("i1", visit.id, Kind.TEXT, "a CRM", MONDAY)))
    async with asyncio.timeout(5):
        assert (await waiting).id == "2"
    at.house.hub.close()
    await looking
    await events.aclose()  # type: ignore[attr-defined]  # it is a generator


async def shown(channel: WebChannel, visit: Visit, after: int, count: int) -> list[str]:
    """What the visitor is shown to have said in the turns after one, on a stream opened anew."""
    events = channel.follow(Caller(visit.id), after)
    turns = [msgspec.json.decode(str((await anext(events)).data)) for _ in range(count)]
    await events.aclose()  # type: ignore[attr-defined]  # it is a generator
    return [turn["inbound"]["text"] for turn in turns if turn["inbound"]]


async def test_a_button_keeps_the_words_it_was_offered_with(at: Site, visit: Visit) -> None:
    """In the transcript, on a stream from the start and on one taken up later; whatever is spoken by then."""
    await visit.send("i1", text="we need a CRM for sales, 20 people")
    offered = (await visit.send("i2", text="to keep track of all inquiries")).json()["replies"][-1]["choices"][0]
    await visit.send("i3", choice=offered["id"])
    await visit.send("i4", text="давайте по-русски, пожалуйста")
    channel = WebChannel(lambda: at.house.reception, at.house.store, at.house.hub)
    said = [
        turn["inbound"]["text"]
        for turn in (await at.client.get(visit.path, headers=visit.headers)).json()["turns"]
        if turn["inbound"]
    ]
    assert said[2] == offered["label"]
    assert await shown(channel, visit, 0, 5) == said
    assert await shown(channel, visit, 3, 2) == said[2:]


async def test_a_file_with_a_long_name_keeps_its_ending(visit: Visit) -> None:
    answer = await visit.client.post(
        f"{visit.path}/files", headers=visit.headers, data={"id": "f1"}, files={"file": ("x" * 210 + ".pdf", b"%PDF")}
    )
    assert answer.status_code == 200
    turns = (await visit.client.get(visit.path, headers=visit.headers)).json()["turns"]
    assert turns[-1]["inbound"]["text"] == "x" * 196 + ".pdf"


async def test_a_stream_ends_quietly_when_the_database_goes(
    at: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> Any:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(at.house.store, "turns_after", away)
    answer = await at.client.get(f"{visit.path}/events", headers=visit.headers)
    assert (answer.status_code, answer.text) == (200, "")
