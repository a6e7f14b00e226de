"""The folder in which a run keeps what it found for the next one.

One file for each repository, configuration and set of rules; the name is a digest of all that. A file is replaced as a
whole, so that runs at the same time do each other no harm: the last one has the say. What cannot be read is as if it were
not there, and where nothing can be written, nothing is. The folder has nixlint's mark; in any other nothing is touched.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nixlint.files.own_folder import OwnFolder

from .contents import digest_of

MAX_BYTES = 128 * 1024 * 1024
"""How much is kept of one repository; that of 20,000 files takes some 20 MB."""
_TAG = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache of nixlint. It can be deleted at any time; see https://bford.info/cachedir/
"""
_MARK = ("CACHEDIR.TAG", _TAG)
_IGNORE = b"# Made by nixlint.\n*\n"
_FORM = re.compile("[0-9a-f]{32}\\.json")
_MOST_FILES = 256
_MOST_BYTES = 1024 * 1024 * 1024
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
        own = self._own()
        try:
            data = own.read(self.name, MAX_BYTES)
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):
            own.use(self.name, time.time() - _OFTEN)
        return data

    def save(self, data: bytes) -> None:
        """Keep something, in the place of what was there. Where it cannot be written, nothing happens."""
        if len(data) > MAX_BYTES:
            return
        own = self._own()
        with contextlib.suppress(OSError, ValueError):
            own.prepare()
            own.put(self.name, data)
            own.put(".gitignore", _IGNORE)
            _tidy(own)

    def _own(self) -> OwnFolder:
        return _own(self.folder)


def why_unused(folder: Path) -> str | None:
    """Why nothing is kept in a folder that a person named; ``None`` where it is nixlint's, or can become so."""
    return _own(folder).refusal()


def _own(folder: Path) -> OwnFolder:
    return OwnFolder(folder, _MARK, _FORM)


def _tidy(own: OwnFolder) -> None:
    """Remove what was not used for long, and the oldest of too many."""
    total = 0
    for number, file in enumerate(reversed(own.files())):
        total += file.size
        if number >= _MOST_FILES or total > _MOST_BYTES or file.used < time.time() - _OLDEST:
            own.remove(file.name)


def users_folder() -> Path:
    """The folder for caches of nixlint that is the user's own, outside of any repository."""
    from platformdirs import user_cache_path

    return user_cache_path("nixlint", appauthor=False)


def name_of(parts: Iterable[str]) -> str:
    """The name for what depends on some texts."""
    return f"{digest_of(chr(0).join(parts).encode('utf-8', 'surrogateescape'))}.json"
