"""What says that a machine, or a file, is there to be tried and not to be deployed.

The facts are in ``nixlint/data/secret_circumstances.json``, each row with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePath
from typing import NamedTuple

import nixlint.data

_DATA = Path(nixlint.data.__file__).parent / "secret_circumstances.json"


def is_to_be_read(file: PurePath) -> bool:
    """Whether a file, relative to its repository, is by its folders or its name a test, an example or documentation.

    It may be a host's all the same: what hosts import says more.
    """
    names = [part.lower() for part in (*file.parts[:-1], file.stem)]
    return any(not _facts().folders.isdisjoint((name, *name.replace("_", "-").split("-"))) for name in names)


def says_trial(text: bytes) -> bool:
    """Whether the text of a module says that its machine is to be tried, or to install another one from."""
    return any(mark in text for mark in _facts().machines)


def machines_to_try() -> Iterable[bytes]:
    """The texts of which one is in a module of every machine that is there to be tried."""
    return _facts().machines


def asks_for_no_login(text: bytes) -> bool:
    """Whether a module logs somebody in on the console anyway."""
    return any(mark in text for mark in _facts().logins)


class _Facts(NamedTuple):
    machines: tuple[bytes, ...]
    folders: frozenset[str]
    logins: tuple[bytes, ...]


@cache
def _facts() -> _Facts:
    tables = json.loads(_DATA.read_text("utf-8"))
    return _Facts(
        tuple(row["text"].encode() for row in tables["machines"]),
        frozenset(row["name"] for row in tables["folders"]),
        tuple(row["text"].encode() for row in tables["logins"]),
    )
