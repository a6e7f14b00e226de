"""Checking files and folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Unpack

from nixlint.files.overlay import Overlay
from nixlint.files.tree import Trees
from nixlint.linting.finding import Report
from nixlint.linting.registry import AnyRule, Registry, known_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run

from .request import Choices, PathLike, request_of


class Checked(NamedTuple):
    """What a check came to: the ``report``, and what it takes to show it."""

    report: Report
    request: Request
    registry: Registry

    @property
    def rules(self) -> Mapping[str, AnyRule]:
        """The rules by name, those of folders among them."""
        folders = () if self.request.packs is None else self.request.packs.registries
        return {name: rule for registry in (self.registry, *folders) for name, rule in registry.rules.items()}

    def shown(self, path: Path) -> str:
        """A path as a report writes it: relative to the folder of the request where it is below that."""
        return self.request.shown(path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file that the report speaks of. Raises :class:`OSError` where it can't be read any more."""
        return reader_of(self.report, self.request).read(path)


def check(*paths: PathLike, **choices: Unpack[Choices]) -> Checked:
    """Look for what goes wrong at run time in some files and folders, by default the current one.

    What could not be looked at is among ``report.failures``, and nothing is written but the cache, where one is asked for.
    Raises :class:`~nixlint.api.ConfigurationError` where ``select`` or ``ignore`` name a rule that there is not.
    """
    registry = known_registry()
    request = request_of(paths, choices)
    report = run(request, registry)
    if choices.get("with_edits", False) and any(found.finding.fix is not None for found in report.findings):
        from nixlint.linting.fixes.applying import offered

        report = offered(report, request, registry)
    return Checked(report, request, registry)


def reader_of(report: Report, request: Request) -> Overlay:
    """What gives the bytes of the files of a report: the text of the request, or a file of one of its repositories."""
    given = request.standard_input
    return Overlay({} if given is None else {given.path: given.data}, Trees(report.roots))
