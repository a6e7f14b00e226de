"""How far a long run is: one line on a terminal, taken away again before anything else is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

_AFTER = 1.0
"""Seconds before there is anything to see; most runs are over by then."""
_EVERY = 0.1


def progress_of(stream: TextIO) -> Callable[[int, int], None] | None:
    """What to tell a run's progress to; ``None`` where nobody is watching."""
    return _Line(stream).update if stream.isatty() else None


def clear(stream: TextIO) -> None:
    """Take the line away."""
    if stream.isatty():
        stream.write("\r\x1b[K")
        stream.flush()


class _Line:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + _AFTER

    def update(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY
            self._stream.write(f"\r\x1b[Kchecked {done} of {total} files")
            self._stream.flush()
