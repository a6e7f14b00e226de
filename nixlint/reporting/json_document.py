"""Findings for programs: the versioned document that ``nixlint/data/report.schema.json`` describes.

Lines and columns count from 1, columns in characters; offsets are bytes from 0. Bytes of file names that are not UTF-8
are lone surrogates, as in PEP 383. The version changes when something is removed or changes its meaning, not when
something is added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias, Union

from nixlint.linting.finding import Failure, Fix, Report, ReportedFinding
from nixlint.syntax.span import Position

VERSION = 1

Json: TypeAlias = Union[bool, int, str, list["Json"], Mapping[str, "Json"], None]


def report_json(report: Report, shown: Callable[[Path], str]) -> str:
    """The document of a report; ``shown`` says how paths are written in it."""
    return json.dumps(document(report, shown), indent=2) + "\n"


def document(report: Report, shown: Callable[[Path], str]) -> Json:
    """The document as values of JSON."""
    return {
        "version": VERSION,
        "findings": [_finding(found, shown) for found in report.findings],
        "errors": [_failure(failure) for failure in report.failures],
        "skipped": [{"file": skipped.path, "reason": skipped.reason} for skipped in report.skipped],
    }


def _finding(found: ReportedFinding, shown: Callable[[Path], str]) -> Json:
    finding = found.finding
    return {
        "rule": found.rule,
        "code": found.code,
        "severity": found.severity.value,
        "confidence": found.confidence.value,
        "message": finding.message,
        "file": found.path,
        "start": _position(found.start, finding.place.span.start),
        "end": _position(found.end, finding.place.span.end),
        "option": finding.option,
        "container": finding.container,
        "fingerprint": found.fingerprint,
        "suppressed": found.suppressed,
        "fix": None if finding.fix is None else _fix(finding.fix, shown),
    }


def _fix(fix: Fix, shown: Callable[[Path], str]) -> Json:
    return {
        "safety": fix.safety.value,
        "edits": [
            {
                "file": shown(item.path),
                "start": item.edit.span.start,
                "end": item.edit.span.end,
                "text": item.edit.text.decode("utf-8", "surrogateescape"),
                **({"creates": True} if item.creates else {}),
            }
            for item in fix.edits
        ],
    }


def _failure(failure: Failure) -> Json:
    position = failure.position
    return {
        "message": failure.message,
        "file": failure.path,
        "start": None if position is None else {"line": position.line, "column": position.column},
    }


def _position(position: Position, offset: int) -> Json:
    return {"line": position.line, "column": position.column, "offset": offset}
