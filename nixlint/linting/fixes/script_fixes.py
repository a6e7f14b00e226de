"""Fixes of Python programs in Nix strings; LibCST is loaded with the first one that is made."""

from __future__ import annotations

from collections.abc import Sequence

from nixlint.linting.finding import FileEdit, Fix, Safety
from nixlint.python_in_nix.program_text import ProgramText
from nixlint.syntax.edits import Edit
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span


def rename_attribute(text: ProgramText, name: Span, new: str, safety: Safety) -> Fix | None:
    """A fix that gives the attribute whose name is at a span another name; ``None`` where it cannot be written."""
    from nixlint.python_in_nix.lossless import renamed_attribute

    return _fix(renamed_attribute(text, name, new), f"call {new} instead", safety)


def rename_names(text: ProgramText, names: Sequence[Span], new: str, safety: Safety) -> Fix | None:
    """A fix that writes another name wherever one stands; ``None`` where one of the places cannot be written."""
    from nixlint.python_in_nix.lossless import replaced

    if len({text.data[span.start : span.end] for span in names}) != 1:
        return None
    return _fix(replaced(text, names, new.encode()), f"write {new} instead", safety)


def rename_keyword(text: ProgramText, argument: Span, new: str, safety: Safety) -> Fix | None:
    """A fix that gives the keyword argument at a span another keyword."""
    from nixlint.python_in_nix.lossless import renamed_keyword

    return _fix(renamed_keyword(text, argument, new), f"name the argument {new}", safety)


def call(text: ProgramText, expression: Span, safety: Safety) -> Fix | None:
    """A fix that calls the function which an expression at a span names."""
    from nixlint.python_in_nix.lossless import called

    return _fix(called(text, expression), "call the function", safety)


def begin_with(text: ProgramText, statement: str, safety: Safety) -> Fix | None:
    """A fix that makes a statement the first one of a script, or the first one behind its imports."""
    from nixlint.python_in_nix.lossless import with_statement

    return _fix(with_statement(text, statement), f"begin with {statement}", safety)


def double_backslash(text: ProgramText, backslash: Span, safety: Safety) -> Fix | None:
    """A fix that writes a backslash of a string twice."""
    from nixlint.python_in_nix.lossless import with_doubled_backslash

    return _fix(with_doubled_backslash(text, backslash), "write the backslash twice", safety)


def insert(text: ProgramText, at: int, new: str, summary: str, safety: Safety) -> Fix | None:
    """A fix that writes something before an offset of a script; ``None`` where it cannot be written."""
    from nixlint.python_in_nix.lossless import edits_between

    changes = edits_between(text, text.data[:at] + new.encode() + text.data[at:])
    return _fix(changes, summary, safety)


def _fix(changes: tuple[tuple[Place, bytes], ...] | None, summary: str, safety: Safety) -> Fix | None:
    if not changes or any(place.path.suffix != ".nix" for place, _ in changes):
        return None
    return Fix(safety, summary, tuple(FileEdit(place.path, Edit(place.span, new)) for place, new in changes))
