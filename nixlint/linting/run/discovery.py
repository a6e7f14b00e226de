"""Which files a run reads, and which repository each of them belongs to.

A repository is looked at as :mod:`nixlint.files.listing` lists it. What a person names is looked at by its real name in the
repository; where a symbolic link leads out of that, it is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.containers.compose_names import is_compose_file
from nixlint.files.listing import Listing as FileListing
from nixlint.files.reading import Anywhere, Kind, reason_of
from nixlint.files.tree import Tree
from nixlint.linting.finding import Failure, Skipped

_LITTLE = 5_000
"""How many files and folders are looked through around a file that is in no repository: `/tmp` and a home are none."""
_ROOT_MARKS = ("nixlint.toml", "flake.nix")
_DISK = Anywhere()


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
    return Roots(asked).of(path if _DISK.kind(path) is Kind.FOLDER else path.parent)


class Roots:
    """The repositories that folders belong to, as :func:`repository_root` says; each folder is looked at once."""

    def __init__(self, asked: Sequence[Path] = ()) -> None:
        self._asked = frozenset(asked)
        self._marks: dict[Path, frozenset[str]] = {}

    def of(self, folder: Path) -> Path:
        """The folder that holds the repository of a folder."""
        folders = (folder, *folder.parents)
        return (
            self.marked(folders)
            or next((each for each in reversed(folders) if each in self._asked), None)
            or next((each for each in folders if "configuration.nix" in self._marks_in(each)), folder)
        )

    def is_said(self, root: Path) -> bool:
        """Whether anything says that a root is one, itself or who asks; else it is a folder that a file happens to be in."""
        return root in self._asked or not self._marks_in(root).isdisjoint((".git", *_ROOT_MARKS, "configuration.nix"))

    def marked(self, folders: Sequence[Path]) -> Path | None:
        """The nearest of some folders that says itself that it is a repository."""
        return next((each for each in folders if ".git" in self._marks_in(each)), None) or next(
            (each for each in folders if not self._marks_in(each).isdisjoint(_ROOT_MARKS)), None
        )

    def _marks_in(self, folder: Path) -> frozenset[str]:
        """Those of the names in a folder that tell whether it is a repository."""
        if folder not in self._marks:
            # Where a link leads is not asked, for that may be anywhere.
            kinds = {name: _DISK.own_kind(folder / name) for name in (".git", *_ROOT_MARKS, "configuration.nix")}
            self._marks[folder] = frozenset(
                name
                for name, kind in kinds.items()
                if kind in (Kind.FILE, Kind.LINK) or (name == ".git" and kind is not None)
            )
        return self._marks[folder]


def real_path(path: Path) -> Path | None:
    """A path that a person named, without symbolic links within its repository; ``None`` where one leads out of that.

    The way to the repository may lead through links. Raises :class:`OSError` where a link leads nowhere.
    """
    for each in (*reversed(path.parents), path):
        if _DISK.own_kind(each) is not Kind.LINK:
            continue
        root = Roots().marked((each.parent, *each.parent.parents))
        if root is None and each == path and _DISK.kind(path) is Kind.FILE:
            root = repository_root(path)
        if root is not None:
            return Tree(root).resolved(path)
    return path


def named_path(text: str) -> Path:
    """The absolute path that a person means, as :func:`real_path` gives it.

    Raises :class:`ValueError` that says what is wrong.
    """
    path = Path(os.path.abspath(text))  # noqa: PTH100  # links above a repository stay: places are shown as they were named
    try:
        _DISK.existing_kind(path)
        real = real_path(path)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is nothing here") from None
    except OSError as error:
        raise ValueError(f"{path}: it can't be read: {reason_of(error)}") from None
    if real is None:
        raise ValueError(f"{path}: it is a symlink out of the tree")
    return real


class Listing:
    """The files below folders, each folder looked through once; what can't be listed is among ``failures``."""

    def __init__(self, shown: Callable[[Path], str]) -> None:
        self._listing = FileListing(is_checked)
        self._shown = shown

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be listed."""
        problems = dict.fromkeys(self._listing.problems)
        return tuple(Failure(f"cannot be read: {problem.reason}", self._shown(problem.path)) for problem in problems)

    def below(self, root: Path) -> tuple[Path, ...]:
        """The Nix files of a repository, in no particular order: none of the repositories that lie within it."""
        return tuple(path for path in self._listing.below(root, is_one_repository=True) if path.suffix == ".nix")

    def all_below(self, folder: Path) -> tuple[Path, ...]:
        """The Nix files and the Compose files below a folder, in no particular order."""
        return self._listing.below(folder)

    def beside(self, folder: Path) -> tuple[Path, ...]:
        """The Nix files of a folder that nothing says is a repository: those in it, and below it where there is little."""
        return tuple(path for path in self._listing.few_below(folder, _LITTLE) if path.suffix == ".nix")


def discover(paths: Iterable[Path], listing: Listing, shown: Callable[[Path], str]) -> Discovered:
    """The Nix files and Compose files at absolute paths: files as they are, folders with all that is in them.

    ``shown`` says how a path is written in messages.
    """
    files: set[Path] = set()
    failures: list[Failure] = []
    skipped: list[Skipped] = []
    for path in paths:
        try:
            real = real_path(path)
            found = () if real is None else tuple(_files_at(real, listing))
        except OSError as error:
            failures.append(Failure(f"cannot be read: {reason_of(error)}", shown(path)))
            continue
        if real is None:
            skipped.append(Skipped(shown(path), "it is a symlink out of the tree"))
        files.update(found)
    return Discovered(tuple(sorted(files, key=lambda path: path.parts)), (*failures, *listing.failures), tuple(skipped))


def _files_at(path: Path, listing: Listing) -> Iterator[Path]:
    match _DISK.existing_kind(path):
        case Kind.FOLDER:
            yield from listing.all_below(path)
        case Kind.FILE:
            yield path
        case _:
            raise OSError("not a regular file")


def is_checked(name: str) -> bool:
    """Whether a file is one that rules are asked about, by its name."""
    return name.endswith(".nix") or (name.endswith((".yml", ".yaml")) and is_compose_file(Path(name)))
