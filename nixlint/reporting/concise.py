"""Findings in one line each, for editors and for ``grep``."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.linting.finding import Report

from .formats import View
from .terminal import visible
from .text import COLOURS


def written(report: Report, view: View) -> Iterator[str]:
    """``path:line:column: severity[rule] message`` for each finding that is not suppressed."""
    style = view.style
    for found in report.findings:
        if not found.suppressed:
            kind = style.coloured(f"{found.severity.value}[{found.rule}]", COLOURS[found.severity])
            place = style.bold(f"{_at_line_start(visible(found.path))}:{found.start.line}:{found.start.column}:")
            yield f"{place} {kind} {visible(found.finding.message)}\n"


def _at_line_start(path: str) -> str:
    """A path at the beginning of a line. GitHub Actions obeys a line that begins with two colons, blanks aside."""
    return f"./{path}" if path.lstrip().startswith(("::", "##[")) else path
