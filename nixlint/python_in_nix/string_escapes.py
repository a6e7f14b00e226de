"""Backslashes in the strings of a program that do not do what they seem to: those that Python does not know, and those that
Nix takes away before Python sees them.

What Python knows is in section 2.4.1 of its reference (lexical analysis, escape sequences); what Nix does is ``unescapeStr``
in ``src/libexpr/lexer.l``.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .program import PythonProgram
from .program_text import ProgramText, SegmentKind


class StrangeEscape(NamedTuple):
    """A backslash in a string that begins no escape which Python knows; ``backslash`` is where it stands alone."""

    escape: str
    span: Span
    backslash: Span


def strange_escapes(program: PythonProgram) -> Iterator[StrangeEscape]:
    """The backslashes that Python keeps with a warning (``"\\."``), in the strings of a program that it accepts."""
    if program.tree is None or b"\\" not in program.text.data:
        return
    literals = tuple(_literals(program.text))
    for literal in literals:
        if "r" in literal.prefix:
            continue
        inside = [each.span for each in literals if each is not literal and literal.span.contains(each.span)]
        for match in _ESCAPE.finditer(program.text.data, literal.span.start, literal.span.end):
            start = match.start()
            known = _KNOWN if "b" in literal.prefix else _KNOWN_IN_TEXT
            if match[1] not in known and not any(span.start <= start < span.end for span in inside):
                escape = match[0].decode("utf-8", "surrogateescape")
                yield StrangeEscape(escape, Span(start, match.end()), Span(start, start + 1))


class SwallowedBackslash(NamedTuple):
    """An escape of Nix that nothing needs: Nix drops what introduces it (``\\`` or ``''\\``) and keeps the character."""

    written: str
    place: Place


def swallowed_backslashes(text: ProgramText, of_file: Place, data: bytes) -> Iterator[SwallowedBackslash]:
    """The escapes of Nix strings in a file that have no meaning; ``data`` is all that is in the file of ``of_file``."""
    for segment in text.segments:
        if segment.kind is SegmentKind.ESCAPE and segment.path == of_file.path:
            written = data[segment.start : segment.end]
            pattern = _NEEDLESS_INDENTED if segment.is_indented else _NEEDLESS_QUOTED
            if pattern.fullmatch(written):
                shown = written.decode("utf-8", "surrogateescape")
                yield SwallowedBackslash(shown, Place(segment.path, Span(segment.start, segment.end)))


_ESCAPE = re.compile(rb"\\([\x00-\x7f])")
"""Of a backslash before another character than these Python does not warn (``decode_unicode_with_escapes``)."""
_KNOWN = frozenset(bytes([each]) for each in b"\n\r\\'\"abfnrtv01234567x")
_KNOWN_IN_TEXT = _KNOWN | {b"N", b"u", b"U"}
_NEEDLESS_QUOTED = re.compile(rb"\\(?![nrt\"\\$])[ -~]")
_NEEDLESS_INDENTED = re.compile(rb"''\\[A-Za-mo-qsu-z0-9.]")
"""In an indented string the escape of a quote, a space or a dollar sign ends or keeps what is around it."""


class _Literal(NamedTuple):
    prefix: str
    span: Span


def _literals(text: ProgramText) -> Iterator[_Literal]:
    """The strings of a program, formatted ones included and what stands within these."""
    starts = [0]
    starts.extend(match.end() for match in re.finditer(rb"\n", text.data))
    lines = text.text.split("\n")

    def offset(position: tuple[int, int]) -> int:
        line, column = position
        if line > len(lines):
            return len(text.data)
        return starts[line - 1] + len(lines[line - 1][:column].encode("utf-8", "surrogateescape"))

    begun: list[tuple[str, int]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text.text, newline="\n").readline):
            kind = tokenize.tok_name[token.type]
            if kind == "STRING":
                yield _Literal(_prefix(token.string), Span(offset(token.start), offset(token.end)))
            elif kind in ("FSTRING_START", "TSTRING_START"):
                begun.append((_prefix(token.string), offset(token.start)))
            elif kind in ("FSTRING_END", "TSTRING_END"):
                prefix, start = begun.pop()
                yield _Literal(prefix, Span(start, offset(token.end)))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return


def _prefix(literal: str) -> str:
    return literal.partition('"')[0].partition("'")[0].lower()
