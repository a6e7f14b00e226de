"""Shell scripts for units, and the one place that quotes their words.

A script is made by :func:`shell` from a fixed pattern with names in braces; whatever comes from a project is a value for a
name, and so a word (POSIX.1-2017, 'Shell Command Language', 2.2 Quoting). A test in ``tests/emit`` holds that the pattern
is written out where :func:`shell` is called, and that no option that is a script gets anything but a :class:`Script`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from .expression import Call, Inner, Script, Select, Template, Text, Variable, Word

_QUOTE = Select("lib", ("escapeShellArg",))
_NAME = re.compile(r"\{([a-z_]+)\}")


def word(*parts: str | Inner) -> Word:
    """One word of a script, made of texts and of what Nix knows."""
    return Word(parts)


def shell(pattern: str, **values: str | Word | Sequence[str | Word]) -> Script:
    """A script: the pattern with a word for each ``{name}``, or several for a list of them. Other braces stay."""
    parts: list[str | Word] = []
    for index, piece in enumerate(_NAME.split(pattern)):
        if not index % 2:
            parts += [piece] if piece else []
            continue
        value = values[piece]
        words = [value] if isinstance(value, str | Word) else value
        for number, each in enumerate(words):
            parts += [" "] if number else []
            parts.append(Word((each,)) if isinstance(each, str) else each)
    return Script(tuple(parts))


def joined(scripts: Sequence[Script]) -> Script:
    """Scripts one after the other."""
    return Script(tuple(part for script in scripts for part in script.parts))


def one_line(script: Script) -> Script:
    """A script without the line break at its end."""
    *before, last = script.parts
    return Script((*before, last.rstrip("\n"))) if isinstance(last, str) else script


def lowered(script: Script) -> Text | Template:
    """A script as a string of Nix."""
    parts: list[str | Inner] = []
    for piece in script.parts:
        new = piece if isinstance(piece, str) else _quoted(piece)
        if isinstance(new, str) and parts and isinstance(parts[-1], str):
            parts[-1] += new
        else:
            parts.append(new)
    if all(isinstance(part, str) for part in parts):
        return Text("".join(str(part) for part in parts))
    return Template(tuple(parts))


def quoted(text: str) -> str:
    """A text as one word of a shell."""
    return shlex.quote(text)


def _quoted(piece: Word) -> str | Inner:
    if all(isinstance(part, str) for part in piece.parts):
        return quoted("".join(str(part) for part in piece.parts))
    match piece.parts:
        case [Call(function=Select("pkgs", ("writeText",))) as stored]:
            return stored  # a path of the store has no character that a shell knows
        case [Variable() | Select() as only]:
            return Call(_QUOTE, (only,))
        case _:
            return Call(_QUOTE, (Template(piece.parts),))
