"""What is said on standard error beside a report: what could not be done, and what was left out."""

from __future__ import annotations

import sys
from collections import Counter

from nixlint.api import Report
from nixlint.reporting.terminal import style_for, visible
from nixlint.reporting.text import count, failure_text, skipped_text


def write_notices(report: Report, colour: str) -> None:
    """Write one line for each failure and each skipped file, and one where there was nothing to look at."""
    style = style_for(sys.stderr, colour)
    write_warnings(report, colour)
    for failure in report.failures:
        print(f"{style.coloured('error:', 'red')} {failure_text(failure)}", file=sys.stderr)
    for text in _skipped(report):
        print(f"{style.coloured('skipped', 'blue')} {text}", file=sys.stderr)
    if not report.files_checked and not report.failures and not report.skipped:
        print(f"{style.coloured('warning:', 'yellow')} there are no Nix files here", file=sys.stderr)


def write_warnings(report: Report, colour: str) -> None:
    """Write one line for each thing that nixlint did without."""
    style = style_for(sys.stderr, colour)
    for warning in report.warnings:
        print(f"{style.coloured('warning:', 'yellow')} {visible(warning)}", file=sys.stderr)


_SHOWN = 10
"""So many skipped files are named; more of them are counted by reason."""


def _skipped(report: Report) -> list[str]:
    if len(report.skipped) <= _SHOWN:
        return [skipped_text(skipped) for skipped in report.skipped]
    counts = Counter(skipped.reason for skipped in report.skipped)
    return [f"{count(number, 'file')}: {reason}" for reason, number in counts.most_common()]
