"""Questions about many options at once: patterns such as ``containers.*.config.system.stateVersion``.

Some options hold whole configurations: a container's ``config`` is a module system of its own. A pattern goes on through
these as if they were sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import FunctionValue, Known, PathValue, StringValue

from .module_system import Answer, ModuleSystem, Presence, ask_within, attributes_of
from .option_history import NO_HISTORY
from .option_path import OptionPath
from .properties import standing

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

_OTHER_SYSTEMS: tuple[tuple[str, ...], ...] = (("home-manager", "users", ANY),)
"""Those of them whose modules are none of NixOS."""

_SETS: tuple[tuple[str, ...], ...] = (
    ("containers",),
    ("specialisation",),
    ("home-manager", "users"),
    ("microvm", "vms"),
)
"""Options that hold a set of the above by name."""
_SUBMODULES: tuple[tuple[str, ...], ...] = (("containers", ANY), ("specialisation", ANY), ("microvm", "vms", ANY))
"""Options whose values are sets of options, or modules that define these."""


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
    raise ValueError(f"'{text}' is not an option path: separate names with dots, and quote a name that contains a dot")


def ask_pattern(system: ModuleSystem, pattern: tuple[str, ...], interpreter: Interpreter) -> Iterator[Asked]:
    """The options that a pattern stands for in a module system, in the order in which they are defined.

    Where the pattern has no ``*``, that is the one option, defined or not.
    """
    yield from _Query(interpreter, system).ask_system(pattern, OptionPath(()))


class _Query(NamedTuple):
    """A question in one module system; those within it are whole where it is."""

    interpreter: Interpreter
    system: ModuleSystem

    def ask_system(self, pattern: tuple[str, ...], around: OptionPath) -> Iterator[Asked]:
        """The options of the whole system, which stands below ``around``, by the names by which they were asked for."""
        top = self.system.ask(OptionPath(()))
        change = self.system.change_followed(pattern)
        if change is None:
            yield from self.ask(top, pattern, around, OptionPath(()))
            return
        today = self.system.current_name(pattern)
        said, meant = len(change.old), len(today) - (len(pattern) - len(change.old))
        for option, answer in self.ask(top, tuple(map(str, today)), around, OptionPath(())):
            below = option.names[len(around) + meant :]
            yield Asked(OptionPath((*around.names, *pattern[:said], *below)), answer)

    def ask(self, above: Answer, pattern: tuple[str, ...], option: OptionPath, inner: OptionPath) -> Iterator[Asked]:
        """The options below an answer. ``inner`` is the path within the innermost module system."""
        if not pattern:
            yield Asked(option, above)
            return
        if _is_one_of(_SETS, inner):
            above = standing(above)
        if _is_one_of(_SUBMODULES, inner):
            above = self._without_modules(standing(above), inner)
        if _is_one_of(NESTED_SYSTEMS, inner):
            found = standing(above)
            system = ModuleSystem(
                found.definitions,
                self.interpreter,
                found.obstacles,
                is_whole=self.system.is_whole,
                history=NO_HISTORY if _is_one_of(_OTHER_SYSTEMS, inner) else None,
            )
            yield from self._replace(system=system).ask_system(pattern, option)
            return
        names = _names_below(above) if pattern[0] == ANY else (pattern[0],)
        for name in names:
            found = ask_within(above.definitions, OptionPath.of(name), lambda _: self.system.is_prefix(inner.names))
            below = Answer(found.definitions, (*above.obstacles, *found.obstacles))
            if pattern[0] == ANY and below.presence is Presence.ABSENT:
                continue
            yield from self.ask(below, pattern[1:], option / name, inner / name)

    def _without_modules(self, answer: Answer, option: OptionPath) -> Answer:
        """The definitions of a submodule, with what modules among them define in their places."""
        modules = tuple(found for found in answer.definitions if isinstance(found.value, FunctionValue | PathValue))
        if not modules:
            return answer
        name = {} if option.last is None else {"name": Known(StringValue((option.last,)))}
        system = ModuleSystem(modules, self.interpreter, arguments=name, is_whole=False, history=NO_HISTORY)
        found = system.ask(OptionPath(()))
        others = tuple(definition for definition in answer.definitions if definition not in modules)
        return Answer((*others, *found.definitions), (*answer.obstacles, *found.obstacles))


def _names_below(answer: Answer) -> tuple[str | None, ...]:
    """The names that are defined below an answer, ``None`` once for all that are not known."""
    return tuple(dict.fromkeys(name for definition in answer.definitions for name, _ in attributes_of(definition)))


def _is_one_of(options: tuple[tuple[str, ...], ...], option: OptionPath) -> bool:
    return any(
        len(option) == len(names)
        and all(wanted in (ANY, name) for wanted, name in zip(names, option.names, strict=True))
        for names in options
    )
