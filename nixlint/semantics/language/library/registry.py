"""Which functions of ``builtins`` and ``lib`` are modelled, and how one is called.

:mod:`.names` holds the names by concern; the module of a concern is imported when one of its functions is called. A name
alone stands for the function of ``lib``, of the parts of ``lib`` and of ``builtins``, wherever there is one; where these
differ, the name has the part before it: ``lists.hasPrefix``, ``builtins.isFunction``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple, Protocol, TypeAlias

from nixlint.semantics.language import symbols
from nixlint.semantics.language.file_tree import FileTree
from nixlint.semantics.language.operators import as_list
from nixlint.semantics.language.property_sets import as_attributes
from nixlint.semantics.language.selection import of_each
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    IntValue,
    Known,
    ListValue,
    MergeValue,
    NegationValue,
    OrderValue,
    OverrideValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    unknown_because,
)
from nixlint.syntax.place import Place

from .names import CONCERN_OF


class Evaluator(Protocol):
    """What models need of the interpreter."""

    @property
    def files(self) -> FileTree | None:
        """The files that may be looked at."""
        ...

    def apply(self, function: Value, argument: Thunk, place: Place | None = None) -> Value:
        """The value of a function called with an argument."""
        ...

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def find_attribute(self, subject: Value, name: str, place: Place | None = None) -> Value | None:
        """An attribute of a value, or ``None`` where it is certainly missing."""
        ...

    def import_value(self, value: Value, place: Place | None) -> Value:
        """What ``import`` makes of a value."""
        ...

    def settled(self, value: Value) -> Value:
        """A value by what an evaluation of modules knows of it, where it is but a name there."""
        ...

    def spend(self, steps: int) -> bool:
        """Take steps from the work that may still be done; whether there were any left."""
        ...


class Call(NamedTuple):
    """A call of a modelled function with all its arguments."""

    name: str
    arguments: tuple[Thunk, ...]
    place: Place | None
    evaluator: Evaluator

    def value(self, index: int) -> Value:
        """An argument, worked out."""
        return self.arguments[index].force()

    def unknown(self, reason: str, because: Value | None = None) -> Value:
        """The answer where there is none: for the reason of a value that is not known, or else the one given.

        What is made of a file's text stays the call that it is, so that it can be seen that the file is read.
        """
        if because is not None and _is_read(because):
            return CallValue(SymbolValue((*symbols.LIB, *self.name.split("."))), self.arguments, self.place)
        return UnknownValue(reason, self.place) if because is None else unknown_because(because, reason, self.place)

    def later(self, compute: Callable[[], Value], place: Place | None = None) -> Thunk:
        """A value that is computed when it is asked for."""
        return self.evaluator.defer_call(compute, place or self.place)

    def apply(self, function: Thunk, *arguments: Thunk) -> Value:
        """The value of a function called with arguments."""
        value = function.force()
        for argument in arguments:
            value = self.evaluator.apply(value, argument, self.place)
        return value

    def applied(self, function: Thunk, *arguments: Thunk) -> Thunk:
        """A function called with arguments, when the value is asked for."""
        return self.later(lambda: self.apply(function, *arguments), arguments[-1].place)

    def either(self, condition: Value, one: Thunk, other: Thunk) -> Value:
        """The one value where a condition that is not known holds, else the other."""
        return ChoiceValue(condition, (one, other), self.place, NegationValue(condition, self.place))

    def with_arguments(self, *arguments: Thunk) -> Call:
        """The same call with other arguments."""
        return self._replace(arguments=arguments)

    def attrs(self, index: int) -> AttrsValue:
        """An argument as a set, as far as it is known."""
        return as_set(self.value(index))

    def list(self, index: int) -> ListValue:
        """An argument as a list, as far as it is known."""
        return as_list(self.value(index), self.place)

    def elements(self, index: int) -> tuple[Thunk, ...] | None:
        """The elements of a list that is wholly known."""
        value = self.value(index)
        return value.elements if isinstance(value, ListValue) and not value.unknowns else None

    def text(self, index: int) -> str | None:
        """An argument that is a string, wholly known."""
        value = self.value(index)
        return value.text if isinstance(value, StringValue) else None

    def integer(self, index: int) -> int | None:
        """An argument that is an integer."""
        value = self.value(index)
        return value.value if isinstance(value, IntValue) else None

    def truth(self, value: Value) -> bool | None:
        """A truth value, as far as it is known."""
        return value.value if isinstance(value, BoolValue) else None


Compute: TypeAlias = Callable[[Call], Value]


class Model(NamedTuple):
    """How a function is modelled: the number of its arguments, and which of them Nix certainly works out.

    Where one of these is one of several values, the function is called with each of them.
    """

    arity: int
    compute: Compute
    strict: tuple[int, ...] = ()

    def call(self, call: Call) -> Value:
        """What the function gives."""
        for index in self.strict:
            value = call.value(index)
            if isinstance(value, ChoiceValue):
                return self._with_each(call, index, value)
        return self.compute(call)

    def _with_each(self, call: Call, index: int, choice: ChoiceValue) -> Value:
        def with_one(value: Value) -> Value:
            arguments = list(call.arguments)
            arguments[index] = Known(value)
            return self.call(call.with_arguments(*arguments))

        return of_each(choice, with_one, call.evaluator)


_MODELS: dict[str, Model] = {}


def model(arity: int, *names: str, strict: tuple[int, ...] = ()) -> Callable[[Compute], Compute]:
    """Register a model under the names of the functions that it stands for."""

    def register(compute: Compute) -> Compute:
        _MODELS.update((name, Model(arity, compute, strict)) for name in names)
        return compute

    return register


def find(name: str) -> Model:
    """The model that has a name of the table."""
    if name not in _MODELS:
        import_module(f"{__package__}.{CONCERN_OF[name]}")
    return _MODELS[name]


def registered(concern: str) -> frozenset[str]:
    """The names for which the module of a concern has models."""
    module = import_module(f"{__package__}.{concern}").__name__
    return frozenset(name for name, found in _MODELS.items() if found.compute.__module__ == module)


def is_reader(callee: SymbolValue) -> bool:
    """Whether a function gives the text of a file."""
    return callee.path[:1] in (symbols.LIB, symbols.BUILTINS) and callee.path[-1] in ("readFile", "fileContents")


def _is_read(value: Value) -> bool:
    """Whether a value is the text of a file, or made of it."""
    if not isinstance(value, CallValue):
        return False
    of_library = value.callee.path[:1] == symbols.LIB and len(value.arguments) > 0
    return is_reader(value.callee) or (of_library and _is_read(value.arguments[-1].force()))


def as_set(value: Value) -> AttrsValue:
    """A set as far as it is known; anything else is a set of which nothing is known."""
    match value:
        case AttrsValue():
            return value
        case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
            return as_attributes(value)
        case _:
            return AttrsValue({}, (), (value,))
