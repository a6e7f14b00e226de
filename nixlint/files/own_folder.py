"""A folder that is nixlint's own, and the files in it: nothing of anybody else is read there, replaced or removed.

The folder says itself whose it is, by a mark, and its files have names of one form. A folder without the mark is not used,
unless it is empty. It is opened without following a link in its place, and all that is done in it is done by names in the
opened folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .reading import reason_of, whole
from .writing import beside, remove_stale

_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_MAX_MARK = 4096


class NotOurs(OSError):
    """A folder that holds something, and does not say that it is nixlint's."""


class OwnFile(NamedTuple):
    """A file in the folder, when it was used last, and its size."""

    used: float
    name: str
    size: int


class OwnFolder:
    """A folder, which need not exist.

    ``mark`` is a file, by name and text, that says whose it is; ``form`` is what the names of its files are like. Every
    method raises :class:`OSError` where the folder is not ours, or the system refuses.
    """

    def __init__(self, path: Path, mark: tuple[str, bytes], form: re.Pattern[str]) -> None:
        self._path = path
        self._mark, self._text = mark
        self._form = form

    def refusal(self) -> str | None:
        """Why the folder is not used; ``None`` where it is ours, empty, or not there yet."""
        try:
            folder = os.open(self._path, _ENTER)
        except FileNotFoundError:
            return None
        except NotADirectoryError:  # what the system says of a link, too
            return "it is a symbolic link or not a folder"
        except (OSError, ValueError) as error:
            return reason_of(error) if isinstance(error, OSError) else "no folder can have this name"
        try:
            if _is_empty(folder) or self._has_mark(folder):
                return None
        except OSError as error:
            return reason_of(error)
        finally:
            os.close(folder)
        return f"it has content but no {self._mark} of nixlint"

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        with self._opened() as folder:
            return whole(os.open(name, _READ, dir_fd=folder), limit)

    def use(self, name: str, unless_since: float) -> None:
        """Note that a file is used now, unless that was noted since a time."""
        with self._opened() as folder:
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime < unless_since:
                os.utime(name, dir_fd=folder, follow_symlinks=False)

    def prepare(self) -> None:
        """Make the folder where there is none, and mark it where it is empty."""
        if not os.path.lexists(self._path):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._path, _ENTER)
        try:
            if _is_empty(folder):
                _put(folder, self._mark, self._text)
        finally:
            os.close(folder)

    def put(self, name: str, data: bytes) -> None:
        """Put a file in the place of what has its name."""
        with self._opened() as folder:
            remove_stale(folder)
            _put(folder, name, data)

    def files(self) -> list[OwnFile]:
        """The regular files whose names have the form, those that were used last at the end."""
        found = []
        with self._opened() as folder:
            for name in os.listdir(folder):
                if self._form.fullmatch(name):
                    with contextlib.suppress(FileNotFoundError):  # another run may have removed it
                        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                        if stat.S_ISREG(status.st_mode):
                            found.append(OwnFile(status.st_mtime, name, status.st_size))
        return sorted(found)

    def remove(self, name: str) -> None:
        """Remove a file whose name has the form."""
        if self._form.fullmatch(name):
            with self._opened() as folder, contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        folder = os.open(self._path, _ENTER)
        try:
            if not self._has_mark(folder):
                raise NotOurs("it does not have our mark")
            yield folder
        finally:
            os.close(folder)

    def _has_mark(self, folder: int) -> bool:
        try:
            return whole(os.open(self._mark, _READ, dir_fd=folder), _MAX_MARK) == self._text
        except OSError:
            return False


def _is_empty(folder: int) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def _put(folder: int, name: str, data: bytes) -> None:
    with beside(folder, data) as (temporary, descriptor):
        os.fchmod(descriptor, 0o600)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
