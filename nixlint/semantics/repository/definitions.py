"""Definitions as they stand in a file: every ``a.b = value;`` with the whole path of names around it.

This is the view of a file for rules that ask about one definition at a time, whatever module system it ends up in. What
a module system makes of all definitions together is :mod:`nixlint.semantics.modules.module_system`'s matter.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from nixlint.semantics.language.attribute_sets import late_bound_scope, place_of
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.scope import Scope
from nixlint.semantics.language.values import BoolValue, PrimitiveValue, Thunk, Value
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.string_literal import decode, static_name
from nixlint.syntax.words import places_of_any, words_of
from nixlint.syntax.written_paths import WrittenPath, WrittenPaths

from .repository import Repository

_ON_A_CONDITION = frozenset({"mkIf", "optional", "optionalAttrs", "optionalString", "optionals"})
"""Functions of ``lib`` that give nothing of their second argument where the first is false."""
_LAST_NAME = re.compile(rf"\b(?:{'|'.join(sorted(_ON_A_CONDITION))})$")


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
    words: frozenset[bytes] = frozenset()
    """The words of its own names, as they are written."""
    root: Binder = Binder.ATTRIBUTE
    """What binds the first name of its path."""

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


def definitions_at(
    paths: Iterable[WrittenPath], source: SourceFile, repository: Repository
) -> Iterator[WrittenDefinition]:
    """The definitions of some paths that are written in a file, in the order of all definitions; no others are looked at.

    The end of a definition's ``name`` is that of its path.
    """
    places = sorted(path.start for path in paths)
    if places:
        yield from _Walk(repository.interpreter(), places).definitions(source)


def definitions_with(
    words: frozenset[bytes], source: SourceFile, repository: Repository
) -> Iterator[WrittenDefinition]:
    """The definitions whose own names have one of some words."""
    return definitions_at(WrittenPaths(source).with_words(words), source, repository)


def paths_around(pattern: re.Pattern[bytes], source: SourceFile) -> frozenset[int]:
    """Where the paths of the innermost bindings begin in whose values a pattern is found."""
    around = (views.binding_around(source, match.start()) for match in pattern.finditer(source.data))
    return frozenset(binding.path.span.start for binding in around if binding is not None)


def string_literals(source: SourceFile, _repository: Repository) -> Iterator[StringLiteral]:
    """Every string literal that is written in a file, attribute names included."""
    yield from map(_literal, views.strings_in(source))


def strings_with(
    texts: Iterable[bytes], patterns: Sequence[re.Pattern[bytes]] | None, source: SourceFile
) -> Iterator[StringLiteral]:
    """The string literals in whose own text one of some texts is written, and in which one of some patterns is found."""
    for string in views.strings_at(source, places_of_any(texts, source.data)):
        span = string.span
        if patterns is None or any(pattern.search(source.data, *span) is not None for pattern in patterns):
            yield _literal(string)


def is_never_evaluated(place: Place, repository: Repository) -> bool:
    """Whether a place is in a branch that Nix never takes: ``if true then … else x``, ``lib.mkIf false x``."""
    source = repository.source(place.path)
    return source is not None and views.is_in_dead_branch(source, place.span)


def _literal(string: views.String) -> StringLiteral:
    return StringLiteral(place_of(string), tuple(part if isinstance(part, str) else None for part in decode(string)))


class _Step(NamedTuple):
    """An expression still to be visited, with its scope and the names around it."""

    expression: views.Expression
    scope: Scope
    path: OptionPath
    root: Binder = Binder.ATTRIBUTE


class _Walk:
    """A walk over a file that keeps the scope of every definition on the way.

    Where places are ``sought``, sorted, it goes only where one of them is, to the definitions in whose names they are.
    """

    def __init__(self, interpreter: Interpreter, sought: Sequence[int] | None = None) -> None:
        self._interpreter = interpreter
        self._sought = sought
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
                inner = (
                    late_bound_scope(expression.bindings, scope, self._interpreter) if expression.recursive else scope
                )
                yield from self._bindings(expression.bindings, inner, scope, step, Binder.ATTRIBUTE)
            case views.Let() | views.LetAttrSet():
                inner = late_bound_scope(expression.bindings, scope, self._interpreter)
                anew = step._replace(path=OptionPath(()))
                yield from self._bindings(expression.bindings, inner, scope, anew, Binder.LET)
                if isinstance(expression, views.Let):
                    self._go_on(expression.body, inner, step.path, step.root)
            case views.Lambda():
                yield from self._function(expression, step)
            case views.With():
                inner = self._interpreter.scope_within(expression, expression.body, scope)
                self._go_on(expression.environment, scope, step.path, step.root)
                self._go_on(expression.body, inner, step.path, step.root)
            case _:
                dead = self._dead_part(expression, scope)
                for part in views.parts_of(expression):
                    if part != dead:
                        self._go_on(part, scope, step.path, step.root)

    def _dead_part(self, expression: views.Expression, scope: Scope) -> views.Expression | None:
        """The part of an expression that certainly nobody evaluates: a branch of ``if true``, or what ``mkIf false`` has."""
        match expression:
            case views.If():
                condition = self._interpreter.evaluate(expression.condition, scope)
                if isinstance(condition, BoolValue):
                    return expression.alternative if condition.value else expression.consequence
            case views.Apply(function=views.Apply() as given) if _LAST_NAME.search(given.function.text):
                function = self._interpreter.evaluate(given.function, scope)
                condition = self._interpreter.evaluate(given.argument, scope)
                is_off = isinstance(condition, BoolValue) and not condition.value
                if is_off and isinstance(function, PrimitiveValue) and function.name in _ON_A_CONDITION:
                    return expression.argument
        return None

    def _go_on(self, expression: views.Expression, scope: Scope, path: OptionPath, root: Binder) -> None:
        if self._is_sought(expression):
            self._steps.append(_Step(expression, scope, path, root))

    def _is_sought(self, view: views.View) -> bool:
        """Whether one of the places that are sought is in a view."""
        if self._sought is None:
            return True
        next_place = bisect_left(self._sought, view.node.start_byte)
        return next_place < len(self._sought) and self._sought[next_place] < view.node.end_byte

    def _function(self, function: views.Lambda, step: _Step) -> Iterator[WrittenDefinition]:
        inner = self._interpreter.scope_within(function, function.body, step.scope)
        for formal in () if function.formals is None else function.formals.formals:
            default = formal.default
            if default is not None:
                path = OptionPath.of(formal.name.text)
                if self._is_sought(formal.name):
                    found = self._definition(path, Binder.FORMAL, formal.name, (formal.name,), default, inner)
                    yield found._replace(root=Binder.FORMAL)
                self._go_on(default, inner, path, Binder.FORMAL)
        self._go_on(function.body, inner, step.path, step.root)

    def _bindings(
        self, bindings: tuple[views.AnyBinding, ...], inner: Scope, outer: Scope, step: _Step, binder: Binder
    ) -> Iterator[WrittenDefinition]:
        path = step.path
        root = step.root if len(path) else binder
        for binding in filter(self._is_sought, bindings):
            match binding:
                case views.Binding():
                    written = binding.path
                    names = written.names
                    whole = OptionPath((*path.names, *(self._name(name, inner) for name in names)))
                    if self._is_sought(written):
                        found = self._definition(whole, binder, written, names, binding.value, inner)
                        yield found._replace(root=root)
                    self._go_on(binding.value, inner, whole, root)
                case views.Inherit():
                    for name in filter(self._is_sought, binding.names):
                        found = self._inherited(path, binder, name, self._variable(name, outer))
                        yield found._replace(root=root)
                case views.InheritFrom():
                    source = self._interpreter.defer(binding.source, inner)
                    for name in filter(self._is_sought, binding.names):
                        found = self._inherited(path, binder, name, self._attribute(name, source))
                        yield found._replace(root=root)
                    self._go_on(binding.source, inner, path, root)

    def _definition(
        self,
        path: OptionPath,
        binder: Binder,
        written: views.View,
        names: Sequence[views.AttrName],
        value: views.Expression,
        scope: Scope,
    ) -> WrittenDefinition:
        thunk, place = self._interpreter.defer(value, scope), place_of(names[-1])
        return WrittenDefinition(path, binder, place, place_of(value), thunk, len(names), _words_in(written))

    def _inherited(self, path: OptionPath, binder: Binder, name: views.AttrName, thunk: Thunk) -> WrittenDefinition:
        place = place_of(name)
        return WrittenDefinition(path / static_name(name), binder, place, place, thunk, words=_words_in(name))

    def _variable(self, name: views.AttrName, scope: Scope) -> Thunk:
        text, place = static_name(name) or "", place_of(name)
        return self._interpreter.defer_call(lambda: self._interpreter.variable(text, scope, place), place)

    def _attribute(self, name: views.AttrName, source: Thunk) -> Thunk:
        text, place = static_name(name) or "", place_of(name)
        return self._interpreter.defer_call(lambda: self._interpreter.attribute(source.force(), text, place), place)

    def _name(self, name: views.AttrName, scope: Scope) -> str | None:
        return self._interpreter.name(name, scope)


def _words_in(view: views.View) -> frozenset[bytes]:
    return words_of(view.file.data[view.node.start_byte : view.node.end_byte])
