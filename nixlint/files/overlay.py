"""Texts in memory that stand in the place of what is on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .reading import MAX_BYTES, Kind, Reader


class Overlay:
    """A reader that gives the texts of some files, and reads the others with another reader."""

    def __init__(self, texts: Mapping[Path, bytes], behind: Reader) -> None:
        self._texts = texts
        self._behind = behind

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        text = self._texts.get(path)
        return self._behind.read(path, limit) if text is None else text

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path; where a text is given, that is a file."""
        return Kind.FILE if path in self._texts else self._behind.kind(path)
