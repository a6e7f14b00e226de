"""Findings for people: each with the source it is about, why it matters, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nixlint.linting.finding import Failure, Note, Report, ReportedFinding, Safety, Severity, Skipped
from nixlint.syntax.place import Place

from .formats import View
from .terminal import Style, visible, wrapped

if TYPE_CHECKING:
    from .source_frame import SourceText

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


class Sources:
    """The files that a report quotes, each read once, with every secret that the report knows of in them."""

    def __init__(self, report: Report, read: Callable[[Path], bytes]) -> None:
        self._read = read
        self._secrets: dict[Path, list[Place]] = {}
        for place in report.secrets:
            self._secrets.setdefault(place.path, []).append(place)
        self._path: Path | None = None
        self._text: SourceText | None = None

    def of(self, path: Path) -> SourceText | None:
        """The text of a file, ``None`` where it can't be read any more."""
        if path != self._path:
            from .source_frame import SourceText

            self._path = path
            try:
                self._text = SourceText.of(
                    path, self._read(path), (place.span for place in self._secrets.get(path, ()))
                )
            except OSError:
                self._text = None
        return self._text


def written(report: Report, view: View) -> Iterator[str]:
    """A report in pieces that end in line endings."""
    sources = Sources(report, view.read)
    for found in report.findings:
        if not found.suppressed:
            yield "\n".join(_finding(found, sources, view.shown, view.style)) + "\n\n"
    yield summary(report, view.style) + "\n"


def summary(report: Report, style: Style) -> str:
    """How many findings there are, and on a line of its own what can be fixed."""
    found = [item for item in report.findings if not item.suppressed]
    files = count(report.files_checked, "file")
    if not found and report.failures and not report.files_checked:
        return f"{style.coloured('Nothing was checked', 'red')}."
    if not found:
        return f"{style.coloured('No findings', 'green')} in {files}.{_suppressed(report)}"
    counts = Counter(item.severity for item in found)
    parts = [
        style.coloured(_counted(counts[severity], severity), colour)
        for severity, colour in COLOURS.items()
        if counts[severity]
    ]
    return f"Found {', '.join(parts)} in {files}.{_suppressed(report)}{_fixable(found)}"


def _counted(number: int, severity: Severity) -> str:
    return f"{number} info" if severity is Severity.INFO else count(number, severity.value)


def failure_text(failure: Failure) -> str:
    """A failure as one line."""
    place = failure.path or ""
    if failure.position is not None:
        place += f":{failure.position.line}:{failure.position.column}"
    return visible(f"{place}: {failure.message}" if place else failure.message)


def skipped_text(skipped: Skipped) -> str:
    """A file that was left out as one line."""
    return visible(f"{skipped.path}: {skipped.reason}")


def _finding(found: ReportedFinding, sources: Sources, shown: Callable[[Path], str], style: Style) -> Iterator[str]:
    finding, colour = found.finding, COLOURS[found.severity]
    head = f"{found.severity.value}[{found.rule}]"
    text = wrapped(f"{head}: {visible(finding.message)}", style.width, "  ")
    yield style.coloured(head, colour) + style.bold(text.removeprefix(head))
    yield from _source(finding.place, sources, shown, style, colour)
    for note in finding.notes:
        yield from _note(note, sources, shown, style)
    if finding.help:
        yield _remark("help", visible(finding.help), style)
    if finding.fix is not None:
        command = "nixlint fix" if finding.fix.safety is Safety.SAFE else "nixlint fix --unsafe-fixes"
        yield _remark("fix", f"{visible(finding.fix.summary)} ({command})", style)


def _source(place: Place, sources: Sources, shown: Callable[[Path], str], style: Style, colour: str) -> Iterator[str]:
    source = sources.of(place.path)
    name = visible(shown(place.path))
    if source is None:
        yield f" {style.coloured('-->', 'blue')} {name}"
        return
    from .source_frame import frame

    position = source.lines.position(place.span.start)
    yield f" {style.coloured('-->', 'blue')} {name}:{position.line}:{position.column}"
    yield from frame(source, place.span, style, colour)


def _note(note: Note, sources: Sources, shown: Callable[[Path], str], style: Style) -> Iterator[str]:
    yield _remark("note", visible(note.message), style)
    yield from _source(note.place, sources, shown, style, "blue")


def _remark(kind: str, text: str, style: Style) -> str:
    lead = f"  {kind}: "
    return style.bold(lead) + wrapped(text, style.width, " " * len(lead), taken=len(lead))


def _fixable(found: list[ReportedFinding]) -> str:
    safe = sum(item.finding.fix is not None and item.finding.fix.safety is Safety.SAFE for item in found)
    unsafe = sum(item.finding.fix is not None and item.finding.fix.safety is Safety.UNSAFE for item in found)
    parts = [f"{safe} with nixlint fix"] if safe else []
    parts += [f"{unsafe} with nixlint fix --unsafe-fixes"] if unsafe else []
    return f"\nTo be fixed: {', '.join(parts)}." if parts else ""


def _suppressed(report: Report) -> str:
    count = sum(item.suppressed for item in report.findings)
    return f" {count} suppressed." if count else ""


def count(number: int, noun: str) -> str:
    """A number and what it counts, such as ``1 file`` and ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
