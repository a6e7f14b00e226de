"""Which arguments the modules of a container ask for, and do not get.

The module system gives a module what its formals name, from its own arguments, from ``specialArgs`` and from
``_module.args`` (nixpkgs, ``lib/modules.nix``, ``applyModuleArgs``). An argument that is not used is never looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nixlint.containers.stated import is_complete
from nixlint.semantics.language.values import AttrsValue, FunctionValue
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.unbound_names import free_names

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
    asked = [each for each in _asked(container) if each.name not in _OWN]
    special = _special(container) if asked else None
    within = _within(container) if special is not None else None
    for each in asked if special is not None else ():
        given = special if each.is_for_imports else within
        if given is not None and special is not None and each.name not in given | special:
            yield each.name, each.place


class _Asked(NamedTuple):
    """A formal that is used; ``is_for_imports``, where only ``specialArgs`` can give it (``_module.args`` comes later)."""

    name: str
    place: Place
    is_for_imports: bool


def _asked(container: NspawnContainer) -> Iterator[_Asked]:
    for definition in container.option("config").definitions:
        function = definition.value.function if isinstance(definition.value, FunctionValue) else None
        formals = None if function is None else function.formals
        if function is None or formals is None or definition.conditions:
            continue
        used, imported = free_names(function.body), _used_by_imports(function.body)
        for formal in formals.formals:
            name = formal.name.text
            if formal.default is None and name in used:
                place = Place(formal.name.file.path, formal.name.span)
                yield _Asked(name, place, name in imported)


def _used_by_imports(body: views.Expression) -> frozenset[str]:
    bindings = body.bindings if isinstance(body, views.AttrSet) else ()
    return frozenset(
        name
        for binding in bindings
        if isinstance(binding, views.Binding) and binding.path.text == "imports"
        for name in free_names(binding.value)
    )


def _special(container: NspawnContainer) -> frozenset[str] | None:
    """The names in ``specialArgs``; ``None`` where there may be others."""
    special = container.option_anywhere("specialArgs")
    if not container.system.is_whole or not is_complete(special):
        return None
    values = [definition.value for definition in special.definitions]
    return frozenset(name for value in values if isinstance(value, AttrsValue) for name in value.entries)


def _within(container: NspawnContainer) -> frozenset[str] | None:
    """The names in ``_module.args`` of the container; ``None`` where there may be others."""
    names = [name for name, _ in container.system.children(_ARGUMENTS)]
    if None in names or not is_complete(container.system.ask(_ARGUMENTS)):
        return None
    return frozenset(name for name in names if name is not None)
