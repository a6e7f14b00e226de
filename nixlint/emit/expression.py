"""Nix expressions to be written: only what generated configuration needs, and comments where a person wants them.

No part of an expression is Nix in the form of text. Whatever a project says is a :class:`Text`, a name in a path or a
comment, and :mod:`nixlint.emit.layout` alone decides how that is written; what is Nix is one of the other kinds, whose
fixed words are a closed list that mypy checks. Comments are texts without their ``#``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal as OneOf
from typing import TypeAlias

from nixlint.syntax.place import Place

Root: TypeAlias = OneOf["config", "lib", "pkgs", "toString"]
"""The names that generated modules take from their arguments and from Nix."""


class Unwritable(Exception):
    """Something that cannot be written as it is; the message says what and why, ``place`` where it comes from if known."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


@dataclass(frozen=True, slots=True)
class Text:
    """A string; with line breaks in it, it is written as an indented one."""

    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A string with interpolations."""

    parts: tuple[str | Inner, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a boolean, or nothing."""

    value: int | float | bool | None


@dataclass(frozen=True, slots=True)
class Select:
    """A selection from a name that every module knows: ``config.sops.secrets.db.path``, ``lib.mkForce``, ``toString``."""

    root: Root
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a ``let`` around it binds."""

    name: str


@dataclass(frozen=True, slots=True)
class FileBeside:
    """The path of a file beside the module, or in folders there: ``./secrets/web.age``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IfElse:
    """One of two expressions."""

    condition: Select
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments: ``lib.mkForce "no"``."""

    function: Select
    arguments: tuple[Expression, ...]


Inner: TypeAlias = Select | Variable | FileBeside | IfElse | Call
"""What may be interpolated in a string or in the name of an attribute."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a shell script, however it has to be quoted; :mod:`nixlint.emit.shell` makes them."""

    parts: tuple[str | Inner, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A shell script: fixed pieces of syntax, and words between them. Only :mod:`nixlint.emit.shell` makes one."""

    parts: tuple[str | Word, ...]


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
    """A definition in an attribute set: its path, in which an :data:`Inner` is a dynamic name, and its value."""

    path: tuple[str | Inner, ...]
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
class Update:
    """A set that has a name, with other definitions over it: ``restarting // { … }``."""

    base: Variable
    over: AttrSet


@dataclass(frozen=True, slots=True)
class Let:
    """``let … in …``."""

    entries: tuple[Entry, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Module:
    """A NixOS module: a function of named arguments, or of none a plain expression; comments above and below it."""

    formals: tuple[Root, ...]
    body: Expression
    comments: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


Expression: TypeAlias = Text | Template | Literal | Inner | Script | ListOf | AttrSet | Update | Let | Module

Changed: TypeAlias = tuple[str | Inner, ...]
"""What a text becomes: texts, and expressions between them."""

MK_FORCE = Select("lib", ("mkForce",))
MK_BEFORE = Select("lib", ("mkBefore",))
MK_IF = Select("lib", ("mkIf",))
WRITE_TEXT = Select("pkgs", ("writeText",))


def with_texts(expression: Expression, change: Callable[[str], Changed]) -> Expression:
    """An expression in which each text is made of what ``change`` gives for it; names and arguments of ``if`` stay."""

    def entry(old: Entry) -> Entry:
        return Entry(old.path, with_texts(old.value, change), old.comments, old.beside, old.blank_before)

    def parts(old: tuple[str | Inner, ...]) -> Changed:
        return tuple(new for part in old for new in (change(part) if isinstance(part, str) else (inner(part),)))

    def inner(old: Inner) -> Inner:
        if not isinstance(old, Call):
            return old
        return Call(old.function, tuple(with_texts(each, change) for each in old.arguments))

    match expression:
        case Text(text=text):
            return _joined(change(text))
        case Template(parts=old):
            return Template(parts(old))
        case Call():
            return inner(expression)
        case Script(parts=pieces):
            return Script(tuple(Word(parts(piece.parts)) if isinstance(piece, Word) else piece for piece in pieces))
        case ListOf(items=items):
            return ListOf(tuple(Item(with_texts(item.value, change), item.comments, item.beside) for item in items))
        case AttrSet(entries=entries, closing=closing):
            return AttrSet(tuple(entry(each) for each in entries), closing)
        case Update(base=base, over=over):
            return Update(base, AttrSet(tuple(entry(each) for each in over.entries), over.closing))
        case Let(entries=entries, body=body):
            return Let(tuple(entry(each) for each in entries), with_texts(body, change))
        case Module(formals=formals, body=body, comments=comments, closing=closing):
            return Module(formals, with_texts(body, change), comments, closing)
        case _:
            return expression


def with_sets(expression: Expression, change: Callable[[AttrSet], Expression]) -> Expression:
    """An expression with what ``change`` gives for each attribute set that is in others, the inner ones first."""

    def entries(old: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(replace(each, value=with_sets(each.value, change)) for each in old)

    match expression:
        case AttrSet():
            return change(replace(expression, entries=entries(expression.entries)))
        case Call(function=function, arguments=arguments):
            return Call(function, tuple(with_sets(each, change) for each in arguments))
        case Let() | Module():
            return replace(expression, body=with_sets(expression.body, change))
        case _:
            return expression


def _joined(parts: Changed) -> Expression:
    match parts:
        case [Select() | Variable() | FileBeside() | IfElse() | Call() as inner]:
            return inner
        case _ if all(isinstance(part, str) for part in parts):
            return Text("".join(str(part) for part in parts))
        case _:
            return Template(parts)


def inside(expression: Expression) -> Iterator[Expression]:
    """An expression and all expressions in it, those in names and in words of scripts too."""
    yield expression
    below: tuple[Expression, ...]
    match expression:
        case Template(parts=parts):
            below = tuple(part for part in parts if not isinstance(part, str))
        case Script(parts=pieces):
            below = tuple(
                part for piece in pieces if isinstance(piece, Word) for part in piece.parts if not isinstance(part, str)
            )
        case Call(function=function, arguments=arguments):
            below = (function, *arguments)
        case IfElse(condition=condition, then=then, otherwise=otherwise):
            below = (condition, then, otherwise)
        case ListOf(items=items):
            below = tuple(item.value for item in items)
        case AttrSet(entries=entries):
            below = tuple(_of_entries(entries))
        case Update(base=base, over=over):
            below = (base, over)
        case Let(entries=entries, body=body):
            below = (*_of_entries(entries), body)
        case Module(body=body):
            below = (body,)
        case _:
            below = ()
    for each in below:
        yield from inside(each)


def _of_entries(entries: tuple[Entry, ...]) -> Iterator[Expression]:
    for entry in entries:
        yield from (name for name in entry.path if not isinstance(name, str))
        yield entry.value
