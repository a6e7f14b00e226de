"""Writing what fixes change: in the repository that a file is in, and only where nobody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nixlint.files.reading import reason_of
from nixlint.files.tree import Tree
from nixlint.files.writing import NotWritten, Writer

from .applying import FixedFile


def write(file: FixedFile, roots: Iterable[Path]) -> None:
    """Put the new text of a file in the place of the old one, or make a new file, in one of the repositories ``roots``.

    A symbolic link to a file in the repository stays one, and that file is written. Raises :class:`NotWritten` where the
    file changed since it was read, or is there although it is to be new, where a link leads out of the repository, and
    where the system refuses, on a full disk for instance.
    """
    root = max(
        (root for root in roots if file.path.is_relative_to(root)), key=lambda root: len(root.parts), default=None
    )
    if root is None:
        raise NotWritten("it is outside the tree")
    if file.is_new:
        Writer(root).create(file.path, file.after)
        return
    try:
        real = Tree(root).resolved(file.path)
    except OSError as error:
        raise NotWritten(f"it can't be written: {reason_of(error)}") from error
    if real is None:
        raise NotWritten("it is a symlink out of the tree")
    Writer(root).replace(real, file.before, file.after)
