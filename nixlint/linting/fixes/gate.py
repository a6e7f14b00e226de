"""The gate through which every fix goes before it is offered: the repository is asked before and after.

What differs must be what the fix is for (:mod:`.reach`), and there must be no error that was not there before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nixlint.files.overlay import Overlay
from nixlint.files.tree import Tree
from nixlint.linting.finding import Fix, Report, ReportedFinding
from nixlint.linting.registry import Registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.linting.run.workspace import workspaces
from nixlint.semantics.repository.repository import Repository
from nixlint.semantics.repository.system_options import RepositoryOptions, options_of

from .reach import new_error, objection, reach_of, roots_of

Texts = Mapping[Path, bytes]


class Gate:
    """What the fixes of a request may come to."""

    def __init__(self, request: Request, registry: Registry) -> None:
        # A fix of one rule may bring what another one finds, whether that one was asked for or not.
        self._request = request._replace(select=None, progress=None)
        self._registry = registry
        self._reports: list[tuple[Texts, Report]] = []

    def objection(self, before: Texts, after: Texts, fixes: Sequence[ReportedFinding]) -> str | None:
        """Why fixes must not be made that lead from the texts before to those after."""
        made = [found for found in fixes if found.finding.fix is not None and _changes_systems(found.finding.fix)]
        if not made:
            return None
        return self._difference(before, after, made) or self._error(before, after, made)

    def _difference(self, before: Texts, after: Texts, fixes: Sequence[ReportedFinding]) -> str | None:
        reaches = [reach_of(found.finding) for found in fixes]
        roots = roots_of(reaches)
        changed = [item.path for found in fixes if found.finding.fix for item in found.finding.fix.edits]
        then, now = (self._options(texts, changed, roots) for texts in (before, after))
        return next(
            (why for old, new in zip(then, now, strict=True) if (why := objection(old, new, reaches)) is not None), None
        )

    def _options(self, texts: Texts, changed: Sequence[Path], roots: frozenset[str] | None) -> list[RepositoryOptions]:
        found = []
        for group in workspaces(self._request, self._registry, texts).groups:
            here = [path for path in changed if path.is_relative_to(group.root)]
            reader = Overlay(texts, Tree(group.root))
            repository = Repository(group.root, group.list_files, reader, group.configuration.nixos_release)
            found.append(options_of(repository, here, roots))
        return found

    def _error(self, before: Texts, after: Texts, fixes: Sequence[ReportedFinding]) -> str | None:
        # What only writes another name was seen to change nothing, but for what findings call it.
        if all(reach is not None and reach.renames for reach in (reach_of(found.finding) for found in fixes)):
            return None
        return new_error(self._report(before), self._report(after))

    def _report(self, texts: Texts) -> Report:
        """What a run finds, of which the last ones are kept."""
        known = next((report for given, report in self._reports if given == texts), None)
        if known is None:
            known = run(self._request, self._registry, texts)
            self._reports = [*self._reports[-3:], (dict(texts), known)]
        return known


def _changes_systems(fix: Fix) -> bool:
    """Whether a fix changes what is there, and does not just create a file or take a comment away."""
    return not fix.removes_comments and not all(item.creates for item in fix.edits)
