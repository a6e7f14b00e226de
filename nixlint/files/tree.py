"""A folder and all that is below it, as far as no symbolic link leads out of it.

Every component of a path below the folder is opened by itself, relative to the one before, and never through a link
(``openat(2)`` with ``O_NOFOLLOW``): whatever is swapped for a link while nixlint runs, nothing else is read. A link within
the tree that leads to something within it is followed by its text. The folder's own path may lead through links: that is
how the person came there.
"""

from __future__ import annotations

import errno
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from .reading import MAX_BYTES, Kind, OutsideTree, Status, beginning, whole

MAX_NAMES = 100_000
"""How many names a folder may have that is listed."""
_MAX_LINKS = 40
"""How many links are followed on the way to one file (Linux: ``MAXSYMLINKS``)."""
_MAX_OPEN = 48
"""How many folders are kept open at a time."""

_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_LIST = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAY_BE_LINK = (errno.ELOOP, errno.ENOTDIR, errno.EMLINK)


class Tree:
    """The files of one folder. It is a :class:`~nixlint.files.reading.Reader`; all paths are absolute."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prefix = os.path.join(str(root), "")
        self._folders: OrderedDict[str, int] = OrderedDict()

    def __del__(self) -> None:
        for descriptor in self._folders.values():
            os.close(descriptor)

    # -- what a reader does -------------------------------------------------------------------------------------

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a regular file; see :class:`~nixlint.files.reading.Reader`."""
        return whole(self._open(path), limit)

    def beginning(self, path: Path, count: int) -> bytes:
        """The first bytes of a regular file, at most ``count``. Raises :class:`OSError` as ``read`` does."""
        return beginning(self._open(path), count)

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path, behind links in the tree too; ``None`` where that is nothing, or outside."""
        status = self._stat(path)
        return None if status is None else Kind.of(status.st_mode)

    # -- what only a tree knows ---------------------------------------------------------------------------------

    def holds(self, path: Path) -> bool:
        """Whether a path is within the tree, with no symbolic link on the way to its last name."""
        try:
            self._at(self._relative(path))
        except FileNotFoundError:
            return True
        except OSError as error:
            return error.errno == errno.EACCES
        return True

    def own_kind(self, path: Path) -> Kind | None:
        """What stands at a path itself, be it a link; ``None`` where that is nothing, or behind a link, or outside."""
        try:
            folder, name = self._at(self._relative(path))
            return Kind.of(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        except (OSError, ValueError):
            return None

    def status(self, path: Path) -> Status | None:
        """What the system says of what stands at a path, behind links in the tree too."""
        status = self._stat(path)
        return None if status is None else Status.of(status)

    def names(self, folder: Path, limit: int = MAX_NAMES) -> Mapping[str, Kind]:
        """The names in a folder, sorted, with the kind of each. A folder behind a link is none.

        Raises :class:`OSError` where it can't be listed, or has more than ``limit`` names.
        """
        with os.scandir(descriptor := self.opened(folder)) as entries:
            try:
                found: dict[str, Kind] = {}
                for entry in entries:
                    found[entry.name] = _kind_of(entry)
                    if len(found) > limit:
                        raise OSError(f"more than {limit} names in one folder")
            finally:
                os.close(descriptor)
        return dict(sorted(found.items()))

    def opened(self, folder: Path) -> int:
        """A descriptor of a folder for listing, which the caller closes. Raises :class:`OSError`; follows no link."""
        relative = self._relative(folder)
        if not relative:
            return os.open(self.root, _LIST & ~os.O_NOFOLLOW)
        above, name = self._at(relative)
        return os.open(name, _LIST, dir_fd=above)

    def resolved(self, path: Path) -> Path | None:
        """A path with the links in the tree followed; ``None`` where one leads out of it.

        Raises :class:`OSError` where one leads nowhere.
        """
        try:
            return self.root / self._resolved(self._relative(path))
        except OutsideTree:
            return None

    # -- how ----------------------------------------------------------------------------------------------------

    def _open(self, path: Path) -> int:
        relative = self._relative(path)
        if ".." not in relative:
            try:
                folder, name = self._at(relative)
                return os.open(name, _READ, dir_fd=folder)
            except OSError as error:
                if error.errno not in _MAY_BE_LINK:
                    raise
        folder, name = self._at(self._resolved(relative))
        return os.open(name, _READ, dir_fd=folder)

    def _stat(self, path: Path) -> os.stat_result | None:
        try:
            relative = self._relative(path)
            if ".." not in relative:
                try:
                    folder, name = self._at(relative)
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if Kind.of(status.st_mode) is not Kind.LINK:
                        return status
                except OSError as error:
                    if error.errno not in _MAY_BE_LINK:
                        raise
            folder, name = self._at(self._resolved(relative))
            return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except (OSError, ValueError):
            return None

    def _relative(self, path: Path) -> str:
        """The path from the tree's folder, empty for that itself."""
        text = str(path)
        if text.startswith(self._prefix):
            if "\0" in text:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            return text[len(self._prefix) :]
        if path == self.root:
            return ""
        raise OutsideTree("outside the repository")

    def _at(self, relative: str) -> tuple[int, str]:
        """The folder that something is in, opened, and its name there."""
        above, _, name = relative.rpartition("/")
        if name == "..":
            raise OutsideTree("not a plain path")
        if not relative.isascii():
            try:
                relative.encode("utf-8", "surrogateescape")
            except UnicodeEncodeError:
                raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ)) from None
        return self._folder(above), name or "."

    def _folder(self, relative: str) -> int:
        """A descriptor of a folder, kept open for the next question; no link is followed below the root."""
        found = self._folders.get(relative)
        if found is not None:
            self._folders.move_to_end(relative)
            return found
        if not relative:
            descriptor = os.open(self.root, _ENTER)
        else:
            above, _, name = relative.rpartition("/")
            if name in ("", "..", "."):
                raise OutsideTree("not a plain path")
            descriptor = os.open(name, _ENTER | os.O_NOFOLLOW, dir_fd=self._folder(above))
        self._folders[relative] = descriptor
        if len(self._folders) > _MAX_OPEN:
            _, oldest = self._folders.popitem(last=False)
            os.close(oldest)
        return descriptor

    def _resolved(self, relative: str) -> str:
        """A path within the tree with its links followed. Raises :class:`OutsideTree` where one leads out."""
        waiting = relative.split("/")[::-1]
        done: list[str] = []
        links = 0
        while waiting:
            name = waiting.pop()
            if name in ("", "."):
                continue
            if name == "..":
                if not done:
                    raise OutsideTree("outside the repository")
                done.pop()
                continue
            target = self._link(done, name)
            if target is None:
                done.append(name)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if target.startswith("/"):
                if not target.startswith(self._prefix):
                    raise OutsideTree("a symbolic link leads out of the repository")
                target, done = target[len(self._prefix) :], []
            waiting.extend(target.split("/")[::-1])
        return "/".join(done)

    def _link(self, folder: Iterable[str], name: str) -> str | None:
        """Where a link leads; ``None`` for what is none."""
        try:
            return os.readlink(name, dir_fd=self._folder("/".join(folder)))
        except OSError as error:
            if error.errno == errno.EINVAL:
                return None
            raise


class Trees:
    """Several trees: a path is read in the innermost that it is in. It is a :class:`~nixlint.files.reading.Reader`."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._trees = [Tree(root) for root in sorted(roots, key=lambda root: len(root.parts), reverse=True)]

    def read(self, path: Path, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file; see :class:`~nixlint.files.reading.Reader`."""
        tree = self.of(path)
        if tree is None:
            raise OutsideTree("outside the repository")
        return tree.read(path, limit)

    def kind(self, path: Path) -> Kind | None:
        """What stands at a path; see :class:`~nixlint.files.reading.Reader`."""
        tree = self.of(path)
        return None if tree is None else tree.kind(path)

    def own_kind(self, path: Path) -> Kind | None:
        """What stands at a path itself; see :class:`Tree`."""
        tree = self.of(path)
        return None if tree is None else tree.own_kind(path)

    def of(self, path: Path) -> Tree | None:
        """The tree that a path is in."""
        return next((tree for tree in self._trees if path.is_relative_to(tree.root)), None)


def _kind_of(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return Kind.LINK
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER
