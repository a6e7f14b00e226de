"""Reading files that may be anything: bounded, never blocking, and only what is a regular file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nixlint.syntax.file_kind import MAX_FILE_SIZE


class NotRegularFile(OSError):
    """What was to be read is a FIFO, a device, a socket or a folder."""


def read_file(path: Path) -> bytes:
    """The bytes of a regular file, cut off just above the size that is looked at.

    Raises :class:`OSError` where it can't be read, and :class:`NotRegularFile` where it is not a regular file. Opening
    does not block, so that a FIFO without a writer does no harm.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        # Of a folder no file object can be made that would close it.
        os.close(descriptor)
        raise NotRegularFile("not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_FILE_SIZE + 1)


def reason_of(error: OSError) -> str:
    """Why a file can't be read, in the words of the system."""
    return (error.strerror or str(error)).lower()
