"""Files that were read, kept for whoever asks for them next."""

from __future__ import annotations

from pathlib import Path

from .reading import MAX_BYTES, Kind, Reader, TooLarge

_MOST_BYTES = 48_000_000
"""How many bytes are kept; those of files that come later are read again each time."""


class Kept:
    """A reader that reads a file once: in a run, a file is what it was when it was read first."""

    def __init__(self, behind: Reader) -> None:
        self._behind = behind
        self._texts: dict[Path, bytes] = {}
        self._left = _MOST_BYTES

    def __contains__(self, path: Path) -> bool:
        return path in self._texts

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        data = self._texts.get(path)
        if data is None:
            data = self._behind.read(path, limit)
            if len(data) <= self._left:
                self._texts[path] = data
                self._left -= len(data)
        elif len(data) > limit:
            raise TooLarge("too large")
        return data

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path."""
        return self._behind.kind(path)
