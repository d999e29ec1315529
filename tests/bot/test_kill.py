"""kill -9 at any moment: no acknowledged message is lost, none is answered twice, no handoff is doubled."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.emulators.process import running
from tests.emulators.webhook_receiver import SECRET
from tests.product import Chat, Product

VISITORS = 6
LINES = (
    "I need a CRM for our sales team",
    "so that no inquiry gets lost, connect telephony and the website",
    "no specification yet",
    "that's fine",
    "I'm the owner",
    "in two months",
    "boss@acme-tools.com",
)
KILLS = 5


@contextmanager
def killer(product: Product, chance: random.Random) -> Iterator[None]:
    """Kills and restarts the product at random moments while the block runs, KILLS times at least."""
    stop = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(KILLS):
                if stop.wait(chance.uniform(0.05, 0.4)):
                    return
                product.kill()
                product.start()
        except BaseException as error:  # handed to the test below
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=120)
        stop.set()
        assert failure == []


def insist(chat: Chat, inbound: str, line: str) -> dict[str, object]:
    """Send until it is acknowledged, always with the same id, as the widget does."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            response = chat.send(inbound, text=line)
        except httpx2.TransportError:
            time.sleep(0.05)
            continue
        if response.status_code == 200:
            body: dict[str, object] = response.json()
            return body
        assert response.status_code in (502, 503), response.text
        time.sleep(0.1)
    raise AssertionError("never acknowledged")


def talk(chat: Chat, seed: int, acknowledged: dict[str, dict[str, object]]) -> None:
    chance = random.Random(seed)
    for number, line in enumerate(LINES):
        inbound = f"{seed}-{number}"
        acknowledged[inbound] = insist(chat, inbound, line)
        if chance.random() < 0.3:  # a browser that never saw the answer asks again
            assert insist(chat, inbound, line) == acknowledged[inbound]
        time.sleep(chance.uniform(0.0, 0.15))


def received(port: int, at_least: int) -> list[dict[str, object]]:
    url = f"http://127.0.0.1:{port}/control/received"
    answer = httpx2.get(url, params={"at_least": at_least, "seconds": 20}, timeout=30).json()
    rows: list[dict[str, object]] = answer if isinstance(answer, list) else answer["received"]
    return rows


@pytest.mark.parametrize("seed", [1])
def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    with running("webhook_receiver.py", "--secret", SECRET) as (port, *_), httpx2.Client(timeout=10) as client:
        hook = f"http://127.0.0.1:{port}/hook"
        product = Product(tmp_path, BANTER_WEBHOOK_URL=hook, BANTER_WEBHOOK_SECRET=SECRET).start()
        chats = [product.open(client, language="en") for _ in range(VISITORS)]
        acknowledged: list[dict[str, dict[str, object]]] = [{} for _ in chats]
        with killer(product, random.Random(seed)):
            threads = [
                threading.Thread(target=talk, args=(chat, at, acknowledged[at])) for at, chat in enumerate(chats)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=150)
        try:
            for at, chat in enumerate(chats):
                turns = chat.transcript()
                stored = [turn["inbound"]["id"] for turn in turns if turn["inbound"]]  # type: ignore[index]
                assert stored == [f"{at}-{number}" for number in range(len(LINES))]
                assert [turn["turn"] for turn in turns] == list(range(1, len(LINES) + 2))
                by_id = {turn["inbound"]["id"]: turn for turn in turns if turn["inbound"]}  # type: ignore[index]
                for inbound, answer in acknowledged[at].items():
                    assert by_id[inbound]["replies"] == answer["replies"]
            offered = _offered(port, len(chats))
            assert sorted(set(offered)) == sorted(f"{chat.id}:handoff" for chat in chats)
        finally:
            assert product.stop() in (0, -signal.SIGTERM)  # uvicorn hands the signal on once it has stopped cleanly


def _offered(port: int, count: int) -> list[str]:
    """Idempotency keys of handoffs received; the same key may come twice, another key for the same lead may not."""
    deadline = time.monotonic() + 150  # who was killed while sending holds the row until its lease of 90 s runs out
    keys: list[str] = []
    while time.monotonic() < deadline and len(set(keys)) < count:
        rows = received(port, count)
        keys = [
            str(row["headers"]["webhook-id"])  # type: ignore[index]
            for row in rows
            if row["body"]["type"] == "handoff.offered"  # type: ignore[index]
        ]
        time.sleep(0.2)
    return keys
