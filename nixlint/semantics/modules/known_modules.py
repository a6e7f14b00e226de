"""Modules from elsewhere of which it is known what they may define: those of NixOS, and of flakes that many people use.

The facts are in ``nixlint/data/known_modules.json``. An input goes by the name that its project has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import nixlint.data
from nixlint.semantics.language import sources, symbols
from nixlint.semantics.language.values import AttrsValue, CallValue, ListValue, StringValue, SymbolValue, Thunk, Value

Roots: TypeAlias = tuple[tuple[str, ...], ...]

_OUTPUTS = frozenset({"nixosModules", "nixosModule", "modules"})
_FOR_HOMES = frozenset({"nix-colors"})
"""Projects whose modules for Home Manager are modules for NixOS as well."""
_PARTS = frozenset({"flakeModule", "flakeModules"})
_OF_PARTS: Roots = (("perSystem",), ("systems",), ("transposition",), ("flake", "checks"), ("flake", "packages"))
"""What a module of flake-parts from elsewhere may define: what it makes for each system, not the modules of the flake."""
_VARIANT = re.compile(r"-(?:stable|unstable|master|nix|flake|latest|\d\d[.-]?\d\d)$")
"""What people put behind the name of a project to tell two versions of it apart."""
_DATA = Path(nixlint.data.__file__).parent / "known_modules.json"


@runtime_checkable
class Projects(Protocol):
    """What knows the projects that inputs come from: the flake."""

    def project(self, name: str) -> str | None:
        """The name of the repository that an input is fetched from."""
        ...


class _Known(NamedTuple):
    """The facts: by the name of an input, and by the path of a module below ``nixos/modules``."""

    inputs: Mapping[str, Roots]
    nixos: Mapping[str, Roots]


def roots_of(module: Value) -> Roots | None:
    """The option paths below which a module that is known by name alone may define something.

    ``None`` where nothing is known of it.
    """
    match module:
        case SymbolValue(path=path) if path[:1] == symbols.NIXPKGS:
            return _of_nixos("/".join(path[1:]))
        case CallValue(callee=SymbolValue(path=("lib", *_, name)), arguments=arguments):
            return _of_option_module(name, arguments)
        case CallValue(callee=callee, arguments=(source, *_)) if callee.path[:1] == sources.IMPORT:
            return roots_of(source.force())
        case CallValue() if sources.is_fetched(module):
            return _of_project(sources.project_of(module))
        case SymbolValue(path=path) if symbols.is_looked_up(path):
            return _of_project(path[0].strip("<>"))
        case SymbolValue() | CallValue():
            symbol = module.callee if isinstance(module, CallValue) else module
            return _of_either(symbol.path, _by_project(symbol))
        case StringValue(parts=(SymbolValue() as symbol, *rest)):
            below = "".join(part for part in rest if isinstance(part, str))
            path, project = symbol.path, _by_project(symbol)
            if symbols.is_looked_up(path) and path[:1] != symbols.NIXPKGS:
                return _of_project(path[0].strip("<>"))
            if path == ("modulesPath",) or symbols.is_nixpkgs(path) or symbols.is_nixpkgs(project):
                return _of_nixos(below)
            return _of_either((*path, "nixosModules"), (*project, "nixosModules"))
        case StringValue(parts=(CallValue() as fetched, *rest)) if sources.is_fetched(fetched):
            if sources.is_nixpkgs(fetched):
                return _of_nixos("".join(part for part in rest if isinstance(part, str)))
            return _of_project(sources.project_of(fetched))
        case _:
            return None


def _of_either(path: tuple[str, ...], project: tuple[str, ...]) -> Roots | None:
    found = _of_input(path)
    return _of_input(project) if found is None else found


def _by_project(symbol: SymbolValue) -> tuple[str, ...]:
    """The path of something of an input, with the name of its project in the place of the one that the flake gives it."""
    path, resolver = symbol.path, symbol.resolver
    if path[:1] != symbols.INPUTS or len(path) < 2 or not isinstance(resolver, Projects):
        return path
    return (*symbols.INPUTS, resolver.project(path[1]) or path[1], *path[2:])


def _of_project(name: str | None) -> Roots | None:
    """Those of a module of a project other than nixpkgs, of which it is not known what it is called in a flake."""
    return None if name is None or symbols.is_nixpkgs((name,)) else _of_input((name, "nixosModules"))


def _of_nixos(path: str) -> Roots | None:
    name = path.lstrip("/").removeprefix("nixos/modules/")
    facts = _known().nixos
    folders = (roots for folder, roots in facts.items() if folder.endswith("/") and name.startswith(folder))
    return facts[name] if name in facts else next(folders, None)


def _of_input(path: tuple[str, ...]) -> Roots | None:
    """Those of a module of a flake: ``inputs.<name>.nixosModules.<module>``, or the name by itself in ``outputs``."""
    names = path[1:] if path[:1] == ("inputs",) else path
    if _PARTS & set(names[1:]):
        return _OF_PARTS
    outputs = (
        _OUTPUTS | {"homeManagerModules", "homeManagerModule"} if names[:1] and names[0] in _FOR_HOMES else _OUTPUTS
    )
    if not names or (len(names) > 1 and not outputs & set(names[1:])):
        return None
    if symbols.is_nixpkgs(names[:1]):
        return _of_nixos(".".join(names[1:]))
    facts = _known().inputs
    return facts.get(names[0]) or facts.get(_VARIANT.sub("", names[0]))


def _of_option_module(name: str, arguments: tuple[Thunk, ...]) -> Roots | None:
    """Those of a module that takes an option away, or makes a new name for it (nixpkgs, ``lib/modules.nix``)."""
    match name:
        case "mkRemovedOptionModule":
            return ()
        case "mkRenamedOptionModule" | "mkAliasOptionModule" | "mkRenamedOptionModuleWith" if arguments:
            target = arguments[-1].force()
            if name == "mkRenamedOptionModuleWith":
                to = target.entries.get("to") if isinstance(target, AttrsValue) else None
                target = target if to is None else to.value.force()
            names = [item.force() for item in target.elements] if isinstance(target, ListValue) else []
            texts = [item.text for item in names if isinstance(item, StringValue) and item.text is not None]
            whole = isinstance(target, ListValue) and not target.unknowns and len(texts) == len(names)
            return (tuple(texts),) if whole and texts else None
        case _:
            return None


@cache
def _known() -> _Known:
    import json

    facts = json.loads(_DATA.read_text("utf-8"))
    inputs = {name: _roots(row["defines"]) for row in facts["modules"] for name in row["inputs"]}
    return _Known(inputs, {path: _roots(options) for path, options in facts["nixos"].items()})


def _roots(options: list[str]) -> Roots:
    return tuple(tuple(option.split(".")) for option in options)
