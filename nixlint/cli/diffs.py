"""The change of a file on standard output, in colours where they are wanted."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from nixlint.api import FixedFile, Span
from nixlint.reporting.diff import diff
from nixlint.reporting.terminal import Style, visible

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def write_diff(
    file: FixedFile, shown: str, style: Style, before: Iterable[Span] = (), after: Iterable[Span] = ()
) -> None:
    """Write the change of a file as a unified diff; ``before`` and ``after`` are the secrets in its two texts."""
    for line in diff(file, shown, before, after).splitlines():
        colour = _COLOURS.get(line[:1])
        sys.stdout.write((visible(line) if colour is None else style.coloured(visible(line), colour)) + "\n")
