"""All benchmarks, one after another: `make bench`. They print figures and judge nothing."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

for script in sorted(HERE.glob("bench_*.py")):
    print(f"\n== {script.stem}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{script.stem}", *sys.argv[1:]], check=True)
