"""A run: every file read, parsed and put before the rules, one after the other.

Nothing of a file outlives its turn but its findings. Whatever goes wrong with one file or one rule is a failure in the
report, and the run goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nixlint.containers.compose_names import is_compose_file, is_compose_text
from nixlint.files.overlay import Overlay
from nixlint.files.reading import Reader, reason_of
from nixlint.files.tree import Tree
from nixlint.linting.compose_subjects import ReadCompose, read_compose
from nixlint.linting.configuration import Configuration, suggestion
from nixlint.linting.finding import Confidence, Failure, Finding, Report, ReportedFinding, Skipped
from nixlint.linting.registry import AnyRule, Registry
from nixlint.linting.subjects import (
    FILE_PROBLEM,
    HOST_SYSTEM,
    MALFORMED_DIRECTIVE,
    UNUSED_SUPPRESSION,
    FileProblem,
    kind_of,
    short_name,
    surest,
)
from nixlint.linting.suppression import (
    CommentedText,
    Directive,
    MalformedDirective,
    Suppressions,
    UnusedSuppression,
    directives,
    foreign_marks,
    may_have_directives,
    nix_text,
    removal_of,
    span_of_rule,
)
from nixlint.semantics.language.budget import TOO_MUCH, Budget, spending
from nixlint.semantics.language.dependencies import Dependencies
from nixlint.semantics.repository.repository import NotNix, Repository
from nixlint.syntax.file_kind import FileKind
from nixlint.syntax.place import Place
from nixlint.syntax.problem import Problem, ProblemKind
from nixlint.syntax.problems import find_problems, is_refused, undefined_variables
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Position

from .asking import Asking
from .file_result import FileResult, LocatedFinding
from .fingerprint import fingerprint, identity
from .host_findings import HostFindings
from .internal_error import internal_error
from .request import Request
from .result_cache import Learned, ResultCache, remembered
from .shown_finding import FindingTexts
from .workers import Lost, dealt, in_processes, processes_for
from .workspace import Workspace, workspaces

if TYPE_CHECKING:
    from nixlint.containers.host.system import HostSystem

_T = TypeVar("_T")

_OF_REPOSITORY = "repository:"
"""Prefix of the cache key for the pass that belongs to no file."""


def run(request: Request, registry: Registry, texts: Mapping[Path, bytes] | None = None) -> Report:
    """Check what a request names; ``texts`` stand in the place of what is on disk."""
    given = dict(texts or {})
    if request.standard_input is not None:
        given.setdefault(request.standard_input.path, request.standard_input.data)
    found = workspaces(request, registry, given)
    broken = (failure for group in found.groups for failure in group.registry.failures)
    outcome = _Outcome([*registry.failures, *broken, *found.failures], [*found.skipped])
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
    return outcome.report()._replace(roots=tuple(sorted({group.root for group in found.groups})))


class _Work(NamedTuple):
    """What one process found: the results of files, each with what it rests on, and all that was looked at."""

    results: list[tuple[str, FileResult, Dependencies | None]]
    learned: Learned | None


@dataclass
class _Outcome:
    """What a run gathers."""

    failures: list[Failure]
    skipped: list[Skipped]
    findings: list[ReportedFinding] = field(default_factory=list)
    secrets: set[Place] = field(default_factory=set)
    checked: int = 0

    def report(self) -> Report:
        """Everything in a fixed order."""
        findings = sorted(self.findings, key=lambda found: (found.path, found.start, found.code, found.end))
        failures = sorted(dict.fromkeys(self.failures), key=lambda failure: (failure.path or "", failure.message))
        skipped = sorted(dict.fromkeys(self.skipped), key=lambda skipped: skipped.path)
        return Report(tuple(findings), tuple(failures), tuple(skipped), self.checked, tuple(sorted(self.secrets)))


class _WorkspaceRun:
    """The checks of one workspace, and what must be known at its end."""

    def __init__(
        self,
        workspace: Workspace,
        request: Request,
        outcome: _Outcome,
        reader: Reader,
        cache: ResultCache | None,
    ) -> None:
        self._workspace = workspace
        self._cache = cache
        self._reader = reader
        self._repository = _repository(workspace, reader, cache)
        self._configuration = workspace.configuration
        self._request = request
        self._registry = registry = workspace.registry
        self._outcome = outcome
        self._rules = active_rules(registry, workspace.configuration, request)
        self._masking = tuple(
            rule for rule in registry.rules.values() if rule.finds_secrets and rule not in self._rules
        )
        self._asking = Asking((*self._rules, *self._masking), self._repository, self._fail_to_read)
        self._suppressions = Suppressions()
        self._saw_everything = True
        self._found: dict[tuple[str, Place], ReportedFinding] = {}
        self._sound: set[Path] = set()
        self._asked: dict[AnyRule, None] = {}
        self._compose: dict[Path, ReadCompose] = {}
        self._result = FileResult()
        self._texts = FindingTexts()
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
                self._outcome.failures.append(
                    Failure(
                        f"a process ended before it had checked its {len(part)} files ({work.reason}); try --jobs 1"
                    )
                )
                lost = FileResult(saw_everything=False)
                self._prepared.update((str(path), lost) for path in part)
                continue
            self._prepared.update((name, result) for name, result, _ in work.results)
            if self._cache is not None:
                learned = None if number == 0 else work.learned  # the first was worked out in this very process
                self._cache.include(learned, work.results)

    def _work_on(self, paths: Sequence[Path]) -> _Work:
        results: list[tuple[str, FileResult, Dependencies | None]] = []
        for path in paths:
            result = self._result = FileResult()
            with self._repository.recording() as dependencies:
                self._try_to_check(path)
            results.append((str(path), result, dependencies))
        return _Work(results, None if self._cache is None else self._cache.learned())

    def check(self, path: Path) -> None:
        """Give one file its turn."""
        self._take_turn(str(path), path, lambda: self._try_to_check(path))

    def finish(self) -> None:
        """Say what only the whole workspace shows, the suppressions that suppress nothing, and hand over the findings."""
        asked = ",".join(rule.name for rule in self._asked)
        self._take_turn(f"{_OF_REPOSITORY}{asked}", None, self._ask_of_repository)
        self._result = FileResult()
        for unused in tuple(self._unused_suppressions()):
            self._ask(UNUSED_SUPPRESSION, (unused,), self._rules)
        self._end(self._result, None)
        counts: Counter[tuple[str, ...]] = Counter()
        for found in sorted(self._found.values(), key=lambda found: (found.path, found.start, found.end)):
            about = identity(found.rule, self._relative(found.finding.place.path), found.finding)
            self._outcome.findings.append(found._replace(fingerprint=fingerprint(about, counts[about])))
            counts[about] += 1

    def _take_turn(self, name: str, path: Path | None, work: Callable[[], None]) -> None:
        """Take the result of this name as it is remembered, or else do the work and remember what it comes to."""
        prepared = self._prepared.pop(name, None)
        if prepared is not None:
            self._end(prepared, path)
            return
        cache = self._cache if path is None or path.suffix == ".nix" else None
        result = None if cache is None else cache.replay(name)
        if result is None:
            result = self._result = FileResult()
            with self._repository.recording() as dependencies:
                work()
            if cache is not None:
                cache.keep(name, result, dependencies)
        self._end(result, path)

    def _try_to_check(self, path: Path) -> None:
        try:
            self._check(path)
        except NotNix as reason:
            if reason.kind is FileKind.OVERSIZED:
                self._fail(f"not checked: {reason.kind.reason}", path)
            else:
                self._result.skipped = reason.kind.reason
        except OSError as error:
            self._fail(f"cannot be read: {reason_of(error)}", path)
        except (RecursionError, MemoryError) as error:
            self._fail(f"too large or too deeply nested to look into ({type(error).__name__})", path)

    def _end(self, result: FileResult, path: Path | None) -> None:
        """Take what the result of a file came to.

        Of what no file holds alone (``path`` is ``None``), only what is found in files that are checked counts.
        """
        self._outcome.checked += result.is_checked
        self._outcome.failures.extend(result.failures)
        self._saw_everything = self._saw_everything and result.saw_everything and not result.failures
        if path is not None and result.skipped is not None:
            self._outcome.skipped.append(Skipped(self._request.shown(path), result.skipped))
        if path is not None and result.is_sound:
            self._sound.add(path)
        if path in result.directives:
            self._suppressions.learn(path, result.directives[path])
        self._asked.update(dict.fromkeys(self._registry.rules[name] for name in result.asked))
        self._outcome.secrets.update(result.secrets)
        for located in result.located:
            if path is not None or located.finding.place.path in self._sound:
                self._accept(located, result)

    def _check(self, path: Path) -> None:
        if path.suffix in (".yml", ".yaml") or is_compose_file(path):
            self._check_compose(path)
            return
        source = self._repository.open(path)
        result = self._result
        result.is_checked = True
        if may_have_directives(source.data):
            self._take_directives(nix_text(source))
        else:
            result.directives[path] = ()
        problems = find_problems(source)
        self._take_problems(source, problems)
        if is_refused(problems):
            result.saw_everything = False
            return
        self._take_problems(source, tuple(undefined_variables(source)))
        result.is_sound = True
        words = self._asking.words(source.data)
        rules = self._wanted_in(path, self._asking.interested(words))
        if not rules:
            return
        result.asked = tuple([rule.name for rule in rules])
        with spending(Budget.of_file(len(source.data))) as budget:
            for asked, subject in self._asking.of(source, words, rules):
                for rule in asked:
                    self._apply(rule, subject)
        if budget.is_spent:
            self._fail(f"{TOO_MUCH}: what its expressions come to was looked at only in part", path)

    def _wanted_in(self, path: Path, rules: tuple[AnyRule, ...]) -> tuple[AnyRule, ...]:
        """Those of some rules that the configuration does not switch off for a file, and those that find what to mask."""
        if not self._configuration.per_path_ignores:
            return rules
        return tuple(rule for rule in rules if rule.finds_secrets or not self._configuration.ignores(rule.name, path))

    def _take_directives(self, text: CommentedText) -> None:
        """Take what the comments of a file ask to suppress, and what they ask in words that mean nothing."""
        found = tuple(directives(text))
        self._result.directives[text.path] = tuple(item for item in found if isinstance(item, Directive))
        self._ask(MALFORMED_DIRECTIVE, (item for item in found if isinstance(item, MalformedDirective)), self._rules)

    def _check_compose(self, path: Path) -> None:
        """Put the services of a Compose file before the rules that ask about OCI containers."""
        data = self._reader.read(path)
        if not is_compose_file(path) and not is_compose_text(data):
            self._result.skipped = "it is YAML, but no Compose file: it has no services at its top"
            return
        rules = [
            rule
            for rule in self._rules
            if any(kind_of(kind).in_compose is not None for kind in rule.kinds)
            and not self._configuration.ignores(rule.name, path)
        ]
        if not rules and not may_have_directives(data):
            self._result.is_checked = True
            return
        read = read_compose(path, data, self._reader)
        if read.problem is not None:
            self._result.failures.append(Failure(read.problem, self._request.shown(path), read.problem_at))
            return
        self._result.is_checked = self._result.is_sound = True
        self._compose[path] = read
        self._take_directives(read.commented())
        for kind in dict.fromkeys(kind for rule in rules for kind in rule.kinds):
            in_compose = kind_of(kind).in_compose
            self._ask(kind, () if in_compose is None else in_compose(read), rules)

    def _take_problems(self, source: SourceFile, problems: Sequence[Problem]) -> None:
        if problems and problems[0].kind is ProblemKind.NESTED_TOO_DEEPLY:
            where = source.position(problems[0].span.start)
            self._result.failures.append(Failure(problems[0].message, self._request.shown(source.path), where))
        elif problems:
            self._ask(FILE_PROBLEM, [_file_problem(source.path, problem) for problem in problems], self._rules)

    def _ask(self, kind: str, subjects: Iterable[object], rules: Sequence[AnyRule]) -> None:
        asked = [rule for rule in rules if kind in rule.kinds]
        if asked:
            for subject in subjects:
                for rule in asked:
                    self._apply(rule, subject)

    def _ask_of_repository(self) -> None:
        """Put what hosts have before the rules that some file has something for, host by host."""
        kinds = [
            kind for kind in dict.fromkeys(kind for rule in self._asked for kind in rule.kinds) if _is_on_hosts(kind)
        ]
        if not kinds:
            return
        from nixlint.containers.host.system import HostView

        view, found = HostView(self._repository), HostFindings()
        for host in self._read_of_repository("hosts", view.hosts):
            found.begin_host()
            for kind in kinds:
                self._ask_of_host(kind, host, found)
        found.begin_host()
        for kind in kinds:
            on_no_host = kind_of(kind).on_no_host
            if on_no_host is not None:
                additions = self._read_of_repository(short_name(kind), partial(on_no_host, view))
                self._ask_of_all_hosts(kind, additions, found)
        for rule, finding in found.all():
            self._take(rule, finding)

    def _ask_of_host(self, kind: str, host: HostSystem, found: HostFindings) -> None:
        on_host = kind_of(kind).on_host
        if on_host is None:
            return
        subjects = self._read_of_repository(short_name(kind), partial(on_host, host))
        if kind != HOST_SYSTEM:
            self._ask_of_all_hosts(kind, subjects, found)
            return
        for subject in subjects:
            with spending(Budget.of_file(0)):
                self._ask(kind, (subject,), tuple(self._asked))

    def _ask_of_all_hosts(self, kind: str, subjects: Iterable[object], found: HostFindings) -> None:
        """Ask about subjects that several hosts may have: all of them must agree."""
        for subject in subjects:
            place = getattr(subject, "place", None)
            if not isinstance(place, Place):
                continue
            found.saw(place)
            with spending(Budget.of_file(0)):
                for rule in self._asked:
                    for finding in self._findings(rule, subject) if kind in rule.kinds else ():
                        found.add(rule, place, finding)

    def _read_of_repository(self, name: str, read: Callable[[], Iterable[_T]]) -> Iterator[_T]:
        return _guarded(read, lambda error: self._fail(internal_error(f"the reading of {name}", error), None))

    def _apply(self, rule: AnyRule, subject: object) -> None:
        for finding in self._findings(rule, subject):
            self._take(rule, finding)

    def _findings(self, rule: AnyRule, subject: object) -> Sequence[Finding]:
        """What a rule finds in a subject, up to its first exception: a defect costs no more than its own findings."""
        found: list[Finding] = []
        try:
            found.extend(rule.check(subject, self._repository))
        except Exception as error:
            place = getattr(subject, "place", None)
            where = place if isinstance(place, Place) else None
            self._fail(
                internal_error(f"{rule.code} ({rule.name})", error), None if where is None else where.path, where
            )
        if not found:
            return ()
        limit = surest(subject)
        return [
            finding._replace(confidence=limit)
            if (finding.confidence or rule.confidence).doubt < limit.doubt
            else finding
            for finding in found
        ]

    def _take(self, rule: AnyRule, finding: Finding) -> None:
        """Take what a rule found, with all that has to be looked up in the file where it stands."""
        path, span = finding.place
        read = self._compose.get(path)
        source = self._repository.source(path) if read is None else None
        if read is not None:
            text = read.commented()
            # A fix writes Nix, so there is none in a Compose file but one that creates a module.
            fix = finding.fix if finding.fix is not None and all(item.creates for item in finding.fix.edits) else None
            finding = self._texts.in_text(finding._replace(fix=fix), path, read.data)
        elif source is not None:
            text = nix_text(source)
            finding = self._texts.in_nix(finding, source)
        else:
            self._result.secrets.update(dict.fromkeys(finding.redact))
            return
        if path not in self._result.directives:
            self._result.directives[path] = tuple(item for item in directives(text) if isinstance(item, Directive))
        start, end = text.lines.position(span.start), text.lines.position(span.end)
        within = span if finding.within is None else finding.within.span
        first, last = text.lines.line_of(within.start), text.lines.line_of(within.end)
        is_marked = not {first, start.line}.isdisjoint(foreign_marks(text, rule.also_suppressed_by))
        # Of what it is a part of, the lines are all that anybody asks.
        finding = finding._replace(within=None)
        self._result.located.append(LocatedFinding(rule.name, finding, start, end, is_marked, first, last))

    def _accept(self, located: LocatedFinding, result: FileResult) -> None:
        """Report a finding, unless there is the same one already and it is as sure, or it is not wanted."""
        rule, finding = self._registry.rules[located.rule], located.finding
        path = finding.place.path
        self._outcome.secrets.update(finding.redact)
        known = self._found.get((rule.name, finding.place))
        is_surer = known is None or (finding.confidence or rule.confidence).doubt < known.confidence.doubt
        if not is_surer or self._is_off(rule, path):
            return
        self._suppressions.learn(path, result.directives[path])
        names = (rule.name, rule.code, *rule.formerly)
        suppressed = self._suppressions.suppress(path, names, located.first_line, located.last_line)
        self._report(rule, finding, located.start, located.end, suppressed=suppressed or located.is_marked)

    def _report(self, rule: AnyRule, finding: Finding, start: Position, end: Position, *, suppressed: bool) -> None:
        confidence = finding.confidence or rule.confidence
        if confidence is Confidence.POSSIBLE and not self._request.pedantic:
            return
        severity = self._configuration.severities.get(rule.name) or finding.severity or rule.severity
        shown = self._request.shown(finding.place.path)
        self._found[rule.name, finding.place] = ReportedFinding(
            rule.name, rule.code, severity, confidence, finding, shown, start, end, "", suppressed
        )

    def _is_off(self, rule: AnyRule, path: Path) -> bool:
        return (
            rule in self._masking or self._configuration.excludes(path) or self._configuration.ignores(rule.name, path)
        )

    def _unused_suppressions(self) -> Iterator[UnusedSuppression]:
        """None unless everything was seen: a file that was not checked, or could not be, may be what they are there for."""
        if not self._suppressions.any or not self._saw_everything or not self._registry.is_whole:
            return
        if not set(self._repository.files) <= set(self._workspace.files):
            return
        active = {rule.name for rule in self._rules}
        for path, directive, word in self._suppressions.unused():
            rule = self._registry.find(word)
            if rule is None or (rule.name in active and not self._is_off(rule, path)):
                yield self._unused(path, directive, word, rule is not None)

    def _unused(self, path: Path, directive: Directive, word: str, exists: bool) -> UnusedSuppression:
        near = "" if exists else suggestion(word, self._registry.names)
        read = self._compose.get(path)
        text = nix_text(self._repository.open(path)) if read is None else read.commented()
        removal = removal_of(word, directive, text) if read is None else None
        return UnusedSuppression(word, exists, near, Place(path, span_of_rule(word, directive, text)), removal)

    def _relative(self, path: Path) -> str:
        root = self._repository.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    def _fail_to_read(self, kind: str, error: Exception, source: SourceFile) -> None:
        self._fail(internal_error(f"the reading of {short_name(kind)}", error), source.path)

    def _fail(self, message: str, path: Path | None, place: Place | None = None) -> None:
        source = None if place is None else self._repository.source(place.path)
        position = None if source is None or place is None else source.position(place.span.start)
        shown = None if path is None else self._request.shown(path)
        self._result.failures.append(Failure(message, shown, position))


def _is_on_hosts(kind: str) -> bool:
    return kind_of(kind).on_host is not None


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


def _file_problem(path: Path, problem: Problem) -> FileProblem:
    related = None if problem.related is None else Place(path, problem.related)
    return FileProblem(problem, Place(path, problem.span), related)


def _guarded(make: Callable[[], Iterable[_T]], failed: Callable[[Exception], None]) -> Iterator[_T]:
    """The items of an iterable up to the first exception, which is handed to ``failed``."""
    try:
        yield from make()
    except Exception as error:  # a defect of one rule must cost no more than its own findings
        failed(error)
