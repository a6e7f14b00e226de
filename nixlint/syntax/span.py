"""Places in a text: byte spans, and the lines and columns people count in."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of byte offsets into a file's original data."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: Span) -> bool:
        """Whether every byte of ``other`` lies inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a byte."""
        return self.start < other.end and other.start < self.end


class Position(NamedTuple):
    """A line and a column, both counted from 1; the column counts characters, not bytes."""

    line: int
    column: int


class LineIndex:
    """Turns byte offsets into positions; lines end at ``\\n``, at ``\\r\\n`` and at a lone ``\\r``, as in Nix.

    The lexer of Nix counts all three (``src/libexpr/lexer.l``, ``adjustLoc``).
    """

    __slots__ = ("_data", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = _line_starts(data)

    def position(self, offset: int) -> Position:
        """The position of a byte offset; an offset past the end is the position just after the last byte."""
        offset = max(0, min(offset, len(self._data)))
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        column = len(self._data[start:offset].decode("utf-8", "surrogateescape")) + 1
        return Position(line, column)

    def line_span(self, line: int) -> Span:
        """The span of a line (counted from 1) with its line ending."""
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        return Span(self._starts[line - 1], end)

    @property
    def line_count(self) -> int:
        """How many lines there are; a text that ends in a line ending has an empty last line."""
        return len(self._starts)


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    if b"\r" not in data:
        at = data.find(b"\n")
        while at != -1:
            starts.append(at + 1)
            at = data.find(b"\n", at + 1)
        return starts
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == 0x0A or (byte == 0x0D and data[at + 1 : at + 2] != b"\n"):
            starts.append(at + 1)
        at += 1
    return starts
