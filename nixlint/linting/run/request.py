"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nixlint.linting.packs.folder_packs import FolderPacks


class StandardInput(NamedTuple):
    """The text of one file, given in place of what is on disk; the file need not exist."""

    path: Path
    data: bytes


class Caching(NamedTuple):
    """To keep what is found for the next run: in a folder, or else in the user's own.

    ``needs_edits`` where the edits of fixes are wanted, which are never kept: what has some is worked out anew.
    """

    folder: Path | None = None
    needs_edits: bool = True


class Request(NamedTuple):
    """What to check, and how. All paths are absolute.

    ``folder`` is where the user is: reports show paths relative to it. ``select`` and ``ignore`` are names or codes of
    rules; a ``select`` stands in the place of what the configuration selects and ignores. ``configuration`` is a file to use
    instead of the ones that are looked for, and ``isolated`` says to use none. ``progress`` is told, before each file,
    how many files are done and how many there are. ``caching`` is off
    where texts are given that are not on disk. ``packs`` are the rules that the folders of a repository may bring; none
    where nothing is said. ``jobs`` is in how many processes files are checked, where there are many; ``None`` for as many
    as pay.
    """

    paths: tuple[Path, ...]
    folder: Path
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    pedantic: bool = False
    configuration: Path | None = None
    isolated: bool = False
    standard_input: StandardInput | None = None
    progress: Callable[[int, int], None] | None = None
    caching: Caching | None = None
    jobs: int | None = 1
    packs: FolderPacks | None = None

    def shown(self, path: Path) -> str:
        """A path as the user would write it."""
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else str(path)
