"""The standard streams of a process, which may be closed, full, or read by nobody.

A stream that is closed gets a place that cannot be used, so that no file takes its number. What cannot be written to
standard output is lost, and the command has failed (GNU coding standards, 'Program Behavior for All Programs'); of what
cannot be written to standard error nobody can be told.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from nixlint.api import read_stream, reason_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_UNUSABLE = ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY))
"""How the system's empty device is opened in the place of a stream that is closed: the wrong way for in- and output."""


class StreamLost(Exception):
    """Standard output could not be written, or standard input not be read; the message says why."""


def prepare_streams() -> None:
    """Make the streams of this process ones that cannot surprise a command."""
    for number, flags in _UNUSABLE:
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, flags), number)
    sys.stdout = _text(_Output(1, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Errors(2, "wb", closefd=False), sys.stderr)


def current_folder() -> str | None:
    """The current folder; ``None`` where it was deleted."""
    try:
        return os.getcwd()  # noqa: PTH109  # whether there is one is what is asked
    except OSError:
        return None


def read_standard_input() -> bytes:
    """All of standard input. Raises :class:`StreamLost` where it cannot be read, or is larger than a file may be."""
    try:
        if sys.stdin is None:
            with io.FileIO(0, "rb", closefd=False) as stream:
                return read_stream(stream)
        return read_stream(sys.stdin.buffer)
    except OSError as error:
        raise StreamLost(f"standard input cannot be read: {reason_of(error)}") from error


class _Output(io.FileIO):
    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StreamLost(f"standard output cannot be written: {reason_of(error)}") from error


class _Errors(io.FileIO):
    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    """A stream of text in the encoding of the one before; what that cannot say becomes an escape."""
    encoding = getattr(before, "encoding", None) or "utf-8"
    is_seen = isinstance(raw, _Errors) or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors="backslashreplace", line_buffering=is_seen)
