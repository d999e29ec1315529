"""The application around the chat: pages, health, refusals, and how it starts and ends."""

import asyncio
import gzip
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import app as bot_app
from bot.app import House, PartDied, open_house, serve, sign_in_link
from bot.errors import BadSetting
from bot.listening import listening
from bot.pages.routes import PROBED_SECONDS, Probe
from bot.settings import Settings
from storage.errors import StoreBusy
from tests.bot.web_house import Site, site
from tests.builders import MONDAY


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


# -- pages


@pytest.mark.parametrize("path", ["/", "/widget.js", "/health", "/metrics"])
async def test_pages_answer_head_as_they_answer_get(at: Site, path: str) -> None:
    got, told = await at.client.get(path), await at.client.head(path)
    assert (got.status_code, told.status_code) == (200, 200)
    assert told.headers["content-type"] == got.headers["content-type"]


async def test_the_front_page_may_be_framed_by_its_own_site_only(at: Site) -> None:
    headers = (await at.client.get("/")).headers
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("GZIP", True),
        ("identity", False),
        ("", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
    ],
)
async def test_the_widget_is_packed_for_who_can_unpack_it(at: Site, accepts: str, packed: bool) -> None:
    plain = await at.client.get("/widget.js", headers={"accept-encoding": "identity"})
    async with at.client.stream("GET", "/widget.js", headers={"accept-encoding": accepts}) as answer:
        content = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(content) if packed else content) == plain.content
    assert answer.headers["vary"] == "accept-encoding"
    assert (answer.headers["etag"] == plain.headers["etag"]) is not packed
    if packed:
        assert len(content) < len(plain.content) / 2


