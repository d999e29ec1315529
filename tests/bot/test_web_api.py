"""The web chat as a stranger meets it: over HTTP, against the real process, with good, odd and hostile requests."""

import asyncio
import json
import re
import resource
import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.product import Chat, Product, labels, until

PARALLEL = 200
STREAMS = 20
LARGEST_FILE = 10 * 1024 * 1024
_PART = b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
_FILE = _PART % (b"file", b'; filename="a.txt"', b"x")
TWO_FILES = _PART % (b"id", b"", b"a") + _FILE + _FILE + b"--x--\r\n"
NO_ENCODING = _PART % (b"id", b"\r\nContent-Type: text/plain; charset=klingon", b"a") + _FILE + b"--x--\r\n"
MANY_PARTS = b"".join(_PART % (b"part%d" % number, b"", b"a") for number in range(1100)) + b"--x--\r\n"
CHAT_PATHS = {
    "/api/conversations": {"post"},
    "/api/conversations/{conversation}": {"get"},
    "/api/conversations/{conversation}/inbounds": {"post"},
    "/api/conversations/{conversation}/files": {"post"},
    "/api/conversations/{conversation}/signals": {"post"},
    "/api/conversations/{conversation}/ticket": {"post"},
    "/api/conversations/{conversation}/events": {"get"},
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def console(product: Product) -> Iterator[httpx2.Client]:
    with product.sign_in() as signed_in:
        yield signed_in


@pytest.fixture
def chat(product: Product, client: httpx2.Client) -> Chat:
    return product.open(client, language="en")


def fresh() -> str:
    return str(uuid.uuid4())


def reason(response: httpx2.Response) -> str:
    """All that a refusal says, on one line."""
    body = response.json()
    details = [f"{one['key']}: {one['message']}" for one in body.get("extra", ())]
    return " ".join([body["detail"], *details])


# Talking


def test_a_conversation_opens_with_a_token_and_a_question(product: Product, client: httpx2.Client) -> None:
    asked = {"framework": "bant", "language": "pl", "page": "https://shop.example/crm", "source": "google / spring"}
    response = client.post(f"{product.url}/api/conversations", json=asked)
    assert response.status_code == 201
    opened = response.json()
    assert {"conversation", "token", "turn", "replies"} <= set(opened)
    assert uuid.UUID(opened["conversation"])
    assert len(opened["token"]) >= 32
    assert opened["turn"] == 1
    assert opened["language"] == "pl"
    for reply in opened["replies"]:
        assert {"id", "text", "choices"} <= set(reply)
        assert reply["text"].strip()
    assert labels(opened["replies"])


def test_an_opening_needs_nothing_and_bears_what_is_unknown(product: Product, client: httpx2.Client) -> None:
    url = f"{product.url}/api/conversations"
    for response in (client.post(url), client.post(url, json={}), client.post(url, json={"language": "xx", "new": 1})):
        assert response.status_code == 201, response.text
        assert response.json()["replies"][0]["text"].strip()


def test_where_a_visitor_comes_from_is_kept_without_what_nobody_can_store(
    product: Product, client: httpx2.Client, console: httpx2.Client
) -> None:
    product.open(client, source="ads\x00", page="https://example.com/\x00nul-page")
    shown = console.get(f"{product.url}/console").text
    assert "example.com/nul-page" in shown
    assert "\x00" not in shown


def test_two_openings_are_two_conversations(product: Product, client: httpx2.Client) -> None:
    first, second = (product.open(client, language="en") for _ in range(2))
    assert first.id != second.id
    assert first.token != second.token


def test_a_message_gets_its_turn_and_replies(chat: Chat) -> None:
    response = chat.send(fresh(), text="We need a CRM for the sales team")
    assert response.status_code == 200
    body = response.json()
    assert set(body) >= {"turn", "replies"}
    assert body["turn"] == 2
    for reply in body["replies"]:
        assert set(reply) >= {"id", "text", "choices"}
        assert all(set(choice) == {"id", "label"} for choice in reply["choices"])
    assert [turn["replies"] for turn in chat.transcript()][-1] == body["replies"]


def test_a_button_says_what_stood_on_it(chat: Chat) -> None:
    buttons = labels(chat.opened["replies"])
    assert chat.send(fresh(), choice=buttons["Mobile app"]).json()["turn"] == 2
    assert chat.said() == ["Mobile app"]


def test_a_button_made_in_the_talk_is_remembered_by_its_label(chat: Chat) -> None:
    asked = chat.send(fresh(), text="We need a mobile app, budget 20 euro").json()
    buttons = labels(asked["replies"])
    assert "€20,000" in buttons
    chat.send(fresh(), choice=buttons["€20,000"])
    assert chat.transcript()[-1]["inbound"]["text"] == "€20,000"
    with chat.events(str(asked["turn"])) as turns:
        assert next(turns)["inbound"]["text"] == "€20,000"


@pytest.mark.parametrize("fields", [{"text": "We need a CRM"}, {"choice": "1:need.what:crm"}, {"text": "🦄"}])
def test_the_same_id_again_gets_the_same_bytes_and_no_turn(chat: Chat, fields: dict[str, str]) -> None:
    inbound = fresh()
    first = chat.send(inbound, **fields)
    assert first.status_code == 200
    chat.send(fresh(), text="no specification yet")
    again = [chat.send(inbound, **fields) for _ in range(3)]
    assert {response.content for response in again} == {first.content}
    assert chat.send(inbound, text="quite different words under the old id").content == first.content
    assert len(chat.transcript()) == 3


def test_the_same_id_at_the_same_moment_is_one_turn(chat: Chat) -> None:
    inbound = fresh()
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: chat.send(inbound, text="We need an online shop"), range(6)))
    assert {response.status_code for response in found} == {200}
    assert len({response.content for response in found}) == 1
    assert chat.said() == ["We need an online shop"]


