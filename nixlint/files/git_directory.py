"""What git knows of a work tree besides its files: which of them it tracks, and what it ignores there.

No git program is run, and nothing of the repository's configuration is obeyed: a repository can name programs there that
git starts, and files that it reads, wherever they are. What is read is the index, ``info/exclude``, and the person's own
file of ignored names.

A file ``.git`` that names a folder elsewhere is believed where the folder says the same (``git worktree``), or where it is
among the submodules of a repository that the work tree is in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .git_index import BadIndex, TrackedFiles, both, read_index
from .ignore_patterns import MAX_IGNORE_FILE, IgnorePatterns
from .reading import Anywhere, Kind, Reader
from .tree import Tree

_MAX_INDEX = 256 * 1024 * 1024
_MAX_SETTINGS = 1024 * 1024
_MAX_POINTER = 16 * 1024


class WorkTree(NamedTuple):
    """The work tree of a git repository. ``storage`` and ``shared`` are its git directory and the one it shares with
    other work trees, read by ``reader``; without one, nothing is known but where the work tree is."""

    root: Path
    storage: Path | None = None
    shared: Path | None = None
    reader: Reader = Anywhere()

    def tracked(self) -> TrackedFiles:
        """The files that git tracks; none where the index can't be read."""
        if self.storage is None:
            return TrackedFiles()
        found = self._index(self.storage / "index")
        return found if found.shared is None else both(found, self._index(self.storage / found.shared))

    def excludes(self) -> Iterator[IgnorePatterns]:
        """What is ignored whatever the files ``.gitignore`` say, the more important first."""
        if self.shared is not None:
            yield _patterns(self.reader, self.shared / "info" / "exclude")
        own = _own_excludes()
        if own is not None:
            yield _patterns(Anywhere(), own)

    def _index(self, path: Path) -> TrackedFiles:
        try:
            return read_index(self.reader.read(path, _MAX_INDEX))
        except (OSError, BadIndex):
            return TrackedFiles()


def work_tree_of(folder: Path) -> WorkTree | None:
    """The git work tree that a folder is in; ``None`` where it is in none, or in one that git would refuse."""
    for each in (folder, *folder.parents):
        tree = Tree(each)
        match tree.own_kind(each / ".git"):
            case Kind.FOLDER if is_git_directory(tree, each / ".git"):
                return WorkTree(each, each / ".git", each / ".git", tree)
            case Kind.FILE:
                return _pointed_to(each, tree)
            case Kind.LINK:
                return WorkTree(each)
            case _:
                pass
    return None


def is_nested(tree: Tree, folder: Path) -> bool:
    """Whether a folder in a work tree that has a ``.git`` is a repository of its own."""
    match tree.own_kind(folder / ".git"):
        case Kind.FOLDER:
            return is_git_directory(tree, folder / ".git")
        case Kind.FILE:
            storage = _pointer(tree, folder / ".git")
            if storage is None:
                return False
            return storage.parent.name in ("modules", "worktrees") or is_git_directory(tree, storage)
        case _:
            return False


def is_git_directory(reader: Reader, folder: Path) -> bool:
    """Whether a folder has what git looks for in a repository (git, ``setup.c``)."""
    return (
        reader.kind(folder / "objects") is Kind.FOLDER
        and reader.kind(folder / "refs") is Kind.FOLDER
        and _is_head(reader, folder / "HEAD")
    )


def _is_head(reader: Reader, path: Path) -> bool:
    try:
        text = reader.read(path, _MAX_POINTER)
    except OSError:
        return False
    return re.match(rb"ref:\s*refs/|[0-9a-f]{40}", text) is not None


def _pointed_to(root: Path, tree: Tree) -> WorkTree | None:
    storage = _pointer(tree, root / ".git")
    if storage is None:
        return None
    if storage.is_relative_to(root) and is_git_directory(tree, storage):
        return WorkTree(root, storage, storage, tree)
    if storage.parent.name == "worktrees":
        elsewhere = Tree(storage.parent.parent)
        back = _line(elsewhere, storage / "gitdir")
        if back is not None and os.path.realpath(back) == os.path.realpath(root / ".git"):
            return WorkTree(root, storage, storage.parent.parent, elsewhere)
    for above in root.parents:
        modules = above / ".git" / "modules"
        if storage.is_relative_to(modules):
            elsewhere = Tree(above)
            return WorkTree(root, storage, storage, elsewhere) if is_git_directory(elsewhere, storage) else None
    return WorkTree(root) if storage.parent.name in ("modules", "worktrees") else None


def _pointer(tree: Tree, path: Path) -> Path | None:
    """The folder that a file ``.git`` names."""
    text = _line(tree, path)
    if text is None or not text.startswith("gitdir: "):
        return None
    return Path(os.path.normpath(path.parent / text.removeprefix("gitdir: ")))


def _line(reader: Reader, path: Path) -> str | None:
    try:
        return os.fsdecode(reader.read(path, _MAX_POINTER)).rstrip("\n\r")
    except OSError:
        return None


def _patterns(reader: Reader, path: Path) -> IgnorePatterns:
    try:
        return IgnorePatterns.of_file(reader.read(path, MAX_IGNORE_FILE))
    except OSError:
        return IgnorePatterns(())


# -- the person's own file of ignored names (gitignore(5), git-config(1): 'core.excludesFile') ---------------------


def _own_excludes() -> Path | None:
    home = os.environ.get("HOME", "")
    settings = os.environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    if "GIT_CONFIG_GLOBAL" in os.environ:
        files = [os.environ["GIT_CONFIG_GLOBAL"]]
    else:
        files = [os.path.join(settings, "git", "config") if settings else "", os.path.join(home, ".gitconfig")]
    if os.environ.get("GIT_CONFIG_NOSYSTEM", "0").lower() in ("", "0", "false", "no", "off"):
        files.insert(0, "/etc/gitconfig")
    named = None
    for file in files:
        if os.path.isabs(file):
            named = _excludes_file(Path(file)) or named
    if named is None:
        return Path(settings, "git", "ignore") if os.path.isabs(settings) else None
    path = os.path.join(home, named[2:]) if named.startswith("~/") else named
    return Path(path) if os.path.isabs(path) else None


_SECTION = re.compile(r"\s*\[\s*([^\]\s\"]*+)[^\]]*\]")
_ENTRY = re.compile(r'\s*excludesfile\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^#;"]*))', re.IGNORECASE)


def _excludes_file(path: Path) -> str | None:
    try:
        text = os.fsdecode(Anywhere().read(path, _MAX_SETTINGS))
    except OSError:
        return None
    found = None
    is_core = False
    for line in text.splitlines():
        section = _SECTION.match(line)
        if section is not None:
            is_core = section[1].lower() == "core"
        entry = _ENTRY.match(line, 0 if section is None else section.end()) if is_core else None
        if entry is not None:
            found = (entry[2] if entry[1] is None else re.sub(r"\\(.)", r"\1", entry[1])).strip()
    return found or None
