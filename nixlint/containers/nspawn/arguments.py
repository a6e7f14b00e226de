"""Which arguments the modules of a container ask for, and do not get.

The module system gives a module what its formals name, from its own arguments, from ``specialArgs`` and from
``_module.args`` (nixpkgs, ``lib/modules.nix``, ``applyModuleArgs``). An argument that is not used is never looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nixlint.containers.stated import is_complete
from nixlint.semantics.language.values import AttrsValue, FunctionValue
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place
from nixlint.syntax.words import words_of

if TYPE_CHECKING:
    from .container import NspawnContainer

_OWN = frozenset(
    # nixpkgs, lib/modules.nix and nixos/lib/eval-config.nix; those of nixos/modules/misc/extra-arguments.nix.
    "config options lib pkgs modulesPath specialArgs utils baseModules extraModules modules noUserModules extendModules "
    "moduleType name _class _prefix pkgs_i686".split()
)
_ARGUMENTS = OptionPath.of("_module", "args")


def missing_arguments(container: NspawnContainer) -> Iterator[tuple[str, Place]]:
    """The formals of a container's own modules that certainly get nothing, each with its place."""
    asked = [(name, place) for name, place in _asked(container) if name not in _OWN]
    given = _given(container) if asked else None
    if given is not None:
        yield from ((name, place) for name, place in asked if name not in given)


def _asked(container: NspawnContainer) -> Iterator[tuple[str, Place]]:
    for definition in container.option("config").definitions:
        function = definition.value.function if isinstance(definition.value, FunctionValue) else None
        formals = None if function is None else function.formals
        if function is None or formals is None or definition.conditions:
            continue
        used = words_of(function.body.text.encode())
        for formal in formals.formals:
            if formal.default is None and formal.name.text.encode() in used:
                yield formal.name.text, Place(formal.name.file.path, formal.name.span)


def _given(container: NspawnContainer) -> frozenset[str] | None:
    """The further arguments that its modules get; ``None`` where there may be others."""
    special = container.option_anywhere("specialArgs")
    within = container.system.ask(_ARGUMENTS)
    if not container.system.is_whole or not is_complete(special) or not is_complete(within):
        return None
    found = {name for name, _ in container.system.children(_ARGUMENTS)}
    if special.presence is not Presence.ABSENT:
        values = [definition.value for definition in special.definitions]
        found.update(name for value in values if isinstance(value, AttrsValue) for name in value.entries)
    return None if None in found else frozenset(name for name in found if name is not None)
