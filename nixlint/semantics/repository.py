"""A repository of Nix files, and the questions that can be asked of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from nixlint.syntax.source_file import SourceFile

from .file_tree import FileTree
from .interpreter import Interpreter

T = TypeVar("T")

_KEPT_BYTES = 2_000_000
"""How many bytes of source are kept parsed at a time, so that memory does not grow with the repository."""


class Repository:
    """The files of a repository, parsed on demand.

    ``root`` is the repository's folder and ``files`` its Nix files, as absolute paths; they are not gone through before
    a question needs all of them. ``read`` gives the bytes of a file and raises :class:`OSError` where it cannot.
    ``target_release`` is the NixOS release that the user says the repository is for (``nixos-release`` in
    ``nixlint.toml``), such as ``26.05``.
    """

    def __init__(
        self,
        root: Path,
        files: Iterable[Path],
        read: Callable[[Path], bytes] = Path.read_bytes,
        target_release: str | None = None,
    ) -> None:
        self.root = root
        self._files = files
        self.target_release = target_release
        self._read = read
        self._sources: OrderedDict[Path, SourceFile | None] = OrderedDict()
        self._kept = 0
        self._remembered: dict[type, object] = {}

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All Nix files of the repository."""
        return tuple(self._files)

    def source(self, path: Path) -> SourceFile | None:
        """The parsed file at an absolute path, or ``None`` where there is no readable Nix."""
        if path in self._sources:
            self._sources.move_to_end(path)
            return self._sources[path]
        try:
            return self.open(path)
        except OSError:
            self._keep(path, None)
            return None

    def open(self, path: Path) -> SourceFile:
        """The parsed file at an absolute path. Raises :class:`OSError` where there is no readable Nix."""
        source = self._sources.get(path) or SourceFile.parse(path, self._read(path))
        self._keep(path, source)
        return source

    def text(self, path: Path) -> str | None:
        """The text of a file of the repository that may not be Nix; ``None`` where it cannot be known."""
        return FileTree(self.root, self._read).text(path)

    def interpreter(self) -> Interpreter:
        """An interpreter that follows imports within the repository, with an amount of work of its own."""
        return Interpreter(self._importable, FileTree(self.root, self._read))

    def files_mentioning(self, *words: bytes) -> Iterator[Path]:
        """The files that hold all of these bytes; each is read once for it and not kept."""
        for path in self.files:
            try:
                data = self._read(path)
            except OSError:
                continue
            if all(word in data for word in words):
                yield path

    def remember(self, kind: type[T], compute: Callable[[], T]) -> T:
        """A fact about the whole repository, one of each kind, worked out when it is first asked for."""
        if kind not in self._remembered:
            self._remembered[kind] = compute()
        value = self._remembered[kind]
        assert isinstance(value, kind)
        return value

    def _keep(self, path: Path, source: SourceFile | None) -> None:
        self._kept += _size(source) - _size(self._sources.get(path))
        self._sources[path] = source
        self._sources.move_to_end(path)
        while self._kept > _KEPT_BYTES and len(self._sources) > 1:
            _, dropped = self._sources.popitem(last=False)
            self._kept -= _size(dropped)

    def _importable(self, path: Path) -> SourceFile | None:
        return self.source(path) if path.is_relative_to(self.root) else None


def _size(source: SourceFile | None) -> int:
    return 0 if source is None else len(source.data)
