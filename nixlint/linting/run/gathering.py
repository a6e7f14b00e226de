"""What a run gathers: the results of files, sifted by suppressions, severities and what the configuration wants to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nixlint.linting.configuration import suggestion
from nixlint.linting.finding import Confidence, Failure, Report, ReportedFinding, Skipped
from nixlint.linting.registry import AnyRule
from nixlint.linting.suppression import Directive, Suppressions, UnusedSuppression, removal_of, span_of_rule
from nixlint.syntax.place import Place

from .checker import Checker
from .file_result import FileResult, LocatedFinding
from .fingerprint import fingerprint, identity
from .request import Request
from .workspace import Workspace


@dataclass
class Outcome:
    """What a run comes to so far."""

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


class Gathering:
    """Gathers the results of one workspace into the outcome of a run.

    ``rules`` are those that run; what others find only says where secrets stand.
    """

    def __init__(self, workspace: Workspace, request: Request, outcome: Outcome, rules: tuple[AnyRule, ...]) -> None:
        self._workspace = workspace
        self._configuration = workspace.configuration
        self._request = request
        self._outcome = outcome
        self._rules = frozenset(rules)
        self._suppressions = Suppressions()
        self._saw_everything = True
        self._found: dict[tuple[str, Place], ReportedFinding] = {}
        self._sound: set[Path] = set()
        self._asked: dict[AnyRule, None] = {}
        self._known: set[tuple[str, ...]] = set()

    @property
    def asked(self) -> tuple[AnyRule, ...]:
        """The rules that some file had something to ask for."""
        return tuple(self._asked)

    def add(self, result: FileResult, path: Path | None) -> None:
        """Take what a file came to.

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
        if result.asked not in self._known:  # most files ask the same rules as another one
            self._known.add(result.asked)
            self._asked.update(dict.fromkeys(self._workspace.registry.rules[name] for name in result.asked))
        self._outcome.secrets.update(result.secrets)
        for located in result.located:
            if path is not None or located.finding.place.path in self._sound:
                self._accept(located, result)

    def finish(self, root: Path) -> None:
        """Hand over the findings, with their fingerprints in the repository at ``root``."""
        counts: Counter[tuple[str, ...]] = Counter()
        for found in sorted(self._found.values(), key=lambda found: (found.path, found.start, found.end)):
            path = found.finding.place.path
            relative = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
            about = identity(found.rule, relative, found.finding)
            self._outcome.findings.append(found._replace(fingerprint=fingerprint(about, counts[about])))
            counts[about] += 1

    def unused_suppressions(self, checker: Checker) -> Iterator[UnusedSuppression]:
        """None unless everything was seen: a file that was not checked, or could not be, may be what they are there for."""
        registry = self._workspace.registry
        if not self._suppressions.any or not self._saw_everything or not registry.is_whole:
            return
        if not set(checker.repository.files) <= set(self._workspace.files):
            return
        for path, directive, word in self._suppressions.unused():
            rule = registry.find(word)
            if rule is None or not self._is_off(rule, path):
                near = "" if rule is not None else suggestion(word, registry.names)
                yield _unused(checker, path, directive, word, near, exists=rule is not None)

    def _accept(self, located: LocatedFinding, result: FileResult) -> None:
        """Report a finding, unless there is the same one already and it is as sure, or it is not wanted."""
        rule, finding = self._workspace.registry.rules[located.rule], located.finding
        path = finding.place.path
        self._outcome.secrets.update(finding.redact)
        known = self._found.get((rule.name, finding.place))
        is_surer = known is None or (finding.confidence or rule.confidence).doubt < known.confidence.doubt
        if not is_surer or self._is_off(rule, path):
            return
        self._suppressions.learn(path, result.directives[path])
        names = (rule.name, rule.code, *rule.formerly)
        suppressed = self._suppressions.suppress(path, names, located.first_line, located.last_line)
        self._report(rule, located, suppressed=suppressed or located.is_marked)

    def _report(self, rule: AnyRule, located: LocatedFinding, *, suppressed: bool) -> None:
        finding = located.finding
        confidence = finding.confidence or rule.confidence
        if confidence is Confidence.POSSIBLE and not self._request.pedantic:
            return
        severity = self._configuration.severities.get(rule.name) or finding.severity or rule.severity
        shown = self._request.shown(finding.place.path)
        self._found[rule.name, finding.place] = ReportedFinding(
            rule.name, rule.code, severity, confidence, finding, shown, located.start, located.end, "", suppressed
        )

    def _is_off(self, rule: AnyRule, path: Path) -> bool:
        return (
            rule not in self._rules
            or self._configuration.excludes(path)
            or self._configuration.ignores(rule.name, path)
        )


def _unused(
    checker: Checker, path: Path, directive: Directive, word: str, near: str, *, exists: bool
) -> UnusedSuppression:
    text = checker.commented(path)
    assert text is not None  # its comments were read
    removal = None if checker.is_compose(path) else removal_of(word, directive, text)
    return UnusedSuppression(word, exists, near, Place(path, span_of_rule(word, directive, text)), removal)
