"""Work on many files in several processes: copies of this one, which give back what they found and end.

A copy (``fork``) has all that is loaded and listed already, so that one costs some milliseconds. Each process takes the same
files whatever the others do, and what comes back is put together in the order of the files: how many there are changes
nothing of what is found. A copy that is lost is said to be lost; its files count as not checked.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

_FEWEST = 250
"""How many files a process has at least: for fewer, starting it costs more than it saves."""
_MOST = 8
"""How many processes there are at most where nobody says: each works out for itself what it needs of the repository."""
_BLOCK = 24
"""How many files in a row go to one process: files of one folder use each other."""


class Lost(NamedTuple):
    """A process that ended before it was done, and how."""

    reason: str


def processes_for(count: int, jobs: int | None) -> int:
    """In how many processes so many files are checked, where ``jobs`` is what a person asked for."""
    if not hasattr(os, "fork"):
        return 1
    most = min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return max(1, min(most if jobs is None else jobs, count // _FEWEST))


def dealt(items: Sequence[_T], hands: int) -> list[list[_T]]:
    """Items dealt out in blocks."""
    found: list[list[_T]] = [[] for _ in range(hands)]
    for number, start in enumerate(range(0, len(items), _BLOCK)):
        found[number % hands].extend(items[start : start + _BLOCK])
    return found


def in_processes(parts: Sequence[_T], work: Callable[[_T], _R]) -> list[_R | Lost]:
    """What comes of each part: the first is worked on here, each of the others in a process of its own."""
    gc.freeze()  # A collection would touch, and so copy, all that the processes share.
    children: list[_Child] = []
    try:
        children.extend(_started(part, work) for part in parts[1:])
        here = work(parts[0])
        return [here, *(child.result() for child in children)]
    finally:
        for child in children:
            child.end()
        gc.unfreeze()


class _Child:
    """A copy of this process, and the pipe that it writes to."""

    def __init__(self, process: int, pipe: int) -> None:
        self._process = process
        self._pipe = pipe
        self._is_over = False

    def result(self) -> _R | Lost:
        """What it found, when it has found it."""
        with os.fdopen(self._pipe, "rb", closefd=False) as pipe:
            data = pipe.read()
        _, status = os.waitpid(self._process, 0)
        self._is_over = True
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            return Lost(f"signal {-code}" if code < 0 else f"exit code {code}")
        result: _R = pickle.loads(data)  # from a copy of this very process
        return result

    def end(self) -> None:
        """Let go of it, and end it where it still runs."""
        os.close(self._pipe)
        if not self._is_over:
            with contextlib.suppress(OSError):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)


def _started(part: _T, work: Callable[[_T], _R]) -> _Child:
    read_end, write_end = os.pipe()
    process = os.fork()
    if process:
        os.close(write_end)
        return _Child(process, read_end)
    code = 1
    try:
        os.close(read_end)
        data = pickle.dumps(work(part), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(data)
        code = 0
    except BaseException:  # the exit code says that something went wrong; nothing else may run on
        pass
    finally:
        os._exit(code)
