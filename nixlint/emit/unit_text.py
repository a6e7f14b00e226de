"""Texts in units of systemd, as systemd reads them: the one place that encodes them.

systemd.syntax(7) for lines and quotes, systemd.unit(5) for specifiers and for escaping in names, and
``extract_first_word`` (``src/basic/extract-word.c``) for what a backslash means in a list of paths. nixpkgs writes each
value behind its name and changes nothing in it (``nixos/lib/systemd-lib.nix``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from .expression import ListOf, Text, Unwritable
from .symbols import Symbols

_LINE_ENDS = re.compile(r"[\n\r]")
_NAMED = re.compile(r"[A-Za-z0-9:_.-]")
_LONGEST_NAME = 200
"""systemd allows 255 characters with the suffix, and nixpkgs makes file names with more around it."""


def unit_name(*parts: str) -> str:
    """The name of a unit without its suffix: what may not stand in one is escaped as systemd-escape(1) does it.

    A name that is too long ends in a digest of all of it.
    """
    text = "-".join(parts)
    name = "".join(each if _NAMED.fullmatch(each) else _escaped(each) for each in text)
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 17]}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))


def description(text: str) -> Text:
    """A description: one line without a backslash at its end, which would join it with the next one."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return Text(line.rstrip("\\").replace("%", "%%"))


def paths(found: Iterable[str], symbols: Symbols) -> list[Text]:
    """Paths in a setting that is a list of them, such as ``RequiresMountsFor``; each once."""
    return [Text(_listed(path)) for path in dict.fromkeys(map(symbols.plain_for_units, found))]


def path_list(found: Iterable[str], symbols: Symbols) -> ListOf:
    """A list of paths as one setting."""
    return ListOf.of(paths(found, symbols))


def single_path(path: str, symbols: Symbols) -> Text:
    """A path in a setting that holds one, such as ``WorkingDirectory``: blanks belong to it, but for those at its ends."""
    path = symbols.plain_for_units(path)
    if _LINE_ENDS.search(path) or path != path.strip() or path.endswith("\\"):
        raise Unwritable(
            "a folder's path begins or ends in a blank, or has a line break or a backslash at its end: rename it"
        )
    return Text(path.replace("%", "%%"))


def _listed(path: str) -> str:
    if _LINE_ENDS.search(path):
        raise Unwritable("a path to be mounted has a line break, which no unit of systemd can hold: rename it")
    escaped = path.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")
    return f'"{escaped}"' if any(character.isspace() for character in path) else escaped
