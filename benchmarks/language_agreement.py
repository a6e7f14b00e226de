"""Hold what nixlint makes of the language against the real Nix on generated programs.

    python benchmarks/language_agreement.py [--programs N] [--first SEED] [--processes P]

Every program is compared as it stands, and once more with a literal taken out that nixlint is not told and Nix is told
several of. Prints how many programs Nix evaluates, of how many of these nixlint knows the whole value, why it does not of
the others, and every contradiction with the program; ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.semantics.language.nix_programs import program
from tests.semantics.language.program_agreement import FILLINGS, compare, compare_with_holes, holed

_BATCH = 200


class Outcome(NamedTuple):
    """What came of a batch."""

    counts: Counter[str]
    reasons: Counter[str]
    problems: list[str]


def main() -> int:
    """Compare, print, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--reasons", type=int, default=10)
    options = parser.parse_args()
    started = time.monotonic()
    end = options.first + options.programs
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    problems = 0
    with ProcessPoolExecutor(options.processes) as pool:
        starts = range(options.first, end, _BATCH)
        for outcome in pool.map(outcome_of, starts, [min(start + _BATCH, end) for start in starts]):
            counts += outcome.counts
            reasons += outcome.reasons
            problems += len(outcome.problems)
            for problem in outcome.problems:
                print(problem, flush=True)
    evaluated, known = counts["evaluated"], counts["known"]
    print(f"{options.programs} programs of {counts['bytes']} bytes in {time.monotonic() - started:.0f} s")
    print(f"evaluated by Nix: {evaluated}, {100 * evaluated / max(options.programs, 1):.2f} %")
    print(f"known of these: {known}, {100 * known / max(evaluated, 1):.2f} %")
    print(f"refused by Nix, and known all the same: {counts['refused and known']}")
    print(f"with a part that is not known: {counts['holed']}, each with {len(FILLINGS)} fillings")
    for reason, count in reasons.most_common(options.reasons):
        print(f"{count:7} {reason}")
    print(f"{problems} contradictions")
    return 1 if problems else 0


def outcome_of(first: int, end: int) -> Outcome:
    """Compare the programs of these seeds."""
    outcome = Outcome(Counter(), Counter(), [])
    programs = {seed: program(seed) for seed in range(first, end)}
    seeds = {text: seed for seed, text in programs.items()}
    for comparison in compare(list(programs.values())):
        outcome.counts["bytes"] += len(comparison.program.encode())
        if comparison.contradicts:
            outcome.problems.append(
                f"=== seed {seeds[comparison.program]}\n{comparison.program}\n"
                f"! known {comparison.known!r}\n! Nix   {comparison.expected!r}\n"
            )
        if comparison.is_refused:
            outcome.counts["refused and known"] += comparison.is_known
            continue
        outcome.counts["evaluated"] += 1
        outcome.counts["known"] += comparison.is_known
        if not comparison.is_known:
            outcome.reasons.update(re.findall(r"reason='[^']*'|reason=\"[^\"]*\"", repr(comparison.known))[:1])
    with_hole = [text for seed, whole in programs.items() if (text := holed(whole, seed)) is not None]
    outcome.counts["holed"] += len(with_hole)
    for text, filling, expected in compare_with_holes(with_hole):
        outcome.problems.append(f"=== with a hole\n{text}\n! Nix, with {filling}: {expected!r}\n")
    return outcome


if __name__ == "__main__":
    sys.exit(main())
