"""The lossless form of a program, for fixes: LibCST, which is loaded by nobody else.

A rewrite keeps every comment and blank line. What it changes goes back into the Nix file as edits of the pieces that
changed: with the indentation that Nix drops, and with the escapes of the literal. Where a change would touch an escape or an
interpolation, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .program_text import ProgramText, Segment, SegmentKind

Rewrite = Callable[[libcst.CSTNode], libcst.CSTNode | None]


def is_accepted(text: str) -> bool:
    """Whether LibCST, which knows newer grammars than the Python that runs, can read a program."""
    try:
        libcst.parse_module(text)
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return False
    return True


def renamed_attribute(text: ProgramText, name: Span, new: str) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that give an attribute (``machine.old``) whose name is at a span another name."""
    return _rewritten(text, name, libcst.Name, lambda node: _named(node, new))


def renamed_keyword(text: ProgramText, argument: Span, new: str) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that give a keyword argument at a span (``old=value``) another keyword."""

    def rename(node: libcst.CSTNode) -> libcst.CSTNode | None:
        return node.with_changes(keyword=libcst.Name(new)) if isinstance(node, libcst.Arg) else None

    return _rewritten(text, argument, libcst.Arg, rename)


def called(text: ProgramText, expression: Span) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that call the function that an expression at a span is: ``start_all`` becomes ``start_all()``."""

    def call(node: libcst.CSTNode) -> libcst.CSTNode | None:
        return libcst.Call(func=node) if isinstance(node, libcst.Name | libcst.Attribute) else None

    return _rewritten(text, expression, (libcst.Name, libcst.Attribute), call)


def with_statement(text: ProgramText, statement: str) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that make a statement the first one: an import before all others, another one behind the imports."""
    try:
        module = libcst.parse_module(text.data)
        new = libcst.parse_statement(statement, config=module.config_for_parsing)
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return None
    body = list(module.body)
    at = 0 if _is_import(new) else next((n for n, each in enumerate(body) if not _is_import(each)), len(body))
    if at == len(body):
        return None  # A script without another statement has no line whose indentation would tell that of the new one.
    changed = module.with_changes(body=[*body[:at], new, *body[at:]])
    return edits_between(text, changed.bytes)


def _is_import(statement: libcst.CSTNode) -> bool:
    return isinstance(statement, libcst.SimpleStatementLine) and all(
        isinstance(each, libcst.Import | libcst.ImportFrom) for each in statement.body
    )


def _named(node: libcst.CSTNode, new: str) -> libcst.CSTNode | None:
    return node.with_changes(value=new) if isinstance(node, libcst.Name) else None


def _rewritten(
    text: ProgramText, span: Span, kinds: type[libcst.CSTNode] | tuple[type[libcst.CSTNode], ...], rewrite: Rewrite
) -> tuple[tuple[Place, bytes], ...] | None:
    try:
        wrapper = MetadataWrapper(libcst.parse_module(text.data), unsafe_skip_copy=True)
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return None
    positions = wrapper.resolve(PositionProvider)
    for node, where in positions.items():
        if isinstance(node, kinds) and _span_of(where, text) == span:
            new = rewrite(node)
            if new is None:
                continue
            changed = wrapper.module.deep_replace(node, new)
            return edits_between(text, changed.bytes if isinstance(changed, libcst.Module) else text.data)
    return None


def _span_of(where: object, text: ProgramText) -> Span:
    start, end = where.start, where.end  # type: ignore[attr-defined]  # libcst's metadata is typed as object
    return Span(_offset(text, start.line, start.column), _offset(text, end.line, end.column))


def _offset(text: ProgramText, line: int, column: int) -> int:
    """The offset of a position of LibCST, which counts characters."""
    start = text.offset(line, 0)
    written = text.data[start : text.line_span(line).end].decode("utf-8", "surrogateescape")
    return start + len(written[:column].encode("utf-8", "surrogateescape"))


def edits_between(text: ProgramText, new: bytes) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits of files that make a program another one; ``None`` where it cannot be written there."""
    edits: list[tuple[Place, bytes]] = []
    for span, replacement in _changes(text.data, new):
        edit = _edit(text, span, replacement)
        if edit is None:
            return None
        edits.append(edit)
    return tuple(edits)


