"""Findings as SARIF, for platforms that keep them and compare runs, such as GitHub's code scanning.

OASIS, 'Static Analysis Results Interchange Format (SARIF) Version 2.1.0'; the sections are named where they matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from nixlint import __version__
from nixlint.linting.finding import Failure, Note, Report, ReportedFinding, Severity, Skipped
from nixlint.syntax.span import Position

from .formats import Described, View
from .json_document import Json, Places, json_text, text
from .rule_page import title

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def written(report: Report, view: View) -> Iterator[str]:
    """The log of a report, with one run."""
    yield json_text(
        {
            "$schema": text("https://json.schemastore.org/sarif-2.1.0.json"),
            "version": text("2.1.0"),
            "runs": [_run(report, view)],
        }
    )


def _run(report: Report, view: View) -> Json:
    found_rules = sorted({found.rule for found in report.findings}, key=lambda name: view.rules[name].code)
    places = Places(view.read)
    return {
        "tool": {
            "driver": {
                "name": text("nixlint"),
                "semanticVersion": text(__version__),
                "rules": [_rule(view.rules[name]) for name in found_rules],
            }
        },
        "columnKind": text("unicodeCodePoints"),  # §3.14.17: what columns count
        "results": [_result(found, found_rules, view, places) for found in report.findings],
        "invocations": [
            {
                "executionSuccessful": not report.failures,
                "toolExecutionNotifications": [
                    *map(_failure, report.failures),
                    *map(_skipped, report.skipped),
                ],
            }
        ],
    }


def _rule(rule: Described) -> Json:
    return {
        "id": text(rule.code),
        "name": text(rule.name),
        "shortDescription": {"text": text(title(rule))},
        "help": {"text": text(title(rule)), "markdown": text(rule.page.strip())},
        "defaultConfiguration": {"level": text(_LEVELS[rule.severity])},
    }


def _result(found: ReportedFinding, found_rules: list[str], view: View, places: Places) -> Json:
    finding = found.finding
    sentence = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    return {
        "ruleId": text(found.code),
        "ruleIndex": found_rules.index(found.rule),
        "level": text(_LEVELS[found.severity]),
        "message": {"text": text(sentence)},
        "locations": [_location(found.path, found.start, found.end)],
        "relatedLocations": [_related(note, view, places) for note in finding.notes],
        "partialFingerprints": {"nixlint/v1": text(found.fingerprint)},
        # §3.27.23: where one result of a run has suppressions, all have, so that none means 'not suppressed'.
        "suppressions": [{"kind": text("inSource")}] if found.suppressed else [],
        "properties": {"confidence": text(found.confidence.value)},
    }


def _related(note: Note, view: View, places: Places) -> Json:
    location = _location(view.shown(note.place.path), *places.positions(note.place))
    return {**location, "message": {"text": text(note.message)}}


def _location(path: str, start: Position | None, end: Position | None = None) -> dict[str, Json]:
    region: dict[str, Json] = {}
    if start is not None:
        region = {"startLine": start.line, "startColumn": start.column}
    if start is not None and end is not None:
        region |= {"endLine": end.line, "endColumn": end.column}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": text(_address(path))},
            **({"region": region} if region else {}),
        }
    }


def _address(path: str) -> str:
    """A path as a reference to a resource (RFC 3986); a relative one stays relative to the folder of the run."""
    return Path(path).as_uri() if path.startswith("/") else quote(os.fsencode(path))


def _failure(failure: Failure) -> Json:
    return _notification("error", failure.message, failure.path, failure.position)


def _skipped(skipped: Skipped) -> Json:
    return _notification("note", f"skipped: {skipped.reason}", skipped.path, None)


def _notification(level: str, message: str, path: str | None, position: Position | None) -> Json:
    return {
        "level": text(level),
        "message": {"text": text(message)},
        **({} if path is None else {"locations": [_location(path, position)]}),
    }
