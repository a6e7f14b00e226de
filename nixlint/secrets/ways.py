"""The ways of a value into the store: written out, put into a file by Nix, copied from a path, read from a file."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.values import (
    AttrsValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    PathValue,
    StringValue,
    SymbolValue,
    Thunk,
    Value,
)
from nixlint.syntax.place import Place

from .looks import UNKNOWN

WRITERS = frozenset(
    # Functions whose result is a file in the store that holds their argument.
    (
        "writeText writeTextFile writeTextDir toFile writeShellScript writeShellScriptBin writeScript writeScriptBin "
        "concatText"
    ).split()
)
READERS = frozenset({"readFile", "fileContents"})  # functions whose result is what a file holds
_DEPTH = 12  # how many wrappers are looked through


class Way(Enum):
    """How a value reaches the store."""

    LITERAL = "literal"
    WRITTEN = "written"
    COPIED = "copied"
    READ = "read"


class Source(NamedTuple):
    """Where a value comes from.

    ``text`` is what is known of it, with ``UNKNOWN`` for the rest; ``through`` the function that it goes through;
    ``file`` the file that is copied or read; ``place`` where the text or the path was written; ``symbols`` the names
    that it is made of.
    """

    way: Way
    text: str = ""
    through: str = ""
    file: Path | None = None
    place: Place | None = None
    symbols: tuple[str, ...] = ()


def sources_of(value: Value, depth: int = 0) -> Iterator[Source]:
    """The ways in which a value may reach the store; nothing where it is only known at run time."""
    if depth > _DEPTH:
        return
    match value:
        case StringValue():
            yield from _string(value, depth)
        case PathValue(path=path, place=place):
            yield Source(Way.COPIED, file=path, place=place)
        case CallValue():
            yield from _call(value, depth)
        case _:
            for thunk in _wrapped(value):
                yield from sources_of(thunk.force(), depth + 1)


def strings_of(value: Value, depth: int = 0) -> Iterator[tuple[StringValue, Place | None]]:
    """The strings that a value is or, as a list, holds, each with the place of its expression."""
    if depth > _DEPTH:
        return
    if isinstance(value, StringValue):
        yield value, value.place
        return
    for thunk in _wrapped(value):
        element = thunk.force()
        if isinstance(element, StringValue):
            yield element, thunk.place
        else:
            yield from strings_of(element, depth + 1)


def text_of(value: StringValue) -> str:
    """What is known of a string, with ``UNKNOWN`` for the rest."""
    return "".join(part if isinstance(part, str) else UNKNOWN for part in value.parts)


def symbols_of(value: Value, depth: int = 0) -> Iterator[SymbolValue]:
    """The names that a value is or, as a list or a string of nothing else, is made of."""
    if depth > _DEPTH:
        return
    match value:
        case SymbolValue():
            yield value
        case StringValue(parts=(SymbolValue() as symbol,)):
            yield symbol
        case _:
            for thunk in _wrapped(value):
                yield from symbols_of(thunk.force(), depth + 1)


def _string(value: StringValue, depth: int) -> Iterator[Source]:
    others = [part for part in value.parts if not isinstance(part, str)]
    for part in others:
        if isinstance(part, PathValue | CallValue):
            yield from sources_of(part, depth + 1)
    yield Source(Way.LITERAL, text_of(value), place=value.place, symbols=tuple(_symbols(others)))


def _call(call: CallValue, depth: int) -> Iterator[Source]:
    function = call.callee.path[-1] if call.callee.path else ""
    if function in WRITERS and call.arguments:
        content = _content(call.arguments[-1])
        text = UNKNOWN
        place: Place | None = None
        names: tuple[str, ...] = ()
        for source in sources_of(content, depth + 1):
            if source.way is Way.LITERAL:
                text, place, names = source.text, source.place, source.symbols
            elif source.way is Way.READ:
                yield source
                return
        names = names or tuple(_symbols([content]))
        yield Source(Way.WRITTEN, text, call.callee.dotted, place=place, symbols=names)
    elif function in READERS and call.arguments:
        yield from _read(call.arguments[-1].force(), call)
    elif call.callee.path[:1] in (("lib",), ("builtins",)):  # lib.removeSuffix "\n" (builtins.readFile ./x), lib.trim
        for argument in call.arguments:
            yield from (
                source for source in sources_of(argument.force(), depth + 1) if source.way in (Way.READ, Way.WRITTEN)
            )


def _content(argument: Thunk) -> Value:
    value = argument.force()
    if isinstance(value, AttrsValue) and "text" in value.entries:  # writeTextFile { name = …; text = …; }
        return value.entries["text"].value.force()
    return value


def _read(file: Value, call: CallValue) -> Iterator[Source]:
    through = call.callee.dotted
    match file:
        case PathValue(path=path):
            yield Source(Way.READ, through=through, file=path, place=call.place)
        case StringValue(text=str(text)):
            yield Source(Way.READ, through=through, file=Path(text), place=call.place)
        case StringValue(parts=(str(start), *_)):  # "/run/secrets/${name}": the folder is known
            yield Source(Way.READ, through=through, file=Path(f"{start}{UNKNOWN}"), place=call.place)
        case StringValue(parts=parts):
            yield Source(Way.READ, through=through, place=call.place, symbols=tuple(_symbols([*parts][:1])))
        case SymbolValue(dotted=name):
            yield Source(Way.READ, through=through, place=call.place, symbols=(name,))


def _symbols(values: list[str | Value] | list[Value]) -> Iterator[str]:
    for value in values:
        if isinstance(value, SymbolValue):
            yield value.dotted
        elif isinstance(value, CallValue):
            yield value.callee.dotted


def _wrapped(value: Value) -> tuple[Thunk, ...]:
    match value:
        case ChoiceValue(alternatives=alternatives):
            return alternatives
        case ListValue(elements=elements, unknowns=unknowns):
            return (*elements, *unknowns)
        case ConditionalValue(content=content) | OverrideValue(content=content) | OrderValue(content=content):
            return (content,)
        case MergeValue(contents=contents):
            merged = contents.force()
            return merged.elements if isinstance(merged, ListValue) else ()
        case _:
            return ()
