"""Fixes: applied to texts in memory, round after round, until there is nothing left to fix.

A fix is made whole or not at all. One that breaks a file, or that would lose a comment, is refused and said so. One that
reaches another system, or brings an error, is not offered (:mod:`.gate`). Nothing is written here; that is
:mod:`nixlint.linting.fixes.writing`'s matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.files.tree import Trees
from nixlint.linting.finding import Fix, Report, ReportedFinding, Safety
from nixlint.linting.registry import Registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.syntax.edits import ChosenEdits, Edit, OverlappingEdits, apply_edits, loses_comment
from nixlint.syntax.problems import breaks
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import text_at

from .gate import Gate

MAX_ROUNDS = 10
"""After so many rounds it is a defect: two fixes undo each other."""


MAX_LOOKS = 100
"""So often the repository is looked at in one round, to find the fixes that must not be made."""


class FixedFile(NamedTuple):
    """A file that fixes change: what was read and what it shall become. One that ``is_new`` must not be there yet."""

    path: Path
    before: bytes
    after: bytes
    is_new: bool = False


class KeptSecret(NamedTuple):
    """A secret that a fix took out of a file: what the repository calls it now, and the text to encrypt by that name."""

    path: Path
    name: str
    text: str


class Refusal(NamedTuple):
    """A fix that was not made, and why."""

    finding: ReportedFinding
    reason: str


class Fixing(NamedTuple):
    """What fixing comes to.

    ``applied`` are the findings whose fixes are made, ``before`` is what there was and ``report`` what is left then.
    ``withheld`` are fixes that are not offered here, for they would change more than they are for, or bring an error.
    """

    files: tuple[FixedFile, ...]
    applied: tuple[ReportedFinding, ...]
    refused: tuple[Refusal, ...]
    before: Report
    report: Report
    withheld: tuple[Refusal, ...] = ()
    moved: tuple[KeptSecret, ...] = ()
    """The secrets that are in none of the files any more."""


def fix(request: Request, registry: Registry, unsafe: bool) -> Fixing:
    """Make the safe fixes of a request's findings, and with ``unsafe`` the others too."""
    given = {} if request.standard_input is None else {request.standard_input.path: request.standard_input.data}
    applied: list[ReportedFinding] = []
    refused: dict[tuple[str, str], Refusal] = {}
    withheld: list[Refusal] = []
    moved: list[KeptSecret] = []
    report = run(request, registry, given)
    texts = _Texts(given, report.roots)
    gate = Gate(request, registry)
    first = report
    for _ in range(MAX_ROUNDS):
        wanted = [found for found in _fixable(report, unsafe) if _key(found) not in refused]
        made, refusals = texts.choose(wanted)
        refused.update((_key(refusal.finding), refusal) for refusal in refusals)
        # What was withheld before is tried again: another fix may have made way for it.
        passed, withheld = _passed(made, texts, gate)
        applied.extend(passed)
        if not passed and not refusals:
            break
        moved.extend(texts.moved_by(passed))
        texts.take(passed)
        report = run(request, registry, texts.current)
    # What was skipped or failed was so in the first round already; what a rule made of a fixed text is in the last.
    report = report._replace(skipped=first.skipped)
    return Fixing(
        texts.changed(), tuple(applied), tuple(refused.values()), first, report, tuple(withheld), tuple(moved)
    )


def offered(report: Report, request: Request, registry: Registry) -> Report:
    """A report without the fixes that the gate withholds: what it lists of fixes, :func:`fix` makes."""
    given = {} if request.standard_input is None else {request.standard_input.path: request.standard_input.data}
    texts, gate = _Texts(given, report.roots), Gate(request, registry)
    waiting, withheld = list(_fixable(report, unsafe=True)), set[tuple[str, str]]()
    for _ in range(MAX_ROUNDS):
        if not waiting:
            break
        # What does not go with others is tried without them.
        made, refusals = texts.choose(waiting)
        _, kept = _passed(made, texts, gate)
        withheld |= {_key(refusal.finding) for refusal in kept}
        tried = {_key(found) for found in (*made, *(refusal.finding for refusal in refusals))}
        waiting = [found for found in waiting if _key(found) not in tried]
    findings = tuple(
        found._replace(finding=found.finding._replace(fix=None)) if _key(found) in withheld else found
        for found in report.findings
    )
    return report._replace(findings=findings)


def _passed(found: list[ReportedFinding], texts: _Texts, gate: Gate) -> tuple[list[ReportedFinding], list[Refusal]]:
    """Those fixes that change what they are for and nothing else, made together, and the others."""
    passed: list[ReportedFinding] = []
    withheld: list[Refusal] = []
    waiting = [found] if found else []
    for _ in range(MAX_LOOKS):
        if not waiting:
            break
        part = waiting.pop()
        reason = gate.objection(texts.with_fixes(passed), texts.with_fixes([*passed, *part]), part)
        if reason is None:
            passed.extend(part)
        elif len(part) == 1:
            withheld.append(Refusal(part[0], reason))
        else:
            # Those that rest on one another were together in the beginning; of the rest each half is tried by itself.
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    withheld += [Refusal(each, "too many fixes change what they are not for") for part in waiting for each in part]
    return passed, withheld


def _fixable(report: Report, unsafe: bool) -> Iterator[ReportedFinding]:
    for found in report.findings:
        made = found.finding.fix
        if made is not None and not found.suppressed and (unsafe or made.safety is Safety.SAFE):
            yield found


def _key(found: ReportedFinding) -> tuple[str, str]:
    return found.rule, found.fingerprint


