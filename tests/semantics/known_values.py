"""What is known of a value, held against what Nix says that it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nixlint.semantics.partial_text import may_be
from nixlint.semantics.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    FloatValue,
    FunctionValue,
    IntValue,
    ListValue,
    MergeValue,
    NegationValue,
    NullValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)


class NotKnown(Exception):
    """A value that is not wholly known."""


def as_json(value: Value) -> object:
    """A value as Nix prints it as JSON. Raises :class:`NotKnown` where it is not wholly known."""
    match value:
        case NullValue():
            return None
        case BoolValue() | IntValue() | FloatValue():
            return value.value
        case StringValue(text=str() as text):
            return text
        case ListValue(unknowns=()):
            return [as_json(element.force()) for element in value.elements]
        case AttrsValue(is_open=False):
            return {name: as_json(entry.value.force()) for name, entry in value.entries.items()}
        case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
            return {
                name: part if isinstance(part, str | int) else as_json(part.force()) for name, part in _property(value)
            }
        case _:
            raise NotKnown(repr(value))


def agrees(value: Value, expected: object) -> bool:
    """Whether nothing that is known of a value contradicts what Nix says."""
    match value:
        case UnknownValue() | SymbolValue() | CallValue() | NegationValue():
            return True
        case ChoiceValue():
            return any(agrees(alternative.force(), expected) for alternative in value.alternatives)
        case NullValue():
            return expected is None
        case BoolValue() | IntValue() | FloatValue():
            return type(value.value) is type(expected) and value.value == expected
        case StringValue():
            pattern = "".join(re.escape(part) if isinstance(part, str) else r"[\s\S]*" for part in value.parts)
            return isinstance(expected, str) and re.fullmatch(pattern, expected) is not None
        case PathValue() | FunctionValue() | PrimitiveValue():
            return isinstance(expected, str)
        case ListValue():
            return isinstance(expected, list) and _list_agrees(value.elements, value.unknowns, expected)
        case AttrsValue():
            return isinstance(expected, dict) and _set_agrees(value, expected)
        case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
            return isinstance(expected, dict) and all(
                expected.get(name) == part if isinstance(part, str | int) else agrees(part.force(), expected.get(name))
                for name, part in _property(value)
            )


def _list_agrees(elements: Sequence[Thunk], unknowns: Sequence[Thunk], expected: Sequence[object]) -> bool:
    """Whether the elements stand in a list in their order, and whatever else there is may be one of the unknown ones."""
    if not expected:
        return not elements
    if elements and agrees(elements[0].force(), expected[0]) and _list_agrees(elements[1:], unknowns, expected[1:]):
        return True
    among = any(agrees(unknown.force(), expected[0]) for unknown in unknowns)
    return among and _list_agrees(elements, unknowns, expected[1:])


def _set_agrees(value: AttrsValue, expected: Mapping[str, object]) -> bool:
    if any(
        name not in expected or not agrees(entry.value.force(), expected[name]) for name, entry in value.entries.items()
    ):
        return False
    return all(
        name in value.entries
        or value.unknowns
        or any(may_be(item.name, name) and agrees(item.entry.value.force(), found) for item in value.dynamic)
        for name, found in expected.items()
    )


def _property(
    value: ConditionalValue | MergeValue | OverrideValue | OrderValue,
) -> tuple[tuple[str, str | int | Thunk], ...]:
    match value:
        case ConditionalValue():
            return (("_type", "if"), ("condition", value.condition), ("content", value.content))
        case MergeValue():
            return (("_type", "merge"), ("contents", value.contents))
        case OverrideValue():
            return (("_type", "override"), ("priority", value.priority), ("content", value.content))
        case OrderValue():
            return (("_type", "order"), ("priority", value.priority), ("content", value.content))
