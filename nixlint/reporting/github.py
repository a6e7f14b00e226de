"""Findings as commands of a workflow of GitHub Actions, which shows them beside the lines of a pull request.

Commands and their escapes: GitHub Docs, 'Workflow commands for GitHub Actions', and ``actions/toolkit``,
``packages/core/src/command.ts``.
"""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.linting.finding import Failure, Report, ReportedFinding, Severity

from .formats import View
from .terminal import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def written(report: Report, view: View) -> Iterator[str]:  # noqa: ARG001  # every format takes both
    """A command for each finding that is not suppressed, and for each failure."""
    for found in report.findings:
        if not found.suppressed:
            yield _finding(found)
    for failure in report.failures:
        yield _failure(failure)


def _finding(found: ReportedFinding) -> str:
    place = {
        "file": found.path,
        "line": str(found.start.line),
        "endLine": str(found.end.line),
        # Columns are shown within one line only.
        **({"col": str(found.start.column), "endColumn": str(found.end.column)} if _on_one_line(found) else {}),
        "title": f"{found.rule} ({found.code})",
    }
    help_text = f"\n{visible(found.finding.help)}" if found.finding.help else ""
    return _command(_COMMANDS[found.severity], place, visible(found.finding.message) + help_text)


def _on_one_line(found: ReportedFinding) -> bool:
    return found.start.line == found.end.line


def _failure(failure: Failure) -> str:
    place = {} if failure.path is None else {"file": failure.path}
    if failure.position is not None:
        place |= {"line": str(failure.position.line), "col": str(failure.position.column)}
    return _command("error", place, visible(failure.message))


def _command(name: str, properties: dict[str, str], message: str) -> str:
    written_properties = ",".join(
        f"{key}={visible(value).translate(_IN_PROPERTY)}" for key, value in properties.items()
    )
    return f"::{name} {written_properties}".rstrip() + f"::{message.translate(_IN_TEXT)}\n"
