"""Findings for programs: the versioned document that ``nixlint/data/report.schema.json`` describes.

Lines and columns count from 1, columns in characters; offsets are bytes from 0. Bytes of file names that are not UTF-8
are lone surrogates, as in PEP 383. The version changes when something is removed or changes its meaning, not when
something is added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, Union

from nixlint.linting.finding import Failure, Fix, Note, Report, ReportedFinding
from nixlint.secrets.masking import Shown, shown_prose
from nixlint.syntax.place import Place
from nixlint.syntax.span import LineIndex, Position

from .formats import View
from .shown_edits import FixEdits

VERSION = 1
_OWN_CODES = "NL"
"""How the codes of nixlint's own rules begin: each has a page in its documentation."""

Json: TypeAlias = Union[bool, int, Shown, list["Json"], Mapping[str, "Json"], None]
"""What a document for programs is made of. Its texts are :class:`Shown`, so that none with a secret can be in one."""


def json_text(document: Json) -> str:
    """A document as it is written. Every report for programs is written by it."""
    return json.dumps(document, indent=2) + "\n"


def text(found: str) -> Shown:
    """A text of a document: a name, a path, a sentence."""
    return found if isinstance(found, Shown) else shown_prose(found)


def maybe(found: str | None) -> Shown | None:
    """The same, where there may be none."""
    return None if found is None else text(found)


def written(report: Report, view: View) -> Iterator[str]:
    """The document of a report."""
    yield json_text(document(report, view.shown, view.read))


def document(report: Report, shown: Callable[[Path], str], read: Callable[[Path], bytes]) -> Json:
    """The document as values of JSON."""
    places = Places(read)
    edits = FixEdits((found.finding.fix for found in report.findings if found.finding.fix is not None), read)
    return {
        "version": VERSION,
        "findings": [_finding(found, shown, places, edits) for found in report.findings],
        "errors": [_failure(failure) for failure in report.failures],
        "skipped": [{"file": text(skipped.path), "reason": text(skipped.reason)} for skipped in report.skipped],
    }


def _finding(found: ReportedFinding, shown: Callable[[Path], str], places: Places, edits: FixEdits) -> Json:
    finding = found.finding
    return {
        "rule": text(found.rule),
        "code": text(found.code),
        "severity": text(found.severity.value),
        "confidence": text(found.confidence.value),
        "message": text(finding.message),
        "help": text(finding.help),
        "notes": [_note(note, shown, places) for note in finding.notes],
        "page": text(f"docs/rules/{found.rule}.md") if found.code.startswith(_OWN_CODES) else None,
        "file": text(found.path),
        "start": _position(found.start, finding.place.span.start),
        "end": _position(found.end, finding.place.span.end),
        "option": maybe(finding.option),
        "container": maybe(finding.container),
        "fingerprint": text(found.fingerprint),
        "suppressed": found.suppressed,
        "fix": None if finding.fix is None else _fix(finding.fix, shown, edits),
    }


def _fix(fix: Fix, shown: Callable[[Path], str], fix_edits: FixEdits) -> Json:
    """A fix with its edits, or, where their text would show a secret, with a word about that in their place."""
    edits = fix_edits.without_secrets(fix)
    if edits is None:
        return {"safety": text(fix.safety.value), "summary": text(fix.summary), "edits": [], "withheld": _WITHHELD}
    return {
        "safety": text(fix.safety.value),
        "summary": text(fix.summary),
        "edits": [
            {
                "file": text(shown(item.path)),
                "start": item.edit.span.start,
                "end": item.edit.span.end,
                "text": item.text,
                **({"creates": True} if item.creates else {}),
            }
            for item in edits
        ],
    }


_WITHHELD = shown_prose("the text of its edits holds a secret; nixlint fix makes them")


def _note(note: Note, shown: Callable[[Path], str], places: Places) -> Json:
    start, end = places.positions(note.place)
    return {
        "message": text(note.message),
        "file": text(shown(note.place.path)),
        "start": None if start is None else _position(start, note.place.span.start),
        "end": None if end is None else _position(end, note.place.span.end),
    }


class Places:
    """Lines and columns in the files that a report speaks of, each read once."""

    def __init__(self, read: Callable[[Path], bytes]) -> None:
        self.read = read
        self._lines: dict[Path, LineIndex | None] = {}

    def positions(self, place: Place) -> tuple[Position | None, Position | None]:
        """Where a place begins and ends; ``None`` where its file can't be read any more."""
        if place.path not in self._lines:
            try:
                self._lines[place.path] = LineIndex(self.read(place.path))
            except OSError:
                self._lines[place.path] = None
        lines = self._lines[place.path]
        return (None, None) if lines is None else (lines.position(place.span.start), lines.position(place.span.end))


def _failure(failure: Failure) -> Json:
    position = failure.position
    return {
        "message": text(failure.message),
        "file": maybe(failure.path),
        "start": None if position is None else {"line": position.line, "column": position.column},
    }


def _position(position: Position, offset: int) -> Json:
    return {"line": position.line, "column": position.column, "offset": offset}
