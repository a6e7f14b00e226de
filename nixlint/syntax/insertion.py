"""Insertions that look as if the file's author had made them.

'Define this option path in this attribute set' and 'add this argument to this function', following what is there:
indentation and line endings, an existing block for the parent, a neighbour with the same beginning, comments that
belong to a line. Where that can't be done without guessing, there is no edit at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from .edits import Edit, apply_edits
from .frame import LINE_LENGTH, Frame, attrset_at, frame_of
from .problems import find_problems
from .source_file import SourceFile
from .span import Span
from .string_literal import attr_name_literal, static_name
from .views import AttrSet, Binding, Expression, Lambda, Parenthesized, strings_in

OptionPath = tuple[str, ...]


def define(attrset: AttrSet, path: OptionPath, value: str) -> tuple[Edit, ...] | None:
    """The edits that define ``path`` as ``value`` (Nix text) in a set; ``None`` when it takes guessing.

    That is so when the path, or a part of it, is bound already to anything but a set literal, and when a name that
    Nix must compute may be that very path.
    """
    return define_many(attrset, ((path, value),))


def define_many(attrset: AttrSet, definitions: Iterable[tuple[OptionPath, str]]) -> tuple[Edit, ...] | None:
    """The edits that make several definitions, in their order; ``None`` when one of them can't be made."""
    if attrset.has_error:
        return None
    framed = frame_of(attrset)
    start = framed.attrset.node.start_byte
    size = len(framed.attrset.file.data)
    pieces: list[_Piece] = [_Kept(Span(0, size))]
    current = framed.attrset
    for path, value in definitions:
        edits = _define_one(framed._replace(attrset=current), path, value)
        if edits is None:
            return None
        for edit in sorted(edits, reverse=True):
            pieces = _with_edit(pieces, edit)
        data = apply_edits(current.file.data, edits)
        following = attrset_at(SourceFile.parse(current.file.path, data), start)
        if following is None or len(find_problems(following.file)) > len(find_problems(current.file)):
            return None
        current = following
    return tuple(framed.in_file(edit) for edit in _edits_of(pieces, size))


def add_formal(function: Lambda, name: str) -> tuple[Edit, ...] | None:
    """The edits that add an argument to a function's ``{ … }``, none if it is there; ``None`` without ``{ … }``."""
    formals = function.formals
    if formals is None or formals.has_error or function.argument_name == name:
        return None
    present = formals.formals
    if any(formal.name.text == name for formal in present):
        return ()
    data = function.file.data
    newline = function.file.layout.newline
    text = name.encode()
    start, end = formals.node.start_byte, formals.node.end_byte
    if not present:
        inner = data[start + 1 : end - 1]
        ellipsis = formals.node.child_by_field_name("ellipses")
        if ellipsis is not None:
            at = ellipsis.start_byte
            gap = newline + _indent_at(data, at) if _is_first_on_line(data, at) else b" "
            return (_insertion(at, text + b"," + gap),)
        return (Edit(Span(start + 1, end - 1), b" " + text + b" "),) if not inner.strip() else None
    last = present[-1].span
    comma = _after_blanks(data, last.end)
    comment = data[last.end : comma].rstrip()
    inline_place = last.end if _has_line_end(data[last.end : comma]) else last.end + len(comment)
    inline = (_insertion(inline_place, b", " + text),)
    if not _has_line_end(data[start:end]):
        return inline
    has_comma = data[comma : comma + 1] == b","
    line = _line_start(data, last.start)
    before = data[line : last.start]
    leads = before.strip() == b"," or (has_comma and _is_first_on_line(data, comma))
    if leads:
        indent = _indent_at(data, comma if has_comma and _is_first_on_line(data, comma) else last.start)
        place = _end_with_comments(data, last.end)
        if has_comma and data[place:comma].strip():
            return None  # a comment between a name and its comma: whose is it?
        return (_insertion(place, newline + indent + b", " + text),)
    if before.strip():
        return inline
    if not has_comma:
        place = _end_with_comments(data, last.end)
        if place == last.end:
            return (_insertion(last.end, b"," + newline + before + text),)
        return (_insertion(last.end, b","), _insertion(place, newline + before + text))
    if comment:
        return None
    place = _end_with_comments(data, comma + 1)
    if place == comma + 1 and not _ends_line(data, place):
        return inline
    return (_insertion(place, newline + before + text + b","),)


# Where a definition goes.


class _Place(NamedTuple):
    """A set to insert into, what is left of the path there, and the neighbour to stand after, if there is one."""

    attrset: AttrSet
    rest: OptionPath
    neighbour: Binding | None
    shared: int
    """How many names of the path stand above or in the neighbour: the more, the better."""


