"""Values as a person would write them in Nix, as far as they are known and may be shown."""

from __future__ import annotations

from collections.abc import Sequence

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
from nixlint.semantics.modules.module_system import reason_of
from nixlint.syntax.string_literal import attr_name_literal, encode

from .masking import Shown, mask, shown, shown_command
from .names import hidden_kind, hidden_kind_of_path
from .parts import FIRST_MARK
from .ways import WRITERS, text_of

_MAX_ITEMS = 8
"""Of a list or a set, so many members are shown."""
_MAX_DEPTH = 3
_MORE = "…"


def value_text(value: Value, hidden: str = "") -> Shown:
    """The text of a value on one line; what is not known stands between ``<`` and ``>``.

    Strings that may be secrets are masked: all of them where ``hidden`` says what they are, those at attributes whose
    names sound like secrets, and what seems to be one within a text.
    """
    return Shown(_text(value, hidden, 0))


def _text(value: Value, hidden: str, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return _MORE

    def inner(thunk: Thunk, name: str = "") -> str:
        return _text(thunk.force(), hidden_kind_of_path([name], hidden) if name else hidden, depth + 1)

    match value:
        case NullValue():
            return "null"
        case BoolValue():
            return "true" if value.value else "false"
        case IntValue() | FloatValue():
            return mask(str(value.value), hidden) if hidden else str(value.value)
        case StringValue():
            return _string(value, depth, hidden)
        case PathValue(path=path):
            return str(path)
        case ListValue():
            elements = _elements(value.elements[: _MAX_ITEMS + 1], hidden, depth)
            return _members(elements, "[", "]", bool(value.unknowns))
        case AttrsValue():
            entries = list(value.entries.items())[: _MAX_ITEMS + 1]
            texts = [f"{attr_name_literal(name)} = {inner(entry.value, name)};" for name, entry in entries]
            return _members(texts, "{", "}", value.is_open)
        case FunctionValue() | PrimitiveValue():
            return "<function>"
        case SymbolValue():
            return value.dotted or "<module arguments>"
        case CallValue():
            named = hidden or _kind_of_written(value)
            arguments = " ".join(_argument(_text(each.force(), named, depth + 1)) for each in value.arguments)
            return f"{value.callee.dotted} {arguments}"
        case ChoiceValue():
            return " or ".join(inner(alternative) for alternative in value.alternatives)
        case NegationValue():
            return f"!{_argument(_text(value.condition, hidden, depth + 1))}"
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


def _elements(elements: Sequence[Thunk], hidden: str, depth: int) -> list[str]:
    """The elements of a list, which may be the words of a command."""
    values = [element.force() for element in elements]
    plain = [each.text for each in values if isinstance(each, StringValue) and each.text is not None]
    if hidden or len(plain) < len(values):
        return [_text(value, hidden, depth + 1) for value in values]
    return [encode(word) for word in shown_command(plain)]


def _kind_of_written(call: CallValue) -> str:
    """What a function writes into a file of some name, where that must not be shown."""
    if not call.callee.path or call.callee.path[-1] not in WRITERS or len(call.arguments) < 2:
        return ""
    name = call.arguments[0].force()
    return hidden_kind(text_of(name)) if isinstance(name, StringValue) else ""


def _string(value: StringValue, depth: int, hidden: str) -> str:
    """A string: nothing of it where it is hidden, else without what may be secret in it."""
    inner: dict[str, str] = {}
    text = ""
    for part in value.parts:
        if isinstance(part, str):
            text += part
        else:
            mark = chr(ord(FIRST_MARK) + len(inner))
            inner[mark] = f"${{{_text(part, hidden, depth + 1)}}}"
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