class _Texts:
    """The texts of the files that fixes touch, as they were and as they are."""

    def __init__(self, given: Mapping[Path, bytes], roots: Iterable[Path]) -> None:
        self.current: dict[Path, bytes] = dict(given)
        self._original: dict[Path, bytes] = dict(given)
        self._new: set[Path] = set()
        self._trees = Trees(roots)

    def choose(self, wanted: Iterable[ReportedFinding]) -> tuple[list[ReportedFinding], list[Refusal]]:
        """As many fixes as go together; what does not go with the others waits for the next round."""
        chosen: dict[Path, ChosenEdits] = defaultdict(ChosenEdits)
        new_files: set[Path] = set()
        together: list[ReportedFinding] = []
        moved: set[str] = set()
        for found in wanted:
            fix_ = _fix_of(found)
            edits = _by_path(fix_)
            names = {item.name for item in fix_.moved}
            if not moved.isdisjoint(names):
                continue  # two secrets by one name: the second is looked at again when the first has the name
            if new_files.isdisjoint(edits) and all(chosen[path].go_with(new) for path, new in edits.items()):
                together.append(found)
                moved |= names
                new_files |= _created(fix_)
                for path, new in edits.items():
                    chosen[path].add(new)
        refused = self._objections(together)
        objected = {id(refusal.finding) for refusal in refused}
        made = [found for found in together if id(found) not in objected]
        return made, refused

    def _objections(self, group: Sequence[ReportedFinding]) -> list[Refusal]:
        """The fixes of a group that must not be made.

        They are made together to see, and only where that will not do, one half and then the other: to parse a file for
        each of its fixes would cost the square of its size.
        """
        reason = self._objection(group) if group else None
        if reason is None:
            return []
        if len(group) == 1:
            return [Refusal(group[0], reason)]
        middle = len(group) // 2
        refused = [*self._objections(group[:middle]), *self._objections(group[middle:])]
        if refused:
            return refused
        # Each half will do, and both together will not: the second is not made.
        return [Refusal(found, reason) for found in group[middle:]]

    def with_fixes(self, made: Iterable[ReportedFinding]) -> dict[Path, bytes]:
        """The texts as fixes leave them that go together."""
        edits: dict[Path, set[Edit]] = {}
        created: set[Path] = set()
        for fix_ in (found.finding.fix for found in made):
            if fix_ is not None:
                created |= _created(fix_)
                for path, new in _by_path(fix_).items():
                    edits.setdefault(path, set()).update(new)
        texts = {path: apply_edits(b"" if path in created else self._text(path), new) for path, new in edits.items()}
        return {**self.current, **texts}

    def take(self, made: Sequence[ReportedFinding]) -> None:
        """Make fixes that go together."""
        after = self.with_fixes(made)
        for fix_ in (found.finding.fix for found in made):
            self._begin(set() if fix_ is None else _created(fix_))
        self.current.update(after)

    def moved_by(self, made: Sequence[ReportedFinding]) -> Iterator[KeptSecret]:
        """The secrets that fixes take out of the texts as they are now."""
        for item in (item for found in made for item in _fix_of(found).moved):
            source = SourceFile.parse(item.place.path, self._text(item.place.path))
            yield KeptSecret(item.place.path, item.name, item.before + (text_at(source, item.place.span) or ""))

    def changed(self) -> tuple[FixedFile, ...]:
        """The files whose text is another one now."""
        return tuple(
            FixedFile(path, self._original[path], text, path in self._new)
            for path, text in sorted(self.current.items())
            if text != self._original[path]
        )

    def _begin(self, paths: Iterable[Path]) -> None:
        """Take files for empty that are to be created."""
        for path in paths:
            self._new.add(path)
            self.current[path] = self._original[path] = b""

    def _text(self, path: Path) -> bytes:
        if path not in self.current:
            self.current[path] = self._original[path] = self._trees.read(path)
        return self.current[path]

    def _objection(self, group: Sequence[ReportedFinding]) -> str | None:
        """Why the fixes of a group must not be made together, which is why one of them must not be made by itself."""
        edits: dict[Path, set[Edit]] = defaultdict(set)
        kept: dict[Path, set[Edit]] = defaultdict(set)
        created: set[Path] = set()
        for found in group:
            fix_ = _fix_of(found)
            created |= _created(fix_)
            for path, new in _by_path(fix_).items():
                edits[path] |= new
                if not fix_.removes_comments:
                    kept[path] |= new
        for path, new in edits.items():
            try:
                if path in created and (path in self.current or self._trees.own_kind(path) is not None):
                    return f"there is a file {path.name} already"
                source = SourceFile.parse(path, b"" if path in created else self._text(path))
                after = SourceFile.parse(path, apply_edits(source.data, new))
            except (OSError, OverlappingEdits, ValueError) as error:
                return f"it can't be made: {error}"
            if any(
                item.place.path == path and not text_at(source, item.place.span)
                for found in group
                for item in _fix_of(found).moved
            ):
                return "the secret that it moves can't be read"
            if loses_comment(source, kept[path]) is not None:
                return "a comment would be lost"
            if breaks(source, after):
                return "the file would no longer parse"
        return None


def _fix_of(found: ReportedFinding) -> Fix:
    fix_ = found.finding.fix
    assert fix_ is not None
    return fix_


def _by_path(fix_: Fix) -> dict[Path, set[Edit]]:
    found: dict[Path, set[Edit]] = {}
    for item in fix_.edits:
        found.setdefault(item.path, set()).add(item.edit)
    return found


def _created(fix_: Fix) -> set[Path]:
    return {item.path for item in fix_.edits if item.creates}
