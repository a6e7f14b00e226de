"""A first run against parsing: `first_run.py FOLDER…` measures `nixlint check --no-cache` on folders, and the floor: to read
and parse the same files with tree-sitter in one process.

Processor seconds and the wall's, with one process and with as many as pay, and the memory of the largest process. The best
of some turns is taken. The bars are three floors of processor time, and 1.8 floors of the wall on two processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

TURNS = 2
FLOOR = """
import sys
from pathlib import Path
import tree_sitter_nix
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_nix.language()))
for folder in sys.argv[1:]:
    for path in Path(folder).rglob("*.nix"):
        if path.is_file():
            parser.parse(path.read_bytes())
"""


class Cost(NamedTuple):
    """What a command took: seconds of processors, of the wall, and megabytes of its largest process."""

    processor: float
    wall: float
    megabytes: int


def cost_of(command: list[str]) -> Cost:
    """What a command takes; how it ends does not matter."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss // 1024)


def best(found: list[Cost]) -> Cost:
    """The least of each."""
    return Cost(
        min(each.processor for each in found), min(each.wall for each in found), min(each.megabytes for each in found)
    )


def main() -> None:
    folders = [str(Path(name).absolute()) for name in sys.argv[1:]]
    check = [str(Path(sys.executable).with_name("nixlint")), "check", "--isolated", "--no-cache"]
    commands = {
        "floor": [sys.executable, "-c", FLOOR, *folders],
        "check --jobs 1": [*check, "--jobs", "1", *folders],
        "check": [*check, *folders],
    }
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(TURNS):
        for name, command in commands.items():
            found[name].append(cost_of(command))
    floor = best(found["floor"])
    for name, costs in found.items():
        each = best(costs)
        processor, wall = each.processor / floor.processor, each.wall / floor.wall
        print(
            f"{name:<16} {each.processor:6.2f} s {processor:5.1f} floors   wall {each.wall:6.2f} s {wall:5.1f} floors"
            f"   {each.megabytes:4d} MB"
        )


if __name__ == "__main__":
    main()
