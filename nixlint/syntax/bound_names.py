"""Which names an attribute set binds, and when Nix refuses to bind one twice.

The rules are those of ``addAttr`` in ``src/libexpr/parser.y``: ``a.x = 1; a.y = 2;`` and ``a = { x = 1; }; a.y = 2;``
define parts of one set, but a name that is bound to anything else than an attribute set literal is bound once. Two
literals for one name are merged if they share no name. If sets alone stand under each name that they share, Nix merges
those too since 2.26 (https://github.com/NixOS/nix/pull/11294), and refuses them before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .span import Span


class Duplicate(NamedTuple):
    """A name that is bound although it may not be."""

    name: str
    """The path down to the name that is bound already."""
    written: str
    """The path as the second definition has it."""
    place: Span
    first: Span
    is_merged_since: str | None = None
    """The version of Nix from which on it is no duplicate, since both are sets to be merged."""


class BoundNames:
    """The names of one attribute set literal, or of all those that Nix merges into one."""

    __slots__ = ("dynamic", "entries")

    def __init__(self) -> None:
        self.entries: dict[bytes, Entry] = {}
        self.dynamic: Span | None = None
        """The first attribute whose name is only known when Nix evaluates."""

    def define(self, path: Sequence[bytes | None], place: Span, nested: Nested) -> Duplicate | None:
        """Bind a path, ``None`` being a dynamic name; ``nested`` tells the value's names if it is a set literal."""
        names = self
        for depth, name in enumerate(path[:-1]):
            inner: BoundNames
            if name is None:
                if names is self and depth == 0 and self.dynamic is None:
                    self.dynamic = place
                # What is below a dynamic name can't meet anything outside this one path.
                inner = BoundNames()
            else:
                entry = names.entries.get(name)
                if entry is None:
                    inner = BoundNames()
                    names.entries[name] = Entry(place, inner)
                else:
                    found = entry.names()
                    if found is None:
                        return _duplicate(path[: depth + 1], path, place, entry.place)
                    inner = found
            names = inner
        last = path[-1]
        if last is None:
            if names is self and self.dynamic is None:
                self.dynamic = place
            return None
        entry = names.entries.get(last)
        if entry is None:
            names.entries[last] = Entry(place, nested)
            return None
        return _merge(path, entry, Entry(place, nested))

    def inherit(self, name: bytes, place: Span) -> Duplicate | None:
        """Bind a name with ``inherit``."""
        entry = self.entries.get(name)
        if entry is not None:
            return _duplicate([name], [name], place, entry.place)
        self.entries[name] = Entry(place, None)
        return None


Nested = BoundNames | Callable[[], BoundNames | None] | None


class Entry:
    """What a name is bound to: where, and the names below it, which may be worked out only when someone asks."""

    __slots__ = ("_nested", "place")

    def __init__(self, place: Span, nested: Nested) -> None:
        self.place = place
        self._nested = nested

    def names(self) -> BoundNames | None:
        """The names below, if a set literal is bound here."""
        nested = self._nested
        if nested is None or isinstance(nested, BoundNames):
            return nested
        self._nested = nested = nested()
        return nested


_NIX_THAT_MERGES_DEEPLY = "2.26"


def _merge(path: Sequence[bytes | None], entry: Entry, added: Entry) -> Duplicate | None:
    """Add a second definition's names to those of the first, and tell what Nix refuses of it: all versions, or old ones."""
    old, new = entry.names(), added.names()
    if old is None or new is None:
        return _duplicate(path, path, added.place, entry.place)
    found: Duplicate | None = None
    for name, second in new.entries.items():
        first = old.entries.setdefault(name, second)
        if first is second:
            continue
        below = [*path, name]
        clash = _merge(below, first, second)
        if clash is not None and clash.is_merged_since is None:
            return clash
        clash = _duplicate(below, below, second.place, first.place)._replace(is_merged_since=_NIX_THAT_MERGES_DEEPLY)
        found = found or clash
    return found


def _duplicate(name: Sequence[bytes | None], written: Sequence[bytes | None], place: Span, first: Span) -> Duplicate:
    return Duplicate(_shown(name), _shown(written), place, first)


def _shown(path: Sequence[bytes | None]) -> str:
    return ".".join("${…}" if name is None else name.decode("utf-8", "replace") for name in path)
