"""Hostile texts in every place of the Compose specification: converted, evaluated by Nix, run by a shell, read by systemd.

    python benchmarks/hostile_conversion.py [projects] [seed]

Prints how many projects were converted and refused, how many texts came out and were compared, and everything wrong.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.conversions import run


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(seed, count, Path(folder))
    for what, number in outcome.counts.most_common():
        print(f"{number:>8} {what}")
    print(f"{time.process_time() - started:8.0f} s of CPU; {len(outcome.wrong)} wrong")
    for line in outcome.wrong:
        print(f"WRONG {line}")
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
