"""Services that read the file of a secret themselves, as a user of their own.

The facts are in ``nixlint/data/secret_readers.json``, each with the file of nixpkgs that it was read in.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nixlint.data
from nixlint.semantics.modules.option_path import OptionPath

_DATA = Path(nixlint.data.__file__).parent / "secret_readers.json"


class Reader(NamedTuple):
    """Who reads the file that an option names. ``reference`` is what stands before the path in the option's value."""

    option: tuple[str, ...]
    user: str
    unit: str
    reference: str = ""


def reader_of(path: OptionPath) -> Reader | None:
    """The service that reads the file which an option names, whatever module the definition stands in."""
    for start in range(len(path.names) - 1):
        for reader in _readers():
            if _matches(path.names[start:], reader.option):
                return reader
    return None


def may_be_read(words: frozenset[bytes]) -> bool:
    """Whether a file with these words may define an option that a service reads."""
    return any(names <= words for names in _words_of_options())


@cache
def _words_of_options() -> tuple[frozenset[bytes], ...]:
    return tuple(frozenset(name.encode() for name in reader.option if name[0] not in "<*") for reader in _readers())


def _matches(names: tuple[str | None, ...], option: tuple[str, ...]) -> bool:
    if option[-1] == "**":
        return names[: len(option) - 1] == option[:-1] and len(names) >= len(option)
    return names == option


@cache
def _readers() -> tuple[Reader, ...]:
    rows = json.loads(_DATA.read_text("utf-8"))["readers"]
    return tuple(
        Reader(tuple(row["option"].split(".")), row["user"], row["unit"], row.get("reference", "")) for row in rows
    )
