"""Every command on every hostile repository: how many cells, which are the slowest and the largest, and what must not be.

    python benchmarks/hostile_matrix.py [--tree WORD] [--command WORD] [--jobs N] [--record FILE]

``--tree`` and ``--command`` choose by a part of the name. Prints each violation when it is found, and ends with 1 where
there is one. With ``--record`` each repository is written down when it is done, and one that is there already is not done
again: a run may be broken off, and prints what it has. See :mod:`tests.hostile.matrix`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hostile.matrix import COMMANDS, TREES, Cell, cells
from tests.hostile.watchdog import Ran, import_all

_SHOWN = 8


def main() -> int:
    """Run the cells that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", default="")
    parser.add_argument("--command", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    found = [] if options.record is None or not options.record.exists() else _recorded(options.record)
    known = {cell.tree for cell in found}
    names = [name for name in TREES if options.tree in name and name not in known]
    names.sort(key=lambda name: TREES[name].is_large)
    commands = [name for name in COMMANDS if options.command in name]
    import_all()
    began = time.monotonic()
    fork = multiprocessing.get_context("fork")
    with contextlib.suppress(KeyboardInterrupt), fork.Pool(options.jobs, maxtasksperchild=20) as pool:
        for row in pool.imap_unordered(_row, [(name, commands) for name in names]):
            found += row
            if options.record is not None:
                with options.record.open("a", encoding="utf-8") as file:
                    file.writelines(f"{json.dumps(_plain(cell))}\n" for cell in row)
            for violation in dict.fromkeys(each for cell in row for each in cell.violations):
                where = [cell.command for cell in row if violation in cell.violations]
                print(f"{row[0].tree}: {violation} ({'; '.join(where)})", flush=True)
    _print(found, time.monotonic() - began)
    return int(any(cell.violations for cell in found))


def _plain(cell: Cell) -> list[object]:
    return [cell.tree, cell.command, cell.ran.code, cell.ran.seconds, cell.ran.megabytes, cell.violations]


def _recorded(record: Path) -> list[Cell]:
    cells_before = []
    for tree, command, code, seconds, megabytes, violations in map(json.loads, record.read_text("utf-8").splitlines()):
        cells_before.append(Cell(tree, command, Ran(code, "", seconds, megabytes), tuple(violations)))
    return cells_before


def _row(asked: tuple[str, list[str]]) -> list[Cell]:
    return [cell._replace(ran=cell.ran._replace(touched=frozenset())) for cell in cells(*asked)]


def _print(found: list[Cell], seconds: float) -> None:
    trees, commands = len({cell.tree for cell in found}), len({cell.command for cell in found})
    violated = sum(bool(cell.violations) for cell in found)
    print(
        f"{trees} repositories × {commands} commands: {len(found)} cells in {seconds:.0f} s, {violated} with a violation"
    )
    print("\nslowest, in seconds of the processor")
    for cell in sorted(found, key=lambda cell: -cell.ran.seconds)[:_SHOWN]:
        print(f"{cell.ran.seconds:8.1f}  {cell.command:<20} {cell.tree}")
    print("\nlargest, in megabytes")
    for cell in sorted(found, key=lambda cell: -cell.ran.megabytes)[:_SHOWN]:
        print(f"{cell.ran.megabytes:8}  {cell.command:<20} {cell.tree}")
    print("\ncommand                cells   0      1      2   seconds")
    for name in COMMANDS:
        row = [cell for cell in found if cell.command == name]
        if row:
            codes = "".join(f"{sum(cell.ran.code == code for cell in row):>7}" for code in (0, 1, 2))
            print(f"{name:<20}{len(row):>7} {codes} {sum(cell.ran.seconds for cell in row):>9.1f}")


if __name__ == "__main__":
    sys.exit(main())
