"""Modules from elsewhere of which it is known what they may define: those of NixOS, and of flakes that many people use.

The facts are in ``nixlint/data/known_modules.json``. An input goes by the name that its project has.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from . import symbols
from .values import CallValue, StringValue, SymbolValue, Value

Roots: TypeAlias = tuple[tuple[str, ...], ...]

_OUTPUTS = frozenset({"nixosModules", "nixosModule", "modules"})
_DATA = Path(__file__).parent.parent / "data" / "known_modules.json"


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
        case SymbolValue(path=path) | CallValue(callee=SymbolValue(path=path)):
            return _of_input(path)
        case StringValue(parts=(SymbolValue(path=path), *rest)) if path == ("modulesPath",) or symbols.is_nixpkgs(path):
            return _of_nixos("".join(part for part in rest if isinstance(part, str)))
        case _:
            return None


def _of_nixos(path: str) -> Roots | None:
    return _known().nixos.get(path.lstrip("/").removeprefix("nixos/modules/"))


def _of_input(path: tuple[str, ...]) -> Roots | None:
    """Those of a module of a flake: ``inputs.<name>.nixosModules.<module>``, or the name by itself in ``outputs``."""
    names = path[1:] if path[:1] == ("inputs",) else path
    return _known().inputs.get(names[0]) if names and (len(names) == 1 or _OUTPUTS & set(names[1:])) else None


@cache
def _known() -> _Known:
    import json

    facts = json.loads(_DATA.read_text("utf-8"))
    inputs = {name: _roots(row["defines"]) for row in facts["modules"] for name in row["inputs"]}
    return _Known(inputs, {path: _roots(options) for path, options in facts["nixos"].items()})


def _roots(options: list[str]) -> Roots:
    return tuple(tuple(option.split(".")) for option in options)
