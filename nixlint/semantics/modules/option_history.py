"""What became of options of NixOS: the names that an option has had, and the options that are gone.

An option has one meaning, whatever name a configuration writes: nixpkgs' ``mkRenamedOptionModule`` and
``mkChangedOptionModule`` (``lib/modules.nix``) hand the definitions of the old name to the new one. The facts, each with
its source, are in ``nixlint/data/renamed_options.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePath
from typing import NamedTuple, TypeAlias

import nixlint.data

_DATA = Path(nixlint.data.__file__).parent / "renamed_options.json"
_LONGEST_CHAIN = 8
"""How often an option may have been renamed; real ones were twice at most."""

Names: TypeAlias = tuple[str | None, ...]


class ContradictoryHistory(ValueError):
    """Changes that cannot be what happened."""


class Renamed(NamedTuple):
    """An option that has another name; ``is_same_value`` says that it takes what the old one took."""

    new: tuple[str, ...]
    is_same_value: bool


class Removed(NamedTuple):
    """An option that is gone: what to do instead, or, if nothing ``is_left_to_do``, why it can go."""

    advice: str
    is_left_to_do: bool


class Change(NamedTuple):
    """What happened to an option, in which release at the latest, and the file of nixpkgs that says so."""

    old: tuple[str, ...]
    since: str
    source: str
    what: Renamed | Removed

    @property
    def module(self) -> str:
        """The last part of the file's name, by which ``disabledModules`` may take it away."""
        return PurePath(self.source).name.partition("}")[0]


class Spelling(NamedTuple):
    """An earlier name of an option, and what of the option's own path stands below that name."""

    change: Change
    below: Names


_Tree: TypeAlias = dict[str, "_Tree | Change"]


ANY = "*"
"""In a changed option, any one name: that of a user, a container, an instance."""


class OptionHistory:
    """The changes of the options of one module system, to be asked by path. A change holds for all below its path.

    Where a path of the data has :data:`ANY`, what is given is the change of the very option that was asked for.
    """

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self.changes = tuple(changes)
        self._tree: _Tree = {}
        self._renamed_to: dict[tuple[str, ...], list[Change]] = {}
        self._renamed_anywhere: list[Change] = []
        for change in self.changes:
            self._add(change)
        self._renamed_below = self._by_prefix()

    @property
    def roots(self) -> frozenset[str]:
        """The first names of all options that were changed."""
        return frozenset(self._tree)

    def change_at(self, names: Names) -> Change | None:
        """The change of the option that a path starts with."""
        tree = self._tree
        for depth, name in enumerate(names):
            found = None if name is None else tree.get(name) or tree.get(ANY)
            if isinstance(found, Change):
                return _at(found, names[: depth + 1])
            if found is None:
                return None
            tree = found
        return None

    def current(self, names: Names) -> Names:
        """The name that an option has today. One that was changed in kind keeps its own: its value is of the old kind."""
        for _ in range(_LONGEST_CHAIN):
            change = self.change_at(names)
            if change is None or not isinstance(change.what, Renamed) or not change.what.is_same_value:
                break
            if change.what.new[: len(change.old)] == change.old:
                break
            names = (*change.what.new, *names[len(change.old) :])
        return names

    def spellings(self, names: Names) -> Iterator[Spelling]:
        """The earlier names of an option of today, those before earlier names included."""
        waiting = [names]
        for _ in range(_LONGEST_CHAIN):
            earlier = [spelling for path in waiting for spelling in self._earlier(path)]
            yield from earlier
            waiting = [
                (*each.change.old, *each.below)
                for each in earlier
                if isinstance(each.change.what, Renamed) and each.change.what.is_same_value
            ]
            if not waiting:
                break

    def below(self, names: Names) -> tuple[Change, ...]:
        """The changes whose new names stand below a path, though not at it."""
        return self._renamed_below.get(_known(names), ())

    def changes_among(self, names_below: Callable[[Names], frozenset[str | None]]) -> Iterator[Change]:
        """The changes whose old names may be found, going down only where ``names_below`` has the next name, or any."""
        waiting: list[tuple[tuple[str, ...], _Tree]] = [((), self._tree)] if self._tree else []
        while waiting:
            path, tree = waiting.pop()
            there = names_below(path)
            for name, below in tree.items():
                if name == ANY or (name not in there and None not in there):
                    continue
                if isinstance(below, Change):
                    yield below
                else:
                    waiting.append(((*path, name), below))

    def _earlier(self, names: Names) -> Iterator[Spelling]:
        for length in range(1, len(names) + 1):
            for change in self._renamed_to.get(_known(names[:length]), ()):
                yield Spelling(change, names[length:])
            for change in self._renamed_anywhere:
                if isinstance(change.what, Renamed) and (found := _from(change, change.what.new, names[:length])):
                    yield Spelling(found, names[length:])

    def _add(self, change: Change) -> None:
        tree = self._tree
        for name in change.old[:-1]:
            below = tree.setdefault(name, {})
            if isinstance(below, Change):
                raise ContradictoryHistory(
                    f"{'.'.join(change.old)} stands below {'.'.join(below.old)}, which was changed as a whole"
                )
            tree = below
        tree[change.old[-1]] = change
        if isinstance(change.what, Renamed) and ANY in change.old:
            self._renamed_anywhere.append(change)
        elif isinstance(change.what, Renamed):
            self._renamed_to.setdefault(change.what.new, []).append(change)

    def _by_prefix(self) -> Mapping[tuple[str, ...], tuple[Change, ...]]:
        below: dict[tuple[str, ...], list[Change]] = {}
        for new, changes in self._renamed_to.items():
            for length in range(len(new)):
                below.setdefault(new[:length], []).extend(changes)
        return {prefix: tuple(changes) for prefix, changes in below.items()}


