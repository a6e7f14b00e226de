"""The folder in which a run keeps what it found for the next one.

One file for each repository, configuration and set of rules; the name is a digest of all that. A file is replaced as a
whole, so that runs at the same time do each other no harm: the last one has the say. What cannot be read is as if it were
not there, and where nothing can be written, nothing is.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .contents import digest_of

_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache of nixlint. It can be deleted at any time; see https://bford.info/cachedir/
"""
_IGNORE = "# Made by nixlint.\n*\n"
_MOST_FILES = 24
_OFTEN = 24 * 3600
"""Seconds after which a file that is used says so."""
_OLDEST = 30 * 24 * 3600
"""Seconds after which a file that nobody used is removed."""


class CachePlace(NamedTuple):
    """A file in a folder for caches, neither of which need exist."""

    folder: Path
    name: str

    def load(self) -> bytes | None:
        """What was kept here."""
        path = self.folder / self.name
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _OFTEN:
                os.utime(path)
        return data

    def save(self, data: bytes) -> None:
        """Keep something, in the place of what was there. Where it cannot be written, nothing happens."""
        beside = self.folder / f"{self.name}.{os.getpid()}.tmp"
        with contextlib.suppress(OSError):
            self._prepare()
            try:
                with open(beside, "xb") as file:  # noqa: PTH123
                    file.write(data)
                beside.replace(self.folder / self.name)
            finally:
                beside.unlink(missing_ok=True)
            self._tidy()

    def _prepare(self) -> None:
        if self.folder.is_dir():
            return
        self.folder.mkdir(parents=True)
        (self.folder / "CACHEDIR.TAG").write_text(_TAG, "utf-8")
        (self.folder / ".gitignore").write_text(_IGNORE, "utf-8")

    def _tidy(self) -> None:
        """Remove what was not used for long, and the oldest of too many."""
        kept = sorted(
            (path.stat().st_mtime, path) for path in self.folder.iterdir() if path.suffix in (".json", ".tmp")
        )
        for number, (used, path) in enumerate(reversed(kept)):
            if number >= _MOST_FILES or used < time.time() - _OLDEST:
                path.unlink(missing_ok=True)


def name_of(parts: Iterable[str]) -> str:
    """The name for what depends on some texts."""
    return f"{digest_of(chr(0).join(parts).encode('utf-8', 'surrogateescape'))}.json"
