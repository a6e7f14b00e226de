"""Rules asked about subjects, and what they find put into a file's result.

A rule that fails costs what it would have found, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from nixlint.linting.compose_subjects import ReadCompose
from nixlint.linting.finding import Confidence, Failure, Finding
from nixlint.linting.registry import AnyRule
from nixlint.linting.subjects import short_name, surest
from nixlint.linting.suppression import CommentedText, Directive, directives, foreign_marks, nix_text
from nixlint.semantics.repository.put_away import is_put_away
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place

from .file_result import FileResult, LocatedFinding
from .internal_error import internal_error
from .shown_finding import FindingTexts

_T = TypeVar("_T")


class Checker:
    """Asks rules about the subjects of one repository; ``shown`` is how reports name a path."""

    def __init__(self, repository: Repository, shown: Callable[[Path], str]) -> None:
        self.repository = repository
        self._shown = shown
        self._texts = FindingTexts()
        self._compose: dict[Path, ReadCompose] = {}

    def learn_compose(self, path: Path, read: ReadCompose) -> None:
        """From here on a path is known to be this Compose file."""
        self._compose[path] = read

    def is_compose(self, path: Path) -> bool:
        """Whether a path is known to be a Compose file."""
        return path in self._compose

    def commented(self, path: Path) -> CommentedText | None:
        """A file as its comments are read; ``None`` where it can't be read."""
        read = self._compose.get(path)
        if read is not None:
            return read.commented()
        source = self.repository.source(path)
        return None if source is None else nix_text(source)

    def ask(self, result: FileResult, kind: str, subjects: Iterable[object], rules: Sequence[AnyRule]) -> None:
        """Ask those of some rules that ask about a kind of subject about each of these."""
        asked = [rule for rule in rules if kind in rule.kinds]
        if asked:
            for subject in subjects:
                self.ask_all(result, subject, asked)

    def ask_all(self, result: FileResult, subject: object, rules: Iterable[AnyRule]) -> None:
        """Ask all of some rules about a subject."""
        for rule in rules:
            for finding in self.findings(result, rule, subject):
                self.take(result, rule, finding)

    def findings(self, result: FileResult, rule: AnyRule, subject: object) -> Sequence[Finding]:
        """What a rule finds in a subject, up to its first exception, as sure as the subject is at most."""
        found: list[Finding] = []
        try:
            found.extend(rule.check(subject, self.repository))
        except Exception as error:
            place = getattr(subject, "place", None)
            where = place if isinstance(place, Place) else None
            message = internal_error(f"{rule.code} ({rule.name})", error)
            self.fail(result, message, None if where is None else where.path, where)
        if not found:
            return ()
        return [self._as_sure_as_may_be(finding, rule, surest(subject)) for finding in found]

    def _as_sure_as_may_be(self, finding: Finding, rule: AnyRule, limit: Confidence) -> Finding:
        """A finding that is no surer than its subject; one in a file that nothing uses is possible only."""
        if is_put_away(finding.place.path, self.repository):
            limit = Confidence.POSSIBLE
        is_surer = (finding.confidence or rule.confidence).doubt < limit.doubt
        return finding._replace(confidence=limit) if is_surer else finding

    def take(self, result: FileResult, rule: AnyRule, finding: Finding) -> None:
        """Take what a rule found, with all that has to be looked up in the file where it stands."""
        path, span = finding.place
        text = self.commented(path)
        if text is None:
            result.secrets.update(dict.fromkeys(finding.redact))
            return
        finding = self._masked(finding)
        if path not in result.directives:
            result.directives[path] = tuple(item for item in directives(text) if isinstance(item, Directive))
        start, end = text.lines.position(span.start), text.lines.position(span.end)
        within = span if finding.within is None else finding.within.span
        first, last = text.lines.line_of(within.start), text.lines.line_of(within.end)
        is_marked = not {first, start.line}.isdisjoint(foreign_marks(text, rule.also_suppressed_by))
        # Of what it is a part of, the lines are all that anybody asks.
        finding = finding._replace(within=None)
        result.located.append(LocatedFinding(rule.name, finding, start, end, is_marked, first, last))

    def fail(self, result: FileResult, message: str, path: Path | None, place: Place | None = None) -> None:
        """Note what went wrong, with a position where there is a place."""
        source = None if place is None else self.repository.source(place.path)
        position = None if source is None or place is None else source.position(place.span.start)
        result.failures.append(Failure(message, None if path is None else self._shown(path), position))

    def read(
        self, result: FileResult, path: Path | None, kind: str, subjects: Callable[[], Iterable[_T]]
    ) -> Iterator[_T]:
        """The subjects of a kind up to the first exception: a defect in their reading costs no more than those after it."""
        try:
            yield from subjects()
        except Exception as error:
            self.fail(result, internal_error(f"the reading of {short_name(kind)}", error), path)

    def _masked(self, finding: Finding) -> Finding:
        """A finding without the secrets of its file in its texts."""
        path = finding.place.path
        read = self._compose.get(path)
        if read is None:
            return self._texts.in_nix(finding, self.repository.open(path))
        # A fix writes Nix, so there is none in a Compose file but one that creates a module.
        fix = finding.fix if finding.fix is not None and all(item.creates for item in finding.fix.edits) else None
        return self._texts.in_text(finding._replace(fix=fix), path, read.data)