def test_the_same_id_in_another_conversation_is_another_message(
    product: Product, client: httpx2.Client, chat: Chat
) -> None:
    inbound, other = fresh(), product.open(client, language="en")
    chat.send(inbound, text="We need a CRM")
    other.send(inbound, text="We need a website")
    assert (chat.said(), other.said()) == (["We need a CRM"], ["We need a website"])


@pytest.mark.parametrize(
    "text",
    [
        "We need a CRM. " * 680,
        "🦄🏳️‍🌈👩‍👩‍👧‍👦" * 100,
        "نحتاج إلى نظام إدارة علاقات العملاء " * 5 + "\u202eأ\u202c",
        "zero\x00byte and \x07bell and \x1b[31mred",
        "{{ 7*7 }} {% raw %} ${jndi:ldap://x} {0} %(name)s %s {name}",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "'; DROP TABLE turns; --",
        "\u0301" * 3000,
        "?",
        "\ufeff\u200b\u2060",
    ],
    ids=["long", "emoji", "rtl", "nul", "braces", "markup", "sql", "accents", "sign", "invisible"],
)
def test_odd_words_are_stored_as_written_and_answered(chat: Chat, text: str) -> None:
    response = chat.send(fresh(), text=text)
    assert response.status_code == 200, response.text
    replies = response.json()["replies"]
    assert replies
    assert all(reply["text"].strip() for reply in replies)
    assert "49" not in replies[-1]["text"]
    assert chat.said() == [text.replace("\x00", "\ufffd")], "SQLite would take a NUL for the end"


@pytest.mark.parametrize(
    "choice", ["1:need.what:nonsense", "nonsense", "9:timing.when:soon", "", "x" * 5000, "::", "🦄"]
)
def test_an_unknown_button_is_answered_and_changes_nothing(chat: Chat, choice: str) -> None:
    chat.send(fresh(), text="We need a CRM")
    response = chat.send(fresh(), choice=choice)
    assert response.status_code == 200, response.text
    assert response.json()["replies"][0]["text"].strip()
    told = chat.send(fresh(), text="so that no inquiry gets lost, connect telephony and the website").json()
    assert told["turn"] == 4, "the conversation goes on where it was"


