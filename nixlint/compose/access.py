"""Which files a project is made of may be read, and what of them: the only way from a Compose project to the disk.

A project names files: what it includes, what its services extend, their variables. Each is read through the reader of the
command (:mod:`nixlint.files`), which keeps to a tree, and each once. What a person has named on the command line is read
wherever it is. An error names a key or a file that was read, never a path that only the project has written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from nixlint.files.reading import Anywhere, Kind, NotRegularFile, OutsideTree, Reader, TooLarge
from nixlint.syntax.place import Place

from .budget import MAXIMUM_BYTES, Budget
from .problem import ComposeError, Shown
from .yaml_reader import ComposeText


class Access:
    """The files of one project, each read once."""

    def __init__(self, within: Reader, named: tuple[Path, ...], given: Mapping[Path, bytes], budget: Budget) -> None:
        self.texts: dict[Path, ComposeText] = {}
        self._within = within
        self._named = frozenset(named)
        self._given = given
        self.budget = budget
        self._read: dict[Path, bytes] = {}

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path; ``None`` where that is nothing, or nothing that may be read."""
        return Kind.FILE if path in self._given else self._reader(path).kind(path)

    def is_file(self, path: Path) -> bool:
        """Whether there is a file that may be read."""
        return self.kind(path) is Kind.FILE

    def compose(self, path: Path, place: Place | None = None, *keys: Shown) -> ComposeText:
        """The text of a Compose file. Raises as :meth:`read` does, and :class:`ComposeError` where it is not UTF-8."""
        if path not in self.texts:
            self.texts[path] = ComposeText(path, self.read(path, place, *keys))
        return self.texts[path]

    def text(self, path: Path, place: Place | None = None, *keys: Shown) -> str:
        """The text of a file of variables. Raises as :meth:`read` does, and :class:`ComposeError` where it is not UTF-8."""
        try:
            return self.read(path, place, *keys).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ComposeError("{} is not UTF-8", place, *(keys or (Shown.file(path),))) from None

    def read(self, path: Path, place: Place | None = None, *keys: Shown) -> bytes:
        """The bytes of a file. ``keys`` is the key that names it, if a file does; else a person has named it.

        Raises :class:`ComposeError` for a file that isn't there, is too large, is none, or may not be read.
        """
        named = keys or (Shown.file(path),)
        if path in self._given:
            if len(self._given[path]) > MAXIMUM_BYTES:
                raise _too_large(place, named)
            return self._given[path]
        if path not in self._read:
            self.budget.take_file(place)
            self._read[path] = self._bytes(path, place, named)
        return self._read[path]

    def _bytes(self, path: Path, place: Place | None, named: tuple[Shown, ...]) -> bytes:
        try:
            return self._reader(path).read(path, MAXIMUM_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            raise ComposeError("{}: no such file or directory", place, *named) from None
        except NotRegularFile:
            raise ComposeError("{}: not a regular file", place, *named) from None
        except TooLarge:
            raise _too_large(place, named) from None
        except OutsideTree:
            raise ComposeError("{}: outside of the project's folder, and not named to nixlint", place, *named) from None
        except (OSError, ValueError) as error:
            why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it can't be read"
            raise ComposeError("{}: {}", place, *named, Shown.word(why.lower())) from None

    def _reader(self, path: Path) -> Reader:
        return Anywhere() if path in self._named else self._within


def _too_large(place: Place | None, named: tuple[Shown, ...]) -> ComposeError:
    return ComposeError("{}: larger than {} MiB", place, *named, Shown.number(MAXIMUM_BYTES // 1024 // 1024))


def anywhere() -> Access:
    """The way to all files, for a project that a person has named with all that it names."""
    return Access(Anywhere(), (), {}, Budget())
