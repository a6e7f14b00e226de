"""Check whole repositories, and say what it costs.

    python benchmarks/repositories.py [DIRECTORY...]

For each directory (by default the fixtures): its Nix files, the seconds and the peak memory of ``nixlint check``, the
findings per rule, and beside it the seconds and the memory of statix and deadnix where they are on ``PATH``. Each command
runs once, in a process of its own, start-up included. Ends with 1 if nixlint fails anywhere, and with 2 if a
directory does not exist.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nixlint.linting.run.discovery import Listing

FIXTURES = Path(__file__).parents[1] / "fixtures"

RIVALS = {
    # What finds the most in a repository and prints the least.
    "statix": ("check", "--format", "errfmt"),
    "deadnix": ("--output-format", "json"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed, how it ended, and what it cost."""

    status: int
    output: bytes
    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``nixlint check`` said of a repository; ``report`` is ``None`` where it said nothing that can be read."""

    run: Run
    findings: Counter[str]
    suppressed: int
    skipped: int
    errors: tuple[str, ...]


def main(arguments: Sequence[str]) -> int:
    folders = [Path(argument) for argument in arguments] or sorted(FIXTURES.iterdir())
    missing = [str(folder) for folder in folders if not folder.exists()]
    if missing:
        print(f"no such directory: {', '.join(missing)}", file=sys.stderr)
        return 2
    rivals = [(command, *RIVALS[name]) for name in RIVALS if (command := shutil.which(name))]
    names = [Path(rival[0]).name for rival in rivals]
    print(row("repository", ["files", "kB", "s", "MB", *(f"{name} {what}" for name in names for what in ("s", "MB"))]))
    failed = False
    total: Counter[str] = Counter()
    for folder in (folder.resolve() for folder in folders if folder.is_dir()):
        checked = check(folder)
        files = sizes(folder)
        runs = [checked.run, *(measure([*rival, str(folder)], folder) for rival in rivals)]
        costs = [figure for run in runs for figure in (f"{run.seconds:.2f}", memory(run.peak_bytes))]
        print(row(folder.name, [str(len(files)), f"{sum(files) / 1e3:.0f}", *costs]))
        for line in remarks(checked):
            print(f"    {line}")
        total += checked.findings
        failed = failed or bool(checked.errors)
    print("total: " + (counts(total) or "no findings"))
    return 1 if failed else 0


def check(folder: Path) -> Checked:
    """Run ``nixlint check`` on a directory."""
    run = measure([sys.executable, "-m", "nixlint", "check", "--no-cache", "--format", "json", "."], folder)
    try:
        report = json.loads(run.output)
    except ValueError:
        return Checked(run, Counter(), 0, 0, (f"no report, exit status {run.status}",))
    found = [finding for finding in report["findings"] if not finding["suppressed"]]
    return Checked(
        run,
        Counter(str(finding["rule"]) for finding in found),
        len(report["findings"]) - len(found),
        len(report["skipped"]),
        tuple(f"{error['file'] or 'error'}: {error['message']}" for error in report["errors"]),
    )


def measure(command: Sequence[str], folder: Path) -> Run:
    """Run a command in a folder; its memory is that of the largest of its processes."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.DEVNULL)
        # RUSAGE_CHILDREN would give the peak of all commands so far; wait4 gives that of this one.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Run(process.returncode, output.read(), seconds, peak_bytes(usage))


def peak_bytes(usage: resource.struct_rusage) -> int:
    """The largest resident set, in bytes on every system."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def sizes(folder: Path) -> list[int]:
    """The sizes of the Nix files that nixlint looks for in a folder."""
    return [path.stat().st_size for path in Listing(str).below(folder)]


def remarks(checked: Checked) -> Iterator[str]:
    """What to say about a repository beside its figures."""
    if checked.findings:
        yield counts(checked.findings)
    if checked.suppressed or checked.skipped:
        yield f"{checked.suppressed} suppressed, {checked.skipped} files skipped"
    yield from checked.errors


def counts(findings: Counter[str]) -> str:
    """The findings per rule, the most frequent first."""
    return ", ".join(f"{count} {rule}" for rule, count in findings.most_common())


def memory(peak: int) -> str:
    """A peak of memory in megabytes. A process starts with the peak of the one that starts it: less can't be seen."""
    own = peak_bytes(resource.getrusage(resource.RUSAGE_SELF))
    return f"{peak / 1e6:.0f}" if peak > own else f"<{own / 1e6:.0f}"


def row(name: str, figures: Sequence[str]) -> str:
    """One line of the table."""
    return f"{name[:40]:40}" + "".join(f"{figure:>12}" for figure in figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
