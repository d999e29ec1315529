"""
What reading costs: all readers over one message, the worst messages there are, loading the words, and banter read.

    python -m tests.benchmarks.bench_reading

The lines are those of locales/<language>/examples.yaml, in the languages of the demo company. Shared machines run at
half or a third of their speed at times, so each figure stands beside the time 10,000 plain additions take here.
"""

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import yaml

from bot.workspace import LOCALES, load_workspace
from dialogs.reading.hear import Ears, hear
from tests.benchmarks.bench_turn import yardstick

TODAY = date(2026, 3, 2)
LANGUAGES = ("en", "pl", "ru", "uk")
LINES_READ = 6_000
HOSTILE = (
    "1 " * 5_000,
    "1.000.000 " * 1_000,
    "до " * 3_300,
    "не " * 3_300,
    "до конца " * 1_100,
    "twenty-" * 1_400,
    "a@" * 5_000,
    "+48 " * 2_500,
    "https://" * 1_250,
    "((((" * 2_500,
    "між " * 2_500,
    "нужен сайт " * 900,
    "я директор и " * 770,
    "5-7k 5-7k " * 1_000,
    "\u0430a" * 5_000,
    "ghbdtn " * 1_400,
)


def lines(language: str) -> list[str]:
    """Texts of the language's own examples."""
    cases = yaml.load((LOCALES / language / "examples.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return [case["text"] for case in cases]


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def reading_times(ears: Ears, texts: Iterable[tuple[str, str]]) -> Iterator[float]:
    """CPU seconds of reading each text once."""
    for language, text in texts:
        yield timed(lambda text=text, language=language: hear(text, ears, language=language, asked=None, today=TODAY))


def loading() -> tuple[float, float, float]:
    """CPU seconds of loading the words of four languages at the first start and at a later one, and megabytes held."""
    script = (
        "import gc, sys, time; from pathlib import Path; from bot.words import Lexicons, compile_words\n"
        "def held(): return int(Path('/proc/self/status').read_text().split('VmRSS:')[1].split()[0]) / 1024\n"
        "gc.collect(); gc.disable(); before = held(); started = time.process_time()\n"
        f"files = {{one: Path({str(LOCALES)!r}, one, 'lexicon.yaml') for one in {LANGUAGES!r}}}\n"
        "lexicons = Lexicons({one: (str(file), file.read_text('utf-8')) for one, file in files.items()})\n"
        "words = compile_words(lexicons, {}, {}, Path(sys.argv[1]))\n"
        "took = time.process_time() - started; del lexicons; gc.collect(); print(took, held() - before)"
    )
    with tempfile.TemporaryDirectory() as folder:
        starts = [
            subprocess.run([sys.executable, "-c", script, folder], check=True, capture_output=True).stdout.split()
            for _ in range(4)
        ]
    later = sorted(float(took) for took, _ in starts[1:])
    return float(starts[0][0]), later[1], float(starts[-1][1])


def read_command(texts: list[tuple[str, str]]) -> float:
    """Messages a second of `banter read`, its start not counted."""

    def run(count: int) -> float:
        cases = [
            json.dumps({"id": str(at), "text": text, "lang": language})
            for at, (language, text) in zip(range(count), texts * (count // len(texts) + 1), strict=False)
        ]
        banter = Path(sys.executable).parent / "banter"
        started = time.perf_counter()
        subprocess.run([banter, "read"], input="\n".join(cases).encode(), check=True, capture_output=True)
        return time.perf_counter() - started

    return LINES_READ / max(run(LINES_READ + 1) - run(1), 1e-9)


def main() -> None:
    """Print the figures."""
    ears = load_workspace().library.ears
    gc.collect()
    gc.freeze()
    texts = [(language, text) for language in LANGUAGES for text in lines(language)]
    list(reading_times(ears, texts[::4]))
    times = sorted(reading_times(ears, texts))
    loops = yardstick()
    median, late = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"10,000 plain additions                    {loops * 1e6:8.0f} µs")
    print(f"one message, median of {len(texts):5}             {median * 1e6:8.0f} µs   {median / loops:6.2f} ×")
    print(f"one message, 99th percentile              {late * 1e6:8.0f} µs   {late / loops:6.2f} ×")
    worst = max((min(reading_times(ears, [("ru", text)] * 3)), text[:12]) for text in HOSTILE)
    print(
        f"10 kB, the worst of {len(HOSTILE)} ({worst[1]!r:>14})   {worst[0] * 1e3:8.1f} ms   {worst[0] / loops:6.1f} ×"
    )
    first, later, held = loading()
    print(f"loading the words, at the first start     {first * 1e3:8.0f} ms   {first / loops:6.0f} ×")
    print(f"loading the words, at later starts        {later * 1e3:8.0f} ms   {later / loops:6.0f} ×   {held:.0f} MB")
    print(f"banter read, one process                  {read_command(texts):8.0f} messages a second")


if __name__ == "__main__":
    main()
