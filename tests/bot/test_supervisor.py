"""Background parts: started again when they fail, told when they keep failing, and never gone without a word."""

import asyncio

from structlog.testing import capture_logs

from bot.metrics import Metrics
from bot.supervisor import MOST_FAILURES, Supervisor

SECRET = "the visitor's own words"


class Slip(Exception):  # noqa: N818 - a bug of ours
    pass


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def supervisor(clock: Clock, died: list[str], metrics: Metrics | None = None) -> Supervisor:
    return Supervisor(died.append, metrics, clock, clock.sleep)


async def until_quiet(supervised: Supervisor) -> None:
    async with asyncio.timeout(5):
        await supervised.stop()


async def test_a_part_that_fails_once_is_started_again() -> None:
    clock, died, starts = Clock(), list[str](), 0
    metrics, running, stop = Metrics(), asyncio.Event(), asyncio.Event()

    async def part() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise Slip(SECRET)
        running.set()
        await stop.wait()

    supervised = supervisor(clock, died, metrics)
    with capture_logs() as logs:
        supervised.start("delivery", part)
        await asyncio.wait_for(running.wait(), 5)
        assert supervised.down == {}
        stop.set()
        await until_quiet(supervised)
    assert (starts, died, clock.slept) == (2, [], [1.0])
    assert [(line["event"], line["part"], line["error"]) for line in logs] == [("part_failed", "delivery", "Slip")]
    assert "test_supervisor.py:" in logs[0]["at"]
    assert SECRET not in repr(logs)
    assert b'banter_part_failures_total{part="delivery"} 1.0' in metrics.text()


async def test_a_part_that_keeps_failing_is_dead_and_told() -> None:
    clock, died, dead = Clock(), list[str](), asyncio.Event()

    async def part() -> None:
        async with asyncio.TaskGroup() as tasks:  # what a task group raises is told by what is in it
            tasks.create_task(fail())

    async def fail() -> None:
        raise Slip

    def told(name: str) -> None:
        died.append(name)
        dead.set()

    supervised = Supervisor(told, None, clock, clock.sleep)
    with capture_logs() as logs:
        supervised.start("timers", part)
        await asyncio.wait_for(dead.wait(), 5)
        assert supervised.down == {"timers": "dead"}
        await until_quiet(supervised)
    assert died == ["timers"]
    assert [line["error"] for line in logs if line["event"] == "part_failed"] == ["Slip"] * MOST_FAILURES
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


async def test_a_part_that_ran_long_has_recovered() -> None:
    clock, died, starts, stop = Clock(), list[str](), 0, asyncio.Event()

    async def part() -> None:
        nonlocal starts
        starts += 1
        if starts > 3 * MOST_FAILURES:
            await stop.wait()
            return
        clock.now += 61
        raise Slip

    supervised = supervisor(clock, died)
    supervised.start("delivery", part)
    async with asyncio.timeout(5):
        while starts <= 3 * MOST_FAILURES:  # noqa: ASYNC110 - the part announces nothing
            await asyncio.sleep(0)
    stop.set()
    await until_quiet(supervised)
    assert died == []


async def test_a_part_that_waits_to_be_started_again_shows_and_does_not_hold_the_end() -> None:
    resting = asyncio.Event()

    async def part() -> None:
        raise Slip

    async def sleep(_: float) -> None:
        resting.set()
        await asyncio.Event().wait()

    supervised = Supervisor(lambda _: None, None, Clock(), sleep)
    supervised.start("delivery", part)
    await asyncio.wait_for(resting.wait(), 5)
    assert supervised.down == {"delivery": "restarting"}
    await until_quiet(supervised)


async def test_a_part_that_returns_by_itself_is_no_trouble() -> None:
    async def part() -> None:
        return

    supervised = supervisor(Clock(), [])
    supervised.start("telegram", part)
    await until_quiet(supervised)
    assert supervised.down == {}


async def test_a_part_named_is_cancelled_at_the_end() -> None:
    async def part() -> None:
        await asyncio.Event().wait()

    supervised = supervisor(Clock(), [])
    supervised.start("telegram", part)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await supervised.stop("telegram")