def test_a_stale_button_does_not_answer_the_new_question(
    product: Product, client: httpx2.Client, console: httpx2.Client
) -> None:
    plain, odd = (product.open(client, language="en") for _ in range(2))
    for chat in (plain, odd):
        chat.send(fresh(), text="We need a CRM")
        chat.send(fresh(), text="so that no inquiry gets lost, connect telephony and the website")
    for choice in ("1:need.what:mobile_app", "1:need.what:nonsense", "3:budget.spec:nonsense"):
        answer = odd.send(fresh(), choice=choice)
        assert answer.status_code == 200
        assert answer.json()["replies"][0]["text"].strip()
    facts = [_facts(console.get(f"/console/leads/{chat.id}").text) for chat in (plain, odd)]
    assert facts[0] == facts[1] != []


def test_another_button_of_the_question_just_answered_is_not_passed_over_in_silence(chat: Chat) -> None:
    buttons = labels(chat.opened["replies"])
    chat.send(fresh(), choice=buttons["CRM"])
    answer = chat.send(fresh(), choice=buttons["Mobile app"])
    assert answer.status_code == 200
    assert answer.json()["replies"], "who pressed the wrong button first must hear that the second did nothing"


def test_a_nervous_finger_is_harmless(chat: Chat) -> None:
    buttons = labels(chat.opened["replies"])
    first = chat.send(fresh(), choice=buttons["CRM"]).json()
    assert chat.send(fresh(), choice=buttons["CRM"]).status_code == 200
    assert labels(first["replies"])
    assert chat.send(fresh(), choice=next(iter(labels(first["replies"]).values()))).json()["replies"]


def _facts(page: str) -> list[str]:
    """Fact and value of each row of the table of facts."""
    table = page[page.index('<table class="facts"') :]
    return re.findall(r'role="rowheader">([^<]+)</th>\s*<td role="cell">(?:<s>)?<bdi>([^<]+)', table)


# Files and signals


def send_file(chat: Chat, name: str, content: bytes, inbound: str = "") -> httpx2.Response:
    return chat.post("files", data={"id": inbound or fresh()}, files={"file": (name, content)})


@pytest.mark.parametrize("name", ["brief.pdf", "SPEC.DOCX", "../../etc/passwd.txt", "Техзавдання.xlsx", "a b\tc.md"])
def test_a_file_is_a_turn_like_any_other(chat: Chat, name: str) -> None:
    inbound = fresh()
    response = send_file(chat, name, b"%PDF-1.7 something", inbound)
    assert response.status_code == 200, response.text
    assert response.json()["turn"] == 2
    assert response.json()["replies"][0]["text"].strip()
    assert send_file(chat, name, b"%PDF-1.7 something", inbound).content == response.content
    (said,) = chat.said()
    assert "/" not in said
    assert said.rpartition(".")[2] == name.rpartition(".")[2]


@pytest.mark.parametrize("name", ["setup.exe", "page.html", "noending", "brief.pdf.exe", ".", "x" * 3000])
def test_a_wrong_kind_of_file_is_refused_with_the_right_ones(chat: Chat, name: str) -> None:
    response = send_file(chat, name, b"MZ")
    assert response.status_code == 415, response.text
    assert ".pdf" in reason(response)
    assert chat.said() == []


@pytest.mark.parametrize("size", [LARGEST_FILE + 1, LARGEST_FILE + 1024 * 1024])
def test_a_file_that_is_too_large_is_refused(chat: Chat, size: int) -> None:
    response = send_file(chat, "brief.txt", b"x" * size)
    assert response.status_code == 413
    assert re.search(r"at most \d+ [kM]B", reason(response))
    assert chat.said() == []


def test_the_largest_file_is_taken(chat: Chat) -> None:
    assert send_file(chat, "brief.txt", b"x" * LARGEST_FILE).status_code == 200
    assert chat.said() == ["brief.txt"]


