"""Writing files: the whole new text or nothing, in the tree where it belongs, and over nothing that somebody else made.

Every folder on the way is opened without following a link at the moment of writing, and the new text takes its place by
``renameat(2)`` or ``linkat(2)`` relative to the opened folder: a folder that is swapped for a link meanwhile leads nowhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .reading import MAX_BYTES, reason_of, whole

_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_TEMPORARY = re.compile(r"\.nixlint-[a-z0-9_]{8}\.tmp")
_STALE = 3600
"""Seconds after which a temporary file belongs to no run any more: it was killed while it wrote."""
_CHANGED = "it changed since it was read; run nixlint again"


class NotWritten(Exception):
    """A file was left as it was; the message says why, to be read after the file's name."""


class AlreadyThere(NotWritten):
    """There is something by the name of a file that was to be new."""


class Writer:
    """Writes files below one folder. Its own path may lead through links; below it, no link is followed.

    Every method raises :class:`NotWritten` where it changes nothing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tidied: set[tuple[int, int]] = set()

    def create(self, path: Path, data: bytes, *, mode: int = 0o644) -> None:
        """Make a new file in a folder that is there. Where there is something by its name, that stays."""
        with _said(), self._folder_of(path) as folder:
            _create(folder, path.name, data, mode)

    def replace(self, path: Path, before: bytes, after: bytes) -> None:
        """Give a file another text, provided that it has the text ``before``; its mode, owner and attributes stay."""
        with _said(), self._folder_of(path) as folder:
            _replace(folder, path.name, after, lambda data: data == before, _CHANGED)

    def put(
        self,
        path: Path,
        data: bytes,
        *,
        may_replace: Callable[[bytes], bool],
        refusal: str = "there is another file by this name",
        mode: int = 0o644,
        folder_mode: int = 0o755,
    ) -> None:
        """Make a new file, or give one a new text of whose bytes ``may_replace`` says that it may be replaced.

        Folders on the way are made, with ``folder_mode``. ``mode`` is that of a new file; a file that is replaced keeps its
        own, without what ``mode`` does not allow to others where ``mode`` is for the owner alone. ``refusal`` says why a
        file is not replaced.
        """
        with _said(), self._folder_of(path, folder_mode) as folder:
            try:
                _create(folder, path.name, data, mode)
            except FileExistsError:
                is_private = not mode & (stat.S_IRWXG | stat.S_IRWXO)
                _replace(folder, path.name, data, may_replace, refusal, mode if is_private else None)

    @contextlib.contextmanager
    def _folder_of(self, path: Path, make: int | None = None) -> Iterator[int]:
        """The folder of a file, opened without following a link below the root; ``make`` is the mode of missing ones."""
        if not path.is_relative_to(self.root) or path == self.root:
            raise NotWritten("it is outside the tree")
        *folders, name = path.relative_to(self.root).parts
        if ".." in folders or name == "..":
            raise NotWritten("it is outside the tree")
        if make is not None:
            self.root.mkdir(mode=make, parents=True, exist_ok=True)
        descriptor = os.open(self.root, _ENTER)
        try:
            for folder in folders:
                above = descriptor
                try:
                    if make is not None:
                        with contextlib.suppress(FileExistsError):
                            os.mkdir(folder, make, dir_fd=above)
                    descriptor = os.open(folder, _ENTER | os.O_NOFOLLOW, dir_fd=above)
                finally:
                    if descriptor != above:
                        os.close(above)
            self._tidy(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _tidy(self, folder: int) -> None:
        """Remove what runs that were killed while they wrote left in a folder."""
        status = os.fstat(folder)
        if (status.st_dev, status.st_ino) not in self._tidied:
            self._tidied.add((status.st_dev, status.st_ino))
            remove_stale(folder)


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Whatever the system refuses, said in a :class:`NotWritten`."""
    try:
        yield
    except FileExistsError:
        raise AlreadyThere("there is a file by this name already") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotWritten("it is behind a symbolic link, or under what is not a folder") from error
        raise NotWritten(f"it can't be written: {reason_of(error)}") from error


def _create(folder: int, name: str, data: bytes, mode: int) -> None:
    """Make a new file, whole. Raises :class:`FileExistsError` where there is something by its name."""
    with contextlib.suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with beside(folder, data) as (temporary, descriptor):
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
        try:
            # Unlike a renaming, this takes the place of nothing that came meanwhile.
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
            _create_without_links(folder, name, data, mode)


def _create_without_links(folder: int, name: str, data: bytes, mode: int) -> None:
    """Make a new file on a file system that knows no hard links, as those of memory cards."""
    descriptor = os.open(name, _NEW, mode, dir_fd=folder)
    try:
        _write_all(descriptor, data)
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(descriptor)


def _replace(
    folder: int, name: str, data: bytes, may_replace: Callable[[bytes], bool], refusal: str, mode: int | None = None
) -> None:
    before = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(before.st_mode):
        raise NotWritten("it is a symbolic link")
    if not stat.S_ISREG(before.st_mode):
        raise NotWritten("it is not a regular file")
    if before.st_nlink > 1:
        raise NotWritten("it has another name (a hard link), which would keep the old text")
    old = os.open(name, _READ, dir_fd=folder)
    if not may_replace(whole(os.dup(old), MAX_BYTES)):
        os.close(old)
        raise NotWritten(refusal)
    try:
        with beside(folder, data) as (temporary, descriptor):
            _keep_attributes(old, descriptor)
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(before.st_mode) if mode is None else mode)
            os.fsync(descriptor)
            now = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if _identity(now) != _identity(before):
                raise NotWritten(_CHANGED)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(old)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@contextlib.contextmanager
def beside(folder: int, data: bytes) -> Iterator[tuple[str, int]]:
    """A temporary file in an opened folder that holds a text: its name and a descriptor. It is gone afterwards."""
    name = f".nixlint-{os.urandom(4).hex()}.tmp"
    descriptor = os.open(name, _NEW, 0o600, dir_fd=folder)
    try:
        _write_all(descriptor, data)
        yield name, descriptor
    finally:
        os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _keep_attributes(old: int, new: int) -> None:
    """Copy the extended attributes, access lists among them, as far as the system lets us."""
    if not hasattr(os, "listxattr"):
        return
    with contextlib.suppress(OSError):
        for attribute in os.listxattr(old):
            with contextlib.suppress(OSError):
                os.setxattr(new, attribute, os.getxattr(old, attribute))


def remove_stale(folder: int) -> None:
    """Remove the temporary files of runs that were killed from an opened folder."""
    for name in os.listdir(folder):
        if _TEMPORARY.fullmatch(name):
            with contextlib.suppress(OSError):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and status.st_mtime < time.time() - _STALE:
                    os.unlink(name, dir_fd=folder)
