"""
What storing a turn costs, against the bare driver writing the same rows in the same groups.

Run it with a folder for the database file, because the disk decides most of it:

    python tests/benchmarks/bench_storage.py [FOLDER] [--visitors 32] [--turns 10] [--rounds 3]

Each round lets so many visitors talk at once, notes every group of rows the store wrote, and writes the same groups
into a fresh file with the standard driver and nothing else. The ratio is taken within the round.
"""

import argparse
import asyncio
import gc
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[2]))

from dialogs.values import Choice, Conversation, Effect, EffectKind, Inbound, Outcome, Reply
from scoring.values import MoneyRange
from storage import statements, turns
from storage.ids import uuid7
from storage.store import Store
from storage.values import OutboxItem, TurnRequest
from tests import fakes

TALK = (
    ("", ()),
    ("Добрий день, нам потрібна CRM для відділу продажів", (("need.category", "crm"), ("need.status", "planned"))),
    ("Заявки губляться в таблицях, менеджери пропускають дзвінки", (("pain.named", "yes"), ("pain.cost", 40_000))),
    ("Інтеграція з телефонією, 1С та сайтом, 25 користувачів", (("spec.has", "partly"), ("need.users", 25))),
    ("Ми розраховували десь на 300-400 тисяч", (("budget.amount", MoneyRange(Decimal(300_000), Decimal(400_000))),)),
    ("Так, бюджет уже погоджений на цей рік", (("budget.status", "approved"),)),
    ("Я керівник відділу, рішення приймаємо разом з директором", (("authority.role", "director"),)),
    ("Хочемо запуститися до першого вересня", (("timing.reason", "season"),)),
    ("Олена, olena@приклад.ua", (("contact.name", "Олена"), ("contact.email", "olena@приклад.ua"))),
    ("Дякую, до зустрічі", ()),
)
SAID = "Дякую, зрозуміло. Щоб порахувати точніше: скільки людей працюватиме із системою щодня, і чи є вже готовий опис?"


class Clock:
    """Seconds, and CPU seconds, spent deciding and noting down, which is not storing."""

    spent = 0.0
    busy = 0.0

    @contextmanager
    def aside(self) -> Iterator[None]:
        started, busy = time.perf_counter(), time.thread_time()
        yield
        self.spent += time.perf_counter() - started
        self.busy += time.thread_time() - busy

    def decide(self, before: Conversation, told: Inbound) -> Outcome:
        with self.aside():
            new = tuple(fakes.fact(key, value, told) for key, value in TALK[before.turn % len(TALK)][1])
            due = told.at + timedelta(hours=20)
            nudge = Effect(EffectKind.SET_TIMER, f"nudge:{before.turn + 1}", "nudge", due)
            turn = before.turn + 1
            choices = tuple(Choice(f"{turn}:need.users:{number}", f"до {number} людей") for number in (5, 10, 25, 50))
            decided = fakes.outcome(before, told, new, (nudge,))
            return replace(decided, replies=(Reply(f"{turn}.1", SAID, choices),))

    def route(self, told: Inbound, decided: Outcome) -> tuple[OutboxItem, ...]:
        after = decided.conversation
        if after.turn != 8:
            return ()
        payload = f'{{"lead": "{after.id}"}}'
        return tuple(
            OutboxItem(f"handoff:{after.id}:{kind}", f"notify.{kind}", payload, 1) for kind in ("email", "webhook")
        )


async def talk(store: Store, clock: Clock, told: Sequence[Inbound]) -> None:
    opening: Conversation | None = fakes.conversation(told[0].conversation)
    for inbound in told:
        await store.take(TurnRequest(inbound, opening, "hash" * 16), clock.decide, clock.route)
        opening = None


def script(visitors: int, length: int) -> list[list[Inbound]]:
    """What each visitor says, under keys as the shell makes them."""
    keys = [uuid7() for _ in range(visitors)]
    return [[fakes.inbound(uuid7(), key, TALK[turn % len(TALK)][0]) for turn in range(length)] for key in keys]


async def through_the_store(file: Path, visitors: int, length: int) -> tuple[float, float, list[Any]]:
    """Seconds and CPU seconds without deciding, and the groups written."""
    groups: list[Any] = []
    write = turns._write

    store, clock = await Store.open(f"sqlite:///{file}"), Clock()

    def note(driver: sqlite3.Connection, drafts: Any) -> None:
        with clock.aside():
            rows = [(text, [row for draft in drafts for row in rows_of(draft)]) for text, rows_of in writes()]
            groups.append([(text, found) for text, found in rows if found])
        write(driver, drafts)

    told = script(visitors, length)
    with mock.patch.object(turns, "_write", note):
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(talk(store, clock, one) for one in told))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await store.close()
    return took - clock.spent, cpu - clock.busy, groups


async def through_the_driver(file: Path, groups: Sequence[Any]) -> tuple[float, float]:
    """Seconds and CPU seconds of the bare driver for the same groups."""
    await (await Store.open(f"sqlite:///{file}")).close()
    driver = sqlite3.connect(file, isolation_level=None)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=FULL")
    began, cpu = time.perf_counter(), time.process_time()
    for group in groups:
        driver.execute("BEGIN IMMEDIATE")
        for text, rows in group:
            driver.executemany(text, rows)
        driver.execute("COMMIT")
    took = time.perf_counter() - began, time.process_time() - cpu
    driver.close()
    return took


def writes() -> list[tuple[str, Any]]:
    return [(statements.UPDATE_CONVERSATION, lambda draft: draft.moved), *turns._WRITES]


def sizes(file: Path) -> int:
    driver = sqlite3.connect(file)
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.close()
    return file.stat().st_size


async def main(folder: Path, visitors: Sequence[int], length: int, rounds: int) -> None:
    gc.collect()
    gc.freeze()  # as a server does once it has started: what was imported is not looked through again and again
    print(f"{folder}: {length} turns a visitor, {rounds} rounds, medians")
    for many in visitors:
        ratios, cpu_ratios, speeds, costs, group_sizes = [], [], [], [], []
        for number in range(rounds):
            stored, bare = folder / f"stored-{many}-{number}.db", folder / f"bare-{many}-{number}.db"
            took, cpu, groups = await through_the_store(stored, many, length)
            bare_took, bare_cpu = await through_the_driver(bare, groups)
            ratios.append(took / bare_took)
            cpu_ratios.append(cpu / bare_cpu)
            speeds.append(many * length / took)
            costs.append(cpu / (many * length) * 1e6)
            group_sizes.append(many * length / len(groups))
            size = sizes(stored) / (many * length)
            for file in (stored, bare):
                file.unlink()
        middle = statistics.median
        print(
            f"{many:4} visitors: {middle(speeds):8.0f} turns/s  groups of {middle(group_sizes):4.1f}"
            f"  CPU {middle(costs):5.0f} us/turn  {middle(ratios):4.2f} x the bare driver"
            f"  (CPU {middle(cpu_ratios):4.2f} x)  {size:5.0f} bytes/turn"
        )
    print(f"resident at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="What storing a turn costs.")
    options.add_argument("folder", nargs="?", type=Path, help="where the database file goes (default: a temporary one)")
    options.add_argument("--visitors", type=int, nargs="*", default=[1, 32, 128])
    options.add_argument("--turns", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        asyncio.run(main(Path(made), chosen.visitors, chosen.turns, chosen.rounds))
