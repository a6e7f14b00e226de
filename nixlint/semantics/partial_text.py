"""What is certain of strings of which only parts are known."""

from __future__ import annotations

from collections.abc import Iterable

from .values import ChoiceValue, NullValue, StringValue, Value

MAX_TEXT = 1_000_000
"""How many characters a text may have that is put together; one that doubles with each step would fill the memory."""


def joined(parts: Iterable[str | Value]) -> tuple[str | Value, ...]:
    """The parts of a string with neighbouring texts made one, and empty ones left out."""
    result: list[str | Value] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part != "":
            result.append(part)
    return tuple(result)


def beginning(value: StringValue) -> str:
    """The text that a string certainly starts with."""
    return value.parts[0] if value.parts and isinstance(value.parts[0], str) else ""


def ending(value: StringValue) -> str:
    """The text that a string certainly ends with."""
    return value.parts[-1] if value.parts and isinstance(value.parts[-1], str) else ""


def equal_texts(left: StringValue, right: StringValue) -> bool | None:
    """Whether two strings are equal; ``None`` where that is not known."""
    one, other = left.text, right.text
    if one is not None and other is not None:
        return one == other
    if not _may_meet(beginning(left), beginning(right)) or not _may_meet(ending(left)[::-1], ending(right)[::-1]):
        return False
    for known, partial in ((one, right), (other, left)):
        if known is not None and sum(len(part) for part in partial.parts if isinstance(part, str)) > len(known):
            return False
    return None


def starts_with(value: StringValue, prefix: str) -> bool | None:
    """Whether a string starts with a text; ``None`` where that is not known."""
    return _begins(beginning(value), prefix, value.text is not None)


def ends_with(value: StringValue, suffix: str) -> bool | None:
    """Whether a string ends with a text; ``None`` where that is not known."""
    return _begins(ending(value)[::-1], suffix[::-1], value.text is not None)


def may_be(name: Value, text: str) -> bool:
    """Whether an attribute name that is not wholly known may be this text."""
    match name:
        case StringValue():
            return equal_texts(name, StringValue((text,))) is not False
        case NullValue():
            return False
        case ChoiceValue():
            return any(may_be(alternative.force(), text) for alternative in name.alternatives)
        case _:
            return True


def _may_meet(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _begins(known: str, wanted: str, whole: bool) -> bool | None:
    if known.startswith(wanted):
        return True
    return None if not whole and wanted.startswith(known) else False
