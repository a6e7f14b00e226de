"""The files of a repository as functions such as ``readDir``, ``readFile`` and ``pathExists`` see them.

Nothing outside the repository's folder is looked at: what stands there is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

_MAX_SIZE = 1_000_000
"""How many bytes a file may have whose text becomes a value."""
_MAX_NAMES = 5_000
"""How many names a folder may have that is listed."""
_NOT_IN_SOURCES = frozenset({".git"})
"""What stands in a folder on the disk, and not in the sources of a flake."""


class FileTree:
    """A folder and all below it. ``read`` gives the bytes of a file and raises :class:`OSError` where it cannot."""

    def __init__(self, root: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> None:
        self.root = root
        self._read = read

    def holds(self, path: Path) -> bool:
        """Whether a path is within the tree, with no symbolic link on the way that may lead out of it."""
        if not path.is_relative_to(self.root):
            return False
        folders = path.relative_to(self.root).parts[:-1]
        return not any(self.root.joinpath(*folders[:count]).is_symlink() for count in range(1, len(folders) + 1))

    def text(self, path: Path) -> str | None:
        """The text of a file, undecodable bytes as surrogates; ``None`` where it cannot be known."""
        if self.kind(path) != "regular":
            return None
        try:
            data = self._read(path)
        except OSError:
            return None
        return None if len(data) > _MAX_SIZE or b"\0" in data else data.decode("utf-8", "surrogateescape")

    def kind(self, path: Path) -> str | None:
        """What stands at a path, in the words of ``readFileType``; ``None`` where it is nothing, or outside the tree."""
        if not self.holds(path):
            return None
        try:
            if path.is_symlink():
                return "symlink"
            if path.is_dir():
                return "directory"
            return "regular" if path.is_file() else "unknown" if path.exists() else None
        except OSError:
            return None

    def entries(self, folder: Path) -> Mapping[str, str] | None:
        """The names in a folder and the kind of each, as ``readDir`` gives them; ``None`` where they cannot be known."""
        if self.kind(folder) != "directory":
            return None
        try:
            names = sorted(path.name for path in folder.iterdir() if path.name not in _NOT_IN_SOURCES)
        except OSError:
            return None
        if len(names) > _MAX_NAMES:
            return None
        return {name: self.kind(folder / name) or "unknown" for name in names}

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
        for folder in path.parents:
            if not folder.is_relative_to(self.root):
                return None
            if (folder / "flake.nix").is_file():
                return folder
        return None
