"""The text of a program that stands in Nix strings, with a map back to the bytes of the files.

A text is put together from segments. What is written as it reads is *verbatim*; an escape and an interpolation are not: a
span that begins or ends in one of these widens to all of it. An interpolation whose text is known is that text; any other is
held by a placeholder, a name that nothing else in the program has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span


class SegmentKind(Enum):
    """How a segment is written."""

    VERBATIM = "verbatim"
    ESCAPE = "escape"
    KNOWN = "known"
    """An interpolation, or another expression, whose text is known."""
    PLACEHOLDER = "placeholder"
    """One whose text is not known."""


class Segment(NamedTuple):
    """A piece of a program (UTF-8) and the place where a file has it."""

    text: bytes
    path: Path
    start: int
    end: int
    kind: SegmentKind
    indent: bytes = b""
    """What Nix drops at the start of each line of the literal: what a line that is added needs."""
    is_indented: bool = False
    """Whether it stands in an indented string."""
    escapes: bool = True
    """Whether it stands in a Nix string, and not in a file of its own."""


class ProgramText:
    """A program as Python gets it; offsets are bytes of :attr:`data`."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self.segments = tuple(segment for segment in segments if segment.text or segment.kind is SegmentKind.KNOWN)
        self.data = b"".join(segment.text for segment in self.segments)
        self._starts: list[int] = []
        at = 0
        for segment in self.segments:
            self._starts.append(at)
            at += len(segment.text)

    @cached_property
    def text(self) -> str:
        """The program as text."""
        return self.data.decode("utf-8", "surrogateescape")

    @cached_property
    def is_whole(self) -> bool:
        """Whether all of it is known."""
        return all(segment.kind is not SegmentKind.PLACEHOLDER for segment in self.segments)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.data))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column in bytes (from 0), as ``ast`` counts them."""
        if line > len(self._lines):
            return len(self.data)
        return min(self._lines[max(line, 1) - 1] + max(column, 0), len(self.data))

    def line_of(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._lines, offset)

    def line_span(self, line: int) -> Span:
        """The span of a line without its line ending."""
        start = self.offset(line, 0)
        end = self._lines[line] if line < len(self._lines) else len(self.data)
        return Span(start, start + len(self.data[start:end].rstrip(b"\r\n")))

    def place(self, span: Span) -> Place | None:
        """Where a span of the program is written; ``None`` where its ends stand in different files, or in none."""
        if not self.segments:
            return None
        first, last = self._segment_at(span.start), self._segment_at(max(span.start, span.end - 1))
        one, other = self.segments[first], self.segments[last]
        if one.path != other.path:
            return None
        start, end = self._written(first, span.start, False), self._written(last, max(span.end, span.start), True)
        return Place(one.path, Span(start, max(start, end)))

    def kinds(self, span: Span) -> frozenset[SegmentKind]:
        """The kinds of the segments that a span touches, those included that it only borders on."""
        return frozenset(segment.kind for segment in self._touched(span))

    def is_verbatim(self, span: Span) -> bool:
        """Whether all of a span is written as it reads, in one piece of one file."""
        if not self.segments or not span:
            return False
        first, last = self._segment_at(span.start), self._segment_at(span.end - 1)
        return first == last and self.segments[first].kind is SegmentKind.VERBATIM

    def touches_placeholder(self, span: Span) -> bool:
        """Whether something unknown stands in a span or right beside it, so that nothing is certain about it."""
        return SegmentKind.PLACEHOLDER in self.kinds(span)

    def interpolation_at(self, span: Span) -> Place | None:
        """The first interpolation that a span touches."""
        for segment in self._touched(span):
            if segment.kind in (SegmentKind.KNOWN, SegmentKind.PLACEHOLDER):
                return Place(segment.path, Span(segment.start, segment.end))
        return None

    def segment_at(self, offset: int) -> tuple[Segment, int]:
        """The segment in which an offset lies, and where it starts. There must be one."""
        index = self._segment_at(offset)
        return self.segments[index], self._starts[index]

    def _touched(self, span: Span) -> tuple[Segment, ...]:
        if not self.segments:
            return ()
        first, last = self._segment_at(max(0, span.start - 1)), self._segment_at(span.end)
        return self.segments[first : last + 1]

    def _segment_at(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, max(0, min(offset, len(self.data) - 1))) - 1)

    def _written(self, index: int, offset: int, is_end: bool) -> int:
        segment, start = self.segments[index], self._starts[index]
        if segment.kind is SegmentKind.VERBATIM:
            return segment.start + max(0, min(offset - start, len(segment.text)))
        if is_end:
            return segment.end if offset > start or not self.data else segment.start
        return segment.start


_LINE_END = re.compile(rb"\r\n|\n|\r")
"""What ends a line for Python's parser; it takes all three for one line feed."""
