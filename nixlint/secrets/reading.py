"""Remembering the secrets of files that are read, so that they are known where Nix carries them to another place.

What ``let dbPassword = "…"`` binds may come up as a part of any text that a program works out; by then its name is gone.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from nixlint.files.reading import MAX_BYTES, Kind, Reader

from .masking import KnownValues, Shown
from .names import hidden_kind


class RememberingReader:
    """Reads files as another reader does, and remembers the values that stand at names of secrets in them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._seen: set[Path] = set()
        self._values: dict[str, str] = {}
        self._known = KnownValues({})
        self._known_from = 0

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path; see :class:`~nixlint.files.reading.Reader`."""
        return self._reader.kind(path)

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        data = self._reader.read(path, limit)
        if path not in self._seen:
            self._seen.add(path)
            self._values.update(values_at_names(data))
        return data

    @property
    def known(self) -> KnownValues:
        """The values that were seen so far."""
        if self._known_from != len(self._values):
            self._known = KnownValues(self._values)
            self._known_from = len(self._values)
        return self._known

    def masked(self, text: str) -> Shown:
        """A text without the values that were seen until it was made."""
        return self.known.masked(text)


def values_at_names(data: bytes) -> dict[str, str]:
    """The quoted values that stand at names of secrets in a text, such as ``password = "x"``, with their kinds."""
    found: dict[str, str] = {}
    for match in _at_name().finditer(data):
        kind = hidden_kind(match[1].decode("ascii", "replace"))
        if kind:
            value = match[2].decode("utf-8", "surrogateescape")
            found[value] = kind
            found[_unescaped().sub(r"\1", value)] = kind
    return found


@cache
def _at_name() -> re.Pattern[bytes]:
    return re.compile(rb"([A-Za-z_][\w.-]{0,80})\"?\s*[=:?]\s*\"((?:[^\"\\]|\\.){1,1000})\"")


@cache
def _unescaped() -> re.Pattern[str]:
    return re.compile(r"\\(.)")
