"""What ``mkIf`` and the like make, as the language sees it: a set with a ``_type`` (nixpkgs, ``lib/modules.nix``).

For the module system such a set is a property, whatever made it; for ``//`` and functions on sets it is a set like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable

from .values import (
    AttrsValue,
    ChoiceValue,
    ConditionalValue,
    Entry,
    IntValue,
    Known,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    Property,
    StringValue,
    Thunk,
    UnknownValue,
    Value,
)

ATTRIBUTES = frozenset({"_type", "condition", "content", "contents", "priority"})
"""The names of the attributes that such sets have."""

WITHIN = "a property such as mkIf within mkForce and the like"
"""Why nobody can tell what an option is whose value may itself be a property."""

_DEEPEST = 6
"""So deep properties may nest for the names within them to be looked for."""


def as_attributes(value: Property) -> AttrsValue:
    """The set that a property is."""
    match value:
        case ConditionalValue():
            return _set_of("if", value, condition=Entry(value.condition), content=Entry(value.content))
        case MergeValue():
            return _set_of("merge", value, contents=Entry(value.contents))
        case OverrideValue():
            priority = Entry(Known(IntValue(value.priority)))
            return _set_of("override", value, content=Entry(value.content), priority=priority)
        case OrderValue():
            priority = Entry(Known(IntValue(value.priority)))
            return _set_of("order", value, content=Entry(value.content), priority=priority)


def _set_of(kind: str, value: Property, **attributes: Entry) -> AttrsValue:
    return AttrsValue({"_type": Entry(Known(StringValue((kind,)))), **attributes}, (), (), value.place)


def as_property(value: Value) -> Value:
    """The property that a set is; a set that is none, and anything else, as it is."""
    if not isinstance(value, AttrsValue) or "_type" not in value.entries:
        return value
    kind = value.entries["_type"].value.force()
    if not isinstance(kind, StringValue) or kind.text is None:
        return UnknownValue("a set whose '_type' is not known", value.place)
    content, condition, contents = (value.entries.get(name) for name in ("content", "condition", "contents"))
    match kind.text:
        case "if" if condition is not None and content is not None:
            return ConditionalValue(condition.value, content.value, value.place)
        case "merge" if contents is not None:
            return MergeValue(contents.value, value.place)
        case "override" | "order" if content is not None and (priority := _priority_of(value)) is not None:
            kind_of_property = OverrideValue if kind.text == "override" else OrderValue
            return kind_of_property(priority, content.value, value.place)
        case "if" | "merge" | "override" | "order":
            return UnknownValue("a property that is not known", value.place)
        case _:
            return value


def names_of(value: Value, depth: int = 0) -> frozenset[str] | None:
    """The names that a set defines, whatever properties are around it; ``None`` where it may define others."""
    found = as_property(value)
    match found:
        case AttrsValue() if not found.is_open:
            return frozenset(found.entries)
        case ConditionalValue() | OverrideValue() | OrderValue():
            return _names_of_all((found.content,), depth)
        case MergeValue():
            contents = found.contents.force()
            if not isinstance(contents, ListValue) or contents.unknowns:
                return None
            return _names_of_all(contents.elements, depth)
        case ChoiceValue():
            return _names_of_all(found.alternatives, depth)
        case _:
            return None


def _names_of_all(parts: Iterable[Thunk], depth: int) -> frozenset[str] | None:
    names: set[str] = set()
    for part in parts if depth < _DEEPEST else ():
        found = names_of(part.force(), depth + 1)
        if found is None:
            return None
        names |= found
    return frozenset(names) if depth < _DEEPEST else None


def _priority_of(value: AttrsValue) -> int | None:
    entry = value.entries.get("priority")
    priority = None if entry is None else entry.value.force()
    return priority.value if isinstance(priority, IntValue) else None