def _at(change: Change, names: Names) -> Change:
    """A change of an option with any name in it, as that of the option at a path."""
    return change if ANY not in change.old else _from(change, change.old, names) or change


def _from(change: Change, pattern: tuple[str, ...], names: Names) -> Change | None:
    """A change with the names that fit a pattern of it in the place of any; ``None`` where they do not fit."""
    known = _known(names)
    if len(pattern) != len(known) or any(one not in (ANY, other) for one, other in zip(pattern, known, strict=True)):
        return None
    if ANY not in pattern:
        return change
    given = [name for one, name in zip(pattern, known, strict=True) if one == ANY]

    def filled(path: tuple[str, ...]) -> tuple[str, ...]:
        rest = iter(given)
        return tuple(next(rest) if name == ANY else name for name in path)

    what = change.what
    return change._replace(
        old=filled(change.old), what=what._replace(new=filled(what.new)) if isinstance(what, Renamed) else what
    )


def _known(names: Names) -> tuple[str, ...]:
    """Names all of which are known; the name of no option where one is not."""
    known = tuple(name for name in names if name is not None)
    return known if len(known) == len(names) else ("",)


NO_HISTORY = OptionHistory()
"""For module systems that are none of NixOS, whose options may have the same names."""


@cache
def nixos_history() -> OptionHistory:
    """What became of the options of NixOS."""
    return OptionHistory(read_changes(json.loads(_DATA.read_text("utf-8"))["changes"]))


def read_changes(groups: Iterable[Mapping[str, object]]) -> Iterator[Change]:
    """The changes that a data file lists, in groups of one source and one release.

    Raises :class:`ContradictoryHistory` where it is no such list.
    """
    for group in groups:
        since, source = group["since"], group["source"]
        if not isinstance(since, str) or not isinstance(source, str):
            raise ContradictoryHistory(f"a group of changes has a release and a source, not {since!r} and {source!r}")
        for old, what in _whats(group):
            yield Change(_names(old), since, source, what)


def _whats(group: Mapping[str, object]) -> Iterator[tuple[str, Renamed | Removed]]:
    for key, is_same_value in (("renamed", True), ("changed", False)):
        for old, new in _texts(group, key):
            yield old, Renamed(_names(new), is_same_value)
    for key, is_left_to_do in (("replaced", True), ("removed", False)):
        for old, advice in _texts(group, key):
            yield old, Removed(advice, is_left_to_do)


def _texts(group: Mapping[str, object], key: str) -> Iterator[tuple[str, str]]:
    table = group.get(key, {})
    if not isinstance(table, dict):
        raise ContradictoryHistory(f"'{key}' is a table of options")
    yield from table.items()


def _names(option: str) -> tuple[str, ...]:
    return tuple(part.strip('"') for part in re.findall(r'"[^"]*"|[^.]+', option))
