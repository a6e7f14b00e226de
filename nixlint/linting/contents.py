"""What the files of a repository hold, as digests: read once in a run, or known from the run before.

A file that was not touched since it was read has the content that it had then. Whether it was touched, its status tells
(size, inode, and when it and its status changed, which nobody can turn back), as git's index does it: but not for what
changed so shortly before it was read that a further change may bear the same time
(git, ``Documentation/technical/racy-git.txt``).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .workspace import Overlay

UNREADABLE = ""
"""The digest of what cannot be read."""
_TOO_RECENT = 2_000_000_000
"""Nanoseconds within which some file systems give two changes the same time."""


class Status(NamedTuple):
    """What the system says of a file without reading it."""

    modified: int
    changed: int
    size: int
    inode: int


class Known(NamedTuple):
    """The digest of a file, and the status that it had then; ``None`` where that tells nothing."""

    digest: str
    status: Status | None


class Contents(Overlay):
    """The files on disk, and the digest of each that was read. ``known`` are the digests of an earlier run."""

    def __init__(self, known: Mapping[Path, Known] | None = None) -> None:
        super().__init__({})
        self.known: Mapping[Path, Known] = known or {}
        self.seen: dict[Path, Known] = {}
        self.is_stable = True
        """Whether each file had the same content whenever it was read."""

    def read(self, path: Path) -> bytes:
        """The bytes of a file. Raises :class:`OSError` where it can't be read."""
        status = _status(path)
        try:
            data = super().read(path)
        except OSError:
            self._see(path, Known(UNREADABLE, None))
            raise
        seen = self.seen.get(path)
        if seen is None or seen.status is None or seen.status != status:
            self._see(path, Known(digest_of(data), status if _is_settled(status) else None))
        return data

    def digest(self, path: Path) -> str:
        """The digest of a file's content, without reading it where that is known."""
        if path not in self.seen:
            known = self.known.get(path)
            if known is not None and known.status is not None and known.status == _status(path):
                self.seen[path] = known
            else:
                with contextlib.suppress(OSError):
                    self.read(path)
        return self.seen[path].digest

    def is_as_known(self, path: Path) -> bool:
        """Whether a file has the content that it had in the earlier run."""
        known = self.known.get(path)
        return known is not None and self.digest(path) == known.digest

    def _see(self, path: Path, now: Known) -> None:
        before = self.seen.setdefault(path, now)
        if before.digest != now.digest:
            self.is_stable = False


def digest_of(data: bytes) -> str:
    """A short text that is another one for other bytes."""
    from _blake2 import (
        blake2b,  # what hashlib gives, without OpenSSL, which takes longer to load than a small file to check
    )

    return blake2b(data, digest_size=16).hexdigest()


def _status(path: Path) -> Status | None:
    try:
        status = os.stat(path)  # noqa: PTH116  # for thousands of files
    except OSError:
        return None
    return Status(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _is_settled(status: Status | None) -> bool:
    return status is not None and max(status.modified, status.changed) < time.time_ns() - _TOO_RECENT
