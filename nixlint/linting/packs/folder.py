"""The files of a folder with rules, read without running anything.

Nothing is followed: a folder or a file that is a symbolic link is refused, and so is a way out of the repository. What
Python compiled before (``__pycache__``) is never read, so that the code that runs is the code that stands there. Hidden
files are no part of a pack.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nixlint.files.reading import Kind, reason_of
from nixlint.files.tree import Tree

MAX_FILES = 500
MAX_FILE = 1024 * 1024
_MAX_DEPTH = 8
_COMPILED = "__pycache__"


class Refused(Exception):
    """A folder that is not taken for a pack; the message says why."""


class PackFolder(NamedTuple):
    """A folder with rules: where it is, and the bytes of its files by their names relative to it, in order."""

    path: Path
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """A digest of all names and contents. Nothing can change in the folder and leave it as it is."""
        digest = hashlib.sha256()
        for name, data in self.files.items():
            for part in (name.encode("utf-8", "surrogateescape"), data):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return f"sha256-{digest.hexdigest()}"

    @property
    def sources(self) -> Mapping[str, bytes]:
        """The files of Python."""
        return {name: data for name, data in self.files.items() if name.endswith(".py")}


def folder_below(base: Path, text: str) -> Path:
    """The folder that a configuration in ``base`` names. Raises :class:`Refused` for one that is not below it."""
    path = PurePosixPath(text)
    if not text or path.is_absolute() or ".." in path.parts or not path.parts:
        raise Refused(f"'{text}' is no folder below that of nixlint.toml")
    return base.joinpath(*path.parts)


def read_pack(folder: Path, root: Path) -> PackFolder:
    """The files of a folder somewhere below ``root``. Raises :class:`Refused`."""
    tree = Tree(root)
    match tree.own_kind(folder):
        case Kind.FOLDER:
            pass
        case Kind.LINK:
            raise Refused("it is a symbolic link")
        case _:
            raise Refused("there is no such folder (symbolic links are not followed)")
    files: dict[str, bytes] = {}
    try:
        for path in _files_below(folder, tree, 0):
            if len(files) == MAX_FILES:
                raise Refused(f"it has more than {MAX_FILES} files")
            files[path.relative_to(folder).as_posix()] = tree.read(path, MAX_FILE)
    except OSError as error:
        raise Refused(f"it can't be read: {reason_of(error)}") from error
    return PackFolder(folder, dict(sorted(files.items())))


def _files_below(folder: Path, tree: Tree, depth: int) -> Iterator[Path]:
    if depth > _MAX_DEPTH:
        raise Refused(f"it has folders more than {_MAX_DEPTH} deep")
    for name, kind in tree.names(folder).items():
        if name.startswith(".") or name == _COMPILED:
            continue
        match kind:
            case Kind.FILE:
                yield folder / name
            case Kind.FOLDER:
                yield from _files_below(folder / name, tree, depth + 1)
            case Kind.LINK:
                raise Refused(f"{name} in it is a symbolic link")
            case Kind.OTHER:
                raise Refused(f"{name} in it is not a regular file")
