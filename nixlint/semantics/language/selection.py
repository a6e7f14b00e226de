"""Selecting attributes along a path, with a default or without, and whether they are there (Nix manual, 'Operators')."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from nixlint.syntax.place import Place

from .partial_text import may_be
from .values import (
    PROPERTIES,
    UNSETTLED,
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    Known,
    PrimitiveValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
    error,
    is_error,
    unknown_because,
)


class Evaluator(Protocol):
    """What selections need of the interpreter."""

    def defer_call(self, compute: Callable[[], Value], place: Place | None) -> Thunk:
        """The value that a function computes, on demand."""
        ...

    def find_attribute(self, subject: Value, name: str, place: Place | None = None) -> Value | None:
        """An attribute of a value, or ``None`` where it is certainly missing."""
        ...

    def settled(self, value: Value) -> Value:
        """A value by what an evaluation of modules knows of it, where it is but a name there."""
        ...


def select(
    subject: Value, names: Sequence[str | None], default: Thunk | None, place: Place | None, evaluator: Evaluator
) -> Value:
    """``subject.a.b or default``; ``None`` stands for a name that is not known."""
    value: Value | None = subject
    certain = True
    for index, name in enumerate(names):
        if isinstance(value, ChoiceValue):
            return _select_of_each(value, names[index:], default, place, evaluator)
        assert value is not None
        certain = certain and _has_one(value, name) is True
        value = _unnamed(value, place) if name is None else evaluator.find_attribute(value, name, place)
        if value is None:
            return error(f"attribute '{_dotted(names)}' is missing", place) if default is None else default.force()
        if is_error(value):
            return value
    assert value is not None
    value = evaluator.settled(value)
    if default is not None and not certain and isinstance(value, UnknownValue | SymbolValue | CallValue):
        return ChoiceValue(value, (Known(value), default), place)
    return value


def has(subject: Value, names: Sequence[str | None], place: Place | None, evaluator: Evaluator) -> Value:
    """``subject ? a.b``."""
    value: Value | None = subject
    for index, name in enumerate(names):
        if isinstance(value, ChoiceValue):
            return _has_of_each(value, names[index:], place, evaluator)
        assert value is not None
        there = _has_one(value, name)
        if there is not True:
            unknown = unknown_because(value, "whether an attribute exists", place)
            return unknown if there is None else BoolValue(False, place)
        if name is not None and index + 1 < len(names):
            value = evaluator.find_attribute(value, name, place)
            if value is None:
                return BoolValue(False, place)
    return BoolValue(True, place)


def of_each(choice: ChoiceValue, change: Callable[[Value], Value], evaluator: Evaluator) -> Value:
    """What becomes of one of several values: one of several again."""
    alternatives = tuple(
        evaluator.defer_call(lambda thunk=thunk: change(thunk.force()), thunk.place)  # type: ignore[misc]  # late binding
        for thunk in choice.alternatives
    )
    return choice._replace(alternatives=alternatives)


def _select_of_each(
    choice: ChoiceValue, names: Sequence[str | None], default: Thunk | None, place: Place | None, evaluator: Evaluator
) -> Value:
    return of_each(choice, lambda value: select(value, names, default, place, evaluator), evaluator)


def _has_of_each(choice: ChoiceValue, names: Sequence[str | None], place: Place | None, evaluator: Evaluator) -> Value:
    return of_each(choice, lambda value: has(value, names, place, evaluator), evaluator)


def _has_one(value: Value, name: str | None) -> bool | None:
    match value:
        case AttrsValue():
            if name is None:
                return None if value.entries or value.is_open else False
            if name in value.entries:
                return True
            return None if value.unknowns or any(may_be(item.name, name) for item in value.dynamic) else False
        case _ if isinstance(value, (*UNSETTLED, *PROPERTIES)):
            return None
        case PrimitiveValue():
            return None  # Some functions of lib are sets that can be called.
        case _:
            return False


def _unnamed(subject: Value, place: Place | None) -> Value:
    if isinstance(subject, SymbolValue):
        return SymbolValue((*subject.path, "<name>"), place)
    return UnknownValue("an attribute whose name is not known", place)


def _dotted(names: Sequence[str | None]) -> str:
    return ".".join("<name>" if name is None else name for name in names)
