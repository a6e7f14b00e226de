"""Taking elements out of lists and bindings out of sets, with their lines where they have them alone.

Comments stay. Where one belongs to what goes (on its line, or on the line above), there is no edit at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .comments import comments_within
from .edits import Edit
from .source_file import SourceFile
from .span import Span
from .views import AttrSet, Binding, ListLiteral, enclosing


def remove_elements(literal: ListLiteral, gone: Collection[int]) -> tuple[Edit, ...] | None:
    """The edits that take elements out of a list, by their indices; ``None`` where a comment belongs to one of them."""
    elements = literal.elements
    edits: list[Edit] = []
    for first, last in _runs(sorted(gone)):
        before = elements[first - 1].span.end if first else literal.span.start + 1
        after = elements[last + 1].span.start if last + 1 < len(elements) else literal.span.end - 1
        span = _taken(literal.file, before, Span(elements[first].span.start, elements[last].span.end), after)
        if span is None:
            return None
        edits.append(Edit(span, b""))
    return tuple(edits)


def remove_binding(binding: Binding) -> Edit | None:
    """The edit that takes a binding out of its set; ``None`` where a comment belongs to it or stands within it."""
    file, span = binding.file, binding.span
    attrset = next((view for view in enclosing(binding) if isinstance(view, AttrSet)), None)
    if attrset is None:
        return None
    others = [other.span for other in attrset.bindings]
    opening = attrset.span.start + file.data[attrset.span.start : attrset.span.end].index(b"{") + 1
    before = max((other.end for other in others if other.end <= span.start), default=opening)
    after = min((other.start for other in others if other.start >= span.end), default=attrset.span.end - 1)
    taken = _taken(file, before, span, after)
    return None if taken is None else Edit(taken, b"")


def _runs(indices: list[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of neighbours."""
    start = 0
    for at in range(1, len(indices) + 1):
        if at == len(indices) or indices[at] != indices[at - 1] + 1:
            yield indices[start], indices[at - 1]
            start = at


def _taken(file: SourceFile, before: int, span: Span, after: int) -> Span | None:
    """What goes with a span between its neighbours: its lines, or the blanks beside it; ``None`` with a comment."""
    data = file.data
    line, line_end = _line_start(data, span.start), _line_end(data, span.end)
    if comments_within(file, span) or data[span.end : min(line_end, after)].strip():
        return None
    if before > line or data[line : span.start].strip():
        return Span(before, span.end) if not data[before : span.start].strip() else None
    if _is_comment(data[_line_start(data, max(0, line - 1)) : line].strip()):
        return None
    if after <= line_end:
        return Span(span.start, after)
    return Span(line, line_end + (2 if data[line_end : line_end + 2] == b"\r\n" else 1))


def _is_comment(line: bytes) -> bool:
    return line.startswith((b"#", b"/*", b"*")) or line.endswith(b"*/")


def _line_start(data: bytes, offset: int) -> int:
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def _line_end(data: bytes, offset: int) -> int:
    return min((end for end in (data.find(b"\n", offset), data.find(b"\r", offset)) if end >= 0), default=len(data))
