"""Hold nixlint's module system against the real Nix on generated repositories.

    python benchmarks/module_agreement.py [--examples N] [--first SEED] [--lib FOLDER] [--reasons N]

With ``--lib``, the module system is that of nixpkgs' ``lib`` in the folder, and the small one of ``tests/nix/evaluator.nix``
is held to it as well. Prints what was asked, how often nixlint was certain, the reasons where it was needlessly not, and
every contradiction with the repository; ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from nixlint.semantics.modules.module_system import Presence
from tests.nix.module_agreement import Verdict, contradictions, verdicts
from tests.nix.module_referee import Report, reports, write
from tests.semantics.modules.nix_modules import RandomChoices, repository

_BATCH = 100


class Outcome(NamedTuple):
    """What came of a batch."""

    examples: int
    refused: int
    counts: Counter[str]
    reasons: Counter[str]
    problems: list[str]


def main() -> int:
    """Compare, print, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--lib", type=Path)
    parser.add_argument("--reasons", type=int, default=20)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    started = time.monotonic()
    starts = range(options.first, options.first + options.examples, _BATCH)
    end = options.first + options.examples
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    examples = refused = problems = 0
    with ProcessPoolExecutor(options.processes) as pool:
        jobs = [pool.submit(compare, start, min(start + _BATCH, end), options.lib) for start in starts]
        for job in jobs:
            outcome = job.result()
            examples, refused = examples + outcome.examples, refused + outcome.refused
            counts += outcome.counts
            reasons += outcome.reasons
            problems += len(outcome.problems)
            for problem in outcome.problems:
                print(problem, flush=True)
    print(f"{examples} examples, {refused} more refused by Nix, in {time.monotonic() - started:.0f} s")
    _print_certainty(counts)
    for reason, count in reasons.most_common(options.reasons):
        print(f"{count:7} {reason}")
    print(f"{problems} examples with a contradiction")
    return 1 if problems else 0


def compare(first: int, end: int, lib: Path | None) -> Outcome:
    """Compare the examples of these seeds."""
    outcome = Outcome(0, 0, Counter(), Counter(), [])
    examples = refused = 0
    repos = [repository(RandomChoices(seed)) for seed in range(first, end)]
    with tempfile.TemporaryDirectory() as temporary:
        folders = write(repos, Path(temporary))
        real = reports(repos, folders) if lib is None else reports(repos, folders, lib)
        # The small module system is held to the real one with one value of what is not told; that is what differs least.
        small = real if lib is None else reports([repo._replace(has_unknown=False) for repo in repos], folders)
        for seed, repo, folder, mine, theirs in zip(range(first, end), repos, folders, small, real, strict=True):
            if isinstance(theirs, str):
                refused += 1
                if not theirs.strip().startswith(("error: The option", "error: definitions that conflict")):
                    outcome.counts["refused: " + theirs.strip().splitlines()[0].replace(str(folder), "")[:80]] += 1
                continue
            examples += 1
            found = list(verdicts(folder, theirs))
            problems = contradictions(found)
            if isinstance(mine, str) or _unordered(mine[0]) != _unordered(theirs[0]):
                problems.append("the small module system differs from that of nixpkgs")
            if problems:
                listed = "\n".join(f"! {problem}" for problem in problems)
                outcome.problems.append(f"=== seed {seed}\n{listed}\n{repo.text()}\n")
            for verdict in found:
                _count(verdict, outcome)
    return outcome._replace(examples=examples, refused=refused)


def _unordered(report: Report) -> dict[str, object]:
    """A report without the order of definitions, which is no matter here."""
    return {
        path: sorted(map(repr, entry["definitions"])) if isinstance(entry, dict) else entry
        for path, entry in report.items()
    }


def _count(verdict: Verdict, outcome: Outcome) -> None:
    certain = verdict.presence is not Presence.MAYBE
    group = "depends" if verdict.depends else "settled"
    outcome.counts[f"{group} {'certain' if certain else 'maybe'}"] += 1
    if verdict.presence is Presence.DEFINED:
        value_group = "value depends" if verdict.value_depends else "value settled"
        outcome.counts[f"{value_group} {'known' if verdict.value_known else 'unknown'}"] += 1
    if not certain and not verdict.depends:
        outcome.reasons.update(re.sub(r"[0-9]+", "N", reason) for reason in verdict.reasons[:1])


def _print_certainty(counts: Counter[str]) -> None:
    settled = counts["settled certain"] + counts["settled maybe"]
    depends = counts["depends certain"] + counts["depends maybe"]
    print(f"{settled + depends} questions; {depends} depend on what the repository does not tell")
    certain = counts["settled certain"]
    print(f"of the others certain: {certain} of {settled}, {100 * certain / max(settled, 1):.2f} %")
    print(f"of all certain: {100 * certain / max(settled + depends, 1):.2f} %")
    known, unknown = counts["value settled known"], counts["value settled unknown"]
    print(f"values of defined options that Nix knows to be one: known {known}, not known {unknown}")
    for key, count in sorted(counts.items()):
        print(f"{count:7} {key}")


if __name__ == "__main__":
    sys.exit(main())
