"""What is said on standard error beside a report: what could not be done, and what was left out."""

from __future__ import annotations

import sys

from nixlint.linting.finding import Report
from nixlint.reporting.terminal import style_for
from nixlint.reporting.text import failure_text, skipped_text


def write_notices(report: Report, colour: str) -> None:
    """Write one line for each failure and each skipped file, and one where there was nothing to look at."""
    style = style_for(sys.stderr, colour)
    for failure in report.failures:
        print(f"{style.coloured('error:', 'red')} {failure_text(failure)}", file=sys.stderr)
    for skipped in report.skipped:
        print(f"{style.coloured('skipped', 'blue')} {skipped_text(skipped)}", file=sys.stderr)
    if not report.files_checked and not report.failures and not report.skipped:
        print(f"{style.coloured('warning:', 'yellow')} there are no Nix files here", file=sys.stderr)