def _define_one(framed: Frame, path: OptionPath, value: str) -> tuple[Edit, ...] | None:
    places = _places(framed.attrset, path)
    if not places:
        return None
    best = max(places, key=lambda place: place.shared)
    name = ".".join(attr_name_literal(part) for part in best.rest)
    return _insert(framed._replace(attrset=best.attrset), best.neighbour, name, value)


def _places(attrset: AttrSet, path: OptionPath) -> list[_Place]:
    """The places where a path may go, from the outermost set inwards; none if it may be defined already."""
    if not path:
        return []
    places: list[_Place] = []
    waiting: list[tuple[AttrSet, OptionPath]] = [(attrset, path)]
    while waiting:
        inside, rest = waiting.pop()
        above = len(path) - len(rest)
        place = _Place(inside, rest, None, above)
        for binding in inside.bindings:
            if not isinstance(binding, Binding):
                if any(static_name(name) == rest[0] for name in binding.names):
                    return []
                continue
            names = [static_name(name) for name in binding.path.names]
            shared = _shared(names, rest)
            if shared == len(rest):
                return []
            if shared < len(names) and names[shared] is None:
                return []
            if shared == len(names):
                literal = _literal(binding.value)
                if literal is None or literal.has_error:
                    return []
                waiting.append((literal, rest[shared:]))
            elif shared and above + shared >= place.shared:
                place = _Place(inside, rest, binding, above + shared)
        places.append(place)
    # A block for the parent is better than a neighbour outside that shares as much.
    return sorted(places, key=lambda place: len(place.rest))


def _shared(names: Sequence[str | None], path: OptionPath) -> int:
    count = 0
    for name, part in zip(names, path, strict=False):
        if name != part:
            break
        count += 1
    return count


def _literal(value: Expression) -> AttrSet | None:
    while isinstance(value, Parenthesized):
        value = value.inner
    return value if isinstance(value, AttrSet) else None


# How it is written there.


def _insert(framed: Frame, neighbour: Binding | None, name: str, value: str) -> tuple[Edit, ...]:
    attrset, newline = framed.attrset, framed.layout.newline
    data = attrset.file.data
    opening = attrset.node.start_byte + data[attrset.node.start_byte : attrset.node.end_byte].index(b"{")
    closing = attrset.node.end_byte - 1
    base = _indent_at(data, opening)
    bindings = attrset.bindings
    indent = next(
        (_indent_at(data, binding.span.start) for binding in bindings if _is_first_on_line(data, binding.span.start)),
        base + framed.layout.unit,
    )
    one_line = not _has_line_end(data[opening:closing])
    text = f"{name} = {value};".encode("utf-8", "surrogateescape")
    multi_line_text = _indented(name, value, indent, newline)
    if not bindings and framed.stands_in_one_line_set() and not data[opening + 1 : closing].strip():
        fits = _line_end(data, closing) - _line_start(data, opening) + len(text) <= LINE_LENGTH and b"\n" not in text
        if fits:
            return (Edit(Span(opening + 1, closing), b" " + text + b" "),)
    if not bindings:
        return (_into_empty(data, opening, closing, multi_line_text, indent, base, newline),)
    anchor = (neighbour or bindings[-1]).span
    if one_line:
        added = len(text) + 1
        line_length = _line_end(data, closing) - _line_start(data, opening)
        spans = [binding.span for binding in bindings]
        fits = line_length + added <= LINE_LENGTH and b"\n" not in text
        if fits or not _only_blanks_between(data, opening, spans, closing):
            is_last = anchor == spans[-1]
            place = anchor.end + len(data[anchor.end : closing].rstrip()) if is_last else anchor.end
            return (_insertion(place, b" " + text),)
        edits = [Edit(Span(opening + 1, spans[0].start), newline + indent)]
        edits += [
            Edit(Span(before.end, after.start), newline + indent)
            for before, after in pairwise(spans)
            if before != anchor
        ]
        index = spans.index(anchor)
        follows = newline + (indent if index + 1 < len(spans) else base)
        gap_end = spans[index + 1].start if index + 1 < len(spans) else closing
        edits.append(Edit(Span(anchor.end, gap_end), newline + indent + multi_line_text + follows))
        if index + 1 < len(spans):
            edits.append(Edit(Span(spans[-1].end, closing), newline + base))
        return tuple(edits)
    line_end = _line_end(data, anchor.end)
    for binding in bindings:
        if anchor.end <= binding.span.start < line_end:
            anchor = binding.span
            line_end = _line_end(data, anchor.end)
    return (_insertion(_end_with_comments(data, anchor.end), newline + indent + multi_line_text),)


