"""What a fix may change: the gate through which every fix goes before it is offered.

A fix says in its :class:`~.finding.Reach` what it is for: nothing at all (an option gets its new name), options of one
container, or options of whoever has the definition. Here the repository is asked before and after, and whatever differs
besides is an objection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from nixlint.linting.finding import Confidence, Finding, Reach, Report, ReportedFinding, Severity
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.option_query import parse_pattern
from nixlint.semantics.repository.system_options import RepositoryOptions, SystemOptions
from nixlint.syntax.place import Place

ErrorKey = tuple[str, str, str | None, str | None, str]


class Changed(NamedTuple):
    """An option of a system that has other definitions afterwards, and whether some of those before are gone."""

    system: str
    path: tuple[str | None, ...]
    has_lost: bool
    owners: frozenset[Place]
    """Where the containers are declared that the option is in."""

    @property
    def title(self) -> str:
        """How to speak of it."""
        return f"{OptionPath(self.path)} of {self.system}"


def reach_of(finding: Finding) -> Reach | None:
    """What the fix of a finding is for; where it does not say so, the option that the finding is about."""
    fix = finding.fix
    if fix is None or fix.reach is not None or finding.option is None:
        return None if fix is None else fix.reach
    try:
        return Reach(options=(OptionPath(parse_pattern(finding.option)),))
    except ValueError:
        return None


def roots_of(reaches: Collection[Reach | None]) -> frozenset[str] | None:
    """The first names of all options that fixes may touch; ``None`` where that may be any."""
    names: set[str] = set()
    for reach in reaches:
        options = () if reach is None else (*reach.options, *reach.renames)
        first = {name for option in options for name in option.names[:1]}
        if not first or None in first:
            return None
        names.update(name for name in first if name is not None)
    return frozenset(names)


def changes(before: RepositoryOptions, after: RepositoryOptions) -> Iterator[Changed]:
    """The options that systems define otherwise afterwards, in a fixed order."""
    nothing = SystemOptions({}, {})
    for name in sorted({*before.systems, *after.systems}):
        then, now = before.systems.get(name, nothing), after.systems.get(name, nothing)
        for path in sorted({*then.leaves, *now.leaves}, key=str):
            old, new = then.leaves.get(path, frozenset()), now.leaves.get(path, frozenset())
            if old != new:
                yield Changed(
                    name, path, not old <= new, _owners(path, then.containers) or _owners(path, now.containers)
                )


def _owners(
    path: tuple[str | None, ...], containers: Mapping[tuple[str | None, ...], frozenset[Place]]
) -> frozenset[Place]:
    """The places of the innermost container that an option is in."""
    lengths = range(len(path), 0, -1)
    return next((containers[path[:length]] for length in lengths if path[:length] in containers), frozenset())


def objection(before: RepositoryOptions, after: RepositoryOptions, reaches: Collection[Reach | None]) -> str | None:
    """Why fixes that may reach so far must not be made: what they would change besides."""
    if None in reaches:
        return None
    for changed in changes(before, after):
        if not any(_may_change(reach, changed) for reach in reaches if reach is not None):
            verb = "lose a definition" if changed.has_lost else "change"
            return f"{changed.title} would {verb} too"
    return None


def _may_change(reach: Reach, changed: Changed) -> bool:
    if reach.container is not None:
        # Whatever stands in the container already stays.
        is_in = reach.container in changed.owners
        return is_in and not changed.has_lost and _has(reach, changed.path)
    return _has(reach, changed.path)


def _has(reach: Reach, path: tuple[str | None, ...]) -> bool:
    """Whether one of the options is at a path, or around it, as the system says it that the path ends in."""
    return any(
        path[start : start + len(option)] == option.names
        for option in reach.options
        for start in range(len(path) - len(option) + 1)
    )


def errors_of(report: Report) -> Mapping[ErrorKey, ReportedFinding]:
    """The errors of a report that are certain or likely, by what they are about."""
    return {
        (found.rule, found.path, found.finding.option, found.finding.container, found.finding.evidence): found
        for found in report.findings
        if found.severity is Severity.ERROR and not found.suppressed and found.confidence is not Confidence.POSSIBLE
    }


def new_error(before: Report, after: Report) -> str | None:
    """The first error that was not there before."""
    old = errors_of(before)
    new = next((found for key, found in errors_of(after).items() if key not in old), None)
    return None if new is None else f"it would bring an error: {new.finding.message} [{new.rule}]"