def test_a_form_without_its_fields_is_refused(chat: Chat) -> None:
    odd = (
        {"data": {"id": fresh()}},
        {"files": {"file": ("brief.txt", b"x")}},
        {"files": {"file": ("brief.txt", b"x"), "id": ("id.txt", b"x")}},
        {"data": {"id": fresh(), "file": "not a file"}},
        {"content": b"no form", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data"}},
        {"json": {"id": fresh(), "file": "not a file"}},
        {"content": TWO_FILES, "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": NO_ENCODING, "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": MANY_PARTS, "headers": {"content-type": "multipart/form-data; boundary=x"}},
    )
    for options in odd:
        response = chat.post("files", **options)
        assert response.status_code == 400, (options, response.text)
        assert re.search("expected (a )?multipart", reason(response))
    assert chat.said() == []


def test_signals_are_noted_and_unknown_ones_refused(chat: Chat) -> None:
    inbound = fresh()
    for _ in range(2):
        assert chat.post("signals", json={"id": inbound, "kind": "product_page_viewed"}).status_code == 202
    refused = chat.post("signals", json={"id": fresh(), "kind": "made_coffee"})
    assert refused.status_code == 400
    assert "product_page_viewed" in reason(refused)
    assert len(chat.transcript()) == 1, "what a visitor did is nothing they said"


# Refusals


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"{", "JSON"),
        (b'{"id": "a", "text": "x"} trailing', "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'{"id": "a", "text": "\xd0"}', "JSON|UTF-8"),
        (b'{"id": "a", "text": "\\ud800"}', "JSON|text|UTF-8|surrogate"),
        (b"", "JSON|object|body"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'"hello"', "object"),
        (b'{"text": "x"}', "id"),
        (b'{"id": 1, "text": "x"}', "id"),
        (b'{"id": null, "text": "x"}', "id"),
        (b'{"id": "", "text": "x"}', "id.*UUID"),
        (b'{"id": "tg:1", "text": "x"}', "id.*UUID"),
        (b'{"id": "console:anna:1", "text": "x"}', "id.*UUID"),
        (b'{"id": "event:mail-7781", "text": "x"}', "id.*UUID"),
        (b'{"id": "click:0123", "text": "x"}', "id.*UUID"),
        (b'{"id": "start", "text": "x"}', "id.*UUID"),
        (b'{"id": "%s", "text": "x"}' % (b"x" * 500), "id.*UUID"),
        (b'{"id": "a\\u0000b", "text": "x"}', "id.*UUID"),
        (b'{"id": "a"}', "either text or choice"),
        (b'{"id": "a", "text": "x", "choice": "y"}', "either text or choice"),
        (b'{"id": "a", "text": ""}', "text: expected words"),
        (b'{"id": "a", "text": " \\n\\t "}', "text: expected words"),
        (b'{"id": "a", "text": 5}', "text"),
        (b'{"id": "a", "text": {"$gt": ""}}', "text"),
        (b'{"id": "a", "choice": ["y"]}', "choice"),
        (b"[" * 100_000, "JSON|object"),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(chat: Chat, body: bytes, names: str) -> None:
    response = chat.post("inbounds", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400, response.text
    assert re.search(names, reason(response)), reason(response)
    assert re.search(names, response.json()["detail"]), "the reason itself says it, without its address"
    assert "/api/" not in response.json()["detail"]
    assert len(chat.transcript()) == 1


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"framework": "medic"}', "framework.*bant"),
        (b'{"framework": 5}', "framework"),
        (b'{"language": []}', "language"),
        (b'{"page": {}}', "page"),
        (b"{", "JSON"),
        (b"[]", "object"),
    ],
)
def test_a_bad_opening_is_refused_with_a_reason(
    product: Product, client: httpx2.Client, body: bytes, names: str
) -> None:
    url = f"{product.url}/api/conversations"
    response = client.post(url, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400, response.text
    assert re.search(names, reason(response)), reason(response)


def test_a_text_that_is_too_long_is_refused(chat: Chat) -> None:
    assert chat.send(fresh(), text="x" * 20_000).status_code == 200
    response = chat.send(fresh(), text="x" * 20_001)
    assert response.status_code == 413
    assert "file" in reason(response)
    assert len(chat.transcript()) == 2


def test_who_has_no_right_learns_nothing(product: Product, client: httpx2.Client, chat: Chat) -> None:
    other = product.open(client, language="en")
    unknown = f"{product.url}/api/conversations/{uuid.uuid4()}"
    tries: list[tuple[str, dict[str, str]]] = [
        (chat.url, {}),
        (chat.url, {"authorization": "Bearer wrong"}),
        (chat.url, {"authorization": "Bearer " + "x" * 5000}),
        (chat.url, {"authorization": "Bearer"}),
        (chat.url, {"authorization": f"Basic {chat.token}"}),
        (chat.url, other.headers),
        (unknown, chat.headers),
        (f"{product.url}/api/conversations/no-uuid", chat.headers),
    ]
    for method, door, options in (
        ("GET", "", {}),
        ("GET", "/events", {}),
        ("POST", "/inbounds", {"json": {"id": fresh(), "text": "let me in"}}),
        ("POST", "/signals", {"json": {"id": fresh(), "kind": "product_page_viewed"}}),
        ("POST", "/files", {"data": {"id": fresh()}, "files": {"file": ("brief.txt", b"x")}}),
    ):
        found = [client.request(method, url + door, headers=headers, **options) for url, headers in tries]
        assert {response.status_code for response in found} <= {401, 404}
        assert len({(response.status_code, response.content) for response in found}) == 1
    assert len(chat.transcript()) == 1


def test_other_methods_and_places_are_refused(product: Product, client: httpx2.Client, chat: Chat) -> None:
    assert client.delete(chat.url, headers=chat.headers).status_code == 405
    assert client.get(f"{chat.url}/inbounds", headers=chat.headers).status_code == 405
    for path in ("/api", "/api/nothing", "/nothing", "/api/conversations/../../etc/passwd", "/console/../nothing"):
        assert client.get(product.url + path).status_code in (404, 405), path


def test_a_foreign_site_may_ask(product: Product, client: httpx2.Client, chat: Chat) -> None:
    foreign = {"origin": "https://shop.example"}
    wanted = {"access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type"}
    preflight = client.options(f"{chat.url}/inbounds", headers=foreign | wanted)
    assert preflight.status_code in (200, 204)
    assert preflight.headers["access-control-allow-origin"] in ("*", "https://shop.example")
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "last-event-id"))
    said = chat.post("inbounds", json={"id": fresh(), "text": "We need a CRM"}, headers=foreign)
    refused = client.post(f"{chat.url}/inbounds", json={}, headers=foreign)
    for response in (said, refused, client.get(f"{product.url}/widget.js", headers=foreign)):
        assert response.headers["access-control-allow-origin"] in ("*", "https://shop.example"), response.url
        assert "access-control-allow-credentials" not in response.headers
    assert "retry-after" in said.headers["access-control-expose-headers"].lower()


