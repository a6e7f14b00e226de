"""Options that a repository declares itself: their types and defaults, as far as they matter to what a configuration is.

Modelled on nixpkgs' ``lib/options.nix`` (``mkOption``, ``mkEnableOption``) and ``lib/types.nix``. An option that nothing in
the repository declares belongs to NixOS or to somebody else's module, and nothing is known of it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    Known,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)


class OptionDeclaration(NamedTuple):
    """An option as it is declared: its type, its default, and whether its value is changed by ``apply``.

    ``is_whole`` is whether the repository declares all of it. Without a default or a description it may but add to an
    option of NixOS, as modules do with submodules.
    """

    type: Value
    default: Thunk | None
    is_changed: bool
    is_whole: bool


class Namespace(NamedTuple):
    """A set of options, not an option itself."""


class Declared(NamedTuple):
    """The declaration that a path leads to, and the names of the path that stand below the option."""

    declaration: OptionDeclaration
    depth: int


class Declarations:
    """The options that modules declare; ``roots`` are what stands at ``options`` in each."""

    def __init__(self, roots: Sequence[Thunk], interpreter: Interpreter) -> None:
        self._roots = tuple(roots)
        self._interpreter = interpreter

    def find(self, names: tuple[str, ...]) -> Declared | Namespace | None:
        """What a path leads to; ``None`` where it is declared nowhere, in several places, or nobody can tell."""
        found = [found for root in self._roots if (found := self._below(root, names)) is not None]
        options = [item for item in found if isinstance(item, Declared)]
        if not options:
            return found[0] if found else None
        return options[0] if len(options) == 1 else None

    def _below(self, root: Thunk, names: tuple[str, ...]) -> Declared | Namespace | None:
        value = root.force()
        for depth in range(len(names) + 1):
            declaration = self._declaration(value)
            if declaration is not None:
                return Declared(declaration, depth)
            if depth == len(names):
                break
            entry = value.entries.get(names[depth]) if isinstance(value, AttrsValue) else None
            if entry is None:
                return None
            value = entry.value.force()
        return Namespace() if isinstance(value, AttrsValue) else None

    def _declaration(self, value: Value) -> OptionDeclaration | None:
        match value:
            case AttrsValue() if self._is_option(value):
                return self._option_of(value)
            case CallValue(callee=callee, arguments=arguments):
                return self._called(callee.path[-1:], arguments)
            case PrimitiveValue(name=name, arguments=arguments):
                return self._called((name,), arguments)
            case _:
                return None

    def _is_option(self, value: AttrsValue) -> bool:
        kind = value.entries.get("_type")
        kind_value = None if kind is None else kind.value.force()
        return isinstance(kind_value, StringValue) and kind_value.text == "option"

    def _called(self, name: tuple[str, ...], arguments: tuple[Thunk, ...]) -> OptionDeclaration | None:
        match name, arguments:
            case ("mkEnableOption",), (_,):
                return OptionDeclaration(SymbolValue(("lib", "types", "bool")), Known(BoolValue(False)), False, True)
            case ("mkOption",), (settings,):
                value = settings.force()
                if isinstance(value, AttrsValue) and not value.is_open:
                    return self._option_of(value)
                return OptionDeclaration(UnknownValue("a type that is not known"), None, True, False)
            case (("mkPackageOption" | "mkPackageOptionMD"),), _:
                return OptionDeclaration(UnknownValue("a package"), None, True, True)
            case _:
                return None

    def _option_of(self, settings: AttrsValue) -> OptionDeclaration:
        kind, default = settings.entries.get("type"), settings.entries.get("default")
        return OptionDeclaration(
            UnknownValue("an option without a type") if kind is None else kind.value.force(),
            None if default is None else default.value,
            "apply" in settings.entries or settings.is_open,
            default is not None or "description" in settings.entries,
        )
