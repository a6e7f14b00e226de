"""What each rule costs: `rule_costs.py FOLDER…` checks the folders once in this process, and measures how long each rule
is asked, from its call to its last finding.

The bar is 3 % of the run for a rule. What several rules have worked out together counts for the first that asks for it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from nixlint.linting.finding import Finding
from nixlint.linting.registry import AnyRule, load_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.semantics.repository.repository import Repository

BAR = 0.03
SHOWN = 12


def measured(rule: AnyRule, seconds: dict[str, float]) -> None:
    """Measure how long a rule is asked."""
    check = type(rule).check

    def timed(self: AnyRule, subject: object, repository: Repository) -> Iterator[Finding]:
        start = time.process_time()
        found = [*check(self, subject, repository)]
        seconds[rule.name] += time.process_time() - start
        return iter(found)

    type(rule).check = timed  # type: ignore[method-assign]


def main() -> None:
    folders = tuple(Path(name).absolute() for name in sys.argv[1:])
    registry = load_registry()
    seconds: dict[str, float] = dict.fromkeys(registry.rules, 0.0)
    for rule in registry.rules.values():
        measured(rule, seconds)
    start = time.process_time()
    report = run(Request(folders, Path.cwd(), isolated=True), registry)
    whole = time.process_time() - start
    print(f"{report.files_checked} files in {whole:.2f} s, {sum(seconds.values()):.2f} s of them in rules")
    for name, cost in sorted(seconds.items(), key=lambda item: -item[1])[:SHOWN]:
        above = "   above the bar" if cost > BAR * whole else ""
        print(f"  {cost:6.3f} s  {cost / whole:6.2%}  {name}{above}")


if __name__ == "__main__":
    main()
