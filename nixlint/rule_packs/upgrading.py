"""Bringing rules up to date: what a codemod can do is done, and what is left is named with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from nixlint.files.reading import reason_of
from nixlint.linting.finding import Failure, Report, ReportedFinding
from nixlint.linting.fixes.applying import FixedFile
from nixlint.linting.packs.folder import Refused
from nixlint.linting.run.request import Request

from .pack_files import Pack, RuleFile, packs_at
from .parsed_file import ParsedFile, Unreadable
from .rule_api_2 import to_rule_api_2
from .vetting import Vetted, vet_packs

_TO_LOOK_AT = "rule-api-changed"
_NEEDS_A_PERSON = frozenset({"rule-api-old", "rule-api-unknown", "rule-incomplete"})


class UpgradedRules(NamedTuple):
    """The files that change, what needs a person, and calls ``to_look_at``: the places are those in the upgraded files."""

    files: tuple[FixedFile, ...]
    left: Vetted
    to_look_at: tuple[ReportedFinding, ...] = ()


def upgrade(request: Request) -> UpgradedRules:
    """Upgrade the rules at the paths of a request, in memory. What can't be read is among the failures of the report."""
    failures: list[Failure] = []
    before = tuple(_packs(request, failures))
    after = tuple(_upgraded_pack(pack, request, failures) for pack in before)
    changed = [
        FixedFile(file.path, pack.files[name].data, file.data)
        for pack, new in zip(before, after, strict=True)
        for name, file in new.files.items()
        if file.data != pack.files[name].data
    ]
    left = vet_packs(after, request, failures, frozenset(file.path for file in changed))
    to_look_at = tuple(found for found in left.report.findings if found.rule == _TO_LOOK_AT)
    return UpgradedRules(tuple(changed), left._replace(report=_needing_a_person(left.report)), to_look_at)


def _packs(request: Request, failures: list[Failure]) -> Iterator[Pack]:
    for path in request.paths:
        if path.suffix == ".whl":
            reason = "a wheel is not changed: upgrade its sources, and build it again"
            failures.append(Failure(reason, request.shown(path)))
            continue
        try:
            yield from packs_at(path)
        except Refused as error:
            failures.append(Failure(str(error), request.shown(path)))
        except OSError as error:
            failures.append(Failure(reason_of(error), request.shown(path)))


def _upgraded_pack(pack: Pack, request: Request, failures: list[Failure]) -> Pack:
    files: dict[str, RuleFile] = {}
    for name, file in pack.files.items():
        files[name] = file
        try:
            new = file._replace(data=_upgraded(file))
            if _upgraded(new) != new.data:
                failures.append(
                    Failure("its upgrade would not come to an end, so it is left", request.shown(file.path))
                )
                continue
        except Unreadable as error:
            failures.append(Failure(str(error), request.shown(file.path)))
            continue
        files[name] = new
    return pack._replace(files=files)


def _upgraded(file: RuleFile) -> bytes:
    """The bytes of a file in the present version. Raises :class:`~nixlint.rule_packs.parsed_file.Unreadable`."""
    parsed = ParsedFile(file)
    module: cst.Module = to_rule_api_2(parsed)
    return file.data if module is parsed.module or module.bytes == parsed.module.bytes else _bytes(file, module)


def _bytes(file: RuleFile, module: cst.Module) -> bytes:
    bom = b"\xef\xbb\xbf"
    return bom + module.bytes if file.data.startswith(bom) and not module.bytes.startswith(bom) else module.bytes


def _needing_a_person(report: Report) -> Report:
    """Of what vetting found, what keeps the rules from being loaded with the present version."""
    found = tuple(
        each
        for each in report.findings
        if each.rule in _NEEDS_A_PERSON
        or (each.rule == "rule-forbidden-import" and each.finding.message.startswith("nixlint."))
    )
    return report._replace(findings=found)
