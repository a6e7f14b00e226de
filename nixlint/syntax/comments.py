"""The comments of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from .grammar import language
from .span import Span

if TYPE_CHECKING:
    from .source_file import SourceFile


class Comment(NamedTuple):
    """A comment, ``# …`` or ``/* … */``."""

    span: Span
    text: str
    """The comment as written, with its ``#`` or its ``/*`` and ``*/``."""
    is_line: bool
    """Whether it is ``# …``, which reaches to the end of its line."""
    own_line: bool
    """Whether there is nothing but blanks before it on its line."""


def comments(file: SourceFile) -> tuple[Comment, ...]:
    """All comments of a file, in order."""
    return comments_within(file, Span(0, len(file.data)))


def comments_within(file: SourceFile, span: Span) -> tuple[Comment, ...]:
    """The comments that share a byte with ``span``, in order."""
    data = file.data
    if not len(span) or not _may_touch_comment(file, span):
        return ()
    cursor = QueryCursor(_query())
    cursor.set_byte_range(span.start, span.end)
    nodes = cursor.captures(file.tree.root_node).get("comment", [])
    found = (_comment(data, node.start_byte, node.end_byte) for node in sorted(nodes, key=lambda node: node.start_byte))
    return tuple(comment for comment in found if comment.span.overlaps(span))


def _may_touch_comment(file: SourceFile, span: Span) -> bool:
    """Whether a comment can begin in the span or reach into it; much cheaper than the query, and mostly no."""
    if file.data.find(b"#", span.start, span.end) >= 0 or file.data.find(b"*", span.start, span.end) >= 0:
        return True
    # A comment may begin before the span, and of the last one there may be no more than the slash of its opening.
    for offset in (span.start, span.end - 1):
        node = file.tree.root_node.descendant_for_byte_range(offset, offset + 1)
        if node is not None and node.type == "comment":
            return True
    return False


def _comment(data: bytes, start: int, end: int) -> Comment:
    is_line = data[start] == 0x23
    if is_line:
        # The grammar lets a line comment run to the line feed; the carriage return before it is no part of it.
        end = start + len(data[start:end].rstrip(b"\r"))
    before = start
    while before and data[before - 1] in b" \t":
        before -= 1
    own_line = not before or data[before - 1] in b"\r\n"
    text = data[start:end].decode("utf-8", "surrogateescape")
    return Comment(Span(start, end), text, is_line, own_line)


_compiled: list[Query] = []


def _query() -> Query:
    if not _compiled:
        _compiled.append(Query(language(), "(comment) @comment"))
    return _compiled[0]
