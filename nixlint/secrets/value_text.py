"""Values as a person would write them in Nix, as far as they are known and may be shown."""

from __future__ import annotations

from nixlint.semantics.module_system import reason_of
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
from nixlint.syntax.string_literal import attr_name_literal, encode

from .masking import mask, shown
from .names import hidden_kind
from .parts import FIRST_MARK

_MAX_ITEMS = 8
"""Of a list or a set, so many members are shown."""
_MAX_DEPTH = 3
_MORE = "…"


def value_text(value: Value, hidden: str = "", depth: int = 0) -> str:
    """The text of a value on one line; what is not known stands between ``<`` and ``>``.

    Strings that may be secrets are masked: all of them where ``hidden`` says what they are, those at attributes whose
    names sound like secrets, and what seems to be one within a text.
    """
    if depth > _MAX_DEPTH:
        return _MORE

    def inner(thunk: Thunk, name: str = "") -> str:
        return value_text(thunk.force(), hidden or hidden_kind(name), depth + 1)

    match value:
        case NullValue():
            return "null"
        case BoolValue():
            return "true" if value.value else "false"
        case IntValue() | FloatValue():
            return str(value.value)
        case StringValue():
            return _string(value, depth, hidden)
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


def _string(value: StringValue, depth: int, hidden: str) -> str:
    """A string: nothing of it where it is hidden, else without what may be secret in it."""
    inner: dict[str, str] = {}
    text = ""
    for part in value.parts:
        if isinstance(part, str):
            text += part
        else:
            mark = chr(ord(FIRST_MARK) + len(inner))
            inner[mark] = f"${{{value_text(part, hidden, depth + 1)}}}"
            text += mark
    if hidden and any(isinstance(part, str) and part for part in value.parts):
        return f'"{mask(text, hidden)}"'
    literal = encode(shown(text))
    for mark, interpolated in inner.items():
        literal = literal.replace(mark, interpolated)
    return literal


def _members(texts: list[str], opening: str, closing: str, is_open: bool) -> str:
    if is_open or len(texts) > _MAX_ITEMS:
        texts = [*texts[:_MAX_ITEMS], _MORE]
    return " ".join((opening, *texts, closing))


def _argument(text: str) -> str:
    """A text as an argument: between parentheses where it would fall apart."""
    whole = text[:1] in '[{"<' or " " not in text
    return text if whole else f"({text})"
