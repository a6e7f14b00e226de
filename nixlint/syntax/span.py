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

    __slots__ = ("_columns", "_data", "_is_ascii", "_starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = _line_starts(data)
        self._is_ascii = data.isascii()
        self._columns: dict[int, list[tuple[int, int]]] = {}

    def position(self, offset: int) -> Position:
        """The position of a byte offset; an offset past the end is the position just after the last byte."""
        offset = max(0, min(offset, len(self._data)))
        line = self.line_of(offset)
        return Position(line, self._characters_before(offset, line) + 1)

    def line_of(self, offset: int) -> int:
        """The line of a byte offset."""
        return bisect_right(self._starts, max(0, min(offset, len(self._data))))

    def _characters_before(self, offset: int, line: int) -> int:
        """How many characters of a line stand before an offset."""
        start, count = self._starts[line - 1], 0
        if self._is_ascii:
            return offset - start
        if offset - start > _CHUNK:
            if line not in self._columns:
                self._columns[line] = _counted(self._data, *self.line_span(line))
            counted = self._columns[line]
            start, count = counted[bisect_right(counted, (offset, 0)) - 1]
        return count + len(self._data[start:offset].decode("utf-8", "surrogateescape"))

    def line_span(self, line: int) -> Span:
        """The span of a line (counted from 1) with its line ending."""
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        return Span(self._starts[line - 1], end)

    @property
    def line_count(self) -> int:
        """How many lines there are; a text that ends in a line ending has an empty last line."""
        return len(self._starts)


_CHUNK = 1024
"""Of a longer line, the characters are counted once, from one offset to the next that is about so many bytes further."""


def _counted(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets in a line at which a character begins, each with the number of characters before it."""
    counted = [(start, 0)]
    while True:
        at, count = counted[-1]
        following = at + _CHUNK
        while following < end and 0x80 <= data[following] < 0xC0:  # a byte that continues a character
            following += 1
        if following >= end:
            return counted
        counted.append((following, count + len(data[at:following].decode("utf-8", "surrogateescape"))))


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
