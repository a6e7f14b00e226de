"""Variables of a Compose file that stay variables: names in a ``let`` instead of their values."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.containers.symbolic_text import MARK

from .expression import AttrSet, Call, Code, Entry, Expression, Item, Let, ListOf, Module, Template, Text


class Symbols(NamedTuple):
    """Variables with their values, in the order in which they are to be bound."""

    names: tuple[tuple[str, str], ...]

    def bindings(self, expression: Expression) -> tuple[Entry, ...]:
        """The bindings for the variables in an expression."""
        used = {name for text in _texts(expression) for name in MARK.findall(text)}
        return tuple(Entry((nix_name(name),), Text(value)) for name, value in self.names if name in used)

    def resolve(self, expression: Expression) -> Expression:
        """An expression in which every mark is a reference to a name."""
        match expression:
            case Text(text=text) if MARK.search(text):
                parts = _parts(text)
                return parts[0] if len(parts) == 1 and isinstance(parts[0], Code) else Template(parts)
            case Template(parts=parts):
                return Template(
                    tuple(new for part in parts for new in (_parts(part) if isinstance(part, str) else (part,)))
                )
            case Call(function=function, arguments=arguments):
                return Call(function, tuple(self.resolve(argument) for argument in arguments))
            case ListOf(items=items):
                return ListOf(tuple(Item(self.resolve(item.value), item.comments, item.beside) for item in items))
            case AttrSet(entries=entries, closing=closing):
                return AttrSet(tuple(self._entry(entry) for entry in entries), closing)
            case Let(entries=entries, body=body):
                return Let(tuple(self._entry(entry) for entry in entries), self.resolve(body))
            case Module(formals=formals, body=body, comments=comments):
                return Module(formals, self.resolve(body), comments)
            case _:
                return expression

    def _entry(self, entry: Entry) -> Entry:
        return Entry(entry.path, self.resolve(entry.value), entry.comments, entry.beside, entry.blank_before)


def _parts(text: str) -> tuple[str | Code, ...]:
    """A text with references where marks are."""
    return tuple(Code(nix_name(part)) if index % 2 else part for index, part in enumerate(MARK.split(text)) if part)


def nix_name(variable: str) -> str:
    """The name of a variable in Nix: ``DATA_DIR`` is ``dataDir``."""
    first, *rest = [word for word in variable.lower().split("_") if word] or ["value"]
    name = first + "".join(word.capitalize() for word in rest)
    return f"v{name}" if name[0].isdigit() else f"{name}'" if name in _RESERVED else name


_RESERVED = frozenset(
    "assert else if in inherit let or rec then with config lib pkgs builtins import map toString true false null".split()
)


def _texts(expression: Expression) -> list[str]:
    match expression:
        case Text(text=text):
            return [text]
        case Template(parts=parts):
            return [part for part in parts if isinstance(part, str)]
        case Call(arguments=arguments):
            return [text for argument in arguments for text in _texts(argument)]
        case ListOf(items=items):
            return [text for item in items for text in _texts(item.value)]
        case AttrSet(entries=entries):
            return [text for entry in entries for text in _texts(entry.value)]
        case Let(entries=entries, body=body):
            return [*(text for entry in entries for text in _texts(entry.value)), *_texts(body)]
        case Module(body=body):
            return _texts(body)
        case _:
            return []
