"""Runs a command of nixlint in a process of its own that may take only so much time and memory, and tells what it took."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

SECONDS = 10
MEGABYTES = 500
_ADDRESS_SPACE = 3 * 1024**3
BROKE = 99
"""The exit code of a command that ended with an exception."""


class Ran(NamedTuple):
    """How a command ended, what it printed, and what it took. ``code`` is negative where it was killed."""

    code: int
    text: str
    seconds: float
    megabytes: int


def run_command(folder: Path, arguments: Sequence[str]) -> Ran:
    """Run a command in a folder."""
    return run(lambda: _command(folder, arguments))


def run(work: Callable[[], int]) -> Ran:
    """Do some work in a process of its own; it gives the exit code."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if not child:
            _be_limited(output.fileno())
            code = BROKE
            try:
                code = work()
            finally:
                os._exit(code)
        _, status, usage = os.wait4(child, 0)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    return Ran(code, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


def _be_limited(output: int) -> None:
    """What takes too long is killed: for the time that it works, and for the time that it waits for a pipe."""
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(12 * SECONDS)


def _command(folder: Path, arguments: Sequence[str]) -> int:
    import sys

    import click

    from nixlint.cli.main import nixlint

    os.chdir(folder)
    os.environ["HOME"] = str(folder.parent)
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    try:
        ended = nixlint.main([*arguments], "nixlint", standalone_mode=False)
        code = ended if isinstance(ended, int) else 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Exception as error:  # whatever it is, the caller is to see it
        import traceback

        traceback.print_exception(error)
        code = BROKE
    sys.stdout.flush()
    sys.stderr.flush()
    return code
