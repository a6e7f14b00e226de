"""Fixing what can be fixed: first in memory, and on disk for those who ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Unpack

from nixlint.files.writing import NotWritten
from nixlint.linting.fixes.applying import FixedFile, Fixing
from nixlint.linting.fixes.applying import fix as fix_request
from nixlint.linting.fixes.moved_secrets import keep
from nixlint.linting.fixes.writing import write
from nixlint.linting.registry import known_registry
from nixlint.linting.run.request import Request

from .request import Choices, PathLike, request_of


class Fixed(NamedTuple):
    """What fixing comes to: the texts before and after, the findings that were fixed and what is left."""

    fixing: Fixing
    request: Request

    @property
    def files(self) -> tuple[FixedFile, ...]:
        """The files that change."""
        return self.fixing.files

    def shown(self, path: Path) -> str:
        """A path as a report writes it: relative to the folder of the request where it is below that."""
        return self.request.shown(path)


class Unwritten(NamedTuple):
    """A file that was left as it was, and why."""

    path: Path
    reason: str


def fix(*paths: PathLike, unsafe: bool = False, **choices: Unpack[Choices]) -> Fixed:
    """Fix what can be fixed in some files and folders, by default the current one, without writing anything.

    ``unsafe`` makes the fixes too that a person should look at. Raises as :func:`~nixlint.api.check` does.
    """
    request = request_of(paths, choices)
    return Fixed(fix_request(request, known_registry(), unsafe), request)


class WrittenFixes(NamedTuple):
    """What became of the files: those that can't be written, and where secrets are now that left the files."""

    unwritten: tuple[Unwritten, ...] = ()
    secrets: Path | None = None
    lost: str | None = None
    """Why the secrets can't be moved: then nothing at all was written."""


def write_fixed(fixed: Fixed) -> WrittenFixes:
    """Write the files that were fixed, each whole or not at all, but for the text that the request gave.

    Of files that can't be written, the others are written all the same. Secrets that leave the files are kept first.
    """
    secrets = None
    if fixed.fixing.moved:
        try:
            secrets = keep(fixed.fixing.moved, fixed.fixing.report.roots)
        except NotWritten as error:
            left = tuple(Unwritten(file.path, str(error)) for file in fixed.files)
            return WrittenFixes(left, lost=str(error))
    return WrittenFixes(tuple(_unwritten(fixed)), secrets)


def _unwritten(fixed: Fixed) -> Iterator[Unwritten]:
    given = fixed.request.standard_input
    for file in fixed.files:
        if given is not None and file.path == given.path:
            continue
        try:
            write(file, fixed.fixing.report.roots)
        except NotWritten as error:
            yield Unwritten(file.path, str(error))
