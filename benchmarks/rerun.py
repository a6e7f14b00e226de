"""What the cache saves: `nixlint check` for the first time, again, and after one file changed.

Repositories that are made up (see growth.py), and copies of those that are named. Changed is a comment at the end: of the
file that the fewest others mention by name, and of the one that the most do. Seconds are of the processor, which other
work on the machine leaves alone; `without` is a run with `--no-cache`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.growth import SIZES, make

COLUMNS = ("without", "first", "again", "leaf", "wide")


def measured(folder: Path, *options: str) -> float:
    """The seconds of the processor for a check."""
    command = [sys.executable, "-m", "nixlint", "check", "--format", "concise", *options, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime


def by_mentions(folder: Path) -> list[Path]:
    """The Nix files, those that others mention least first."""
    files = [path for path in sorted(folder.rglob("*.nix")) if path.is_file() and not path.is_symlink()]
    text = b"".join(path.read_bytes() for path in files)

    def mentions(path: Path) -> int:
        name = path.parent.name if path.name == "default.nix" else path.name
        return text.count(f"/{name}".encode())

    return sorted(files, key=mentions)


def rows(folder: Path) -> Iterator[float]:
    """The seconds of each column."""
    yield measured(folder, "--no-cache")
    yield measured(folder)
    yield measured(folder)
    files = by_mentions(folder)
    for path in (files[0], files[-1]):
        path.write_bytes(path.read_bytes() + b"\n# changed\n")
        yield measured(folder)


def main() -> None:
    """Print one line for each repository."""
    print(f"{'repository':<34} {'files':>6}", *(f"{column:>8}" for column in COLUMNS))
    for given in sys.argv[1:] or SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "repository"
            if isinstance(given, int):
                folder.mkdir()
                make(folder, given)
            else:
                shutil.copytree(given, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", ".nixlint_cache"))
            count = sum(1 for _ in folder.rglob("*.nix"))
            title = "made up" if isinstance(given, int) else Path(given).name
            print(f"{title:<34} {count:>6}", *(f"{seconds:>8.2f}" for seconds in rows(folder)), flush=True)


if __name__ == "__main__":
    main()
