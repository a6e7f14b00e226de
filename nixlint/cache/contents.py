"""What the files of a repository hold, as digests: read once in a run, or known from the run before.

A file that was not touched since it was read has the content that it had then. Whether it was touched, its status tells
(size, inode, and when it and its status changed, which nobody can turn back), as git's index does it: but not for what
changed so shortly before it was read that a further change may bear the same time
(git, ``Documentation/technical/racy-git.txt``).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.files.reading import MAX_BYTES, Kind, Status, TooLarge
from nixlint.files.tree import Tree

UNREADABLE = ""
"""The digest of what cannot be read, or is too large to be."""
_TOO_RECENT = 2_000_000_000
"""Nanoseconds within which some file systems give two changes the same time."""


class Known(NamedTuple):
    """The digest of a file, and the status that it had then; ``None`` where that tells nothing."""

    digest: str
    status: Status | None


class Contents:
    """The files of a tree, read, and the digest of each that was. ``known`` are the digests of an earlier run.

    It is a :class:`~nixlint.files.reading.Reader`.
    """

    def __init__(self, tree: Tree, known: Mapping[Path, Known] | None = None) -> None:
        self.known: Mapping[Path, Known] = known or {}
        self.seen: dict[Path, Known] = {}
        self.is_stable = True
        """Whether each file had the same content whenever it was read."""
        self._tree = tree

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path; see :class:`~nixlint.files.reading.Reader`."""
        return self._tree.kind(path)

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        status = self._tree.status(path)
        try:
            data = self._tree.read(path)
        except OSError:
            self._see(path, Known(UNREADABLE, None))
            raise
        seen = self.seen.get(path)
        if seen is None or seen.status is None or seen.status != status:
            self._see(path, Known(digest_of(data), status if _is_settled(status) else None))
        if len(data) > limit:
            raise TooLarge("too large")
        return data

    def digest(self, path: Path) -> str:
        """The digest of a file's content, without reading it where that is known."""
        if path not in self.seen:
            known = self.known.get(path)
            if known is not None and known.status is not None and known.status == self._tree.status(path):
                self.seen[path] = known
            else:
                with contextlib.suppress(OSError):
                    self.read(path)
        return self.seen[path].digest

    def include(self, seen: Mapping[Path, Known]) -> None:
        """Know what somebody else has read of the same files."""
        for path, known in seen.items():
            self._see(path, known)

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


def _is_settled(status: Status | None) -> bool:
    return status is not None and max(status.modified, status.changed) < time.time_ns() - _TOO_RECENT
