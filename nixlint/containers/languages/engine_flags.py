"""Flags of Docker and Podman in a list of arguments: ``--name=value``, ``--name value``, ``-v value`` and ``-vvalue``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nixlint.syntax.place import Place

_SHORT = {
    "-v": "--volume",
    "-p": "--publish",
    "-e": "--env",
    "-h": "--hostname",
    "-l": "--label",
    "-m": "--memory",
    "-u": "--user",
    "-w": "--workdir",
}
_SWITCHES = frozenset(
    # Flags that may stand alone: what follows is a flag of its own, and a value can only be joined with '='.
    "--privileged --init --rm --read-only --tty --interactive --detach --replace --no-healthcheck --oom-kill-disable -t -i "
    "-d -it -ti -id".split()
)


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
        if waiting is not None and not text.startswith("-"):
            yield Flag(_SHORT.get(waiting[0], waiting[0]), text, waiting[1], value_place=place)
            waiting = None
            continue
        if waiting is not None:
            yield Flag(_SHORT.get(waiting[0], waiting[0]), "", waiting[1])
            waiting = None
        name, equals, value = text.partition("=")
        name, blank, joined = name.partition(" ") if not equals else (name, "", "")
        if blank:
            value = joined
        if not name.startswith("-"):
            continue
        if name[:2] in _SHORT and len(name) > 2 and not name.startswith("--"):
            yield Flag(_SHORT[name[:2]], name[2:] + equals + value, place)
        elif equals or blank or name in _SWITCHES:
            yield Flag(_SHORT.get(name, name), value, place)
        else:
            waiting = (name, place)
    if waiting is not None:
        yield Flag(_SHORT.get(waiting[0], waiting[0]), "", waiting[1])
