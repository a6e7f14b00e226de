"""Models of the functions of ``builtins`` and of nixpkgs' ``lib`` that configurations call.

Each model is a small function named after what it stands for, in the module of its concern. A model answers with what is
certain: from a list or a set that is not wholly known it makes one that is open. Functions without a model stay symbols.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nixlint.semantics.language import symbols
from nixlint.semantics.language.sources import project_at
from nixlint.semantics.language.values import (
    BoolValue,
    Known,
    ListValue,
    NullValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    Value,
)
from nixlint.syntax.place import Place

from .names import BUILTINS, CONCERN_OF, GLOBAL_BUILTINS, SUBLIBRARIES
from .registry import Call, Evaluator, find

_MODULE_ARGUMENT_NAMES = frozenset({"args", "attrs", "arg", "moduleArgs"})
"""What people call the whole argument of a module in ``args: …``."""
_ELSEWHERE: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("inputs", "flake-parts", "lib", "importApply"): (*symbols.LIB, "modules", "importApply")
}
"""Functions of flakes, and the functions of ``lib`` that they are (flake-parts, ``lib.nix``)."""
_LETTERS = {"lowerChars": "abcdefghijklmnopqrstuvwxyz", "upperChars": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def named(path: tuple[str, ...], place: Place | None = None) -> Value:
    """What a dotted name stands for: a model where there is one, else a symbol."""
    found = symbols.symbol(_ELSEWHERE.get(path, path), place)
    names = found.path
    if names[:1] == symbols.BUILTINS and len(names) == 2:
        return _builtin(names[1], found)
    if names[:1] == symbols.LIB and len(names) > 1:
        return _of_lib(names[1:], found)
    return found


def named_argument(name: str, place: Place | None = None) -> SymbolValue:
    """What the argument of ``name: body`` stands for when nobody says with what it is called."""
    return SymbolValue(symbols.MODULE_ARGUMENTS if name in _MODULE_ARGUMENT_NAMES else (name,), place)


@cache
def global_names() -> Mapping[str, Thunk]:
    """The names that are in scope everywhere."""
    names: dict[str, Value] = {
        "true": BoolValue(True),
        "false": BoolValue(False),
        "null": NullValue(),
        "builtins": SymbolValue(symbols.BUILTINS),
    }
    names.update((name, named((*symbols.BUILTINS, name))) for name in GLOBAL_BUILTINS)
    return {name: Known(value) for name, value in names.items()}


def call(function: PrimitiveValue, argument: Thunk, place: Place | None, evaluator: Evaluator) -> Value:
    """A modelled function called with one more argument."""
    model = find(function.name)
    arguments = (*function.arguments, argument)
    if len(arguments) < model.arity:
        return PrimitiveValue(function.name, arguments, place)
    return model.call(Call(function.name, arguments, place, evaluator))


def call_elsewhere(callee: SymbolValue, argument: Thunk, place: Place | None, evaluator: Evaluator) -> Value | None:
    """What a function of a flake that many use gives; ``None`` where nothing is known of it."""
    if callee.path == (*symbols.BUILTINS, "getFlake"):
        return _flake_at(argument.force(), place)
    if callee.path != ("inputs", "haumea", "lib", "load"):
        return None
    from .files import loaded_by_haumea

    return loaded_by_haumea(argument.force(), place, evaluator)


def _flake_at(address: Value, place: Place | None) -> Value | None:
    """The flake at an address: what the input of a flake would be that had the name of its project."""
    text = address.text if isinstance(address, StringValue) else None
    project = None if text is None else "nixpkgs" if text.partition("/")[0] == "nixpkgs" else project_at(text)
    return None if project is None else SymbolValue((*symbols.INPUTS, project), place)


def _builtin(name: str, found: SymbolValue) -> Value:
    match name:
        case "true" | "false":
            return BoolValue(name == "true", found.place)
        case "null":
            return NullValue(found.place)
        case "builtins":
            return SymbolValue(symbols.BUILTINS, found.place)
        case _ if f"builtins.{name}" in CONCERN_OF:
            return PrimitiveValue(f"builtins.{name}", (), found.place)
        case _ if name in BUILTINS and name in CONCERN_OF:
            return PrimitiveValue(name, (), found.place)
        case _:
            return found


def _of_lib(names: tuple[str, ...], found: SymbolValue) -> Value:
    *part, name = names
    if len(part) == 1 and f"{part[0]}.{name}" in CONCERN_OF:
        return PrimitiveValue(f"{part[0]}.{name}", (), found.place)
    if len(part) > 1 or (part and part[0] not in SUBLIBRARIES):
        return found
    if not part and f"lib.{name}" in CONCERN_OF:
        return PrimitiveValue(f"lib.{name}", (), found.place)
    if name in _LETTERS:
        return ListValue(tuple(Known(StringValue((letter,))) for letter in _LETTERS[name]), (), found.place)
    return PrimitiveValue(name, (), found.place) if name in CONCERN_OF else found
