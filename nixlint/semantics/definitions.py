"""Definitions as they stand in a file: every ``a.b = value;`` with the whole path of names around it.

This is the view of a file for rules that ask about one definition at a time, whatever module system it ends up in. What
a module system makes of all definitions together is :mod:`nixlint.semantics.module_system`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import decode, static_name

from .attribute_sets import bound_scope, place_of
from .interpreter import Interpreter
from .option_path import OptionPath
from .repository import Repository
from .scope import Scope
from .values import Thunk, Value


class Binder(Enum):
    """What binds a name."""

    ATTRIBUTE = "attribute"
    """An attribute set."""
    LET = "let"
    """A ``let``: the path starts anew at its names."""
    FORMAL = "formal"
    """The default of a function's formal; the path is its name alone."""


class WrittenDefinition(NamedTuple):
    """One name bound to a value in a file.

    ``path`` holds the names of all attribute sets around it, from the outermost (a file's, or a ``let`` binding's), with
    functions, lists, ``mkIf`` and the like between them left out; a leading ``config`` is kept. ``name`` is the place of
    the last name, ``value_place`` that of the value's expression (for ``inherit``, of the name). ``written`` says how many
    of the names are its own, as in ``a.b = 1;``, and not those of sets around it.
    """

    path: OptionPath
    binder: Binder
    name: Place
    value_place: Place
    thunk: Thunk
    written: int = 1

    @property
    def value(self) -> Value:
        """The value, worked out in the scope where it stands; module arguments are symbols there."""
        return self.thunk.force()


class StringLiteral(NamedTuple):
    """A string literal anywhere in a file: decoded text with ``None`` for each interpolation."""

    place: Place
    parts: tuple[str | None, ...]


def written_definitions(source: SourceFile, repository: Repository) -> Iterator[WrittenDefinition]:
    """Every definition that is written in a file, outer ones before those within them."""
    yield from _Walk(repository.interpreter()).definitions(source)


def string_literals(source: SourceFile, _repository: Repository) -> Iterator[StringLiteral]:
    """Every string literal that is written in a file, attribute names included."""
    for string in views.strings_in(source):
        parts = tuple(part if isinstance(part, str) else None for part in decode(string))
        yield StringLiteral(place_of(string), parts)


class _Step(NamedTuple):
    """An expression still to be visited, with its scope and the names around it."""

    expression: views.Expression
    scope: Scope
    path: OptionPath


class _Walk:
    """A walk over a file that keeps the scope of every definition on the way."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._steps: list[_Step] = []

    def definitions(self, source: SourceFile) -> Iterator[WrittenDefinition]:
        self._steps.append(_Step(source.root, self._interpreter.globals, OptionPath(())))
        while self._steps:
            step = self._steps.pop()
            found = len(self._steps)
            yield from self._visit(step)
            # What was put on the stack last is visited first; turned round, it is visited in the order of the file.
            self._steps[found:] = reversed(self._steps[found:])

    def _visit(self, step: _Step) -> Iterator[WrittenDefinition]:
        expression, scope = step.expression, step.scope
        match expression:
            case views.AttrSet():
                inner = bound_scope(expression.bindings, scope, self._interpreter) if expression.recursive else scope
                yield from self._bindings(expression.bindings, inner, scope, step.path, Binder.ATTRIBUTE)
            case views.Let() | views.LetAttrSet():
                inner = bound_scope(expression.bindings, scope, self._interpreter)
                yield from self._bindings(expression.bindings, inner, scope, OptionPath(()), Binder.LET)
                if isinstance(expression, views.Let):
                    self._steps.append(_Step(expression.body, inner, step.path))
            case views.Lambda():
                yield from self._function(expression, step)
            case views.With():
                inner = self._interpreter.scope_within(expression, expression.body, scope)
                self._steps.append(_Step(expression.environment, scope, step.path))
                self._steps.append(_Step(expression.body, inner, step.path))
            case _:
                self._steps.extend(_Step(part, scope, step.path) for part in views.parts_of(expression))

    def _function(self, function: views.Lambda, step: _Step) -> Iterator[WrittenDefinition]:
        inner = self._interpreter.scope_within(function, function.body, step.scope)
        for formal in () if function.formals is None else function.formals.formals:
            default = formal.default
            if default is not None:
                name = formal.name
                yield self._definition(OptionPath.of(name.text), Binder.FORMAL, name, default, inner)
                self._steps.append(_Step(default, inner, OptionPath.of(name.text)))
        self._steps.append(_Step(function.body, inner, step.path))

    def _bindings(
        self, bindings: tuple[views.AnyBinding, ...], inner: Scope, outer: Scope, path: OptionPath, binder: Binder
    ) -> Iterator[WrittenDefinition]:
        for binding in bindings:
            match binding:
                case views.Binding():
                    names = binding.path.names
                    whole = OptionPath((*path.names, *(self._name(name, inner) for name in names)))
                    definition = self._definition(whole, binder, names[-1], binding.value, inner)
                    yield definition._replace(written=len(names))
                    self._steps.append(_Step(binding.value, inner, whole))
                case views.Inherit():
                    for name in binding.names:
                        yield self._inherited(path, binder, name, self._variable(name, outer))
                case views.InheritFrom():
                    source = self._interpreter.defer(binding.source, inner)
                    for name in binding.names:
                        yield self._inherited(path, binder, name, self._attribute(name, source))
                    self._steps.append(_Step(binding.source, inner, path))

    def _definition(
        self, path: OptionPath, binder: Binder, name: views.AttrName, value: views.Expression, scope: Scope
    ) -> WrittenDefinition:
        thunk = self._interpreter.defer(value, scope)
        return WrittenDefinition(path, binder, place_of(name), place_of(value), thunk)

    def _inherited(self, path: OptionPath, binder: Binder, name: views.AttrName, thunk: Thunk) -> WrittenDefinition:
        place = place_of(name)
        return WrittenDefinition(path / static_name(name), binder, place, place, thunk)

    def _variable(self, name: views.AttrName, scope: Scope) -> Thunk:
        text, place = static_name(name) or "", place_of(name)
        return self._interpreter.defer_call(lambda: self._interpreter.variable(text, scope, place), place)

    def _attribute(self, name: views.AttrName, source: Thunk) -> Thunk:
        text, place = static_name(name) or "", place_of(name)
        return self._interpreter.defer_call(lambda: self._interpreter.attribute(source.force(), text, place), place)

    def _name(self, name: views.AttrName, scope: Scope) -> str | None:
        return self._interpreter.name(name, scope)
