"""Make every fix in whole repositories, and hold what comes out against the real Nix.

    python benchmarks/fixes.py --lib FOLDER REPOSITORY...

Each repository is copied, and the copy fixed: safe and unsafe fixes, those of pedantic rules too. Of every file that
changes it says whether Nix still parses it, and which nodes of the module mean something else to Nix than before
(``FOLDER`` is nixpkgs' ``lib``); of every repository, whether a second run changes anything. What differs is printed to be
read beside the fixes: it must be what they say, and nothing else. Ends with 1 if a file no longer parses, a second run
changes something, or a fix was refused.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from nixlint.linting.fixes.applying import FixedFile, Fixing, fix
from nixlint.linting.registry import load_registry
from nixlint.linting.run.request import Request
from tests.nix.module_tree import NodePath, differences, module_tree
from tests.nix.nix_referee import verdict_of_file


class Outcome(NamedTuple):
    """What came of the fixes in one repository."""

    files: int
    fixes: Counter[str]
    broken: int
    unstable: int
    unseen: int
    """Files of which Nix sees no difference: what was fixed is where it can't look without a whole system."""


def main() -> int:
    """Fix, compare, print, and say whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lib", type=Path, required=True)
    parser.add_argument("repositories", type=Path, nargs="+")
    options = parser.parse_args()
    total = Outcome(0, Counter(), 0, 0, 0)
    for repository in options.repositories:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, repository.name)
            shutil.copytree(repository, copy, symlinks=True, ignore_dangling_symlinks=True)
            total = _sum(total, fix_all(copy, options.lib.resolve()))
    print(f"{total.files} files changed by {total.fixes.total()} fixes")
    for rule, count in total.fixes.most_common():
        print(f"{count:6} {rule}")
    print(f"{total.broken} no longer parse; {total.unstable} changed by a second run; {total.unseen} not seen by Nix")
    return int(bool(total.broken or total.unstable))


def fix_all(repository: Path, lib: Path) -> Outcome:
    """Fix a repository in place."""
    fixing = _fix(repository)
    before = {file.path: module_tree(file.path, lib, repository) for file in fixing.files if not file.is_new}
    for file in fixing.files:
        file.path.write_bytes(file.after)
    broken = unseen = 0
    for file in fixing.files:
        shown = f"{repository.name}/{file.path.relative_to(repository)}"
        rules = sorted({found.rule for found in fixing.applied if found.finding.place.path == file.path})
        print(f"{shown}: {', '.join(rules)}")
        if not verdict_of_file(str(file.path)).accepted:
            broken += 1
            print("    NO LONGER PARSES")
        different = _different(file, before, lib, repository)
        unseen += not different
        for line in different:
            print(f"    {line}")
    unstable = len(_fix(repository).files)
    return Outcome(len(fixing.files), Counter(found.rule for found in fixing.applied), broken, unstable, unseen)


def _fix(repository: Path) -> Fixing:
    return fix(Request((repository,), repository, pedantic=True, isolated=True), load_registry(), unsafe=True)


def _different(
    file: FixedFile, before: dict[Path, dict[NodePath, str]], lib: Path, repository: Path
) -> tuple[str, ...]:
    return differences(before.get(file.path, {}), module_tree(file.path, lib, repository))


def _sum(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.files + other.files,
        one.fixes + other.fixes,
        one.broken + other.broken,
        one.unstable + other.unstable,
        one.unseen + other.unseen,
    )


if __name__ == "__main__":
    sys.exit(main())
