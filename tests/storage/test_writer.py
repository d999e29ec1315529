"""What goes into one commit, and what is left when the power goes."""

import asyncio
import sqlite3
import subprocess
import sys
from collections import deque
from pathlib import Path

from storage.store import Store
from storage.turns import Asked
from storage.values import TurnRequest
from storage.writer import GROUP, _Job, _next_group
from tests import fakes

ROOT = Path(__file__).parents[2]
TALK = """
import asyncio, sys
from storage.store import Store
from storage.values import TurnRequest
from tests import fakes

async def talk(store, key):
    for number in range(10_000):
        request = TurnRequest(fakes.inbound(f"i{number}", key), fakes.conversation(key))
        taken = await store.take(request, fakes.decide, fakes.by_telegram)
        print(key, taken.turn, flush=True)

async def main():
    store = await Store.open(sys.argv[1])
    await asyncio.gather(*(talk(store, f"c{number}") for number in range(8)))

asyncio.run(main())
"""


async def jobs(keys: str) -> deque[_Job]:
    """Turns of the conversations a to z; a dot is any other writing."""
    loop = asyncio.get_running_loop()
    work = {
        key: Asked(TurnRequest(fakes.inbound(of=key)), fakes.decide, fakes.silent)
        for key in "abcdefghijklmnopqrstuvwxyz"
    }
    return deque(_Job(work.get(key, print), loop.create_future()) for key in keys)


async def test_a_group_has_one_turn_of_a_conversation_and_the_rest_keep_their_order() -> None:
    waiting = await jobs("ab.aab.c")
    groups = []
    while waiting:
        groups.append("".join(job.key or "." for job in _next_group(waiting)))
    assert groups == ["ab..c", "ab", "a"]


async def test_a_group_has_its_limit() -> None:
    waiting = await jobs("." * (GROUP + 5))
    assert [len(_next_group(waiting)), len(_next_group(waiting)), len(_next_group(waiting))] == [GROUP, 5, 0]


def killed_in_the_middle(url: str) -> list[tuple[str, int]]:
    """The turns a process was told of before it was killed without warning."""
    command = [sys.executable, "-c", TALK, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        told = [process.stdout.readline() for _ in range(400)]
        process.kill()
        told += process.stdout.read().splitlines(keepends=True)
    whole = [line.split() for line in told if line.endswith("\n")]
    return [(key, int(turn)) for key, turn in whole]


async def test_no_turn_that_was_acknowledged_is_lost_when_the_process_is_killed(file: Path) -> None:
    acknowledged = killed_in_the_middle(f"sqlite:///{file}")
    driver = sqlite3.connect(file)
    assert driver.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stored = set(driver.execute("SELECT conversation, turn FROM turns"))
    driver.close()
    assert len(acknowledged) >= 400
    assert set(acknowledged) <= stored
    store = await Store.open(f"sqlite:///{file}")
    for key in {key for key, _ in acknowledged}:
        conversation, transcript = await store.conversation(key), await store.transcript(key)
        assert conversation is not None
        assert [turn.turn for turn in transcript] == list(range(1, conversation.turn + 1))
        assert len(conversation.facts) == conversation.turn
    await store.close()
