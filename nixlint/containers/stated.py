"""What a configuration states: a value, where it is written, and under which conditions it holds.

Rules about two facts of one host need more than both values: that the one holds wherever the other does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    IntValue,
    ListValue,
    NullValue,
    PathValue,
    StringValue,
    Value,
)
from nixlint.semantics.modules.module_system import Answer, Definition, Presence
from nixlint.syntax.place import Place

T = TypeVar("T")


class Stated(NamedTuple, Generic[T]):
    """Something that is certain wherever its conditions hold, and where it is written."""

    what: T
    place: Place
    conditions: tuple[Value, ...] = ()

    def holds_whenever(self, *conditions: Value) -> bool:
        """Whether it certainly holds wherever these conditions do."""
        return implied(self.conditions, conditions)


def implied(conditions: tuple[Value, ...], given: tuple[Value, ...]) -> bool:
    """Whether conditions certainly hold where the given ones do: each is one of these."""
    return all(any(condition is other for other in given) for condition in conditions)


def deciding(answer: Answer) -> tuple[Definition, ...]:
    """The definitions that win by their priority; those of a weaker one may have been overridden."""
    best = min((definition.priority for definition in answer.definitions), default=None)
    return tuple(definition for definition in answer.definitions if definition.priority == best)


def texts(answer: Answer) -> tuple[Stated[str], ...]:
    """The wholly known strings that an option has: itself, or the elements of a list."""
    return tuple(
        Stated(element.what.text, element.place, element.conditions)
        for element in elements(answer)
        if isinstance(element.what, StringValue) and element.what.text is not None
    )


def numbers(answer: Answer) -> tuple[Stated[int], ...]:
    """The known integers that an option has: itself, or the elements of a list."""
    return tuple(
        Stated(element.what.value, element.place, element.conditions)
        for element in elements(answer)
        if isinstance(element.what, IntValue)
    )


def elements(answer: Answer) -> Iterator[Stated[Value]]:
    """The values that an option certainly has: its own, or the elements where it is a list."""
    for definition in deciding(answer):
        for value in _values(definition.value):
            place = value.place or definition.name_place
            if place is not None:
                yield Stated(value, place, definition.conditions)


def _values(value: Value) -> tuple[Value, ...]:
    return tuple(element.force() for element in value.elements) if isinstance(value, ListValue) else (value,)


def is_complete(answer: Answer) -> bool:
    """Whether an answer holds all that an option may have: nothing unknown beside it, and no list that is open."""
    return not answer.obstacles and not any(
        not isinstance(definition.value, ListValue | AttrsValue | StringValue | BoolValue | IntValue | NullValue)
        or (isinstance(definition.value, ListValue) and bool(definition.value.unknowns))
        or (isinstance(definition.value, AttrsValue) and definition.value.is_open)
        for definition in answer.definitions
    )


def is_on(answer: Answer) -> Presence:
    """Whether an option has a value other than ``false``, ``null`` and the empty list: certainly, perhaps or not."""
    if answer.presence is Presence.ABSENT:
        return Presence.ABSENT
    match answer.value:
        case BoolValue(value=value):
            return Presence.DEFINED if value else Presence.ABSENT
        case NullValue():
            return Presence.ABSENT
        case ListValue(elements=found, unknowns=()):
            return Presence.DEFINED if found else Presence.ABSENT
        case StringValue() | IntValue() | PathValue():
            return Presence.DEFINED
        case _:
            return Presence.MAYBE


def is_true(answer: Answer) -> bool:
    """Whether a boolean option is certainly true."""
    return isinstance(answer.value, BoolValue) and answer.value.value


def is_false(answer: Answer) -> bool:
    """Whether a boolean option is certainly false by a definition."""
    return isinstance(answer.value, BoolValue) and not answer.value.value
