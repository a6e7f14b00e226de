"""Which files are below a folder: as git lists them in a work tree, and elsewhere by walking and the ignore files.

In a work tree they are the files that git tracks and those that it neither tracks nor ignores, as ``git ls-files --cached
--others --exclude-standard`` has them; a repository within is left alone, as git leaves it alone. Elsewhere nested
``.gitignore`` and ``.ignore`` files count. No symbolic link is followed: what it points to is found by itself where it is in
the tree, and is none of our business where it is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .git_directory import WorkTree, is_nested, work_tree_of
from .git_index import TrackedFiles
from .ignore_patterns import MAX_IGNORE_FILE, IgnorePatterns, as_bytes
from .reading import Kind, TooLarge, reason_of
from .tree import Tree

_MAX_STEPS = 100_000_000
"""How many steps of matching ignore files are worth: 100,000 files and 500 wildcards in each of them."""


class Unlisted(NamedTuple):
    """A folder that can't be listed, or an ignore file that is not obeyed, and why."""

    path: Path
    reason: str


class Listing:
    """The files below folders, each folder looked through once; what can't be listed is among ``problems``.

    ``wanted`` tells by its name whether a file is looked for.
    """

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self.problems: list[Unlisted] = []
        self._wanted = wanted
        self._files: dict[tuple[Path, bool], tuple[Path, ...]] = {}

    def below(self, folder: Path, *, is_one_repository: bool = False) -> tuple[Path, ...]:
        """The files below a folder, in no particular order.

        In a git work tree, repositories within are left out, as git does it. Elsewhere they are looked through too, unless
        the folder ``is_one_repository``: what is in another one is then no part of it.
        """
        work_tree = work_tree_of(folder)
        skips_nested = is_one_repository or work_tree is not None
        if (folder, skips_nested) not in self._files:
            tree = Tree(folder if work_tree is None else work_tree.root)
            walk = _Walk(tree, work_tree, self._wanted, self.problems, skips_nested)
            self._files[folder, skips_nested] = tuple(walk.below(folder))
        return self._files[folder, skips_nested]

    def few_below(self, folder: Path, at_most: int) -> tuple[Path, ...]:
        """The files below a folder that is no work tree, without repositories within; where there is more than so many
        files and folders of any kind to look through, those in the folder itself."""
        tree = Tree(folder)
        walk = _Walk(tree, None, self._wanted, self.problems, True, at_most)
        try:
            return tuple(walk.below(folder))
        except _TooMuch:
            names = tree.names(folder)
            return tuple(folder / name for name, kind in names.items() if kind is Kind.FILE and self._wanted(name))


class _TooMuch(Exception):
    """More than a walk was to look through."""


class _Rules(NamedTuple):
    """The patterns of one ignore file, and how much of a path precedes the folder that they are relative to."""

    start: int
    patterns: IgnorePatterns


