"""What is known of the flags of ``docker run`` and ``podman run``, from ``nixlint/data/run_flags.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class FlagForm(Enum):
    """How a flag becomes a part of a Compose service, or why it does not."""

    LIST = "list"
    TEXT = "text"
    SWITCH = "switch"
    SPECIAL = "special"
    CARRIED = "carried"
    IMPLIED = "implied"
    LOST = "lost"


class KeyForm(Enum):
    """How the key of a Compose service makes a flag, where that is all there is to it."""

    TEXT = "text"
    TEXTS = "texts"
    PAIRS = "pairs"
    SWITCH = "switch"
    SIZE = "size"


class RunFlag(NamedTuple):
    """A flag: the engines that have it, and the key of a Compose service that means the same.

    ``becomes`` is how that key makes the flag, where it is that simple. A switch takes no value. Podman reads the value of
    one with ``commas`` as a row of CSV. ``why`` is the reason for which a flag without a key is not carried.
    """

    name: str
    form: FlagForm
    engines: frozenset[str]
    is_switch: bool = False
    has_commas: bool = False
    key: str | None = None
    why: str = ""
    becomes: KeyForm | None = None


def run_flag(name: str) -> RunFlag | None:
    """What is known of a flag by its long name; ``None`` for one that neither engine has."""
    return _facts().flags.get(name)


def keys_that_become(form: KeyForm) -> Iterator[tuple[str, str]]:
    """The keys of a Compose service that make a flag in this way, each with its flag."""
    for flag in _facts().flags.values():
        if flag.becomes is form and flag.key is not None:
            yield flag.key, flag.name


def long_name(name: str) -> str:
    """The long name of a flag that is written as a letter, ``-v``, or by another name, ``--net``."""
    return _facts().names.get(name, name)


def is_switch(name: str) -> bool:
    """Whether a flag takes no value, so that what follows it is none."""
    flag = _facts().flags.get(name)
    return flag is not None and flag.is_switch


def written_flag(name: str, value: str) -> str:
    """A flag as one argument. One that takes a value always has its ``=``, or else it would take the next argument."""
    return name if is_switch(name) and not value else f"{name}={value}"


class _Facts(NamedTuple):
    flags: Mapping[str, RunFlag]
    names: Mapping[str, str]


@cache
def _facts() -> _Facts:
    import json

    facts = json.loads((files("nixlint") / "data" / "run_flags.json").read_text("utf-8"))
    flags = {
        name: RunFlag(
            name,
            FlagForm(each["form"]),
            frozenset(each["engines"]),
            each.get("switch", False),
            each.get("commas", False),
            each.get("compose"),
            each.get("why", ""),
            KeyForm(each["becomes"]) if "becomes" in each else None,
        )
        for name, each in facts["flags"].items()
    }
    short = {each["short"]: name for name, each in facts["flags"].items() if "short" in each}
    return _Facts(flags, {**short, **facts["aliases"]})
