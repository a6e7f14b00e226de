"""From an expression of Nix that is a Python program to its text.

The program may be a string, a function that gives one, a sum of strings, ``builtins.readFile`` of a file of the repository,
or a name that is bound to one of these. What cannot be followed is a placeholder of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.scope import Scope
from nixlint.semantics.language.values import FunctionValue, PathValue, StringValue, Value
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.string_literal import mapped_pieces

from .program_text import ProgramText, Segment, SegmentKind

_MOST_TEXT = 100_000
"""Of one interpolation; a longer text is not looked into."""
_DEEPEST = 12
"""How many names, functions and parts may lead to a string."""


class ScriptText(NamedTuple):
    """A program as it was read.

    ``is_open`` where parts of it are not known that may be whole statements: nothing that needs all of the program can be
    said.
    """

    text: ProgramText
    is_open: bool


def read_script(expression: views.Expression, repository: Repository) -> ScriptText | None:
    """The program that an expression is, or ``None`` where no part of it is written where it can be seen."""
    interpreter = repository.interpreter()
    reader = _Reader(repository, interpreter)
    segments = tuple(reader.read(expression, interpreter.scope_at(expression), 0))
    if all(segment.kind is SegmentKind.PLACEHOLDER for segment in segments):
        return None
    return ScriptText(ProgramText(segments), reader.is_open)


class _Reader:
    def __init__(self, repository: Repository, interpreter: Interpreter) -> None:
        self._repository = repository
        self._interpreter = interpreter
        self._count = 0
        self.is_open = False

    def read(self, expression: views.Expression, scope: Scope, depth: int) -> Iterator[Segment]:
        inner: views.Expression | None = None
        match expression:
            case views.String():
                yield from self._literal(expression, scope)
                return
            case views.Parenthesized():
                inner = expression.inner
            case views.Lambda() | views.Let() | views.With() | views.Assert():
                inner = expression.body
            case views.Binary() if expression.operator == "+" and depth < _DEEPEST:
                left = list(self.read(expression.left, scope, depth + 1))
                right = expression.right
                is_text = isinstance(expression.left, views.String)
                if left and left[-1].kind is SegmentKind.PLACEHOLDER and not is_text and _is_indented(right):
                    left[-1] = left[-1]._replace(text=left[-1].text + b"\n")  # Statements before statements.
                yield from left
                yield from self.read(right, scope, depth + 1)
                return
            case _:
                pass
        if inner is not None and depth < _DEEPEST:
            yield from self.read(inner, self._interpreter.scope_within(expression, inner, scope), depth + 1)
            return
        yield from self._evaluated(expression, scope, depth)

    def _evaluated(self, expression: views.Expression, scope: Scope, depth: int) -> Iterator[Segment]:
        """What an expression comes to that is no string itself: one that is bound to a name, a file, or a known text."""
        read = _read_file(expression)
        if read is not None:
            path = self._interpreter.evaluate(read, scope)
            text = self._repository.text(path.path) if isinstance(path, PathValue) else None
            if isinstance(path, PathValue) and text is not None:
                data = text.encode("utf-8", "surrogateescape")
                yield Segment(data, path.path, 0, len(data), SegmentKind.VERBATIM, escapes=False)
                return
        value = self._interpreter.evaluate(expression, scope)
        written = self._written(value)
        if written is not None and depth < _DEEPEST and written != expression:
            yield from self.read(written, self._interpreter.scope_at(written), depth + 1)
            return
        segments = tuple(self._interpolated(value, Place(expression.file.path, expression.span), b"", b""))
        self.is_open = self.is_open or any(segment.kind is SegmentKind.PLACEHOLDER for segment in segments)
        yield from segments

    def _written(self, value: Value) -> views.Expression | None:
        """The literal or the function that a value is written as, where that is in a file of the repository."""
        if isinstance(value, FunctionValue):
            return value.function
        place = value.place if isinstance(value, StringValue) else None
        source = None if place is None else self._repository.source(place.path)
        if place is None or source is None:
            return None
        return next((literal for literal in views.strings_in(source) if literal.span == place.span), None)

    def _literal(self, literal: views.String, scope: Scope) -> Iterator[Segment]:
        path = literal.file.path
        pieces = mapped_pieces(literal)
        indent = _indent_of(literal)
        before = b""
        for index, piece in enumerate(pieces):
            if piece.interpolation is None:
                kind = SegmentKind.VERBATIM if piece.is_verbatim else SegmentKind.ESCAPE
                yield Segment(piece.text, path, piece.start, piece.end, kind, indent, literal.indented)
                before = (before + piece.text)[-_CONTEXT:]
                continue
            value = self._interpreter.evaluate(piece.interpolation.expression, scope)
            after = b"".join(each.text for each in pieces[index + 1 : index + 3])
            for segment in self._interpolated(value, Place(path, piece.interpolation.span), before, after):
                yield segment
                before = (before + segment.text)[-_CONTEXT:]

    def _interpolated(self, value: Value, place: Place, before: bytes, after: bytes) -> Iterator[Segment]:
        """What stands in the place of an interpolation: its text as far as that is known."""
        parts = self._interpreter.text_of(value)
        if len(parts) == 1 and not isinstance(parts[0], str):
            yield self._placeholder(place, before, after)
            return
        if sum(len(part) for part in parts if isinstance(part, str)) > _MOST_TEXT:
            yield self._placeholder(place, before, after)
            return
        for index, part in enumerate(parts):
            following = parts[index + 1] if index + 1 < len(parts) else None
            behind = (
                after
                if following is None
                else following.encode("utf-8", "ignore")
                if isinstance(following, str)
                else b"x"
            )
            segment = _known(part, place) if isinstance(part, str) else self._placeholder(place, before, behind)
            yield segment
            before = (before + segment.text)[-_CONTEXT:]
        if not parts:
            yield _known("", place)

    def _placeholder(self, place: Place, before: bytes, after: bytes) -> Segment:
        """A name in the place of an unknown text.

        One that is alone on its line may be any statements, and so may one before a statement. After a line that ends in a
        colon they are its body, whose own indentation is not known, so that the name gets one that fits.
        """
        self._count += 1
        name = f"nix_interpolation_{self._count}_".encode()
        line = before.rpartition(b"\n")[2]
        if not line.strip() and _STATEMENT.match(after):
            self.is_open = True
            name += b"\n" + line
        elif not line.strip() and _ENDS_LINE.match(after):
            self.is_open = True
            opener = _LAST_LINE.search(before[: len(before) - len(line)])
            deeper = 0 if opener is None else len(opener[1]) + 4 - len(line)
            name = b" " * max(0, deeper) + name
        return Segment(name, place.path, place.span.start, place.span.end, SegmentKind.PLACEHOLDER)


_CONTEXT = 2_000
"""How much of what stands before an interpolation is looked at."""
_ENDS_LINE = re.compile(rb"[ \t]*(?:;[ \t]*)?(?:#[^\n]*)?(?:\n|\Z)")
_STATEMENT = re.compile(rb"(?:with|for|if|while|try|def|class|assert|import|from|return|raise|pass|del)\b")
"""What begins a statement: right after an interpolation, that is one which ends in a newline."""
_LAST_LINE = re.compile(rb"(?:\A|\n)([ \t]*+)[^\n#]*:[ \t]*(?:#[^\n]*)?\n\s*\Z")


def _is_indented(expression: views.Expression) -> bool:
    return isinstance(expression, views.String) and expression.indented


def _known(text: str, place: Place) -> Segment:
    return Segment(
        text.encode("utf-8", "surrogateescape"), place.path, place.span.start, place.span.end, SegmentKind.KNOWN
    )


def _read_file(expression: views.Expression) -> views.Expression | None:
    """The argument of ``builtins.readFile`` or ``lib.readFile``."""
    if not isinstance(expression, views.Apply):
        return None
    function = expression.function
    names = function.text.split(".") if isinstance(function, views.Select | views.Variable) else []
    return expression.argument if names and names[-1] in ("readFile", "fileContents") else None


def _indent_of(literal: views.String) -> bytes:
    """The indentation that Nix drops from each line of an indented string, as its first line with text has it."""
    if not literal.indented:
        return b""
    pieces = mapped_pieces(literal)
    data = literal.file.data
    for piece in pieces:
        if piece.text.lstrip(b" ")[:1] == b"\n":
            continue  # A blank line has any indentation.
        line_start = data.rfind(b"\n", 0, piece.start) + 1
        between = data[line_start : piece.start]
        if line_start > literal.span.start and not between.strip():
            return between
    return b""
