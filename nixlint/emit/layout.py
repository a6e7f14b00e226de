"""How Nix's official formatter (RFC 166) would leave an expression: the one place where an expression becomes text.

Two spaces; lines of at most 100 characters after their indentation, where a break is possible; a list of more than one
element, and every attribute set with something in it, with one element a line; the last argument of a call opens on
the call's line. A string stays beside its name however long it is, unless that name has quotes in it; only what a long
interpolation has between its braces gets a line of its own. So does nixfmt 1.4 (``src/Nixfmt/Pretty.hs``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nixlint.syntax.lexer import INT_MAX, KEYWORDS, float_fits
from nixlint.syntax.string_literal import attr_name_literal, encode, encode_indented

from .comment import comment_line
from .expression import (
    AttrSet,
    Call,
    Entry,
    Expression,
    FileBeside,
    IfElse,
    Inner,
    Item,
    Let,
    ListOf,
    Literal,
    Module,
    Script,
    Select,
    Template,
    Text,
    Unwritable,
    Update,
    Variable,
)
from .shell import lowered

WIDTH = 100
_STEP = "  "


def render(expression: Expression) -> str:
    """The text of a file: ends with one line break."""
    return _layout(expression, "") + "\n"


def _layout(expression: Expression, indent: str, used: int = 0, after: int = 0) -> str:
    """An expression whose first line begins after ``used`` characters and whose further lines are below ``indent``.

    Characters of an indentation don't count. ``after`` is how many characters follow on its last line.
    """
    match expression:
        case Text(text=text):
            text = _writable(text)
            return encode_indented(text, indent) if _is_block(text) else encode(text)
        case Template():
            return _template(expression, indent, used, after)
        case Script():
            return _layout(lowered(expression), indent, used, after)
        case Literal(value=value):
            return _literal(value)
        case Select() | Variable() | FileBeside():
            return _atom(expression)
        case IfElse(condition=condition, then=then, otherwise=otherwise):
            return f"if {_atom(condition)} then {_layout(then, indent)} else {_layout(otherwise, indent)}"
        case Call():
            return _call(expression, indent, used, after)
        case ListOf():
            return _list(expression, indent, used, after)
        case AttrSet():
            return _attr_set(expression, indent)
        case Update(base=base, over=over):
            return f"{_atom(base)} // {_attr_set(over, indent)}"
        case Let():
            inner = "\n".join(_entries(expression.entries, indent + _STEP))
            return f"let\n{inner}\n{indent}in\n{indent}{_layout(expression.body, indent)}"
        case Module():
            return _module(expression, indent)


def _writable(text: str) -> str:
    """A text that a file of Nix can hold: it is UTF-8, and no byte of it is zero. Raises :class:`Unwritable`."""
    bad = _UNWRITABLE.search(text)
    if bad is None:
        return text
    what = "a zero byte" if bad[0] == "\0" else "half of a character (a surrogate)"
    raise Unwritable(f"{what} stands in a text, which no string of Nix can hold")


_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def _is_block(text: str) -> bool:
    """Whether a text reads better with its line breaks; one with other control characters needs escapes."""
    return "\n" in text.rstrip("\n") and all(character.isprintable() or character == "\n" for character in text)


def _template(template: Template, indent: str, used: int, after: int) -> str:
    parts = [_writable(part) if isinstance(part, str) else _Code(_inner(part)) for part in template.parts]
    literal = "".join(part for part in parts if isinstance(part, str))
    if not _is_block(literal) or _has_dollar_before(parts):
        encoded = [
            _before(part, after_it) if isinstance(part, str) else part
            for part, after_it in zip(parts, [*parts[1:], None], strict=True)
        ]
        return f'"{_line(encoded, indent, used + 1, after + 1)}"'
    marks = [f"\ue000{index}\ue001" for index in range(len(parts))]
    joined = "".join(part if isinstance(part, str) else mark for part, mark in zip(parts, marks, strict=True))
    code = {mark: part for part, mark in zip(parts, marks, strict=True) if isinstance(part, _Code)}
    lines = encode_indented(joined, indent).split("\n")
    return "\n".join(_block_line(line, code, -len(indent + _STEP)) for line in lines)


class _Code(NamedTuple):
    """Nix that was laid out already, on one line."""

    text: str


def _has_dollar_before(parts: Sequence[str | _Code]) -> bool:
    """Whether a dollar sign stands before an interpolation, which it would make plain text if it were not escaped."""
    return any(isinstance(part, str) and part.endswith("$") for part in parts)


def _before(part: str, following: str | _Code | None) -> str:
    """A piece of a string of one line, as it stands before what follows."""
    text = encode(part)[1:-1]
    next_brace = isinstance(following, _Code) or (isinstance(following, str) and following.startswith("{"))
    return f"{text[:-1]}\\$" if part.endswith("$") and next_brace else text


def _block_line(line: str, code: Mapping[str, _Code], used: int) -> str:
    """A line of an indented string, in which marks stand for interpolations."""
    parts = [code.get(part, part) for part in _MARK.split(line)]
    return _line(parts, line[: len(line) - len(line.lstrip(" "))], used, 0)


_MARK = re.compile("(\ue000[0-9]+\ue001)")


def _line(parts: Sequence[str | _Code], indent: str, used: int, after: int) -> str:
    """A line of a string. What is too long for it stands between its braces on a line of its own."""
    width = used + after + sum(len(part) if isinstance(part, str) else len(part.text) + 3 for part in parts)
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif width > WIDTH and len(part.text) > _SHORT and not _is_simple(part):
            pieces.append(f"${{\n{indent}{_STEP}{part.text}\n{indent}}}")
        else:
            pieces.append(f"${{{part.text}}}")
    return "".join(pieces)


_SHORT = 30
"""What is not longer stays inside of its line, whatever comes of that."""


def _is_simple(code: _Code) -> bool:
    """Whether code is a name, a selection by names, or a call: that is never broken inside of a string."""
    return " " in code.text or '"' not in code.text


def _inner(expression: Inner) -> str:
    """An expression on one line, to stand inside of a string or of a name."""
    match expression:
        case Call(function=function, arguments=arguments):
            return " ".join((_atom(function), *map(_argument, arguments)))
        case IfElse():
            return _layout(expression, "")
        case _:
            return _atom(expression)


def _argument(argument: Expression) -> str:
    match argument:
        case Text(text=text):
            return encode(_writable(text))
        case Template(parts=parts):
            pieces = [_writable(part) if isinstance(part, str) else _Code(_inner(part)) for part in parts]
            encoded = [
                _before(piece, after_it) if isinstance(piece, str) else f"${{{piece.text}}}"
                for piece, after_it in zip(pieces, [*pieces[1:], None], strict=True)
            ]
            return f'"{"".join(encoded)}"'
        case Call() | IfElse():
            return f"({_inner(argument)})"
        case _:
            return _layout(argument, "")


def _atom(expression: Select | Variable | FileBeside) -> str:
    match expression:
        case Select(root=root, path=path):
            return ".".join((root, *map(_name, path)))
        case Variable(name=name):
            if not _IDENTIFIER.fullmatch(name) or name in KEYWORDS:
                raise Unwritable(f"{name!r} is not a name in Nix")
            return name
        case FileBeside(names=names):
            if all(_PLAIN_FILE.fullmatch(name) for name in names):
                return "/".join((".", *names))
            return f"(./. + {encode(_writable('/' + '/'.join(names)))})"


_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_'-]*")
_PLAIN_FILE = re.compile(r"(?!\.\.?$)[a-zA-Z0-9._+-]+")


def _literal(value: float | bool | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            if not math.isfinite(value):
                raise Unwritable(f"{value} is not a number in Nix")
            text = _float(value)
            if not float_fits(text.lstrip("-").encode()):
                raise Unwritable(f"{value} is too large or too small for a number in Nix")
            return f"({text})" if text.startswith("-") else text
        case _:
            if abs(value) > INT_MAX:
                raise Unwritable(f"{value} is too large for a number in Nix")
            return f"({value})" if value < 0 else str(value)


def _float(value: float) -> str:
    """A finite number with the point that makes it one in Nix."""
    if value == int(value):
        return format(value, "f")
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{exponent}"


def _call(call: Call, indent: str, used: int, after: int) -> str:
    head = _atom(call.function)
    for argument in call.arguments:
        text = _layout(argument, indent, used + len(head) + 1, after)
        head += f" ({text})" if isinstance(argument, Call | IfElse | Let | Module) else f" {text}"
    return head


def _list(items: ListOf, indent: str, used: int, after: int) -> str:
    if not items.items:
        return "[ ]"
    if len(items.items) == 1 and not items.items[0].comments and items.items[0].beside is None:
        single = f"[ {_element(items.items[0], indent, used + 2, 2 + after)} ]"
        if "\n" not in single and used + len(single) + after <= WIDTH:
            return single
    inner = indent + _STEP
    lines: list[str] = []
    for item in items.items:
        lines += [f"{inner}{comment_line(comment)}" for comment in item.comments]
        beside = f" {comment_line(item.beside)}" if item.beside is not None else ""
        lines.append(f"{inner}{_element(item, inner, 0, len(beside[:1]))}{beside}")
    return "\n".join(("[", *lines, f"{indent}]"))


def _element(item: Item, indent: str, used: int, after: int) -> str:
    if isinstance(item.value, Call | IfElse | Let | Module):
        return f"({_layout(item.value, indent, used + 1, after + 1)})"
    return _layout(item.value, indent, used, after)


def _attr_set(attr_set: AttrSet, indent: str) -> str:
    if not attr_set.entries and not attr_set.closing:
        return "{ }"
    inner = indent + _STEP
    closing = [f"{inner}{comment_line(comment)}" for comment in attr_set.closing]
    return "\n".join(("{", *_entries(attr_set.entries, inner), *closing, f"{indent}}}"))


def _entries(entries: tuple[Entry, ...], indent: str) -> Iterator[str]:
    for index, entry in enumerate(entries):
        if entry.blank_before and index > 0:
            yield ""
        for comment in entry.comments:
            yield f"{indent}{comment_line(comment)}"
        path = ".".join(_name(name) for name in entry.path)
        yield f"{indent}{_binding(path, entry, indent)}"


def _binding(path: str, entry: Entry, indent: str) -> str:
    beside = f" {comment_line(entry.beside)}" if entry.beside is not None else ""
    used = len(path) + len(" = ")
    after = len("; " if beside else ";")  # a comment doesn't count, but the blank before it does
    text = _layout(entry.value, indent, used, after)
    first = text.partition("\n")[0]
    if used + len(first) + (after if first == text else 0) <= WIDTH or _stays(entry):
        return f"{path} = {text};{beside}"
    deeper = indent + _STEP
    return f"{path} =\n{deeper}{_layout(entry.value, deeper, 0, after)};{beside}"


def _stays(entry: Entry) -> bool:
    """Whether a value is beside its name even where the line gets too long for it."""
    if len(entry.path) > _FEW or not all(isinstance(name, str) and _name(name) == name for name in entry.path):
        return False
    match entry.value:
        case Text() | Template() | Script():
            return True
        case AttrSet(entries=members, closing=closing) | Update(over=AttrSet(entries=members, closing=closing)):
            return bool(members or closing)
        case ListOf(items=items):
            return bool(items)
        case FileBeside():
            return True
        case Call(arguments=arguments):
            return len(arguments) < 3 and all(isinstance(each, _PLAIN) for each in arguments)
        case _:
            return False


_PLAIN = (Text, Template, Script, Literal, Select, Variable, FileBeside)
_FEW = 4
"""The most names that a path may have for a line break after it to be of no use."""


def _name(name: str | Inner) -> str:
    return attr_name_literal(_writable(name)) if isinstance(name, str) else f"${{{_inner(name)}}}"


def _module(module: Module, indent: str) -> str:
    comments = "".join(f"{indent}{comment_line(comment)}\n" for comment in module.comments)
    closing = "".join(f"\n{indent}{comment_line(comment)}" for comment in module.closing)
    if not module.formals:
        return f"{comments}{_layout(module.body, indent)}{closing}"
    line = f"{{ {', '.join((*module.formals, '...'))} }}:"
    if len(module.formals) > 2:
        inner = "".join(f"{indent}{_STEP}{formal},\n" for formal in module.formals)
        line = f"{{\n{inner}{indent}{_STEP}...\n{indent}}}:\n"
    return f"{comments}{line}\n{indent}{_layout(module.body, indent)}{closing}"
