"""What is known of a value, held against what Nix says that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nixlint.semantics.language.partial_text import may_be
from nixlint.semantics.language.values import (
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


MAX_COMPARISONS = 20_000
"""How many parts of two values are compared; what is shared within choices may be met in very many ways."""


def agrees(value: Value, expected: object) -> bool:
    """Whether nothing that is known of a value contradicts what Nix says; as far as that can be looked at in bounds."""
    return _Comparison().agrees(value, expected)


class _Comparison:
    """One comparison of what is known with what is; each pair of parts is compared once."""

    def __init__(self) -> None:
        self._answers: dict[tuple[int, int], bool] = {}
        self._compared: list[Value] = []

    def agrees(self, value: Value, expected: object) -> bool:
        key = (id(value), id(expected))
        if key not in self._answers:
            if len(self._compared) >= MAX_COMPARISONS:
                return True
            self._compared.append(value)  # Kept, so that no other value gets its identity.
            self._answers[key] = True
            self._answers[key] = self._agrees(value, expected)
        return self._answers[key]

    def _agrees(self, value: Value, expected: object) -> bool:
        match value:
            case UnknownValue() | SymbolValue() | CallValue() | NegationValue():
                return True
            case ChoiceValue():
                return any(self.agrees(alternative.force(), expected) for alternative in value.alternatives)
            case NullValue():
                return expected is None
            case BoolValue() | IntValue() | FloatValue():
                return type(value.value) is type(expected) and value.value == expected
            case StringValue():
                return isinstance(expected, str) and text_agrees(value.parts, expected)
            case PathValue() | FunctionValue() | PrimitiveValue():
                return isinstance(expected, str)
            case ListValue():
                return isinstance(expected, list) and self._list_agrees(value, expected)
            case AttrsValue():
                return isinstance(expected, dict) and self._set_agrees(value, expected)
            case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
                return isinstance(expected, dict) and all(
                    expected.get(name) == part
                    if isinstance(part, str | int)
                    else self.agrees(part.force(), expected.get(name))
                    for name, part in _property(value)
                )

    def _list_agrees(self, value: ListValue, expected: Sequence[object]) -> bool:
        """Whether the elements stand in a list in their order, and whatever else there is may be one of the unknown ones."""
        elements = [element.force() for element in value.elements]
        if not value.unknowns:
            return len(elements) == len(expected) and all(map(self.agrees, elements, expected))
        unknowns = [unknown.force() for unknown in value.unknowns]
        placed = {0}
        """How many of the elements may have stood before the item that is looked at."""
        for item in expected:
            other = any(self.agrees(unknown, item) for unknown in unknowns)
            further = {count + 1 for count in placed if count < len(elements) and self.agrees(elements[count], item)}
            placed = further | placed if other else further
        return len(elements) in placed

    def _set_agrees(self, value: AttrsValue, expected: Mapping[str, object]) -> bool:
        if any(
            name not in expected or not self.agrees(entry.value.force(), expected[name])
            for name, entry in value.entries.items()
        ):
            return False
        return all(
            name in value.entries
            or value.unknowns
            or any(may_be(item.name, name) and self.agrees(item.entry.value.force(), found) for item in value.dynamic)
            for name, found in expected.items()
        )


def text_agrees(parts: Sequence[object], text: str) -> bool:
    """Whether a text has the known parts of a string in their order, with any text where a part is not known."""
    groups = [""]
    for part in parts:
        if isinstance(part, str):
            groups[-1] += part
        else:
            groups.append("")
    first, *middle = groups
    if not middle:
        return text == first
    *middle, last = middle
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for group in middle:
        # The leftmost place leaves the most room for what follows.
        position = text.find(group, position, end)
        if position < 0:
            return False
        position += len(group)
    return True


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
