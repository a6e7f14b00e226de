"""Vetting packs of rules that others wrote, without running anything of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlint.linting.finding import Report
from nixlint.linting.run.request import Request
from nixlint.rule_packs.requirements import Requirement, requirements

from .request import PathLike, absolute

if TYPE_CHECKING:
    from nixlint.rule_packs.vetting import Vetted


class VettedRules(NamedTuple):
    """What vetting came to: the ``report``, and what it takes to show it."""

    vetted: Vetted
    request: Request

    @property
    def report(self) -> Report:
        """The findings, and what could not be looked at."""
        return self.vetted.report

    @property
    def rules(self) -> Mapping[str, Requirement]:
        """The demands that findings name."""
        return requirements()

    def shown(self, path: Path) -> str:
        """A path as a report writes it: relative to the folder of the request where it is below that."""
        return self.request.shown(path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file that the report speaks of. Raises :class:`OSError` for any other."""
        return self.vetted.read(path)


def demands() -> Mapping[str, Requirement]:
    """What vetting demands of rules, by name."""
    return requirements()


def check_installed_rules(folder: PathLike = ".") -> VettedRules:
    """Vet the packs that are installed beside nixlint's own rules, without importing them.

    Paths are shown relative to ``folder``.
    """
    from nixlint.rule_packs.vetting import vet_installed  # with LibCST, which nothing else needs

    request = Request((), absolute(folder))
    return VettedRules(vet_installed(request), request)


def check_rules(*paths: PathLike, folder: PathLike = ".") -> VettedRules:
    """Vet files of rules, folders, projects and wheels; nothing of them is imported.

    What could not be looked at is among ``report.failures``. Paths count from ``folder``.
    """
    from nixlint.rule_packs.vetting import vet  # with LibCST, which nothing else needs

    here = absolute(folder)
    request = Request(tuple(absolute(path, here) for path in paths or (here,)), here)
    return VettedRules(vet(request), request)
