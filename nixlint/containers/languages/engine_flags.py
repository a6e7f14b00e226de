"""Flags of Docker and Podman in a list of arguments: ``--name=value``, ``--name value``, ``-v value``, ``-vvalue``, ``-it``.

Which flags there are, by which names, and which of them take no value, :mod:`.run_flags` knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nixlint.syntax.place import Place

from .run_flags import is_switch, long_name


class Flag(NamedTuple):
    """A flag by its long name, its value (empty for a switch), where it is written, and the conditions that it is under.

    ``value_place`` is where the value is an argument of its own.
    """

    name: str
    value: str
    place: Place
    conditions: tuple[object, ...] = ()
    value_place: Place | None = None


def flags_in(arguments: Sequence[tuple[str, Place]]) -> Iterator[Flag]:
    """The flags in a list of arguments, in order; arguments that belong to no flag are left out."""
    waiting: tuple[str, Place] | None = None
    for text, place in arguments:
        if waiting is not None:
            takes = not text.startswith("-")
            yield Flag(waiting[0], text if takes else "", waiting[1], value_place=place if takes else None)
            waiting = None
            if takes:
                continue
        if text.startswith("-"):
            flags, name = _of_argument(text)
            yield from (Flag(each, value, place) for each, value in flags)
            waiting = (name, place) if name is not None else None
    if waiting is not None:
        yield Flag(waiting[0], "", waiting[1])


def _of_argument(text: str) -> tuple[list[tuple[str, str]], str | None]:
    """The flags of one argument with their values, and the flag whose value is the next argument."""
    if not text.startswith("--"):
        return _letters(text)
    name, value = _split(text)
    name = long_name(name)
    return ([(name, value or "")], None) if value is not None or is_switch(name) else ([], name)


def _split(text: str) -> tuple[str, str | None]:
    """A name, and its value in the same argument, behind an equals sign or a blank."""
    name, sign, value = text.partition("=")
    if not sign:
        name, sign, value = text.partition(" ")
    return name, value if sign else None


def _letters(text: str) -> tuple[list[tuple[str, str]], str | None]:
    """The flags behind one dash: switches, and at last one with its value (``-it``, ``-dp80:80``, ``-e=A=b``)."""
    found: list[tuple[str, str]] = []
    for at, letter in enumerate(text[1:], 1):
        name, value = long_name(f"-{letter}"), text[at + 1 :]
        if is_switch(name):
            found.append((name, ""))
        elif name == f"-{letter}" and len(text) > 2 and value[:1] not in ("=", " "):
            unknown, rest = _split(text)
            return ([(unknown, rest)], None) if rest is not None else ([], unknown)
        elif value:
            return [*found, (name, value[1:] if value[0] in "= " else value)], None
        else:
            return found, name
    return found, None
