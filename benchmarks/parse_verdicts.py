"""Compare nixlint's verdict on real files with that of ``nix-instantiate --parse``.

    python benchmarks/parse_verdicts.py DIRECTORY...

Every ``.nix`` file below the directories is judged by both, in parallel. Files that nixlint skips (encrypted, binary,
empty, oversized) and files with pipes, which older releases of Nix don't know, are counted apart; an undefined variable
is not a matter of syntax. Prints the counts and every disagreement, and ends with 1 if there is one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nixlint.syntax.file_kind import FileKind, recognise
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile


def main(directories: list[str]) -> int:
    """Compare, print, and say whether all agree."""
    files = sorted(
        path
        for directory in directories
        for folder, _, names in os.walk(directory)
        for path in (Path(folder, name) for name in names if name.endswith(".nix"))
        if path.is_file()
    )
    counts: dict[str, int] = {}
    disagreements: list[str] = []
    started = time.monotonic()
    with ProcessPoolExecutor() as pool:
        for outcome, text in pool.map(compare, files, chunksize=32):
            counts[outcome] = counts.get(outcome, 0) + 1
            if text:
                disagreements.append(text)
    print(f"{len(files)} files in {time.monotonic() - started:.0f} s")
    for outcome, count in sorted(counts.items()):
        print(f"{count:7} {outcome}")
    for text in disagreements:
        print(text)
    print(f"{len(disagreements)} disagreements")
    return 1 if disagreements else 0


def compare(path: Path) -> tuple[str, str]:
    """What became of one file, and the disagreement if there is one."""
    data = path.read_bytes()
    kind = recognise(data)
    if kind is not FileKind.NIX:
        return f"skipped: {kind.reason}", ""
    problems = find_problems(SourceFile.parse(path, data))
    nix = subprocess.run(["nix-instantiate", "--parse", str(path)], capture_output=True, check=False)
    message = nix.stderr.decode("utf-8", "replace").strip()
    accepted = nix.returncode == 0 or "error: undefined variable" in message
    if accepted and not problems:
        return "accepted by both", ""
    if not accepted and problems:
        return "refused by both", ""
    if not accepted and (b"|>" in data or b"<|" in data):
        return "with pipes, accepted", ""
    ours = problems[0].message if problems else "accepted"
    theirs = "accepted" if accepted else " ".join(message.split())[:200]
    return "DISAGREEMENT", f"{path}\n    nixlint: {ours}\n    Nix: {theirs}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