# Streams


def test_a_stream_tells_everything_from_the_start(chat: Chat) -> None:
    chat.send(fresh(), text="We need a CRM")
    with chat.events() as turns:
        first, second = next(turns), next(turns)
    assert first == {"turn": 1, "inbound": None, "replies": chat.opened["replies"]}
    assert [first, second] == chat.transcript()


def test_a_stream_pushes_what_another_request_did(chat: Chat) -> None:
    with chat.events("1") as turns:
        for number, text in enumerate(("We need a CRM", "🦄", "no specification yet"), start=2):
            answer = chat.send(fresh(), text=text).json()
            turn = next(turns)
            assert turn["turn"] == number == answer["turn"]
            assert turn["inbound"]["text"] == text
            assert turn["replies"] == answer["replies"]


def test_every_stream_of_a_conversation_hears_it(chat: Chat) -> None:
    with ExitStack() as open_streams:
        streams = [open_streams.enter_context(chat.events("1")) for _ in range(3)]
        chat.send(fresh(), text="We need a CRM")
        assert [next(turns)["turn"] for turns in streams] == [2, 2, 2]


def test_a_stream_resumes_without_gaps_or_doubles(chat: Chat) -> None:
    count = 30

    def talk() -> None:
        for number in range(count):
            assert chat.send(fresh(), text=f"line {number}").status_code == 200

    heard: list[int] = []
    texts: list[str] = []
    with ThreadPoolExecutor(1) as thread:
        talking = thread.submit(talk)
        while len(heard) < count + 1:
            with chat.events(str(heard[-1]) if heard else None) as turns:
                for turn, _ in zip(turns, range(3), strict=False):  # then the line breaks
                    heard.append(turn["turn"])
                    texts += [turn["inbound"]["text"]] if turn["inbound"] else []
                    if len(heard) == count + 1:
                        break
        talking.result()
    assert heard == list(range(1, count + 2))
    assert texts == [f"line {number}" for number in range(count)]


