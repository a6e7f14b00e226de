"""Vetting: what is wrong with some packs of rules, found by reading them. Nothing of a pack is imported or run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import libcst as cst

from nixlint.files.reading import reason_of
from nixlint.linting.finding import Confidence, Failure, Finding, Report, ReportedFinding
from nixlint.linting.packs.folder import Refused
from nixlint.linting.run.fingerprint import fingerprint, identity
from nixlint.linting.run.request import Request
from nixlint.syntax.place import Place
from nixlint.syntax.span import LineIndex, Span

from .api_changes import changed_calls
from .completeness import gaps
from .declared_rule import DeclaredRule, declared_rules
from .forbidden import violations
from .identifiers import Identifiers
from .pack_files import Pack, installed_packs, is_named_like_a_test, packs_at
from .parsed_file import ParsedFile, Unreadable
from .policy import Objection
from .requirements import requirements


class Vetted(NamedTuple):
    """What vetting came to: the report, and the texts of the files that it speaks of."""

    report: Report
    texts: Mapping[Path, bytes]
    packs: tuple[Pack, ...]

    def read(self, path: Path) -> bytes:
        """The bytes of a file that was looked at. Raises :class:`OSError` for any other."""
        if path not in self.texts:
            raise FileNotFoundError(path)
        return self.texts[path]


class _Said(NamedTuple):
    place: Place
    objection: Objection
    evidence: str = ""


def vet(request: Request) -> Vetted:
    """Vet the packs at the paths of a request. What can't be read is among the failures of the report."""
    failures: list[Failure] = []
    packs = tuple(_packs(request, failures))
    return vet_packs(packs, request, failures)


def vet_installed(request: Request) -> Vetted:
    """Vet the packs that are installed beside nixlint's own rules."""
    try:
        return vet_packs(installed_packs(), request)
    except Refused as error:
        return vet_packs((), request, (Failure(str(error)),))


def vet_packs(
    packs: Iterable[Pack],
    request: Request,
    failures: Iterable[Failure] = (),
    upgraded: frozenset[Path] = frozenset(),
) -> Vetted:
    """Vet some packs; see :func:`vet`. Of files that were just ``upgraded``, calls that mean more now are reported too."""
    packs = tuple(packs)
    texts = {file.path: file.data for pack in packs for file in pack.files.values()}
    identifiers = Identifiers()
    read = [_read(pack) for pack in packs]
    said = [each for pack in read for each in _said_of(pack, identifiers)]
    said += [each for pack in read for file in pack.parsed if file.file.path in upgraded for each in _changed(file)]
    lines = {path: LineIndex(data) for path, data in texts.items()}
    found = sorted(_reported(said, lines, request), key=_order)
    report = Report(tuple(found), tuple(failures), (), files_checked=sum(each.files_read for each in read))
    return Vetted(report, texts, packs)


def _packs(request: Request, failures: list[Failure]) -> Iterator[Pack]:
    for path in request.paths:
        try:
            yield from packs_at(path)
        except Refused as error:
            failures.append(Failure(str(error), request.shown(path)))
        except OSError as error:
            failures.append(Failure(reason_of(error), request.shown(path)))


class _ReadPack(NamedTuple):
    """A pack without its tests: its files as they were parsed, and those that can't be."""

    pack: Pack
    parsed: tuple[ParsedFile, ...]
    unreadable: tuple[_Said, ...]

    @property
    def files_read(self) -> int:
        """How many files of Python were looked at."""
        return len(self.parsed) + len(self.unreadable)


def _read(pack: Pack) -> _ReadPack:
    """Parse a pack. Files of a folder that are named like tests and have no rules are left out: nixlint never loads them."""
    parsed: list[ParsedFile] = []
    unreadable: list[_Said] = []
    for file in pack.files.values():
        try:
            parsed.append(ParsedFile(file))
        except Unreadable as error:
            place = Place(file.path, Span(error.offset, error.offset))
            unreadable.append(_Said(place, Objection("rule-file-unreadable", f"{error}")))
    if pack.loads_tests:
        return _ReadPack(pack, tuple(parsed), tuple(unreadable))
    with_rules = {rule.file.file.name for rule in declared_rules(parsed)}
    tests = frozenset(
        file.name for file in pack.files.values() if is_named_like_a_test(file) and file.name not in with_rules
    )
    paths = {pack.files[name].path for name in tests}
    return _ReadPack(
        pack.without(tests),
        tuple(each for each in parsed if each.file.name not in tests),
        tuple(each for each in unreadable if each.place.path not in paths),
    )


def _said_of(read: _ReadPack, identifiers: Identifiers) -> Iterator[_Said]:
    pack, parsed, unreadable = read
    for offence in pack.offences:
        yield _Said(Place(offence.path, Span(0, 0)), Objection("rule-forbidden-file", offence.reason))
    yield from unreadable
    for file, (node, objection) in violations(pack, parsed):
        yield _Said(file.place(node), objection)
    rules = [rule for rule in declared_rules(parsed) if rule.is_concrete]
    for rule in rules:
        for node, objection in gaps(rule):
            yield _Said(rule.file.place(node), objection, _name(rule))
    if not pack.loads_tests and not identifiers.is_own(pack.root):
        for rule in rules:
            if is_named_like_a_test(rule.file.file):
                reason = "the file is named like a test, so that nixlint does not load the rule from a folder"
                yield _Said(rule.file.place(rule.node.name), Objection("rule-misnamed", reason), _name(rule))
    for rule, gap in identifiers.clashes(rules, pack.root):
        yield _Said(rule.file.place(gap.node), gap.objection, _name(rule))


def _changed(file: ParsedFile) -> Iterator[_Said]:
    search = _Calls()
    file.module.visit(search)
    for call in search.found:
        for name in sorted(file.imported(call.func)):
            reason = changed_calls().get(name)
            if reason is not None and not any(
                arg.keyword is not None and arg.keyword.value == "reach" for arg in call.args
            ):
                yield _Said(file.place(call.func), Objection("rule-api-changed", reason))


class _Calls(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Call] = []

    def visit_Call(self, node: cst.Call) -> None:
        self.found.append(node)


def _name(rule: DeclaredRule) -> str:
    return rule.text("name") or rule.node.name.value


def _reported(said: Iterable[_Said], lines: Mapping[Path, LineIndex], request: Request) -> Iterator[ReportedFinding]:
    ordinals: Counter[tuple[str, ...]] = Counter()
    for place, objection, evidence in said:
        demand = requirements()[objection.requirement]
        finding = Finding(place, objection.reason, objection.help, evidence=evidence)
        index = lines.get(place.path) or LineIndex(b"")
        path = request.shown(place.path)
        key = identity(demand.name, path, finding)
        yield ReportedFinding(
            demand.name,
            demand.code,
            demand.severity,
            Confidence.CERTAIN,
            finding,
            path,
            index.position(place.span.start),
            index.position(place.span.end),
            fingerprint(key, ordinals[key]),
        )
        ordinals[key] += 1


def _order(found: ReportedFinding) -> tuple[str, Span, str, str]:
    return (found.path, found.finding.place.span, found.code, found.finding.message)
