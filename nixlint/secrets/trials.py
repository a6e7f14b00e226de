"""What says that a machine, or a file, is there to be tried and not to be deployed.

The facts are in ``nixlint/data/secret_circumstances.json``, each row with its reason.
"""

from __future__ import annotations

import json
import re
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


def is_of_installer(file: PurePath) -> bool:
    """Whether a file is called as one for an installer or a rescue system; where a host has it, it is none."""
    names = (part.lower().replace("_", "-") for part in (*file.parts[:-1], file.stem))
    return any(not _facts().installers.isdisjoint(name.split("-")) for name in names)


def is_module_of_trial(path: str) -> bool:
    """Whether the path of a module is one that only a machine to be tried, or to install from, imports."""
    return any(module in path for module in _facts().machines)


def is_option_of_trial(name: str | None) -> bool:
    """Whether only such a machine has options below a name."""
    return name in _facts().options


def marks_of_trial() -> tuple[bytes, ...]:
    """The texts of which one is in a module of every such machine."""
    return tuple(mark.encode() for mark in (*_facts().machines, *_facts().options))


def says_it_is_changed(words: str) -> bool:
    """Whether the words of a comment say that the first password beside it is changed at once."""
    return _facts().changes.search(words) is not None


def names_of_installers() -> tuple[bytes, ...]:
    """The words of which one is in the name of every machine that is called after what one installs from."""
    return tuple(sorted(word.encode() for word in _facts().installers))


def says_no_secret(words: str) -> bool:
    """Whether the words of a comment say that the value beside it is no secret, or protects nothing."""
    return _facts().comments.search(words) is not None


def asks_for_no_login(text: bytes) -> bool:
    """Whether a module logs somebody in on the console anyway."""
    return any(mark in text for mark in _facts().logins)


class _Facts(NamedTuple):
    machines: tuple[str, ...]
    options: frozenset[str]
    installers: frozenset[str]
    folders: frozenset[str]
    logins: tuple[bytes, ...]
    comments: re.Pattern[str]
    changes: re.Pattern[str]


@cache
def _facts() -> _Facts:
    tables = json.loads(_DATA.read_text("utf-8"))
    return _Facts(
        tuple(row["module"] for row in tables["machines"]),
        frozenset(row["option"] for row in tables["options"]),
        frozenset(row["word"] for row in tables["installers"]),
        frozenset(row["name"] for row in tables["folders"]),
        tuple(row["text"].encode() for row in tables["logins"]),
        *(
            re.compile("|".join(row["pattern"] for row in tables[key]), re.IGNORECASE)
            for key in ("comments", "changes")
        ),
    )
