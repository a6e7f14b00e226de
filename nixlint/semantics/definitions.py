"""Definitions as they stand in a file: every ``a.b = value;`` with the whole path of names around it.

This is the view of a file for rules that ask about one definition at a time, whatever module system it ends up in. What
a module system makes of all definitions together is :mod:`nixlint.semantics.module_system`'s matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nixlint.syntax.place import Place

from .option_path import OptionPath
from .values import Thunk, Value


class Binder(Enum):
    """What binds a name."""

    ATTRIBUTE = "attribute"
    """An attribute set."""
    LET = "let"
    """A ``let``: the path starts anew at its names."""
    FORMAL = "formal"
    """The default of a function's formal; the path is its name alone."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenDefinition:
    """One name bound to a value in a file.

    ``path`` holds the names of all attribute sets around it, from the outermost (a file's, or a ``let`` binding's), with
    functions, lists, ``mkIf`` and the like between them left out; a leading ``config`` is kept. ``name`` is the place of
    the last name, ``value_place`` that of the value's expression (for ``inherit``, of the name).
    """

    path: OptionPath
    binder: Binder
    name: Place
    value_place: Place
    thunk: Thunk

    @property
    def value(self) -> Value:
        """The value, worked out in the scope where it stands; module arguments are symbols there."""
        return self.thunk.force()


@dataclass(frozen=True, slots=True, eq=False)
class StringLiteral:
    """A string literal anywhere in a file: decoded text with ``None`` for each interpolation."""

    place: Place
    parts: tuple[str | None, ...]
