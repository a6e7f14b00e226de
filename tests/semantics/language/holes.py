"""Programs with holes: a literal is taken out, and what is known of the rest must not contradict Nix.

Nix is told what stood there, nixlint is not; for it the hole is a symbol.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.syntax import views
from nixlint.syntax.source_file import SourceFile

HOLE = "hole"
"""The variable that stands where a literal stood."""


def with_holes(program: str) -> Iterator[str]:
    """A program with each of its literals, truth values, lists and sets replaced in turn."""
    data = program.encode("utf-8", "surrogateescape")
    source = SourceFile.parse(Path("/generated/program.nix"), data)
    for view in _replaceable(source.root):
        start, end = view.span
        yield (data[:start] + f"({HOLE})".encode() + data[end:]).decode("utf-8", "surrogateescape")


def _replaceable(expression: views.Expression) -> Iterator[views.Expression]:
    for inner in _below(expression):
        literal = isinstance(inner, views.Integer | views.String | views.ListLiteral | views.AttrSet)
        if literal or (isinstance(inner, views.Variable) and inner.name in ("true", "false", "null")):
            yield inner
        yield from _replaceable(inner)


def _below(expression: views.Expression) -> Iterator[views.Expression]:
    match expression:
        case views.Lambda() | views.Let():
            yield expression.body
        case _:
            yield from views.parts_of(expression)
    if isinstance(expression, views.AttrSet | views.Let):
        for binding in expression.bindings:
            if isinstance(binding, views.Binding):
                yield binding.value
            elif isinstance(binding, views.InheritFrom):
                yield binding.source
