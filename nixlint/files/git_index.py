"""Which files git tracks: the names in a repository's index, read without git.

Git itself would obey the configuration of the repository that it looks at, and run what that says. The format is in git,
``Documentation/gitformat-index.txt``. Names are all that is wanted, so objects are never looked up: of a folder that a
sparse index leaves out, nothing is known but its name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = 12
_FIXED = {20: 62, 32: 74}
"""Bytes of an entry before its name, by the length of the hashes: those of SHA-1 and of SHA-256."""
_GITLINK = 0o160000
_FOLDER = 0o040000
_EXTENDED = 0x4000


class BadIndex(ValueError):
    """The bytes are no index that can be read."""


class TrackedFiles(NamedTuple):
    """The names of tracked files, in order, and those of the folders that are repositories of their own (submodules)."""

    names: tuple[bytes, ...] = ()
    submodules: frozenset[bytes] = frozenset()
    shared: str | None = None
    """The name of the file that has the other entries, where the index is split."""

    def any_below(self, folder: bytes) -> bool:
        """Whether a file in a folder is tracked."""
        prefix = folder + b"/"
        at = bisect_left(self.names, prefix)
        return at < len(self.names) and self.names[at].startswith(prefix)


def read_index(data: bytes) -> TrackedFiles:
    """The files that an index names. Raises :class:`BadIndex`."""
    version, count = int.from_bytes(data[4:8]), int.from_bytes(data[8:12])
    if data[:4] != b"DIRC" or version not in (2, 3, 4):
        raise BadIndex("no index of git, or of a version that is not known")
    for hash_length, fixed in _FIXED.items():
        try:
            return _read(data, version, count, hash_length, fixed)
        except (BadIndex, IndexError, ValueError):
            continue
    raise BadIndex("the index of git is damaged")


def both(one: TrackedFiles, other: TrackedFiles) -> TrackedFiles:
    """All that two parts of a split index name."""
    return TrackedFiles(tuple(sorted({*one.names, *other.names})), one.submodules | other.submodules)


def _read(data: bytes, version: int, count: int, hash_length: int, fixed: int) -> TrackedFiles:
    if count > len(data) // fixed:
        raise BadIndex("more entries than there is room for")
    names: list[bytes] = []
    submodules: list[bytes] = []
    at, name = _HEADER, b""
    for _ in range(count):
        start = at + fixed
        if data[start - 2] & (_EXTENDED >> 8):
            start += 2
        if version == 4:
            kept, start = _cut(data, start, len(name))
            end = data.index(b"\0", start)
            name = name[:kept] + data[start:end]
            following = end + 1
        else:
            end = data.index(b"\0", start)
            name = data[start:end]
            following = at + ((end - at + 8) & ~7)
        kind = (data[at + 26] << 8 | data[at + 27]) & 0o170000
        if kind == _GITLINK:
            submodules.append(name)
        elif kind != _FOLDER and name:
            names.append(name)
        at = following
    shared = _shared(data, at, hash_length)
    return TrackedFiles(tuple(names), frozenset(submodules), shared)


def _cut(data: bytes, at: int, length: int) -> tuple[int, int]:
    """How much of the name before is kept, in version 4, and where the rest of the name begins."""
    value = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        value = (value + 1) << 7 | data[at] & 0x7F
        if value > length:
            break
    if value > length:
        raise BadIndex("a name is cut by more than it has")
    return length - value, at + 1


def _shared(data: bytes, at: int, hash_length: int) -> str | None:
    """The shared index that the extension ``link`` names. Raises :class:`BadIndex` where the extensions do not add up."""
    shared = None
    for signature, begin, end in _extensions(data, at, len(data) - hash_length):
        if signature == b"link":
            name = data[begin : begin + hash_length]
            if len(name) == hash_length and end - begin >= hash_length and any(name):
                shared = f"sharedindex.{name.hex()}"
    return shared


def _extensions(data: bytes, at: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
    while at < limit:
        begin = at + 8
        end = begin + int.from_bytes(data[at + 4 : at + 8])
        if end > limit:
            raise BadIndex("an extension is cut off")
        yield data[at : at + 4], begin, end
        at = end
    if at != limit:
        raise BadIndex("entries and extensions do not fill the file")