@pytest.mark.parametrize("last", ["", "0", "abc", "-5", "٣", "1.5", "1e3"])
def test_an_unreadable_last_event_id_starts_from_the_beginning(chat: Chat, last: str) -> None:
    with chat.events(last.encode() if not last.isascii() else last) as turns:  # type: ignore[arg-type]
        assert next(turns)["turn"] == 1


def test_a_last_event_id_from_the_future_waits_for_it(chat: Chat) -> None:
    with chat.events("2") as turns:
        chat.send(fresh(), text="We need a CRM")
        chat.send(fresh(), text="no specification yet")
        assert next(turns)["turn"] == 3


def test_a_ticket_opens_the_stream_for_who_can_send_no_header(
    product: Product, client: httpx2.Client, chat: Chat
) -> None:
    issued = chat.post("ticket")
    assert issued.status_code == 200
    ticket = issued.json()["ticket"]
    with client.stream("GET", f"{chat.url}/events", params={"ticket": ticket}) as response:
        assert response.status_code == 200
        assert next(response.iter_lines()).startswith("id: 1")
    other = product.open(client, language="en")
    expiry = ticket.partition(".")[0]
    for url, shown in (
        (f"{other.url}/events", ticket),
        (f"{chat.url}/events", f"{int(expiry) + 999}.{ticket.partition('.')[2]}"),
        (f"{chat.url}/events", "nonsense"),
        (f"{chat.url}/events", f"{expiry}."),
        (f"{chat.url}/events", ""),
        (f"{chat.url}/events", "1e9.ü"),
        (chat.url, ticket),
    ):
        assert client.get(url, params={"ticket": shown}).status_code == 401, shown
    assert client.post(f"{chat.url}/inbounds", params={"ticket": ticket}, json={}).status_code == 401
    assert client.post(f"{chat.url}/ticket").status_code == 401


# What operators ask


def test_health_says_that_messages_can_be_stored(product: Product, client: httpx2.Client) -> None:
    response = client.get(f"{product.url}/health")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"


