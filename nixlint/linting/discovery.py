"""Which files a run reads.

In a git work tree they are the files that git tracks and those that it neither tracks nor ignores; elsewhere those that a
walk finds, with nested ``.gitignore`` and ``.ignore`` files honoured. No symlink is followed: what it points to is found
by itself where it is in the tree, and is none of our business where it is not.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.containers.compose_names import is_compose_file

from .finding import Failure, Skipped
from .reading import reason_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_ROOT_MARKS = ("nixlint.toml", "flake.nix")
_IGNORE_FILES = (".gitignore", ".ignore")


class Discovered(NamedTuple):
    """The files found for some paths, sorted and each once; and what could not be found or was left out."""

    files: tuple[Path, ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]


def repository_root(path: Path, asked: Sequence[Path] = ()) -> Path:
    """The folder that holds the repository of an absolute path.

    That is the git work tree around it; or else the nearest folder with a ``nixlint.toml`` or a ``flake.nix``; or else the
    outermost of the folders ``asked`` about that holds it; or else the nearest folder with a ``configuration.nix``, as
    ``/etc/nixos`` is; or else the path's own folder.
    """
    start = path if path.is_dir() else path.parent
    folders = (start, *start.parents)
    return (
        next((folder for folder in folders if (folder / ".git").exists()), None)
        or next((folder for folder in folders if any((folder / mark).is_file() for mark in _ROOT_MARKS)), None)
        or next((folder for folder in reversed(folders) if folder in asked), None)
        or next((folder for folder in folders if (folder / "configuration.nix").is_file()), start)
    )


class Listing:
    """The files below folders, each folder looked through once; what can't be listed is among ``failures``."""

    def __init__(self, shown: Callable[[Path], str]) -> None:
        self.failures: list[Failure] = []
        self._shown = shown
        self._files: dict[Path, tuple[Path, ...]] = {}

    def below(self, folder: Path) -> tuple[Path, ...]:
        """The Nix files below a folder, in no particular order."""
        return tuple(path for path in self.all_below(folder) if path.suffix == ".nix")

    def all_below(self, folder: Path) -> tuple[Path, ...]:
        """The Nix files and the Compose files below a folder, in no particular order."""
        if folder not in self._files:
            listed = _listed_by_git(folder) if _in_git(folder) else None
            found = _walked(folder, self.failures, self._shown) if listed is None else listed
            self._files[folder] = tuple(found)
        return self._files[folder]


def discover(paths: Iterable[Path], listing: Listing, shown: Callable[[Path], str]) -> Discovered:
    """The Nix files and Compose files at absolute paths: files as they are, folders with all that is in them.

    ``shown`` says how a path is written in messages.
    """
    files: set[Path] = set()
    failures: list[Failure] = []
    skipped: list[Skipped] = []
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            failures.append(Failure(f"cannot be read: {reason_of(error)}", shown(path)))
            continue
        if stat.S_ISDIR(mode):
            files.update(listing.all_below(path))
        elif not stat.S_ISREG(mode):
            failures.append(Failure("cannot be read: not a regular file", shown(path)))
        elif path.is_symlink() and not path.resolve().is_relative_to(repository_root(path)):
            skipped.append(Skipped(shown(path), "it is a symlink out of the tree"))
        else:
            files.add(path)
    return Discovered(tuple(sorted(files)), (*failures, *listing.failures), tuple(skipped))


def _in_git(folder: Path) -> bool:
    return any((parent / ".git").exists() for parent in (folder, *folder.parents))


def _listed_by_git(folder: Path) -> list[Path] | None:
    """The files that git lists, or ``None`` where git can't be asked (not installed, a broken or foreign repository)."""
    import subprocess

    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.nix"]
    command += ["*compose*.yml", "*compose*.yaml"]
    try:
        result = subprocess.run(
            command, capture_output=True, check=True, stdin=subprocess.DEVNULL, env=_environment_for_git()
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {os.fsdecode(name) for name in result.stdout.split(b"\0") if name}
    return [path for path in (folder / name for name in names) if is_checked(path) and _is_file_itself(path)]


def is_checked(path: Path) -> bool:
    """Whether a file is one that rules are asked about, by its name."""
    return path.suffix == ".nix" or (path.suffix in (".yml", ".yaml") and is_compose_file(path))


def _environment_for_git() -> dict[str, str]:
    """Our environment without what a git hook sets in it, which would lead git to another repository than the folder's."""
    set_by_hooks = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in set_by_hooks}


def _is_file_itself(path: Path) -> bool:
    """Whether there is something at a path that is neither a symlink nor a folder (git also lists what was deleted)."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and not stat.S_ISDIR(mode)


def _walked(top: Path, failures: list[Failure], shown: Callable[[Path], str]) -> Iterator[Path]:
    waiting: list[tuple[Path, tuple[_IgnoreRules, ...]]] = [(top, ())]
    while waiting:
        folder, rules = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            failures.append(Failure(f"cannot be read: {reason_of(error)}", shown(folder)))
            continue
        rules = (*rules, *_ignore_rules(folder, entries))
        for entry in entries:
            path = Path(entry.path)
            if entry.is_symlink() or any(rule.ignores(path, entry.is_dir()) for rule in rules):
                continue
            if entry.is_dir():
                if entry.name != ".git":
                    waiting.append((path, rules))
            elif is_checked(path):
                yield path


class _IgnoreRules(NamedTuple):
    """The patterns of one ignore file and the folder that they are relative to."""

    folder: Path
    patterns: GitIgnoreSpec

    def ignores(self, path: Path, is_folder: bool) -> bool:
        relative = path.relative_to(self.folder).as_posix()
        return self.patterns.match_file(f"{relative}/" if is_folder else relative)


def _ignore_rules(folder: Path, entries: list[os.DirEntry[str]]) -> Iterator[_IgnoreRules]:
    for entry in entries:
        if entry.name in _IGNORE_FILES and entry.is_file():
            from pathspec import GitIgnoreSpec

            try:
                lines = Path(entry.path).read_text("utf-8", "surrogateescape").splitlines()
            except OSError:
                continue
            yield _IgnoreRules(folder, GitIgnoreSpec.from_lines(lines))
