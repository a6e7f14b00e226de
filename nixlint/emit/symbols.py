"""Variables of a Compose file that stay variables: names in a ``let`` instead of their values."""

from __future__ import annotations

from typing import NamedTuple

from nixlint.containers.symbolic_text import MARK

from .expression import AttrSet, Call, Code, Entry, Expression, Let, ListOf, Module, Template, Text, with_texts


class Symbols(NamedTuple):
    """Variables with their values, in the order in which they are to be bound."""

    names: tuple[tuple[str, str], ...]

    def bindings(self, expression: Expression) -> tuple[Entry, ...]:
        """The bindings for the variables in an expression."""
        used = {name for text in _texts(expression) for name in MARK.findall(text)}
        return tuple(Entry((nix_name(name),), Text(value)) for name, value in self.names if name in used)

    def resolve(self, expression: Expression) -> Expression:
        """An expression in which every mark is a reference to a name."""
        return with_texts(expression, _parts)


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
