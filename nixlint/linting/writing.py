"""Writing files: all of the new text or none of it, and only where nobody else wrote meanwhile."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from .discovery import repository_root
from .fixing import FixedFile
from .reading import read_file


class NotWritten(Exception):
    """A file was left as it was; the message says why."""


def write(file: FixedFile) -> None:
    """Put the new text of a file in the place of the old one, atomically, and keep its mode.

    Raises :class:`NotWritten` where the file changed since it was read, or is there although it is to be new, where it is
    a symlink out of its repository,
    and where the system refuses, on a full disk for instance.
    """
    try:
        if file.is_new:
            _create(file.path, file.after)
            return
        target = _target(file.path)
        if read_file(target) != file.before:
            raise NotWritten("it changed while it was being fixed; run nixlint again")
        _replace(target, file.after)
    except OSError as error:
        raise NotWritten(f"it can't be written: {(error.strerror or str(error)).lower()}") from error


def _create(path: Path, text: bytes) -> None:
    """Put a new file where there is none: whole, and never in the place of another one that came meanwhile."""
    descriptor, name = tempfile.mkstemp(prefix=".nixlint-", suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _NEW_MODE)
        path.hardlink_to(beside)
    except FileExistsError:
        raise NotWritten("there is a file by this name already") from None
    finally:
        beside.unlink(missing_ok=True)


_NEW_MODE = 0o644


def _target(path: Path) -> Path:
    """The file behind a path: a symlink stays one, and is not followed out of the repository."""
    target = path.resolve()
    if path.is_symlink() and not target.is_relative_to(repository_root(path).resolve()):
        raise NotWritten("it is a symlink out of the tree")
    return target


def _replace(target: Path, text: bytes) -> None:
    status = target.stat()
    descriptor, name = tempfile.mkstemp(prefix=".nixlint-", suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
