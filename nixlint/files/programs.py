"""Starting the programs that nixlint starts: only those that the person asked for, and never one of a repository.

A program is looked for in the folders that ``PATH`` names in full. An empty name there, or ``.``, means the current folder,
which is a repository of anybody.
"""

from __future__ import annotations

import os
from pathlib import Path

_SECONDS = 120


class NotRun(Exception):
    """A program that is not there, or did not do its work; the message says why."""


def find_program(name: str) -> Path | None:
    """Where a program is; ``None`` where there is none by its name."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return Path(path)
    return None


def output_of(program: Path, arguments: list[str], data: bytes) -> bytes:
    """What a program makes of its standard input, in the machine's topmost folder. Raises :class:`NotRun`."""
    import subprocess

    try:
        ran = subprocess.run(
            [program, *arguments], input=data, capture_output=True, check=False, cwd="/", timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotRun(f"it took more than {_SECONDS} seconds") from None
    except OSError as error:
        raise NotRun((error.strerror or str(error)).lower()) from error
    if ran.returncode != 0:
        raise NotRun(ran.stderr.decode(errors="replace").strip())
    return ran.stdout
