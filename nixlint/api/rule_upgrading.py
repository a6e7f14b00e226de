"""Bringing rules that others wrote up to date: first in memory, and on disk for those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.files.writing import NotWritten
from nixlint.linting.finding import Report, ReportedFinding
from nixlint.linting.fixes.applying import FixedFile
from nixlint.linting.fixes.writing import write
from nixlint.linting.run.request import Request
from nixlint.rule_packs.requirements import Requirement, requirements

from .fixing import Unwritten
from .request import PathLike, absolute

if TYPE_CHECKING:
    from nixlint.rule_packs.upgrading import UpgradedRules as Upgraded


class UpgradedRules(NamedTuple):
    """The files that change, and in the ``report`` what needs a person: its places are those in the upgraded files."""

    upgraded: Upgraded
    request: Request

    @property
    def files(self) -> tuple[FixedFile, ...]:
        """The files that change."""
        return self.upgraded.files

    @property
    def report(self) -> Report:
        """What is left for a person, and what could not be looked at."""
        return self.upgraded.left.report

    @property
    def to_look_at(self) -> tuple[ReportedFinding, ...]:
        """Calls in files that change which mean more than they did; they keep no rule from running."""
        return self.upgraded.to_look_at

    @property
    def rules(self) -> Mapping[str, Requirement]:
        """The demands that findings name."""
        return requirements()

    def shown(self, path: Path) -> str:
        """A path as a report writes it: relative to the folder of the request where it is below that."""
        return self.request.shown(path)

    def read(self, path: Path) -> bytes:
        """The upgraded bytes of a file that the report speaks of. Raises :class:`OSError` for any other."""
        return self.upgraded.left.read(path)


def upgrade_rules(*paths: PathLike, folder: PathLike = ".") -> UpgradedRules:
    """Bring rules to the present version of the rule API, without writing anything; nothing of them is imported.

    Paths count from ``folder``.
    """
    from nixlint.rule_packs.upgrading import upgrade  # with LibCST, which nothing else needs

    here = absolute(folder)
    request = Request(tuple(absolute(path, here) for path in paths or (here,)), here)
    return UpgradedRules(upgrade(request), request)


def write_upgraded(upgraded: UpgradedRules) -> tuple[Unwritten, ...]:
    """Write the files that change, each whole or not at all; those that can't be written are returned."""
    left = []
    roots = [path if pack.is_whole else path.parent for pack in upgraded.upgraded.left.packs for path in (pack.root,)]
    for file in upgraded.files:
        try:
            write(file, roots)
        except NotWritten as error:
            left.append(Unwritten(file.path, str(error)))
    return tuple(left)
