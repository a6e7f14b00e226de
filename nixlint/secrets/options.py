"""Options of NixOS of which it is known that they hold a secret, or take the file of one.

The facts are in ``nixlint/data/secret_options.json``: option paths with ``<name>`` for any name, ``*`` for an element of a
list (which has no name in a path) and ``**`` for anything below, each with the option that takes a file instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data
from nixlint.semantics.modules.option_path import OptionPath

_DATA = Path(nixlint.data.__file__).parent / "secret_options.json"


_PATHS = 256
"""Of how many paths the answer is kept: all rules ask about one definition before they ask about the next."""


class SecretOption(NamedTuple):
    """An option with a secret in plain text, and the option to use instead, with the names of this configuration."""

    prefix: tuple[str | None, ...]
    """What stands before the option: ``config``, or a container's path."""
    replacement: str | None
    value: str | None
    """What the option itself takes in the place of the secret: a reference to a file that the service reads."""
    is_free_form: bool
    """Whether the option is some setting or variable below the one that is known."""
    kind: str | None = None
    """What the secret is, where the option's own name does not say so."""


@lru_cache(maxsize=_PATHS)
def secret_option(path: OptionPath) -> SecretOption | None:
    """What is known of the option that a definition is of, whatever module it stands in."""
    for start, row in _rows_at(path, _facts().plain):
        names = path.names[start:]
        if _matches(names, row.pattern):
            replacement = _in_these_names(row, names)
            return SecretOption(path.names[:start], replacement, row.value, row.pattern[-1] == "**", row.kind)
    return None


def is_secret_file_option(path: OptionPath) -> bool:
    """Whether a definition is of an option of NixOS that takes the file of a secret."""
    return any(_matches(path.names[start:], row.pattern) for start, row in _rows_at(path, _facts().files))


def kind_in_file_of(path: OptionPath) -> str | None:
    """What is in the file that an option of NixOS takes, where it is known and the option's own name does not say so."""
    matching = (row for start, row in _rows_at(path, _facts().files) if _matches(path.names[start:], row.pattern))
    return next((row.kind for row in matching if row.kind is not None), None)


@lru_cache(maxsize=_PATHS)
def is_table_of_secrets(path: OptionPath) -> bool:
    """Whether an option of NixOS is a set in which each name, whatever it is, has a secret or the file of one."""
    if path.last not in _tables():
        return False
    below = path / _ANY
    return any(
        row.pattern[-1] == "<name>" and _matches(below.names[start:], row.pattern)
        for rows in (_facts().plain, _facts().files)
        for start, row in _rows_at(below, rows)
    )


@cache
def _tables() -> frozenset[str | None]:
    """The names that a set of secrets has; ``<name>`` is no name of one."""
    facts = _facts()
    rows = (row for rows in (*facts.plain.values(), *facts.files.values()) for row in rows)
    return frozenset(row.pattern[-2] for row in rows if row.pattern[-1] == "<name>")


_ANY = "…"


@cache
def tell_tale_words() -> Mapping[bytes, frozenset[bytes]]:
    """The words of options whose own names do not promise a secret: the last fixed name of each, with the one before it."""
    found: dict[bytes, set[bytes]] = {}
    facts = _facts()
    for row in (row for rows in (facts.plain, facts.files) for each in rows.values() for row in each):
        if row.kind is not None:
            fixed = [name.encode() for name in row.pattern if name != "<name>"]
            found.setdefault(fixed[-1], set()).add(fixed[-2])
    return {word: frozenset(before) for word, before in found.items()}


class _Row(NamedTuple):
    pattern: tuple[str, ...]
    replacement: str | None
    value: str | None
    kind: str | None


class _Facts(NamedTuple):
    """The rows, by the first two names of their options."""

    plain: Mapping[tuple[str, str], tuple[_Row, ...]]
    files: Mapping[tuple[str, str], tuple[_Row, ...]]


def _rows_at(path: OptionPath, rows: Mapping[tuple[str, str], tuple[_Row, ...]]) -> Iterator[tuple[int, _Row]]:
    names = path.names
    for start in range(len(names) - 1):
        first, second = names[start], names[start + 1]
        if first is not None and second is not None:
            yield from ((start, row) for row in rows.get((first, second), ()))


def _matches(names: tuple[str | None, ...], pattern: tuple[str, ...]) -> bool:
    if pattern[-1] == "**":
        return len(names) >= len(pattern) and _matches(names[: len(pattern) - 1], pattern[:-1])
    return len(names) == len(pattern) and all(
        wanted in ("<name>", name) for name, wanted in zip(names, pattern, strict=True)
    )


def _in_these_names(row: _Row, names: tuple[str | None, ...]) -> str | None:
    """The replacement, with the names of the definition for its placeholders as far as both run side by side."""
    if row.replacement is None:
        return None
    given = iter(name for name, wanted in zip(names, row.pattern, strict=False) if wanted == "<name>")
    parts = [part for part in row.replacement.split(".") if part != "*"]
    filled = tuple(next(given, None) or part if part == "<name>" else part for part in parts)
    return str(OptionPath(filled))


@cache
def _facts() -> _Facts:
    document = json.loads(_DATA.read_text("utf-8"))
    return _Facts(_by_names(document["plain"]), _by_names(document["files"]))


def _by_names(rows: list[dict[str, str | None]]) -> Mapping[tuple[str, str], tuple[_Row, ...]]:
    found: dict[tuple[str, str], tuple[_Row, ...]] = {}
    for row in rows:
        pattern = tuple(part for part in str(row["option"]).split(".") if part != "*")
        key = (pattern[0], pattern[1])
        found[key] = (*found.get(key, ()), _Row(pattern, row.get("replacement"), row.get("value"), row.get("kind")))
    return found
