"""Questions about many options at once: patterns such as ``containers.*.config.system.stateVersion``.

Some options hold whole configurations: a container's ``config`` is a module system of its own. A pattern goes on through
these as if they were sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .interpreter import Interpreter
from .module_system import Answer, ModuleSystem, Presence, ask_within, attributes_of
from .option_path import OptionPath

ANY = "*"
"""Stands for any one name in a pattern."""

NESTED_SYSTEMS: tuple[tuple[str, ...], ...] = (
    ("containers", ANY, "config"),  # nixos/modules/virtualisation/nixos-containers.nix
    ("specialisation", ANY, "configuration"),  # nixos/modules/system/activation/specialisation.nix
    ("virtualisation", "vmVariant"),  # nixos/modules/virtualisation/build-vm.nix
    ("virtualisation", "vmVariantWithBootLoader"),
    ("virtualisation", "vmVariantWithDisko"),  # disko's module.nix
    ("home-manager", "users", ANY),  # home-manager, nixos/common.nix
    ("microvm", "vms", ANY, "config"),  # microvm.nix, nixos-modules/host/options.nix
)
"""Options whose values are modules of another evaluation, with where that is said."""


class Asked(NamedTuple):
    """An option that a pattern stands for, and what is known of it."""

    option: OptionPath
    answer: Answer


def parse_pattern(text: str) -> tuple[str, ...]:
    """The names of a pattern, written as an option path is written in Nix, with ``*`` for any name.

    Raises :class:`ValueError` where it is none.
    """
    names: list[str] = []
    rest = text
    while True:
        if rest.startswith('"'):
            name, closed, rest = rest[1:].partition('"')
            if not closed:
                break
        else:
            end = rest.find(".")
            name, rest = (rest, "") if end < 0 else (rest[:end], rest[end:])
        if not name:
            break
        names.append(name)
        if not rest:
            return tuple(names)
        if not rest.startswith("."):
            break
        rest = rest[1:]
    raise ValueError(f"'{text}' is no option path: names with dots between them, quoted where they hold a dot")


def ask_pattern(system: ModuleSystem, pattern: tuple[str, ...], interpreter: Interpreter) -> Iterator[Asked]:
    """The options that a pattern stands for in a module system, in the order in which they are defined.

    Where the pattern has no ``*``, that is the one option, defined or not.
    """
    query = _Query(interpreter, system.is_whole)
    yield from query.ask(system.ask(OptionPath(())), pattern, OptionPath(()), OptionPath(()))


class _Query(NamedTuple):
    """A question in one module system; those within it are whole where it is."""

    interpreter: Interpreter
    is_whole: bool

    def ask(self, above: Answer, pattern: tuple[str, ...], option: OptionPath, inner: OptionPath) -> Iterator[Asked]:
        """The options below an answer. ``inner`` is the path within the innermost module system."""
        if not pattern:
            yield Asked(option, above)
            return
        if _is_nested_system(inner):
            system = ModuleSystem(above.definitions, self.interpreter, above.obstacles, is_whole=self.is_whole)
            yield from self.ask(system.ask(OptionPath(())), pattern, option, OptionPath(()))
            return
        names = _names_below(above) if pattern[0] == ANY else (pattern[0],)
        for name in names:
            found = ask_within(above.definitions, OptionPath.of(name))
            below = Answer(found.definitions, (*above.obstacles, *found.obstacles))
            if pattern[0] == ANY and below.presence is Presence.ABSENT:
                continue
            yield from self.ask(below, pattern[1:], option / name, inner / name)


def _names_below(answer: Answer) -> tuple[str | None, ...]:
    """The names that are defined below an answer, ``None`` once for all that are not known."""
    return tuple(dict.fromkeys(name for definition in answer.definitions for name, _ in attributes_of(definition)))


def _is_nested_system(option: OptionPath) -> bool:
    return any(
        len(option) == len(system)
        and all(wanted in (ANY, name) for wanted, name in zip(system, option.names, strict=True))
        for system in NESTED_SYSTEMS
    )