class _Walk:
    """One walk through a tree. Paths are relative to its root, as the system has them."""

    def __init__(
        self,
        tree: Tree,
        work_tree: WorkTree | None,
        wanted: Callable[[str], bool],
        problems: list[Unlisted],
        skips_nested: bool,
        at_most: int | None = None,
    ) -> None:
        self._tree = tree
        self._wanted = wanted
        self._problems = problems
        self._is_git = work_tree is not None
        self._skips_nested = skips_nested
        self._left = at_most
        self._tracked = TrackedFiles() if work_tree is None else work_tree.tracked()
        # In the order of their importance, the least first: a folder's own come after those above it.
        excludes = () if work_tree is None else tuple(work_tree.excludes())
        self._rules = tuple(_Rules(0, patterns) for patterns in reversed(excludes) if not patterns.is_empty)
        self._ignore_files = (".gitignore",) if self._is_git else (".gitignore", ".ignore")
        self._steps = 0

    def below(self, folder: Path) -> Iterator[Path]:
        top = "" if folder == self._tree.root else str(folder.relative_to(self._tree.root))
        prefix = os.path.join(str(self._tree.root), "")
        found: set[str] = set()
        rules = self._rules_above(top)
        if rules is not None:
            for relative in self._walked(top, rules):
                found.add(relative)
                yield Path(prefix + relative)
        for relative in self._tracked_below(top):
            if relative not in found and self._tree.own_kind(path := Path(prefix + relative)) in (
                Kind.FILE,
                Kind.OTHER,
            ):
                yield path

    def _tracked_below(self, top: str) -> Iterator[str]:
        folder = os.fsencode(f"{top}/") if top else b""
        for name in self._tracked.names:
            if name.startswith(folder):
                relative = os.fsdecode(name)
                if self._wanted(relative.rpartition("/")[2]):
                    yield relative

    def _rules_above(self, top: str) -> tuple[_Rules, ...] | None:
        """The rules of the folders above one; ``None`` where it is ignored, or in a repository within."""
        rules = self._rules
        folders = top.split("/") if top else []
        for depth, name in enumerate(folders):
            above, here = "/".join(folders[:depth]), "/".join(folders[: depth + 1])
            rules = self._with_rules_of(above, rules, self._ignore_files)
            if self._is_ignored(here, name, True, rules) or (self._is_git and self._is_left_alone(here)):
                return None
        return rules

    def _walked(self, top: str, rules: tuple[_Rules, ...]) -> Iterator[str]:
        waiting = [(top, rules)]
        while waiting:
            folder, rules = waiting.pop()
            try:
                entries = self._entries(folder)
            except OSError as error:
                self._problems.append(Unlisted(self._tree.root / folder, reason_of(error)))
                continue
            if self._left is not None:
                self._left -= len(entries)
                if self._left < 0:
                    raise _TooMuch
            if self._skips_nested and folder != top and ".git" in entries and self._is_left_alone(folder):
                continue
            names = [name for name in self._ignore_files if entries.get(name) is Kind.FILE]
            rules = self._with_rules_of(folder, rules, names)
            prefix = f"{folder}/" if folder else ""
            for name, kind in entries.items():
                if kind is Kind.FOLDER:
                    if name != ".git" and not self._is_ignored(prefix + name, name, True, rules):
                        waiting.append((prefix + name, rules))
                elif self._wanted(name) and not self._is_ignored(prefix + name, name, False, rules):
                    yield prefix + name

    def _entries(self, folder: str) -> dict[str, Kind]:
        """What stands in a folder; no links, and in a work tree nothing that git would not look at."""
        descriptor = self._tree.opened(self._tree.root / folder)
        try:
            with os.scandir(descriptor) as entries:
                found: dict[str, Kind] = {}
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        found[entry.name] = Kind.FOLDER
                    elif entry.is_file(follow_symlinks=False):
                        found[entry.name] = Kind.FILE
                    elif not self._is_git and not entry.is_symlink():
                        found[entry.name] = Kind.OTHER
                return found
        finally:
            os.close(descriptor)

    def _is_left_alone(self, folder: str) -> bool:
        """Whether a folder is a repository of its own, which git does not look into."""
        encoded = os.fsencode(folder)
        if encoded in self._tracked.submodules:
            return True
        return is_nested(self._tree, self._tree.root / folder) and not self._tracked.any_below(encoded)

    def _is_ignored(self, path: str, name: str, is_folder: bool, rules: tuple[_Rules, ...]) -> bool:
        if not rules or self._steps > _MAX_STEPS:
            return False
        if not path.isascii():
            path, name = as_bytes(path), as_bytes(name)
        for start, patterns in reversed(rules):
            self._steps += patterns.cost
            verdict = patterns.verdict(path[start:], name, is_folder)
            if verdict is not None:
                return verdict
        if self._steps > _MAX_STEPS:
            reason = "the ignore files are too much work, so they are not obeyed any further"
            self._problems.append(Unlisted(self._tree.root, reason))
        return False

    def _with_rules_of(
        self, folder: str, rules: tuple[_Rules, ...], names: tuple[str, ...] | list[str]
    ) -> tuple[_Rules, ...]:
        for name in names:
            path = self._tree.root / folder / name
            if self._tree.own_kind(path) is not Kind.FILE:
                continue
            try:
                patterns = IgnorePatterns.of_file(self._tree.read(path, MAX_IGNORE_FILE))
            except TooLarge as error:
                self._problems.append(Unlisted(path, f"{reason_of(error)}, so it is not obeyed"))
                continue
            except OSError:
                continue
            if not patterns.is_empty:
                rules = (*rules, _Rules(len(as_bytes(folder)) + 1 if folder else 0, patterns))
        return rules
