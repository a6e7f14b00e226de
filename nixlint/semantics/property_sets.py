"""What ``mkIf`` and the like make, as the language sees it: a set with a ``_type`` (nixpkgs, ``lib/modules.nix``).

For the module system such a set is a property, whatever made it; for ``//`` and functions on sets it is a set like any
other.
"""

from __future__ import annotations

from .values import (
    AttrsValue,
    ConditionalValue,
    Entry,
    IntValue,
    Known,
    MergeValue,
    OrderValue,
    OverrideValue,
    Property,
    StringValue,
    UnknownValue,
    Value,
)

ATTRIBUTES = frozenset({"_type", "condition", "content", "contents", "priority"})
"""The names of the attributes that such sets have."""


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


def _priority_of(value: AttrsValue) -> int | None:
    entry = value.entries.get("priority")
    priority = None if entry is None else entry.value.force()
    return priority.value if isinstance(priority, IntValue) else None
