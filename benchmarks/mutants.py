"""Thousands of mutants of real files: none may end in an internal error, hang, or fill the memory.

    python benchmarks/mutants.py --count 20000 --first 0 FOLDER...

Each folder is a seed (:mod:`tests.hostile.mutants`); without one, the fixtures are. Prints what goes wrong when it does, one
line each, and after each thousand what was done; ends with 1 where anything went wrong. ``--only N`` runs one mutant again,
and ``--keep FOLDER`` writes it there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_SHOWN_AFTER = 1000
sys.path.insert(0, str(_ROOT))

from tests.hostile.mutant_runs import Limits, Trouble, run_mutants  # noqa: E402 - found by the line above
from tests.hostile.mutants import Kind, Seeds, mutant  # noqa: E402


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
        return _keep(folders, numbers.start, options.keep)
    seeds = Seeds(folders)
    print(f"{sum(map(len, seeds.all))} files of {len(seeds.all)} folders", flush=True)
    started = time.monotonic()
    limits = Limits(options.seconds, options.megabytes)
    kinds: Counter[Kind] = Counter()
    verdicts: Counter[str] = Counter()
    troubles, slowest, largest = 0, (0.0, -1), (0, -1)
    for first in range(numbers.start, numbers.stop, _SHOWN_AFTER):
        outcome = run_mutants(seeds, range(first, min(first + _SHOWN_AFTER, numbers.stop)), limits, _print)
        kinds += outcome.mutants
        verdicts += outcome.verdicts
        troubles += len(outcome.troubles)
        slowest, largest = max(slowest, outcome.slowest), max(largest, outcome.largest)
        print(
            f"{kinds.total()} mutants in {time.monotonic() - started:.0f} s: {troubles} in trouble; "
            f"slowest {slowest[0]:.1f} s (mutant {slowest[1]}); at most {largest[0]} MB (mutant {largest[1]})",
            flush=True,
        )
    print(", ".join(f"{count} of {kind.value}" for kind, count in kinds.most_common()))
    print("syntax compared with Nix:", ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))
    return 1 if troubles else 0


def _keep(folders: list[Path], number: int, place: Path) -> int:
    one = mutant(Seeds(folders), number)
    for name, data in one.files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"changed: {one.changed} ({one.kind.value})")
    return 0


def _print(trouble: Trouble) -> None:
    print(f"mutant {trouble.number}: {trouble.what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