def replaced(text: ProgramText, spans: Sequence[Span], new: bytes) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that write one text in the place of each of some spans, of which none touches another."""
    edits = [_edit(text, span, new) for span in spans]
    return None if None in edits else tuple(edit for edit in edits if edit is not None)


def _changes(old: bytes, new: bytes) -> Iterator[tuple[Span, bytes]]:
    """What changed between two texts: by lines, and within a line from its first to its last difference."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _narrowed(starts[i1], b"".join(before[i1:i2]), b"".join(after[j1:j2]))


def _narrowed(start: int, old: bytes, new: bytes) -> tuple[Span, bytes]:
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Span(start + head, start + len(old) - tail), new[head : len(new) - tail]


def _edit(text: ProgramText, span: Span, new: bytes) -> tuple[Place, bytes] | None:
    """One change as an edit of the file: only within one verbatim piece, and where it means there what it means here."""
    if not text.data:
        return None
    for at in dict.fromkeys((span.start, max(0, span.start - 1))):
        segment, start = text.segment_at(at)
        if segment.kind is SegmentKind.VERBATIM and start <= span.start and span.end <= start + len(segment.text):
            break
    else:
        return None
    within = Span(span.start - start, span.end - start)
    if segment.escapes and not (_stands_alone(text, span, new, within) and _keeps_lines(segment, within, new)):
        return None
    first = segment.start + within.start
    written = _written(new, segment)
    return None if written is None else (Place(segment.path, Span(first, first + len(span))), written)


def _stands_alone(text: ProgramText, span: Span, new: bytes, within: Span) -> bool:
    """Whether a change makes no escape, no interpolation and no other indentation together with what is around it.

    ``within`` is where the span lies in its segment, which may be the first of its literal.
    """
    before, after = text.data[max(0, span.start - 1) : span.start], text.data[span.end : span.end + 1]
    if before in _HALF_AN_ESCAPE or after in _HALF_AN_ESCAPE:
        return False
    touched = text.kinds(span)
    if touched != {SegmentKind.VERBATIM}:
        return False
    begins_line = (within.start == 0 or before in (b"", b"\n")) and not _is_line_before(after, span, new)
    is_within_line = bool(span) or (after.strip() != b"" and b"\n" not in new)
    if begins_line and (not is_within_line or (new + after)[:1] in b" \t\n"):
        return False  # What begins a line decides about the indentation of all lines, and a blank line has its own.
    return b"\n" not in text.data[span.start : span.end]


def _keeps_lines(segment: Segment, span: Span, new: bytes) -> bool:
    """Whether no line that a change begins or ends is left with spaces alone: Nix drops those before a closing quote."""
    before = segment.text[: span.start].rpartition(b"\n")[2]
    after = segment.text[span.end :].partition(b"\n")[0]
    lines = (before + new + after).split(b"\n")
    return not segment.is_indented or all(line.strip(b" ") for line in (lines[0], lines[-1]) if line)


def _is_line_before(after: bytes, span: Span, new: bytes) -> bool:
    """Whether a change adds whole lines without indentation before a line that has none: the least that a line has stays."""
    is_whole = new.endswith(b"\n") and not any(line[:1] in (b"", b" ", b"\t") for line in new.splitlines())
    return not span and is_whole and after.strip() != b""


_HALF_AN_ESCAPE = (b"$", b"'", b"\\", b"{", b"\r")


def _written(new: bytes, segment: Segment) -> bytes | None:
    """A text as it is written in the literal of a segment; ``None`` where that would take escapes."""
    if not segment.escapes:
        return new
    if any(character in new for character in (b"$", b"'", b"\\", b"\r")):
        return None
    if segment.is_indented:
        return new.replace(b"\n", b"\n" + segment.indent)
    return new.replace(b'"', b'\\"').replace(b"\n", b"\\n")


def with_doubled_backslash(text: ProgramText, backslash: Span) -> tuple[tuple[Place, bytes], ...] | None:
    """The edits that write the backslash at a span twice; what Python makes of the rest must stay."""
    new = text.data[: backslash.end] + b"\\" + text.data[backslash.end :]
    try:
        if libcst.parse_module(new).bytes != new:
            return None
    except (libcst.ParserSyntaxError, RecursionError, ValueError):
        return None
    segment, start = text.segment_at(backslash.start)
    is_plain = segment.is_indented or not segment.escapes
    if not is_plain or not text.is_verbatim(backslash):
        return None  # Where Nix keeps the first one, the second changes nothing of what Nix reads around it.
    at = segment.start + backslash.end - start
    return ((Place(segment.path, Span(at, at)), b"\\"),)
