"""Reading files that may be anything: bounded, never blocking, and only what is a regular file.

A FIFO without a writer blocks whoever opens it, and ``/dev/zero`` never ends; both can stand under any name. So nothing is
opened without ``O_NONBLOCK``, nothing is read but regular files, and no more of one than the limit says, however much it
grows meanwhile. Only a pipe that a person has named is read as well, for so long as something comes, and an open stream
such as standard input, whatever it is.
"""

from __future__ import annotations

import os
import select
import stat
import time
from enum import Enum
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

MAX_BYTES = 8 * 1024 * 1024
"""How many bytes are read of a file where nobody says how many."""

MAX_SILENCE = 60.0
"""How many seconds nothing may come from a pipe that a person has named: its writer may ask for a passphrase."""

_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class NotRegularFile(OSError):
    """What was to be read is a FIFO, a device, a socket or a folder."""


class TooLarge(OSError):
    """A file has more bytes than are read."""


class OutsideTree(OSError):
    """A path leads out of the tree that it has to stay in."""


class Kind(Enum):
    """What stands at a path, in the words of ``builtins.readFileType`` (Nix manual, 'Built-ins')."""

    FILE = "regular"
    FOLDER = "directory"
    LINK = "symlink"
    OTHER = "unknown"

    @classmethod
    def of(cls, mode: int) -> Kind:
        """The kind that a mode of ``stat`` tells."""
        if stat.S_ISREG(mode):
            return cls.FILE
        if stat.S_ISDIR(mode):
            return cls.FOLDER
        return cls.LINK if stat.S_ISLNK(mode) else cls.OTHER


class Status(NamedTuple):
    """What the system says of a file without reading it."""

    modified: int
    changed: int
    size: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Status:
        """The part of the system's answer that tells one content from another."""
        return cls(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


class Reader(Protocol):
    """Reads files: all of them, or those of one tree.

    Paths are absolute. A reader follows a symbolic link only where it leads to what it may read.
    """

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a regular file.

        Raises :class:`TooLarge` where it has more than ``limit`` of them, :class:`NotRegularFile`, :class:`OutsideTree`,
        and any other :class:`OSError` where it can't be read.
        """

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path, behind links too; ``None`` where that is nothing, or nothing that may be read."""


class Anywhere:
    """Reads every file that the system lets it read: for what the person named."""

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a regular file; see :class:`Reader`."""
        return whole(os.open(path, _OPEN), limit)

    def pipe(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """All that comes out of a pipe, such as ``<(…)`` of a shell.

        Raises :class:`NotRegularFile` where it is none, :class:`TooLarge`, and :class:`TimeoutError` where nothing comes.
        """
        return _all_of_pipe(os.open(path, _OPEN), limit)

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path, behind links too."""
        try:
            return self.existing_kind(path)
        except (OSError, ValueError):
            return None

    def existing_kind(self, path: Path) -> Kind:
        """What stands at a path, behind links too. Raises :class:`OSError` where that can't be known."""
        return Kind.of(os.stat(path).st_mode)

    def identity(self, path: Path) -> tuple[int, int] | None:
        """What a file has in common with itself under another name; ``None`` for nothing."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        return status.st_dev, status.st_ino

    def own_kind(self, path: Path) -> Kind | None:
        """What stands at a path itself, be it a link; ``None`` for nothing."""
        try:
            return Kind.of(os.lstat(path).st_mode)
        except (OSError, ValueError):
            return None


def whole(descriptor: int, limit: int) -> bytes:
    """All bytes of an open file, which is closed. Raises :class:`NotRegularFile` and :class:`TooLarge`."""
    data = beginning(descriptor, limit + 1)
    if len(data) > limit:
        raise TooLarge(f"larger than {_size(limit)}")
    return data


def read_stream(stream: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """All that comes out of an open stream, which stays open. Raises :class:`TooLarge`, and any other :class:`OSError`."""
    pieces: list[bytes] = []
    left = limit + 1
    while left > 0 and (piece := stream.read(left)):  # a raw stream may give less than it is asked for
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise TooLarge(f"larger than {_size(limit)}")
    return b"".join(pieces)


def beginning(descriptor: int, count: int) -> bytes:
    """The first bytes of an open file, at most ``count``. It is closed. Raises :class:`NotRegularFile`."""
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularFile("not a regular file")
        # One call is enough for a file that does not grow meanwhile; the system's own files claim to be empty.
        data = os.read(descriptor, min(count, status.st_size + 1 if status.st_size else 65_536))
        if 0 < len(data) == status.st_size:
            return data
        pieces = [data]
        left = count - len(data)
        while pieces[-1] and left > 0:
            pieces.append(os.read(descriptor, min(left, 1_048_576)))
            left -= len(pieces[-1])
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _all_of_pipe(descriptor: int, limit: int) -> bytes:
    """All that comes out of an open pipe, which is closed."""
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise NotRegularFile("not a regular file, and no pipe")
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        pieces: list[bytes] = []
        left_to_read, last = limit, time.monotonic()
        while left_to_read >= 0:
            left = last + MAX_SILENCE - time.monotonic()
            if left <= 0:
                raise TimeoutError("nothing comes out of the pipe")
            try:
                piece = os.read(descriptor, 65_536)
            except BlockingIOError:  # somebody holds the other end
                waiting.poll(left * 1000)
                continue
            if piece:
                pieces.append(piece)
                left_to_read, last = left_to_read - len(piece), time.monotonic()
            elif pieces or _ended(waiting, left):
                return b"".join(pieces)
        raise TooLarge(f"larger than {_size(limit)}")
    finally:
        os.close(descriptor)


def _ended(waiting: select.poll, seconds: float) -> bool:
    """Whether a pipe that nobody holds the other end of had a writer; one that had none yet is waited for."""
    return any(event & select.POLLHUP and not event & select.POLLIN for _, event in waiting.poll(seconds * 1000))


def reason_of(error: OSError) -> str:
    """Why a file can't be read, in the words of the system."""
    return error.strerror.lower() if error.strerror else str(error)


def _size(limit: int) -> str:
    if limit % (1024 * 1024) == 0:
        return f"{limit // (1024 * 1024)} MiB"
    return f"{limit // 1024} KiB" if limit % 1024 == 0 else f"{limit} bytes"
