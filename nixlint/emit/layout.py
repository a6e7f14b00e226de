"""How Nix's official formatter (RFC 166) would leave an expression.

Two spaces; lines of at most 100 characters where a break is possible; a list of more than one element, and every
attribute set with something in it, with one element a line; the arguments of a function on one line or one a line; the
last argument of a call opens on the call's line. Strings are never broken.
"""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.syntax.string_literal import attr_name_literal, encode, encode_indented

from .expression import AttrSet, Call, Code, Entry, Expression, Item, Let, ListOf, Literal, Module, Template, Text

WIDTH = 100
_STEP = "  "


def render(expression: Expression) -> str:
    """The text of a file: ends with one line break."""
    return _layout(expression, "") + "\n"


def _layout(expression: Expression, indent: str, used: int = 0) -> str:
    """An expression whose first line begins after ``used`` characters and whose further lines are below ``indent``."""
    match expression:
        case Text(text=text):
            return encode_indented(text, indent) if _is_block(text) else encode(text)
        case Template():
            return _template(expression, indent)
        case Literal(value=value):
            return _literal(value)
        case Code(text=text):
            return text
        case Call():
            return _call(expression, indent, used)
        case ListOf():
            return _list(expression, indent, used)
        case AttrSet():
            return _attr_set(expression, indent)
        case Let():
            inner = "\n".join(_entries(expression.entries, indent + _STEP))
            return f"let\n{inner}\n{indent}in\n{indent}{_layout(expression.body, indent)}"
        case Module():
            return _module(expression, indent)


def _is_block(text: str) -> bool:
    """Whether a text reads better with its line breaks; one with other control characters needs escapes."""
    return "\n" in text.rstrip("\n") and all(character.isprintable() or character == "\n" for character in text)


def _template(template: Template, indent: str) -> str:
    literal = "".join(part for part in template.parts if isinstance(part, str))
    if not _is_block(literal):
        parts = (encode(part)[1:-1] if isinstance(part, str) else f"${{{part.text}}}" for part in template.parts)
        return f'"{"".join(parts)}"'
    marks = [f"\ue000{index}\ue001" for index in range(len(template.parts))]
    joined = "".join(part if isinstance(part, str) else mark for part, mark in zip(template.parts, marks, strict=True))
    text = encode_indented(joined, indent)
    for part, mark in zip(template.parts, marks, strict=True):
        if isinstance(part, Code):
            text = text.replace(mark, f"${{{part.text}}}")
    return text


def _literal(value: float | bool | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            text = format(value, "f") if value == int(value) else repr(value)
            return f"({text})" if value < 0 else text
        case _:
            return str(value)


def _call(call: Call, indent: str, used: int) -> str:
    head = call.function
    for argument in call.arguments:
        text = _layout(argument, indent, used + len(head) + 1)
        head += f" ({text})" if isinstance(argument, Call | Let | Module) else f" {text}"
    return head


def _list(items: ListOf, indent: str, used: int) -> str:
    if not items.items:
        return "[ ]"
    if len(items.items) == 1 and not items.items[0].comments and items.items[0].beside is None:
        single = f"[ {_element(items.items[0], indent, used + 2)} ]"
        if "\n" not in single and used + len(single) + 1 <= WIDTH:
            return single
    inner = indent + _STEP
    lines: list[str] = []
    for item in items.items:
        lines += [f"{inner}{_comment(comment)}" for comment in item.comments]
        beside = f" {_comment(item.beside)}" if item.beside is not None else ""
        lines.append(f"{inner}{_element(item, inner, len(inner))}{beside}")
    return "\n".join(("[", *lines, f"{indent}]"))


def _element(item: Item, indent: str, used: int) -> str:
    text = _layout(item.value, indent, used)
    return f"({text})" if isinstance(item.value, Call | Let | Module) else text


def _attr_set(attr_set: AttrSet, indent: str) -> str:
    if not attr_set.entries and not attr_set.closing:
        return "{ }"
    inner = indent + _STEP
    closing = [f"{inner}{_comment(comment)}" for comment in attr_set.closing]
    return "\n".join(("{", *_entries(attr_set.entries, inner), *closing, f"{indent}}}"))


def _entries(entries: tuple[Entry, ...], indent: str) -> Iterator[str]:
    for index, entry in enumerate(entries):
        if entry.blank_before and index > 0:
            yield ""
        for comment in entry.comments:
            yield f"{indent}{_comment(comment)}"
        path = ".".join(_name(name) for name in entry.path)
        yield f"{indent}{_binding(path, entry, indent)}"


def _binding(path: str, entry: Entry, indent: str) -> str:
    beside = f" {_comment(entry.beside)}" if entry.beside is not None else ""
    text = _layout(entry.value, indent, len(indent) + len(path) + 3)
    first = text.partition("\n")[0]
    is_short = len(indent) + len(path) + 3 + len(first) + (1 if first == text else 0) <= WIDTH
    if is_short or isinstance(entry.value, Text | Template) or first != text:
        return f"{path} = {text};{beside}"
    deeper = indent + _STEP
    return f"{path} =\n{deeper}{_layout(entry.value, deeper, len(deeper))};{beside}"


def _name(name: str | Code) -> str:
    return f"${{{name.text}}}" if isinstance(name, Code) else attr_name_literal(name)


def _comment(text: str) -> str:
    return f"# {text}".rstrip()


def _module(module: Module, indent: str) -> str:
    comments = "".join(f"{indent}{_comment(comment)}\n" for comment in module.comments)
    if not module.formals:
        return f"{comments}{_layout(module.body, indent)}"
    line = f"{{ {', '.join((*module.formals, '...'))} }}:"
    if len(module.formals) > 2:
        inner = "".join(f"{indent}{_STEP}{formal},\n" for formal in module.formals)
        line = f"{{\n{inner}{indent}{_STEP}...\n{indent}}}:\n"
    return f"{comments}{line}\n{indent}{_layout(module.body, indent)}"
