"""Fixes that are killed at any moment, and checks beside each other while somebody damages their cache.

    python benchmarks/broken_off.py [--kills 150] [--runs 100] [--seed 1]

Prints what is wrong, and ends with 1 where anything is. See :mod:`tests.hostile.broken_off`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hostile.broken_off import at_random, fixed_whole, kill, runs_beside_each_other, told
from tests.hostile.watchdog import import_all


def main() -> int:
    """Kill and damage as often as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    import_all()
    with tempfile.TemporaryDirectory(prefix="broken-off") as name:
        folder = Path(name)
        began = time.monotonic()
        after = fixed_whole(folder / "whole")
        seconds = time.monotonic() - began
        kills = []
        for number in range(options.kills):
            place = folder / f"killed{number}"
            kills.append(kill(place, after, at_random(chance, place, seconds)))
            for what in kills[-1].wrong:
                print(f"kill {number}: {what}", flush=True)
        print(told(kills), flush=True)
        beside = runs_beside_each_other(folder / "beside/repository", options.runs, chance)
    print(f"{beside.runs} runs beside each other, {beside.damages} damages to their cache: {beside.different} differ")
    return int(any(each.wrong for each in kills) or beside.different > 0)


if __name__ == "__main__":
    sys.exit(main())
