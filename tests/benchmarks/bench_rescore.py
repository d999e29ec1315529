"""
What it costs to score stored talks again under a change, with one process and with one a core.

    python tests/benchmarks/bench_rescore.py [FOLDER] [--talks 100000] [--seeds 50]

Made-up visitors talk through the real engine and store; their rows are then copied under new ids until there are
enough. It prints talks a second, the ratio of the two, and the most memory any process held.
"""

import argparse
import asyncio
import hashlib
import os
import resource
import sqlite3
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.rescore import Job, rescore
from bot.simulation.run import Plan, _listening, _play_all
from bot.simulation.words import languages, read_words
from bot.workspace import LOCALES, load_workspace
from storage.store import Store

WHAT_IF = "mql_others: 2\nhot: 0.85\n"


async def seed(url: str, talks: int) -> None:
    library = load_workspace("").library
    speak = tuple(one for one in languages(LOCALES) if one in library.wordings)
    words = {language: read_words(LOCALES, language) for language in speak}
    store = await Store.open(url)
    with _listening():
        await _play_all(Plan(1, talks, tuple(library.frameworks), speak), library, words, store)
    await store.close()


def replicate(file: Path, talks: int) -> None:
    """Copy conversations and facts under new ids; one copy in nine is won, one in nine lost."""
    driver = sqlite3.connect(file)
    driver.execute("PRAGMA synchronous=OFF")
    (seeds,) = driver.execute("SELECT count(*) FROM conversations").fetchone()
    driver.execute("CREATE TEMP TABLE copies (i)")
    driver.executemany("INSERT INTO copies VALUES (?)", ((at,) for at in range(1, talks // seeds)))
    driver.execute("CREATE TEMP TABLE seeds AS SELECT * FROM conversations")
    driver.execute("CREATE TEMP TABLE told AS SELECT * FROM facts")
    for table, source, key in (("conversations", "seeds", "id"), ("facts", "told", "conversation")):
        columns = [row[1] for row in driver.execute(f"PRAGMA table_info({table})")]
        closed = "json_set(state, '$.stage', CASE i % 9 WHEN 0 THEN 'closed_won' ELSE 'closed_lost' END)"
        replaced = {
            key: f"{key} || '-' || i",
            "external": "NULL",
            "state": f"CASE WHEN i % 9 < 2 THEN {closed} ELSE state END",
        }
        values = ", ".join(replaced.get(column, column) for column in columns)
        driver.execute(f"INSERT INTO {table} SELECT {values} FROM {source}, copies")  # noqa: S608 - names are ours
    driver.commit()
    driver.close()


def main(folder: Path, talks: int, seeds: int) -> None:
    file, change = folder / "history.db", folder / "change.yaml"
    change.write_text(WHAT_IF, encoding="utf-8")
    asyncio.run(seed(f"sqlite:///{file}", seeds))
    replicate(file, talks)
    job = Job(f"sqlite:///{file}", "", "", change, as_json=True)
    took, prints = [], set()
    for workers in (len(os.sched_getaffinity(0)), 1):
        out, began = StringIO(), time.perf_counter()
        asyncio.run(rescore(job, out, workers=workers))
        took.append(time.perf_counter() - began)
        prints.add(hashlib.sha256(out.getvalue().encode()).hexdigest())
        print(f"{workers} processes: {talks / took[-1]:7.0f} talks/s, {talks} in {took[-1]:5.1f} s", flush=True)
    print(f"one process takes {took[1] / took[0]:4.2f} x as long; the same bytes: {len(prints) == 1}")
    most = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"resident at most {most[0]:.0f} MB here, with all that was printed, and {most[1]:.0f} MB in a worker")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="What scoring history again costs.")
    options.add_argument("folder", nargs="?", type=Path, help="where the database goes (default: a temporary one)")
    options.add_argument("--talks", type=int, default=100_000)
    options.add_argument("--seeds", type=int, default=50)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        main(Path(made), chosen.talks, chosen.seeds)
