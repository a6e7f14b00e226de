"""Findings without secrets in their texts, so that no report, no log and no cache can show one.

A rule speaks in the names of the configuration and quotes no secret. This holds it to that: what must not be shown of the
files that a finding speaks of is masked wherever it comes up in the finding's texts.
"""

from __future__ import annotations

from pathlib import Path

from nixlint.linting.finding import Finding
from nixlint.secrets.hidden import hidden_in_nix, hidden_in_text, hidden_values
from nixlint.secrets.masking import KnownValues
from nixlint.syntax.source_file import SourceFile


class FindingTexts:
    """Masks the texts of findings; what must not be shown of each file is worked out once."""

    def __init__(self) -> None:
        self._known: dict[Path, KnownValues] = {}

    def in_nix(self, finding: Finding, source: SourceFile) -> Finding:
        """A finding in a Nix file, without that file's secrets in its texts."""
        if source.path not in self._known:
            self._known[source.path] = KnownValues(hidden_values(source.data, hidden_in_nix(source)))
        return self._masked(finding, self._known[source.path])

    def in_text(self, finding: Finding, path: Path, data: bytes) -> Finding:
        """The same in a file of another language."""
        if path not in self._known:
            self._known[path] = KnownValues(hidden_values(data, hidden_in_text(data)))
        return self._masked(finding, self._known[path])

    def _masked(self, finding: Finding, known: KnownValues) -> Finding:
        masked = known.masked
        fix = finding.fix
        return finding._replace(
            message=masked(finding.message),
            help=masked(finding.help) if finding.help else "",
            notes=tuple(note._replace(message=masked(note.message)) for note in finding.notes),
            fix=None if fix is None else fix._replace(summary=masked(fix.summary)),
        )
