"""The files of a repository as functions such as ``readDir``, ``readFile`` and ``pathExists`` see them.

Nothing outside the repository's folder is looked at: what stands there is not known. Everything that is looked at is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from nixlint.files.reading import MAX_BYTES, Kind, Reader
from nixlint.files.tree import Tree

from .dependencies import Question, Reading

_MAX_SIZE = 1_000_000
"""How many bytes a file may have whose text becomes a value."""
_MAX_NAMES = 5_000
"""How many names a folder may have that is listed."""
CACHE_FOLDER = ".nixlint_cache"
"""Where nixlint keeps what it found, if it is to be kept here. It is ignored by git, and looking at a folder must not
change what is in it."""
_NOT_IN_SOURCES = frozenset({".git", CACHE_FOLDER})
"""What stands in a folder on the disk, and not in the sources of a flake."""


class FileTree:
    """A folder and all below it. ``reader`` reads the files in it; without one, ``tree`` itself does.

    ``note`` is told of everything that is looked at, and what was seen, but for the contents of files.
    """

    def __init__(
        self,
        tree: Tree,
        reader: Reader | None = None,
        note: Callable[[Question, str | None], None] | None = None,
    ) -> None:
        self.root = tree.root
        self._tree = tree
        self._reader: Reader = reader or tree
        self._note = note

    def holds(self, path: Path) -> bool:
        """Whether a path is within the tree, with no symbolic link on the way that may lead out of it."""
        self._noted(Reading.KIND, path)
        return self._tree.holds(path)

    def text(self, path: Path) -> str | None:
        """The text of a file, undecodable bytes as surrogates; ``None`` where it cannot be known."""
        data = self.data(path, _MAX_SIZE)
        return None if data is None or b"\0" in data else data.decode("utf-8", "surrogateescape")

    def data(self, path: Path, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file that is no link; ``None`` where they cannot be known, or are more than ``limit``."""
        if self.kind(path) != "regular":
            return None
        self._noted(Reading.CONTENT, path)
        try:
            return self._reader.read(path, limit)
        except OSError:
            return None

    def kind(self, path: Path) -> str | None:
        """What stands at a path, in the words of ``readFileType``; ``None`` where it is nothing, or outside the tree."""
        self._noted(Reading.KIND, path)
        return self._kind(path)

    def _kind(self, path: Path) -> str | None:
        kind = self._tree.own_kind(path)
        return None if kind is None else kind.value

    def entries(self, folder: Path) -> Mapping[str, str] | None:
        """The names in a folder and the kind of each, as ``readDir`` gives them; ``None`` where they cannot be known."""
        self._noted(Reading.NAMES, folder)
        return self._entries(folder)

    def _entries(self, folder: Path) -> Mapping[str, str] | None:
        try:
            names = self._tree.names(folder, _MAX_NAMES)
        except OSError:
            return None
        return {name: kind.value for name, kind in names.items() if name not in _NOT_IN_SOURCES}

    def below(self, folder: Path) -> list[Path] | None:
        """All files below a folder, sorted; ``None`` where they cannot be known. No symbolic link is followed."""
        found: list[Path] = []
        waiting = [folder]
        while waiting:
            names = self.entries(current := waiting.pop())
            if names is None or len(found) > _MAX_NAMES:
                return None
            found.extend(current / name for name, kind in names.items() if kind == "regular")
            waiting.extend(current / name for name, kind in names.items() if kind == "directory")
        return sorted(found)

    def flake_root(self, path: Path) -> Path | None:
        """The nearest folder above a path with a ``flake.nix``, within the tree."""
        self._noted(Reading.FLAKE, path)
        return self._flake_root(path)

    def _flake_root(self, path: Path) -> Path | None:
        for folder in path.parents:
            if not folder.is_relative_to(self.root):
                return None
            if self._tree.kind(folder / "flake.nix") is Kind.FILE:
                return folder
        return None

    def answer(self, question: Question) -> str:
        """What one sees at a path, as a text that changes with it. It is for comparing, and not noted.

        Raises :class:`ValueError` for questions about contents and about all files: those are for whoever reads these.
        """
        path = question.path
        match question.reading:
            case Reading.KIND:
                return str(self._kind(path)) if self._tree.holds(path) else "outside"
            case Reading.NAMES:
                entries = self._entries(path)
                return "unknown" if entries is None else "\0".join(f"{name}/{entries[name]}" for name in entries)
            case Reading.FLAKE:
                return str(self._flake_root(path))
            case _:
                raise ValueError(question.reading)

    def _noted(self, reading: Reading, path: Path) -> None:
        if self._note is not None:
            question = Question(reading, path)
            self._note(question, None if reading is Reading.CONTENT else self.answer(question))
