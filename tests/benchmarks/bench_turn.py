"""
What a turn costs: the core alone, and a whole durable turn through the reception on SQLite.

    python tests/benchmarks/bench_turn.py [FOLDER] [--stored 10000]

Four languages take turns; every line is read, weighed, worded and (below) stored. The last part stores so many
conversations first and measures again: the cost of a turn must not grow with them.
"""

import argparse
import asyncio
import gc
import itertools
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.reception import Reception
from bot.routing import Routes
from bot.workspace import load_workspace
from dialogs.engine import advance, open_conversation
from dialogs.library import Library
from dialogs.values import Inbound, Kind
from storage.ids import uuid7
from storage.store import Store
from storage.values import TurnRequest

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TALKS = {
    "en": (
        "Hi, we need a CRM for our sales team, 15 people",
        "so that no inquiry gets lost; connect telephony and the site form",
        "no specification yet",
        "that's fine",
        "I'm the owner, I decide myself",
        "by the end of May",
        "kate@daisy-trade.co.uk",
    ),
    "pl": (
        "Dzień dobry, potrzebujemy sklepu internetowego",
        "zamówienia przyjmujemy telefonicznie, chcemy płatności kartą i BLIK",
        "nie mamy specyfikacji",
        "myśleliśmy o 20 tys. zł",
        "jestem dyrektorem handlowym, decyduje prezes",
        "za trzy miesiące",
        "600 700 800",
    ),
    "uk": (
        "Доброго дня! Потрібен застосунок для доставки",
        "щоб клієнти бачили, де кур'єр, і платили карткою",
        "є чернетка ТЗ",
        "дорого, у нас до 5 тисяч євро",
        "я засновник, вирішуємо з партнером",
        "десь за пів року",
        "@olena_bakery",
    ),
    "ru": (
        "Здравствуйте, нужен бот, чтобы отвечал клиентам ночью",
        "сейчас заявки теряются, отвечаем вручную",
        "ТЗ нет",
        "нормально",
        "маркетолог, решает директор",
        "не горит",
        "пропустить",
    ),
}


def core_times(library: Library, rounds: int) -> list[float]:
    """CPU seconds of each turn of the core alone."""
    times = []
    for turn in range(rounds):
        for language, lines in TALKS.items():
            opening = Inbound("start", f"c{turn}", Kind.START, "", NOW)
            conversation = open_conversation(f"c{turn}", "web", "bant", language, opening)
            conversation = advance(conversation, opening, library).conversation
            for number, line in enumerate(lines):
                at = NOW + timedelta(minutes=number)
                inbound = Inbound(f"i{number}", f"c{turn}", Kind.TEXT, line, at, at.date().isoformat())
                started = time.thread_time()
                outcome = advance(conversation, inbound, library)
                times.append(time.thread_time() - started)
                conversation = outcome.conversation
    return times


def yardstick() -> float:
    """CPU seconds of 10,000 additions: shared machines run at half or a third of their speed at times."""
    times = []
    for _ in range(200):
        started, total = time.thread_time(), 0
        for number in range(10_000):
            total += number
        times.append(time.thread_time() - started)
    return statistics.median(times)


async def visitor(reception: Reception, language: str, lines: Sequence[str]) -> None:
    """One visitor's whole talk."""
    conversation = str(uuid7())
    inbound = Inbound("start", conversation, Kind.START, "", NOW)
    opening = open_conversation(conversation, "web", "bant", language, inbound)
    await reception.receive(TurnRequest(inbound, opening))
    for number, line in enumerate(lines):
        at = NOW + timedelta(minutes=number + 1)
        await reception.receive(TurnRequest(replace(inbound, id=f"i{number}", kind=Kind.TEXT, text=line, at=at)))


async def talks(reception: Reception, visitors: int, each: int) -> tuple[float, float]:
    """Wall and CPU seconds a turn with so many visitors talking at once."""
    languages = itertools.cycle(TALKS.items())

    async def one() -> None:
        for _ in range(each):
            language, lines = next(languages)
            await visitor(reception, language, lines)

    started, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as together:
        for _ in range(visitors):
            together.create_task(one())
    turns = visitors * each * 8
    return (time.perf_counter() - started) / turns, (time.process_time() - cpu) / turns


def _row(what: str, *figures: str) -> None:
    print(f"{what:<46}" + "".join(f"{figure:>16}" for figure in figures))


async def main(folder: Path, stored: int) -> None:
    """Print the figures."""
    library = load_workspace().library
    gc.collect()
    gc.freeze()
    core_times(library, 2)
    times = core_times(library, 25)
    core = statistics.median(times)
    loops = yardstick()
    _row("advance, CPU a turn", f"{core * 1e6:.0f} µs", f"p99 {statistics.quantiles(times, n=100)[98] * 1e6:.0f} µs")
    _row("  of the time 10,000 plain additions take here", f"{core / loops:.2f} ×", f"{loops * 1e6:.0f} µs")
    store = await Store.open(f"sqlite:///{folder / 'bench.db'}")
    reception = Reception(store, library, Routes(library, ("notify.webhook",), "http://localhost"))
    await talks(reception, 8, 1)
    _row("through reception, SQLite on disk", "turns/s", "CPU a turn", "over the core")
    empty = 0.0
    for visitors, each in ((1, 10), (32, 4), (128, 1)):
        wall, cpu = await talks(reception, visitors, each)
        empty = cpu if visitors == 32 else empty
        _row(f"  {visitors} at once", f"{1 / wall:.0f}", f"{cpu * 1e6:.0f} µs", f"{cpu / core:.2f} ×")
    if stored:
        await talks(reception, 128, max(1, stored // 128))
        wall, cpu = await talks(reception, 32, 4)
        figures = (f"{1 / wall:.0f}", f"{cpu * 1e6:.0f} µs", f"{cpu / empty:.2f} × empty")
        _row(f"  32 at once, {stored} conversations stored", *figures)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _row("  resident memory, at most", f"{resident:.0f} MB")
    await store.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="What a turn costs.")
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--stored", type=int, default=10_000)
    chosen = options.parse_args()
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(dir=chosen.folder) as place:
        asyncio.run(main(Path(place), chosen.stored))