@pytest.mark.parametrize("accepts", ["gzip", "identity"])
async def test_a_widget_the_browser_has_is_not_sent_again(at: Site, accepts: str) -> None:
    headers = {"accept-encoding": accepts}
    tag = (await at.client.get("/widget.js", headers=headers)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = await at.client.get("/widget.js", headers=headers | {"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await at.client.get("/widget.js", headers=headers | {"if-none-match": '"other"'})).status_code == 200


async def test_the_description_is_json_and_nothing_loads_scripts_from_strangers(at: Site) -> None:
    told = await at.client.get("/schema/openapi.json")
    paths = told.json()["paths"]
    assert (told.status_code, "/health" in paths) == (200, True)
    assert "/api/conversations/{conversation}/ticket" in paths
    for path in ("/schema", "/schema/redoc", "/schema/swagger", "/schema/elements", "/schema/rapidoc"):
        answer = await at.client.get(path)
        assert (answer.status_code, "<script" in answer.text) == (404, False)


# -- health


async def test_health_is_well_when_all_is(at: Site) -> None:
    answer = await at.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert "parts" not in answer.json()


async def test_health_tells_a_part_that_has_died(at: Site) -> None:
    async def fails() -> None:
        raise ValueError("the visitor's words")

    async def no_wait(_: float) -> None:
        return

    at.house.parts.sleep = no_wait
    dead = asyncio.Event()
    at.house.parts.on_death = lambda _: dead.set()
    with capture_logs():
        at.house.parts.start("delivery", fails)
        await asyncio.wait_for(dead.wait(), 5)
    answer = await at.client.get("/health")
    assert (answer.status_code, answer.json()["parts"]) == (503, {"delivery": "dead"})
    assert "words" not in answer.text


async def test_the_database_is_asked_once_a_second_however_many_ask() -> None:
    asked, now, trouble = 0, 100.0, False

    async def writable() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if trouble:
            raise StoreBusy("locked")

    probe = Probe(writable, lambda: now)
    assert set(await asyncio.gather(*(probe.problem() for _ in range(20)))) == {""}
    trouble = True
    assert (await probe.problem(), asked) == ("", 1)
    now += PROBED_SECONDS
    assert (await probe.problem(), await probe.problem(), asked) == ("locked", "locked", 2)
    trouble = False
    now += PROBED_SECONDS
    assert (await probe.problem(), asked) == ("", 3)


# -- what breaks


async def test_a_one_time_token_in_an_address_reaches_no_log(at: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slip(*_: object) -> Any:
        raise ValueError("anything")

    monkeypatch.setattr(at.house.store, "session", slip)
    monkeypatch.setattr(at.house.store, "use_sign_in_link", slip)
    with capture_logs() as logs:
        answer = await at.client.get("/console/sign-in/TOP-SECRET-TOKEN", headers={"cookie": "banter_console=x"})
    assert answer.status_code == 500
    assert "TOP-SECRET" not in repr(logs)
    (line,) = logs
    assert (line["route"], line["error"]) == ("GET /console/sign-in/{token}", "ValueError")
    assert "test_app.py:" in line["at"]


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_libraries_tell_nothing_below_a_warning_whatever_the_level(level: str) -> None:
    names = ("httpx2", "httpcore2.connection", "telegram.ext", "uvicorn.access", "aiosmtplib", "one nobody thought of")
    script = f"""
import logging
from bot.app import configure_logging
configure_logging({level!r})
for name in {names!r}:
    logging.getLogger(name).debug("a secret")
    logging.getLogger(name).info("a secret")
    logging.getLogger(name).error("trouble")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert "a secret" not in ended.stderr
    assert ended.stderr.count("trouble") == len(names)


# -- who signs in first


async def test_the_link_is_for_an_administrator_who_may_sign_in(at: Site) -> None:
    store = at.house.store
    await store.add_staff("Aaron", "aaron@x.example", "sales", MONDAY)
    gone = await store.add_staff("Abel", "", "admin", MONDAY)
    assert gone is not None
    await store.set_active(gone.id, active=False)
    link = await sign_in_link(at.house)
    (made,) = [one for one in await store.all_staff() if one.role == "admin" and one.active]
    assert (made.name, link.startswith("http://127.0.0.1:8080/console/sign-in/")) == ("Admin", True)
    await store.add_staff("Aaa", "aaa@x.example", "admin", MONDAY + timedelta(days=50_000))
    await sign_in_link(at.house)
    assert len(await store.all_staff()) == 4  # the first who came, and nobody new
    page = await at.client.get(link.removeprefix("http://127.0.0.1:8080"))
    assert page.status_code == 200


# -- starting and ending


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_host_that_is_not_ours_is_told() -> None:
    with (
        pytest.raises(BadSetting, match=r"BANTER_HOST: cannot listen on '203\.0\.113\.1'"),
        listening("203.0.113.1", 0),
    ):
        pass
    with pytest.raises(BadSetting, match="BANTER_HOST: 'no such host' is no address"), listening("no such host", 0):
        pass
    with pytest.raises(BadSetting, match=r"BANTER_HOST: 'a{80}' is no address"), listening("a" * 100, 0):
        pass


async def test_it_says_where_it_is_once_visitors_can_come_and_ends_with_a_part_that_keeps_failing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    reached: list[bool] = []
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        reached.append(is_reached(port))

    monkeypatch.setattr(bot_app, "open_house", house_with_dying_timers)
    with capture_logs() as logs, pytest.raises(PartDied, match="timers kept failing"):
        await serve(settings_of(tmp_path, port), say)
    assert reached == [True]
    assert f"http://127.0.0.1:{port}/console/sign-in/" in told[0]
    assert "part_dead" in [line["event"] for line in logs]
    assert not is_reached(port)


async def house_with_dying_timers(settings: Settings, *, publish: bool) -> House:
    """Timers fail at once, and nobody waits long in between."""

    async def fails() -> None:
        raise ValueError("a bug of ours")

    async def wait(_: float) -> None:
        await asyncio.sleep(0.05)

    house = await open_house(settings, publish=publish)
    keeper: Any = house.timekeeper
    house.timekeeper = SimpleNamespace(run=fails, stop=keeper.stop)  # type: ignore[assignment]
    house.parts.sleep = wait
    return house


def is_reached(port: int) -> bool:
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", port)) == 0


def settings_of(folder: Path, port: int) -> Settings:
    return Settings.from_environ({"BANTER_DATABASE_URL": f"sqlite:///{folder / 'banter.db'}", "BANTER_PORT": str(port)})
