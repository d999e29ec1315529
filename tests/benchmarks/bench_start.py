"""
How fast Banter is there, and how much memory it holds.

    python tests/benchmarks/bench_start.py [--runs 5]

Starts `banter serve` on a fresh database, and measures from the start of the process to the first reply of the bot.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from tests.product import Product


def resident(pid: int) -> float:
    """Megabytes the process holds now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(runs: int) -> None:
    """Print the figures."""
    seconds, memory = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder, httpx2.Client() as client:
            started = time.perf_counter()
            product = Product(Path(folder)).start()
            product.open(client, language="en").send("1", text="We need a CRM")
            seconds.append(time.perf_counter() - started)
            memory.append(resident(product.pid))
            product.stop()
    print(f"cold start to the first reply    median {statistics.median(seconds):.2f} s of {runs} runs")
    print(f"resident memory, one conversation       {statistics.median(memory):.0f} MB")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="How fast Banter is there.")
    options.add_argument("--runs", type=int, default=5)
    main(options.parse_args().runs)
