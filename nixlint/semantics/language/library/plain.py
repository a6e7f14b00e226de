"""Models of functions on plain data: texts, numbers, and lists and sets of these.

Such a function is written in Python on Python's own data. It is called where all its arguments are wholly known and of the
kinds that it takes; otherwise the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar, Union

from nixlint.semantics.language.budget import METER, TOO_MUCH, nested
from nixlint.semantics.language.partial_text import MAX_TEXT
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    Entry,
    FloatValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    StringValue,
    UnknownValue,
    Value,
)
from nixlint.syntax.place import Place

from .registry import Call, model

Plain: TypeAlias = Union[bool, int, float, str, Sequence["Plain"], Mapping[str, "Plain"], None]
"""A value without a function, a path, or anything unknown in it."""

_CHARACTERS_A_VISIT = 256
"""A text that is read costs as much as looking at a value for each so many characters."""

_F = TypeVar("_F", bound=Callable[..., object])


class NotPlain(Exception):
    """Raised for a value that is not plain data."""

    def __init__(self, value: Value) -> None:
        super().__init__("a value that is not plain")
        self.value = value


class Refused(Exception):
    """Raised where Nix refuses a call."""


def plain_model(*kinds: type, names: str) -> Callable[[_F], _F]:
    """Register a function on plain data, with the kinds of its arguments, under names with spaces between them.

    The kind ``object`` takes any plain data, and ``list`` one of strings; ``float`` takes integers too.
    """

    def register(function: _F) -> _F:
        def compute(call: Call) -> Value:
            try:
                arguments = [_argument(call.value(index), kind) for index, kind in enumerate(kinds)]
                return value_of(function(*arguments), call.place)
            except NotPlain as error:
                return call.unknown("a value that is not known", error.value)
            except (Refused, ValueError, ArithmeticError):
                # A number of thousands of digits is more than Python takes, and infinity has no integer.
                return UnknownValue("a call that Nix refuses", call.place)

        compute.__module__ = function.__module__
        model(len(kinds), *names.split(), strict=tuple(range(len(kinds))))(compute)
        return function

    return register


def plain(value: Value) -> Plain:
    """A value as plain data. Raises :class:`NotPlain` where it is not, or is too much to work out."""
    found = _plain(value)
    if isinstance(found, _TooMuch):
        raise NotPlain(UnknownValue(TOO_MUCH, value.place))
    return found


class _TooMuch:
    """Stands for data that is nested too deeply, or too large."""


@nested(_TooMuch())
def _plain(value: Value) -> Plain | _TooMuch:
    match value:
        case NullValue():
            return None
        case BoolValue() | IntValue() | FloatValue():
            return value.value
        case StringValue(text=str() as text):
            METER.budget.took(visits=len(text) // _CHARACTERS_A_VISIT)
            return text
        case ListValue(unknowns=()):
            return [plain(element.force()) for element in value.elements]
        case AttrsValue(is_open=False):
            return {name: plain(entry.value.force()) for name, entry in value.entries.items()}
        case _:
            raise NotPlain(value)


def value_of(data: object, place: Place | None) -> Value:
    """Plain data as a value. Raises :class:`Refused` for what Nix cannot hold."""
    match data:
        case None:
            return NullValue(place)
        case bool():
            return BoolValue(data, place)
        case int():
            if not -(2**63) <= data < 2**63:
                raise Refused
            return IntValue(data, place)
        case float():
            return FloatValue(data, place)
        case str():
            if len(data) > MAX_TEXT:
                return UnknownValue("a text that is too long to work out", place)
            return StringValue((data,) if data else (), place)
        case list() | tuple():
            return ListValue(tuple(Known(value_of(item, place)) for item in data), (), place)
        case dict():
            entries = {str(name): Entry(Known(value_of(item, place)), place) for name, item in data.items()}
            return AttrsValue(entries, (), (), place)
        case _:
            raise Refused


def _argument(value: Value, kind: type) -> Plain:
    data = plain(value)
    if kind is object:
        return data
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return data
    if kind is list and not (isinstance(data, list) and all(isinstance(item, str) for item in data)):
        raise Refused
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise Refused
    return data
