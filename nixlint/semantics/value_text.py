"""Values as a person would write them in Nix, as far as they are known."""

from __future__ import annotations

from nixlint.syntax.string_literal import attr_name_literal, encode

from .module_system import reason_of
from .values import (
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

_MAX_ITEMS = 8
"""Of a list or a set, so many members are shown."""
_MAX_DEPTH = 3
_MORE = "…"
_SECRET_BEGINNINGS = ("pass", "secret", "token", "psk", "credential", "auth")
_SECRET_WORDS = ("key", "keys", "apikey", "privatekey", "pwd", "pw")


def value_text(value: Value, hidden: bool = False, depth: int = 0) -> str:
    """The text of a value on one line; what is not known stands between ``<`` and ``>``.

    Strings that may be secrets are left out: all of them where ``hidden`` says so, those at attributes whose names sound
    like secrets, and those that seem to hold one among other things.
    """
    if depth > _MAX_DEPTH:
        return _MORE

    def inner(thunk: Thunk, name: str = "") -> str:
        return value_text(thunk.force(), hidden or sounds_secret(name), depth + 1)

    match value:
        case NullValue():
            return "null"
        case BoolValue():
            return "true" if value.value else "false"
        case IntValue() | FloatValue():
            return str(value.value)
        case StringValue():
            return f'"{_MORE}"' if hidden or _may_hold_secret(value) else _string(value, depth)
        case PathValue(path=path):
            return str(path)
        case ListValue():
            elements = [inner(element) for element in value.elements[: _MAX_ITEMS + 1]]
            return _members(elements, "[", "]", bool(value.unknowns))
        case AttrsValue():
            shown = list(value.entries.items())[: _MAX_ITEMS + 1]
            texts = [f"{attr_name_literal(name)} = {inner(entry.value, name)};" for name, entry in shown]
            return _members(texts, "{", "}", value.is_open)
        case FunctionValue() | PrimitiveValue():
            return "<function>"
        case SymbolValue():
            return value.dotted or "<module arguments>"
        case CallValue():
            arguments = " ".join(_argument(inner(argument)) for argument in value.arguments)
            return f"{value.callee.dotted} {arguments}"
        case ChoiceValue():
            return " or ".join(inner(alternative) for alternative in value.alternatives)
        case NegationValue():
            return f"!{_argument(value_text(value.condition, hidden, depth + 1))}"
        case ConditionalValue():
            return f"mkIf {_argument(inner(value.condition))} {_argument(inner(value.content))}"
        case MergeValue():
            return f"mkMerge {_argument(inner(value.contents))}"
        case OverrideValue():
            return f"mkOverride {value.priority} {_argument(inner(value.content))}"
        case OrderValue():
            return f"mkOrder {value.priority} {_argument(inner(value.content))}"
        case UnknownValue():
            return f"<unknown: {reason_of(value)}>"


def sounds_secret(name: str) -> bool:
    """Whether an attribute's name may be that of a secret; one too many does no harm here."""
    import re

    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    return any(word.startswith(_SECRET_BEGINNINGS) or word in _SECRET_WORDS for word in words)


def _may_hold_secret(value: StringValue) -> bool:
    """Whether a text may hold a secret beside its name, or in a URL."""
    text = "".join(part for part in value.parts if isinstance(part, str))
    return ("://" in text and "@" in text) or (sounds_secret(text) and any(mark in text for mark in "=: \n"))


def _string(value: StringValue, depth: int) -> str:
    parts = [
        encode(part)[1:-1] if isinstance(part, str) else f"${{{value_text(part, depth=depth + 1)}}}"
        for part in value.parts
    ]
    return f'"{"".join(parts)}"'


def _members(texts: list[str], opening: str, closing: str, is_open: bool) -> str:
    if is_open or len(texts) > _MAX_ITEMS:
        texts = [*texts[:_MAX_ITEMS], _MORE]
    return " ".join((opening, *texts, closing))


def _argument(text: str) -> str:
    """A text as an argument: between parentheses where it would fall apart."""
    whole = text[:1] in '[{"<' or " " not in text
    return text if whole else f"({text})"
