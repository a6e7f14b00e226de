"""A run: every file of a request checked, then what only the whole repository shows, workspace by workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.cache.place import why_unused
from nixlint.files.overlay import Overlay
from nixlint.files.reading import Reader
from nixlint.files.tree import Tree
from nixlint.linting.configuration import Configuration
from nixlint.linting.finding import Failure, Report
from nixlint.linting.registry import AnyRule, Registry
from nixlint.linting.subjects import UNUSED_SUPPRESSION
from nixlint.semantics.language.dependencies import Dependencies
from nixlint.semantics.repository.repository import Repository

from .checker import Checker
from .file_check import FileCheck
from .file_result import FileResult
from .gathering import Gathering, Outcome
from .host_check import check_hosts
from .request import Request
from .result_cache import Learned, ResultCache, remembered
from .workers import Lost, dealt, in_processes, processes_for
from .workspace import Workspace, workspaces

_OF_REPOSITORY = "repository:"
"""Prefix of the cache key for what belongs to no file."""


def run(request: Request, registry: Registry, texts: Mapping[Path, bytes] | None = None) -> Report:
    """Check what a request names; ``texts`` stand in the place of what is on disk."""
    given = dict(texts or {})
    if request.standard_input is not None:
        given.setdefault(request.standard_input.path, request.standard_input.data)
    found = workspaces(request, registry, given)
    broken = (failure for group in found.groups for failure in group.registry.failures)
    outcome = Outcome([*registry.failures, *broken, *found.failures], [*found.skipped])
    total = sum(len(group.files) for group in found.groups)
    done = 0
    for group in found.groups:
        tree = Tree(group.root)
        cache = None if given or request.caching is None else remembered(group, tree, request, group.registry)
        reader: Reader = Overlay(given, tree) if cache is None else cache.contents
        checks = _WorkspaceRun(group, request, outcome, reader, cache)
        checks.prepare()
        for path in group.files:
            if request.progress is not None:
                request.progress(done, total)
            checks.check(path)
            done += 1
        checks.finish()
        if cache is not None:
            cache.save()
    roots = tuple(sorted({group.root for group in found.groups}))
    return outcome.report()._replace(roots=roots, warnings=tuple(_warnings(request)))


def _warnings(request: Request) -> Iterator[str]:
    folder = None if request.caching is None else request.caching.folder
    reason = None if folder is None else why_unused(folder)
    if folder is not None and reason is not None:
        yield f"{request.shown(folder)}: not used as the cache folder: {reason}; name an empty or a new folder"


class _Work(NamedTuple):
    """What one process found: the results of files, each with what it rests on, and all that was looked at."""

    results: list[tuple[str, FileResult, Dependencies | None]]
    learned: Learned | None


class _WorkspaceRun:
    """The files of one workspace: their results as the cache has them, or as they are worked out, here or in processes."""

    def __init__(
        self, workspace: Workspace, request: Request, outcome: Outcome, reader: Reader, cache: ResultCache | None
    ) -> None:
        self._workspace = workspace
        self._request = request
        self._outcome = outcome
        self._cache = cache
        self._repository = _repository(workspace, reader, cache)
        self._rules = rules = active_rules(workspace.registry, workspace.configuration, request)
        masking = (rule for rule in workspace.registry.rules.values() if rule.finds_secrets and rule not in rules)
        self._checker = Checker(self._repository, request.shown)
        self._files = FileCheck(
            self._checker, reader, workspace.configuration, request, rules=rules, masking=tuple(masking)
        )
        self._gathering = Gathering(workspace, request, outcome, rules)
        self._prepared: dict[str, FileResult] = {}

    def prepare(self) -> None:
        """Work out in several processes what takes long, where there is much of it."""
        paths = [path for path in self._workspace.files if path.suffix == ".nix"]
        if processes_for(len(paths), self._request.jobs) == 1:
            return
        paths = [path for path in paths if self._cache is None or not self._cache.holds(str(path))]
        processes = processes_for(len(paths), self._request.jobs)
        if processes == 1:
            return
        self._repository.list_files()  # once for all processes
        parts = dealt(paths, processes)
        for number, (part, work) in enumerate(zip(parts, in_processes(parts, self._work_on), strict=True)):
            if isinstance(work, Lost):
                self._lose(part, work)
                continue
            self._prepared.update((name, result) for name, result, _ in work.results)
            if self._cache is not None:
                learned = None if number == 0 else work.learned  # the first was worked out in this very process
                self._cache.include(learned, work.results)

    def check(self, path: Path) -> None:
        """Take the result of one file."""
        self._take(str(path), path, lambda: self._files.result_of(path))

    def finish(self) -> None:
        """Say what only the whole workspace shows, the suppressions that suppress nothing, and hand over the findings."""
        asked = self._gathering.asked
        name = _OF_REPOSITORY + ",".join(rule.name for rule in asked)
        self._take(name, None, lambda: check_hosts(self._checker, asked))
        result = FileResult()
        unused = tuple(self._gathering.unused_suppressions(self._checker))
        self._checker.ask(result, UNUSED_SUPPRESSION, unused, self._rules)
        self._gathering.add(result, None)
        self._gathering.finish(self._repository.root)

    def _take(self, name: str, path: Path | None, work: Callable[[], FileResult]) -> None:
        """Take the result of this name as it is remembered, or else work it out and remember it."""
        result = self._prepared.pop(name, None)
        if result is not None:
            self._gathering.add(result, path)
            return
        cache = self._cache if path is None or path.suffix == ".nix" else None
        result = None if cache is None else cache.replay(name)
        if result is None:
            with self._repository.recording() as dependencies:
                result = work()
            if cache is not None:
                cache.keep(name, result, dependencies)
        self._gathering.add(result, path)

    def _work_on(self, paths: Sequence[Path]) -> _Work:
        results: list[tuple[str, FileResult, Dependencies | None]] = []
        for path in paths:
            with self._repository.recording() as dependencies:
                result = self._files.result_of(path)
            results.append((str(path), result, dependencies))
        return _Work(results, None if self._cache is None else self._cache.learned())

    def _lose(self, part: Sequence[Path], work: Lost) -> None:
        """Say of the files of a process that was lost that they are not checked."""
        message = f"a process ended before it had checked its {len(part)} files ({work.reason}); try --jobs 1"
        self._outcome.failures.append(Failure(message))
        lost = FileResult(saw_everything=False)
        self._prepared.update((str(path), lost) for path in part)


def _repository(workspace: Workspace, reader: Reader, cache: ResultCache | None) -> Repository:
    return Repository(
        workspace.root,
        workspace.list_files,
        reader,
        workspace.configuration.nixos_release,
        None if cache is None else cache.recorder,
        None if cache is None else cache.mentioning,
    )


def active_rules(registry: Registry, configuration: Configuration, request: Request) -> tuple[AnyRule, ...]:
    """The rules that run: what the command line selects, or else the configuration, or else all but the pedantic ones."""
    if request.select is not None:
        names = _names(request.select, registry)
    else:
        names = (configuration.select or _unasked(registry, request)) - configuration.ignore
    names -= _names(request.ignore, registry)
    return tuple(rule for rule in registry.rules.values() if rule.name in names)


def _names(words: Iterable[str], registry: Registry) -> frozenset[str]:
    """The names of rules given by name or code, as far as there are such rules."""
    return frozenset(rule.name for rule in map(registry.find, words) if rule is not None)


def _unasked(registry: Registry, request: Request) -> frozenset[str]:
    """The rules that run where nobody names any: pedantic ones only for the pedantic."""
    return frozenset(rule.name for rule in registry.rules.values() if request.pedantic or not rule.pedantic)
