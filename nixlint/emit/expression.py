"""Nix expressions to be written: only what generated configuration needs, and comments where a person wants them.

Comments are texts without their ``#``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A string; with line breaks in it, it is written as an indented one."""

    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A string with interpolations."""

    parts: tuple[str | Code, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a boolean, or nothing."""

    value: int | float | bool | None


@dataclass(frozen=True, slots=True)
class Code:
    """Nix as it is, on one line: ``config.sops.secrets.db.path``, ``./secrets.yaml``."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments: ``lib.mkForce "no"``."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a list with the comments above it and the one beside it."""

    value: Expression
    comments: tuple[str, ...] = ()
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    items: tuple[Item, ...]

    @classmethod
    def of(cls, values: Sequence[Expression]) -> ListOf:
        """A list without comments."""
        return cls(tuple(Item(value) for value in values))


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition in an attribute set: its path, in which a :class:`Code` is a dynamic name, and its value."""

    path: tuple[str | Code, ...]
    value: Expression
    comments: tuple[str, ...] = ()
    beside: str | None = None
    blank_before: bool = False


@dataclass(frozen=True, slots=True)
class AttrSet:
    """An attribute set; ``closing`` are comments at its end."""

    entries: tuple[Entry, ...]
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Let:
    """``let … in …``."""

    entries: tuple[Entry, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Module:
    """A NixOS module: a function of named arguments, or of none a plain expression; with comments above it."""

    formals: tuple[str, ...]
    body: Expression
    comments: tuple[str, ...] = ()


Expression: TypeAlias = Text | Template | Literal | Code | Call | ListOf | AttrSet | Let | Module


def with_texts(expression: Expression, change: Callable[[str], tuple[str | Code, ...]]) -> Expression:
    """An expression in which each text is made of what ``change`` gives for it."""

    def entry(old: Entry) -> Entry:
        return Entry(old.path, with_texts(old.value, change), old.comments, old.beside, old.blank_before)

    match expression:
        case Text(text=text):
            return _joined(change(text))
        case Template(parts=parts):
            return Template(
                tuple(new for part in parts for new in (change(part) if isinstance(part, str) else (part,)))
            )
        case Call(function=function, arguments=arguments):
            return Call(function, tuple(with_texts(argument, change) for argument in arguments))
        case ListOf(items=items):
            return ListOf(tuple(Item(with_texts(item.value, change), item.comments, item.beside) for item in items))
        case AttrSet(entries=entries, closing=closing):
            return AttrSet(tuple(entry(each) for each in entries), closing)
        case Let(entries=entries, body=body):
            return Let(tuple(entry(each) for each in entries), with_texts(body, change))
        case Module(formals=formals, body=body, comments=comments):
            return Module(formals, with_texts(body, change), comments)
        case _:
            return expression


def _joined(parts: tuple[str | Code, ...]) -> Expression:
    match parts:
        case [Code() as code]:
            return code
        case _ if all(isinstance(part, str) for part in parts):
            return Text("".join(str(part) for part in parts))
        case _:
            return Template(parts)
