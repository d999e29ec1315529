"""Housekeeping: at the start, then once a day, and sooner when the database was away."""

import asyncio
from datetime import datetime

from bot.housekeeping import Housekeeping
from storage.errors import StoreBusy
from tests.builders import MONDAY


async def test_what_is_over_is_forgotten_at_the_start_and_again() -> None:
    forgotten: list[datetime] = []
    twice = asyncio.Event()

    async def forget(now: datetime) -> None:
        forgotten.append(now)
        if len(forgotten) == 1:
            raise StoreBusy("locked")
        if len(forgotten) == 3:
            twice.set()

    keeper = Housekeeping(forget, lambda: MONDAY, every=0.01, soon=0.01)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(5):
        await twice.wait()
        keeper.stop()
        await running
    assert set(forgotten) == {MONDAY}


async def test_it_does_not_forget_in_a_hot_loop() -> None:
    asked = 0

    async def forget(_: datetime) -> None:
        nonlocal asked
        asked += 1

    keeper = Housekeeping(forget, lambda: MONDAY)
    running = asyncio.create_task(keeper.run())
    await asyncio.sleep(0.05)
    keeper.stop()
    await running
    assert asked == 1
