"""Seconds to convert every Compose file below folders in one process, and one file from the command line.

``python benchmarks/conversion.py FOLDER…``: files, those that could not be converted, seconds, and the start-up of the
command on a project of five services, best and median of ten runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from nixlint.compose.loading import Request
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import ConversionRequest, convert

EXAMPLE = Path(__file__).parents[1] / "fixtures" / "compose-homelab"
RUNS = 10


def main() -> None:
    """Print the figures."""
    files = [
        path.absolute()
        for folder in sys.argv[1:] or [str(EXAMPLE)]
        for path in sorted(Path(folder).rglob("*.y*ml"))
        if path.is_file()
    ]
    refused, size, start = 0, 0, time.perf_counter()
    for path in files:
        size += path.stat().st_size
        try:
            convert(ConversionRequest(Request((path,), "proj")))
        except ComposeError:
            refused += 1
    seconds = time.perf_counter() - start
    each = 1000 * seconds / len(files)
    print(f"{len(files)} files, {size // 1000} kB, {refused} refused: {seconds:.1f} s, {each:.1f} ms each")
    command = [sys.executable, "-m", "nixlint", "convert"]
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, cwd=EXAMPLE, capture_output=True, check=True)
        times.append(1000 * (time.perf_counter() - start))
    best, median = min(times), statistics.median(times)
    print(f"one project of five services, command and all: best {best:.0f} ms, median {median:.0f} ms")


if __name__ == "__main__":
    main()
