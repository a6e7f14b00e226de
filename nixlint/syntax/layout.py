"""How a file is laid out: its line ending, and one step of its indentation."""

from __future__ import annotations

from typing import NamedTuple


class Layout(NamedTuple):
    """What new lines of a file begin and end with, as its author has them."""

    newline: bytes
    unit: bytes
    """One step of indentation: a tab, or as many spaces as all indentations are multiples of."""


_LOOKED_AT = 20_000
"""So many bytes show what the indentation is."""


def layout_of(data: bytes) -> Layout:
    """The layout of a text."""
    return Layout(_newline(data), _unit(data))


def _newline(data: bytes) -> bytes:
    if b"\r\n" in data:
        return b"\r\n"
    return b"\r" if b"\r" in data and b"\n" not in data else b"\n"


def _unit(data: bytes) -> bytes:
    if b"\n\t" in data or b"\r\t" in data:
        return b"\t"
    widths = [len(line) - len(line.lstrip(b" ")) for line in data[:_LOOKED_AT].splitlines() if line.strip()]
    indented = [width for width in widths if width]
    return b"    " if indented and all(width % 4 == 0 for width in indented) else b"  "
