"""What must not be shown of a file: the spans of everything in it that may be a secret.

Reports ask before they show a line of a file, whatever the line is about: the neighbours of a finding are as visible as
what it is about. In Nix the tree says which name a value belongs to; in anything else, and in Nix that does not parse, the
text has to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nixlint.syntax.comments import comments
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from nixlint.syntax.string_literal import static_name, static_text
from nixlint.syntax.views import (
    Apply,
    AttrSet,
    Binary,
    Binding,
    Expression,
    InheritFrom,
    Lambda,
    Let,
    LetAttrSet,
    ListLiteral,
    Parenthesized,
    String,
    Uri,
    parts_of,
)

from .looks import UNKNOWN
from .names import hidden_kind, hidden_kind_of_path
from .parts import is_harmless, secret_parts_of_command, secret_parts_of_text
from .ways import READERS, WRITERS

_BLANK = re.compile(r"(?:\s|''\\[nrt]|\\[nrt])*")
"""Blanks and line endings, as they are or as escapes."""


class Hidden(NamedTuple):
    """A span of bytes that must not be shown, and what stands there as far as it is known."""

    span: Span
    kind: str


def hidden_in_file(path: Path, data: bytes) -> tuple[Hidden, ...]:
    """What must not be shown of a file, in order; spans do not overlap."""
    if path.suffix == ".nix":
        return hidden_in_nix(SourceFile.parse(path, data))
    return hidden_in_text(data)


def hidden_in_text(data: bytes) -> tuple[Hidden, ...]:
    """What must not be shown of a text in no language that is known here: YAML, JSON, a file of variables."""
    return in_order(_parts_of(data, 0, len(data)))


def hidden_in_nix(source: SourceFile) -> tuple[Hidden, ...]:
    """What must not be shown of a Nix file."""
    if source.root.has_error:
        return in_order((*_parts_of(source.data, 0, len(source.data)), *_rest_of_suspicious_lines(source)))
    return in_order((*_in_expressions(source), *_in_comments(source)))


def hidden_values(data: bytes, hidden: Iterable[Hidden]) -> dict[str, str]:
    """The texts at spans that must not be shown, with their kinds."""
    return {data[each.span.start : each.span.end].decode("utf-8", "surrogateescape"): each.kind for each in hidden}


def _in_comments(source: SourceFile) -> Iterator[Hidden]:
    for comment in comments(source):
        yield from _parts_of(source.data, comment.span.start, comment.span.end)


def _in_expressions(source: SourceFile) -> Iterator[Hidden]:
    """What strings hold, by their own text or by the names that they stand at."""
    waiting: list[tuple[Expression, str]] = [(source.root, "")]
    while waiting:
        expression, kind = waiting.pop()
        match expression:
            case String() if kind:
                yield from _fragments(expression, kind)
            case String() | Uri():
                yield from _in_string(expression)
            case ListLiteral():
                yield from _in_list(expression)
            case _:
                pass
        waiting.extend(_below(expression, kind))


def _below(expression: Expression, kind: str) -> Iterator[tuple[Expression, str]]:
    """The expressions directly below one, each with what it is where it must not be shown."""
    match expression:
        case AttrSet(bindings=bindings) | LetAttrSet(bindings=bindings):
            yield from _in_bindings(bindings, kind)
        case Let(bindings=bindings, body=body):
            yield from _in_bindings(bindings, "")
            yield body, kind
        case Lambda():
            formals = expression.formals
            for formal in formals.formals if formals is not None else ():
                if formal.default is not None:
                    yield formal.default, hidden_kind(formal.name.text)
            yield expression.body, kind
        case Apply(function=function, argument=argument):
            yield function, kind
            yield argument, "" if _last_name(function) in READERS else kind or _kind_of_written(function)
        case Binary(left=left, right=right):
            yield left, kind
            yield right, kind or _kind_of_operand(expression)
        case _:
            yield from ((part, kind) for part in parts_of(expression))


def _in_bindings(bindings: Sequence[object], around: str) -> Iterator[tuple[Expression, str]]:
    named = _name_beside_value(bindings)
    for binding in bindings:
        match binding:
            case Binding():
                names = [static_name(name) for name in binding.path.names]
                kind = hidden_kind_of_path(names, around)
                yield binding.value, kind or (named if names in (["value"], ["text"]) else "")
            case InheritFrom(source=source):
                yield source, ""
            case _:
                pass


def _name_beside_value(bindings: Sequence[object]) -> str:
    """What ``{ name = "PASSWORD"; value = …; }`` is the value of, where that must not be shown."""
    for binding in bindings:
        if isinstance(binding, Binding) and [static_name(name) for name in binding.path.names] == ["name"]:
            text = static_text(binding.value) if isinstance(binding.value, String) else None
            return hidden_kind(text or "")
    return ""


def _kind_of_written(function: Expression) -> str:
    """What a function writes into a file of some name, ``writeText "password" …``, where that must not be shown."""
    while isinstance(function, Parenthesized):
        function = function.inner
    if not isinstance(function, Apply) or _last_name(function.function) not in WRITERS:
        return ""
    name = static_text(function.argument) if isinstance(function.argument, String) else None
    return hidden_kind(name or "")


def _last_name(function: Expression) -> str:
    return function.text.rpartition(".")[2]


def _kind_of_operand(operation: Binary) -> str:
    """What the right operand is where it must not be shown: it goes on with ``"--password="``, or is compared with one."""
    if operation.operator in ("==", "!="):
        return hidden_kind(operation.left.text.rpartition(".")[2])
    return _kind_of_continued(operation)


def _kind_of_continued(sum_: Binary) -> str:
    """What ``"--password=" + …`` goes on with, where that must not be shown."""
    if sum_.operator != "+" or not isinstance(sum_.left, String):
        return ""
    text = static_text(sum_.left)
    if text is None:
        return ""
    continued = f"{text}x1x1x1x1"
    return next((part.kind for part in secret_parts_of_text(continued) if part.end == len(continued)), "")


def _inner(literal: String) -> Span:
    quote = 2 if literal.indented else 1
    return Span(literal.span.start + quote, max(literal.span.start + quote, literal.span.end - quote))


def _fragments(literal: String, kind: str) -> Iterator[Hidden]:
    """What is written of a string between its interpolations."""
    data, inner = literal.file.data, _inner(literal)
    start = inner.start
    for end, following in [*(part.span for part in literal.interpolations), (inner.end, inner.end)]:
        text = data[start:end].decode("utf-8", "surrogateescape")
        if start < end and not _BLANK.fullmatch(text) and not is_harmless(text):
            yield Hidden(Span(start, end), kind)
        start = following


def _in_string(literal: String | Uri) -> Iterator[Hidden]:
    if isinstance(literal, Uri):
        yield from _parts_of(literal.file.data, *literal.span)
        return
    yield from _parts_of(literal.file.data, *_inner(literal), tuple(part.span for part in literal.interpolations))


def _in_list(elements: ListLiteral) -> Iterator[Hidden]:
    """The words of a command, of which one says what the next one is."""
    strings = [element for element in elements.elements if isinstance(element, String)]
    if len(strings) < 2 or len(strings) != len(elements.elements):
        return
    data = elements.file.data
    words = [_text(data, *_inner(each), tuple(part.span for part in each.interpolations)) for each in strings]
    for found in secret_parts_of_command(words):
        inner = _inner(strings[found.word])
        yield Hidden(_bytes_at(words[found.word], inner.start, found.start, found.end), found.kind)


def _parts_of(data: bytes, start: int, end: int, known: Sequence[Span] = ()) -> Iterator[Hidden]:
    """What must not be shown between two offsets, where the spans of ``known`` hold no text."""
    text = _text(data, start, end, known)
    for part in secret_parts_of_text(text):
        yield Hidden(_bytes_at(text, start, part.start, part.end), part.kind)


def _text(data: bytes, start: int, end: int, known: Sequence[Span]) -> str:
    """The text between two offsets, with marks for what is no text, as many as that has bytes."""
    pieces: list[str] = []
    at = start
    for span in known:
        pieces += [data[at : span.start].decode("utf-8", "surrogateescape"), UNKNOWN * len(span)]
        at = span.end
    return "".join([*pieces, data[at:end].decode("utf-8", "surrogateescape")])


def _bytes_at(text: str, offset: int, start: int, end: int) -> Span:
    if text.isascii():
        return Span(offset + start, offset + end)
    before = offset + len(text[:start].encode("utf-8", "surrogateescape"))
    return Span(before, before + len(text[start:end].encode("utf-8", "surrogateescape")))


_WORDS = (b"pass", b"secret", b"token", b"key", b"psk", b"credential", b"auth", b"pwd", b"://")


def _rest_of_suspicious_lines(source: SourceFile) -> Iterator[Hidden]:
    """The part of each line of a broken file after its first quote, where the line sounds like one with a secret."""
    for number in range(1, source.lines.line_count + 1):
        span = source.lines.line_span(number)
        line = source.data[span.start : span.end].rstrip(b"\r\n")
        quotes = [at for at in (line.find(b'"'), line.find(b"''")) if at >= 0]
        if quotes and any(word in line.lower() for word in _WORDS):
            yield Hidden(Span(span.start + min(quotes), span.start + len(line)), "value")


def in_order(found: Iterable[Hidden]) -> tuple[Hidden, ...]:
    """Spans that must not be shown, in order; those that overlap as one."""
    merged: list[Hidden] = []
    for each in sorted(found):
        if merged and each.span.start < merged[-1].span.end:
            last = merged[-1]
            span = Span(last.span.start, max(last.span.end, each.span.end))
            merged[-1] = Hidden(span, each.kind if last.kind in ("value", "secret") else last.kind)
        else:
            merged.append(each)
    return tuple(merged)