def _into_empty(
    data: bytes, opening: int, closing: int, text: bytes, indent: bytes, base: bytes, newline: bytes
) -> Edit:
    inner = data[opening + 1 : closing]
    if not inner.strip():
        return Edit(Span(opening + 1, closing), newline + indent + text + newline + base)
    end = opening + 1 + len(inner.rstrip())
    if _has_line_end(data[end:closing]):
        return _insertion(end, newline + indent + text)
    return Edit(Span(end, closing), newline + indent + text + newline + base)


def _indented(name: str, value: str, indent: bytes, newline: bytes) -> bytes:
    """A definition whose further lines are indented too, unless a string runs over them, which that might change."""
    if "\n" in value:
        probe = SourceFile.parse(_NO_PATH, value.encode("utf-8", "surrogateescape"))
        if not any("\n" in string.text or "\r" in string.text for string in strings_in(probe)):
            lines = value.replace("\r\n", "\n").split("\n")
            space = indent.decode("ascii", "replace")
            value = newline.decode("ascii").join([lines[0], *(space + line if line else line for line in lines[1:])])
    return f"{name} = {value};".encode("utf-8", "surrogateescape")


def _only_blanks_between(data: bytes, opening: int, spans: list[Span], closing: int) -> bool:
    ends = [opening + 1, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), closing]
    return not any(data[end:start].strip() for end, start in zip(ends, starts, strict=True))


# Lines and blanks.

_NO_PATH = Path("<value>")


def _insertion(offset: int, text: bytes) -> Edit:
    return Edit(Span(offset, offset), text)


def _has_line_end(data: bytes) -> bool:
    return b"\n" in data or b"\r" in data


def _line_start(data: bytes, offset: int) -> int:
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def _line_end(data: bytes, offset: int) -> int:
    ends = [end for end in (data.find(b"\n", offset), data.find(b"\r", offset)) if end >= 0]
    return min(ends, default=len(data))


def _ends_line(data: bytes, offset: int) -> bool:
    return not data[offset : _line_end(data, offset)].strip()


def _is_first_on_line(data: bytes, offset: int) -> bool:
    return not data[_line_start(data, offset) : offset].strip(b" \t")


def _indent_at(data: bytes, offset: int) -> bytes:
    start = _line_start(data, offset)
    line = data[start : _line_end(data, start)]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _after_blanks(data: bytes, offset: int) -> int:
    """The offset of the first byte that is neither blank nor comment."""
    while True:
        rest = data[offset : offset + 2]
        if rest[:1] in (b" ", b"\t", b"\r", b"\n"):
            offset += 1
        elif rest[:1] == b"#":
            offset = _line_end(data, offset)
        elif rest == b"/*" and (close := data.find(b"*/", offset + 2)) >= 0:
            offset = close + 2
        else:
            return offset


def _end_with_comments(data: bytes, offset: int) -> int:
    """The end of the comments that end the line of ``offset``; ``offset`` itself where something else follows."""
    at = offset
    end = offset
    while True:
        while data[at : at + 1] in (b" ", b"\t"):
            at += 1
        if data[at : at + 1] == b"#":
            end = _line_end(data, at)
            return end - (len(data[at:end]) - len(data[at:end].rstrip(b" \t")))
        if data.startswith(b"/*", at) and (close := data.find(b"*/", at + 2)) >= 0:
            at = end = close + 2
        elif at == len(data) or data[at : at + 1] in (b"\n", b"\r"):
            return end
        else:
            return offset


# Edits of edited text, as edits of the original.


class _Kept(NamedTuple):
    span: Span


class _Added(NamedTuple):
    text: bytes


_Piece = _Kept | _Added


def _with_edit(pieces: list[_Piece], edit: Edit) -> list[_Piece]:
    """The pieces of a text after an edit, whose span counts in the text that the pieces make."""
    out: list[_Piece] = []
    at = 0
    done = False
    for piece in pieces:
        size = len(piece.span) if isinstance(piece, _Kept) else len(piece.text)
        end = at + size
        if not done and edit.span.start <= end:
            out.append(_part(piece, 0, edit.span.start - at))
            out.append(_Added(edit.text))
            done = True
        if not done:
            out.append(piece)
        elif end > edit.span.end:
            out.append(_part(piece, max(0, edit.span.end - at), size))
        at = end
    return [piece for piece in out if (piece.text if isinstance(piece, _Added) else len(piece.span))]


def _part(piece: _Piece, start: int, end: int) -> _Piece:
    if isinstance(piece, _Added):
        return _Added(piece.text[start:end])
    return _Kept(Span(piece.span.start + start, piece.span.start + max(start, end)))


def _edits_of(pieces: list[_Piece], size: int) -> Iterable[Edit]:
    at = 0
    text = b""
    for piece in [*pieces, _Kept(Span(size, size))]:
        if isinstance(piece, _Added):
            text += piece.text
            continue
        if text or piece.span.start > at:
            yield Edit(Span(at, piece.span.start), text)
        at = piece.span.end
        text = b""
