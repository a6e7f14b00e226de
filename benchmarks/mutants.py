"""Thousands of mutants of real files: none may end in an internal error, hang, or fill the memory.

    python benchmarks/mutants.py --count 5000 --first 0 FOLDER...

Each folder is a seed (:mod:`tests.hostile.mutants`); without one, the fixtures are. Prints what goes wrong when it does, one
line each, and after each hundred the slowest command; ends with 1 where anything did. ``--only N`` runs one mutant again,
and ``--keep FOLDER`` writes it there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

_BATCH = 100
_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from tests.hostile.mutants import Limits, Trouble, mutant, run_mutants, seed_of  # noqa: E402 - found by the line above


def main() -> int:
    """Run the mutants that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    folders = options.folders or sorted(path for path in (_ROOT / "fixtures").iterdir() if path.is_dir())
    numbers = range(options.first, options.first + options.count)
    if options.only is not None:
        numbers = range(options.only, options.only + 1)
    if options.keep is not None:
        files, changed = mutant([seed for folder in folders if (seed := seed_of(folder))], numbers.start)
        for name, data in files.items():
            path = options.keep / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        print(f"changed: {changed}")
        return 0
    started = time.monotonic()
    limits = Limits(options.seconds, options.megabytes)
    done, troubles, slowest, megabytes = 0, 0, (0.0, -1, ""), 0
    for first in range(numbers.start, numbers.stop, _BATCH):
        outcome = run_mutants(folders, range(first, min(first + _BATCH, numbers.stop)), limits, _print)
        done += outcome.mutants
        troubles += len(outcome.troubles)
        slowest = max(slowest, outcome.slowest)
        megabytes = max(megabytes, outcome.megabytes)
        print(
            f"{done} mutants in {time.monotonic() - started:.0f} s: {troubles} in trouble; "
            f"slowest {slowest[0]:.1f} s (mutant {slowest[1]}, {slowest[2]}); at most {megabytes} MB",
            flush=True,
        )
    return 1 if troubles else 0


def _print(trouble: Trouble) -> None:
    print(f"mutant {trouble.number}: {trouble.command}: {trouble.what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
