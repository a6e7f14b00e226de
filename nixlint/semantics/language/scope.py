"""Names in scope: what binds them lexically, and the ``with`` around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .values import Thunk


class Scope(NamedTuple):
    """One layer of names: those of a ``let``, a ``rec`` set or a function's argument, or the set of a ``with``.

    A name that is bound lexically anywhere wins over every ``with``, however near (Nix manual, 'With-expressions').
    """

    parent: Scope | None
    names: Mapping[str, Thunk]
    environment: Thunk | None = None
    """The set of a ``with``; the layer then binds no names of its own."""

    def lexical(self, name: str) -> Thunk | None:
        """What binds a name lexically, if anything does."""
        scope: Scope | None = self
        while scope is not None:
            thunk = scope.names.get(name)
            if thunk is not None:
                return thunk
            scope = scope.parent
        return None

    def environments(self) -> Iterator[Thunk]:
        """The sets of the ``with`` around, from the innermost outwards."""
        scope: Scope | None = self
        while scope is not None:
            if scope.environment is not None:
                yield scope.environment
            scope = scope.parent

    def binding(self, names: Mapping[str, Thunk]) -> Scope:
        """A scope within this one that binds further names."""
        return Scope(self, names)

    def opening(self, environment: Thunk) -> Scope:
        """A scope within this one that a ``with`` opens."""
        return Scope(self, {}, environment)