def test_metrics_count_turns_and_quote_nobody(product: Product, client: httpx2.Client, chat: Chat) -> None:
    def turns() -> float:
        found = re.search(r'^banter_turns_total\{channel="web",kind="text"\} (\S+)$', metrics(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def metrics() -> str:
        response = client.get(f"{product.url}/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain")
        return response.text

    before = turns()
    inbound = fresh()
    for _ in range(2):
        chat.send(inbound, text="Zanzibar Traders need a CRM, write to zoe@zanzibar.example")
    assert turns() == before + 1, "a repeated message is no turn"
    text = metrics()
    for line in text.splitlines():
        assert line.startswith("# ") or re.fullmatch(r"[a-z_:]+(\{[^{}]*\})? [-+.eInfNa0-9]+", line), line
    for word in ("anzibar", "zoe@", chat.id, chat.token):
        assert word not in text


def test_the_schema_describes_the_chat(product: Product, client: httpx2.Client) -> None:
    response = client.get(f"{product.url}/schema/openapi.json")
    assert response.status_code == 200
    schema = json.loads(response.content)
    assert schema["openapi"].startswith("3.")
    for path, methods in CHAT_PATHS.items():
        assert methods <= set(schema["paths"][path]), path
    for ref in set(re.findall(r'"\$ref": ?"#/([^"]+)"', response.text)):
        found: Any = schema
        for step in ref.split("/"):
            found = found[step]
        assert found
    assert not [path for path in schema["paths"] if path.startswith(("/console", "/telegram"))]


# Many at once


async def test_two_hundred_visitors_at_once_each_get_their_own(product: Product) -> None:
    limits = httpx2.Limits(max_connections=PARALLEL)
    async with httpx2.AsyncClient(base_url=product.url, timeout=60, limits=limits) as crowd:

        async def visit(number: int) -> None:
            opened = await crowd.post("/api/conversations", json={"language": ("en", "pl", "uk", "ru")[number % 4]})
            assert opened.status_code == 201, opened.text
            url = f"/api/conversations/{opened.json()['conversation']}"
            headers = {"authorization": f"Bearer {opened.json()['token']}"}
            said = [f"visitor {number} needs a CRM", f"visitor {number} has no specification"]
            for at, text in enumerate(said, start=2):
                answer = await crowd.post(
                    f"{url}/inbounds", json={"id": f"{number}-{at}", "text": text}, headers=headers
                )
                assert answer.status_code == 200, answer.text
                assert answer.json()["turn"] == at
            turns = (await crowd.get(url, headers=headers)).json()["turns"]
            assert [turn["inbound"]["text"] for turn in turns if turn["inbound"]] == said

        await asyncio.gather(*(visit(number) for number in range(PARALLEL)))
        assert (await crowd.get("/health")).status_code == 200


def test_one_address_cannot_open_conversations_without_end(product: Product, client: httpx2.Client) -> None:
    def opens(address: str) -> httpx2.Response:
        # What a proxy on the same machine tells; the machine itself is not counted.
        return client.post(f"{product.url}/api/conversations", json={}, headers={"x-forwarded-for": address})

    refused = until(lambda: answer if (answer := opens("203.0.113.7")).status_code != 201 else None)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert re.search("wait", reason(refused))
    assert opens("203.0.113.8").status_code == 201
    assert client.post(f"{product.url}/api/conversations").status_code == 201


# Trouble


@contextmanager
def locked(product: Product) -> Iterator[None]:
    """Another program holds the write lock."""
    other = sqlite3.connect(product.database, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def full(product: Product) -> Iterator[None]:
    """No file of the process may grow: to SQLite the same as a disk that takes no more."""
    files = [product.database, *product.database.parent.glob(f"{product.database.name}-*")]
    limit = max(path.stat().st_size for path in files)
    assert product.log.stat().st_size < limit / 2, "the log must stay out of this"
    _, hard = resource.prlimit(product.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(product.pid, resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.prlimit(product.pid, resource.RLIMIT_FSIZE, (hard, hard))


def refused_for_now(response: httpx2.Response) -> None:
    assert response.status_code == 503, response.text
    assert int(response.headers["retry-after"]) >= 1
    assert "again" in reason(response)


def test_a_locked_database_asks_to_come_back_and_loses_nothing(product: Product, chat: Chat) -> None:
    first, inbound = fresh(), fresh()
    stored = chat.send(first, text="We need a CRM")
    with locked(product), ThreadPoolExecutor(1) as thread:
        asked = thread.submit(chat.send, inbound, text="no specification yet")
        assert chat.transcript()[-1]["turn"] == 2, "reading goes on"
        refused_for_now(asked.result())
    assert chat.send(first, text="We need a CRM").content == stored.content
    answer = chat.send(inbound, text="no specification yet")
    assert answer.status_code == 200
    assert chat.send(inbound, text="no specification yet").content == answer.content
    assert chat.said() == ["We need a CRM", "no specification yet"]


def test_a_short_lock_is_waited_for(product: Product, chat: Chat) -> None:
    with ThreadPoolExecutor(1) as thread:
        with locked(product):
            asked = thread.submit(chat.send, fresh(), text="We need a CRM")
            time.sleep(0.3)
            assert not asked.done()
        assert asked.result().status_code == 200
    assert chat.said() == ["We need a CRM"]


def test_who_sends_faster_than_answers_come_is_asked_to_wait(product: Product, chat: Chat) -> None:
    said = [f"line {number}" for number in range(12)]
    with ThreadPoolExecutor(len(said)) as threads:
        with locked(product):
            asked = {text: threads.submit(chat.send, text, text=text) for text in said}
            until(lambda: sum(answer.done() for answer in asked.values()) >= len(said) - 8, 4)
        answers = {text: answer.result() for text, answer in asked.items()}
    late = [text for text, answer in answers.items() if answer.status_code == 429]
    assert {answer.status_code for answer in answers.values()} == {200, 429}
    assert all(int(answers[text].headers["retry-after"]) >= 1 for text in late)
    for text in late:
        assert chat.send(text, text=text).status_code == 200
    assert sorted(chat.said()) == sorted(said)


def test_a_full_disk_turns_health_red_until_there_is_room_and_words_stay_out_of_the_log(tmp_path: Path) -> None:
    """One process at the most talkative log level, taken through everything that can go wrong."""
    words = ("Xanadu", "kubla.khan@xanadu.example", "+48 601 777 333", "sunny-pleasure-dome", "alph.pdf", "caverns")
    talk = f"I'm Kubla from {words[0]}, we need a CRM, call {words[2]} or write to {words[1]}"
    inbound = fresh()
    product = Product(tmp_path, BANTER_LOG_LEVEL="debug").start()
    try:
        with httpx2.Client(timeout=30) as client:
            chat = product.open(client, language="en", source=words[3], page=f"https://{words[5]}.example/x")
            assert chat.send(fresh(), text=talk).status_code == 200
            _misbehave(chat, words)
            with chat.events("1") as turns:
                next(turns)
            assert client.get(f"{product.url}/health").status_code == 200
            before = len(chat.transcript())
            with full(product):
                refused_for_now(chat.send(inbound, text=talk))
                refused_for_now(send_file(chat, words[4], b"x" * 100_000))
                refused_for_now(client.post(f"{product.url}/api/conversations", json={"source": words[3]}))
                health = until(lambda: answer if (answer := client.get(f"{product.url}/health")).is_error else None)
                assert health.status_code == 503
                assert health.json()["status"] != "ok"
                assert health.json()["problem"]
                assert len(chat.transcript()) == before, "what was stored can still be read"
            assert until(lambda: client.get(f"{product.url}/health").status_code == 200)
            for _ in range(2):
                assert chat.send(inbound, text=talk).status_code == 200
            assert len(chat.transcript()) == before + 1
            secrets = (*words, "Kubla", "601777333", chat.token, "wrong-token")
    finally:
        product.stop()
    said = product.said()
    assert '"event": "turn"' in said
    assert "storage_failed" in said
    link = product.sign_in_link()
    assert said.count(link.rpartition("/")[2]) == 1, "printed once for whoever started it, logged never"
    assert [word for word in secrets if word.lower() in said.lower()] == []


def _misbehave(chat: Chat, words: tuple[str, ...]) -> None:
    """Requests that fail in as many places as possible, each with a visitor's words in it."""
    every = " ".join(words)
    chat.send(fresh(), choice=f"1:{every}")
    chat.send(fresh(), text=every, choice=every)
    chat.send(fresh(), text=every * 500)
    chat.send(every[:64], text={"not": every})
    chat.send(every[:64], text=every)
    chat.post("inbounds", content=every.encode(), headers={"content-type": "application/json"})
    chat.post("signals", json={"id": fresh(), "kind": every})
    send_file(chat, words[4], every.encode())
    send_file(chat, f"{every}.exe", every.encode())
    chat.post("inbounds", json={"id": fresh(), "text": every}, headers={"authorization": "Bearer wrong-token"})
    chat.post(f"inbounds?token={chat.token}", json={"id": fresh(), "text": every})
    chat.post(f"nothing/{words[3]}", json={})


def test_it_stops_at_once_although_streams_are_open(tmp_path: Path) -> None:
    product = Product(tmp_path).start()
    with httpx2.Client(timeout=10) as client, ExitStack() as open_streams:
        chats = [product.open(client, language="en") for _ in range(STREAMS)]
        streams = [open_streams.enter_context(chat.events()) for chat in chats]
        assert [next(turns)["turn"] for turns in streams] == [1] * STREAMS
        began = time.monotonic()
        product.stop(seconds=3)
        assert time.monotonic() - began < 3
        assert [list(turns) for turns in streams] == [[]] * STREAMS, "each ended properly"
    assert "Traceback" not in product.said()
    with sqlite3.connect(product.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
