"""What the system within a container defines, value by value: for questions about any option that names something.

A rule that asks whether a path or an address of the host is used in a container does not care by which option. Only what
is certain is here: a value under a condition is left out, and so is what a stronger definition takes away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.stated import deciding
from nixlint.semantics.language.symbols import CONFIG
from nixlint.semantics.language.values import AttrsValue, ListValue, StringValue, SymbolValue, Value
from nixlint.semantics.modules.module_system import Answer, Definition, ModuleSystem, ask_within, attributes_of
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

_DEEPEST = 12
_MOST = 4_000
"""So many values of a container are looked at; those of real ones are some hundred."""
_SYSTEM = ("services", "systemd", "environment", "networking", "virtualisation", "security", "programs", "users")
"""The first names of the options that are looked at: those that say what runs and what it is given."""


class InnerValue(NamedTuple):
    """A string or a name that an option of a container's system has, or that stands in a list there."""

    option: OptionPath
    value: StringValue | SymbolValue
    place: Place

    @property
    def symbols(self) -> tuple[SymbolValue, ...]:
        """The names that it is made of."""
        if isinstance(self.value, SymbolValue):
            return (self.value,)
        return tuple(part for part in self.value.parts if isinstance(part, SymbolValue))


class OfContainer:
    """Marks the symbols of a container's own arguments where nothing more is known of them."""

    def resolve(self, path: tuple[str, ...]) -> Value | None:  # noqa: ARG002
        """Nothing is known."""
        return None

    def argument(self, name: str) -> Value | None:
        """The configuration of the container."""
        return SymbolValue(CONFIG, None, self) if name == CONFIG[0] else None


def inner_values(system: ModuleSystem) -> Iterator[InnerValue]:
    """The values that a system certainly defines."""
    left = _MOST
    for first in _SYSTEM:
        path = OptionPath.of(first)
        for found in _below(path, system.ask(path).definitions, 0):
            if left == 0:
                return
            left -= 1
            yield found


def _below(path: OptionPath, definitions: tuple[Definition, ...], depth: int) -> Iterator[InnerValue]:
    named: dict[str | None, list[Definition]] = {}
    definitions = ask_within(definitions, OptionPath(())).definitions
    sets = [found for found in definitions if isinstance(found.value, AttrsValue)]
    for definition in sets:
        for name, below in attributes_of(definition):
            named.setdefault(name, []).append(below)
    for name, found in named.items() if depth < _DEEPEST else ():
        yield from _below(path / name, tuple(found), depth + 1)
    for definition in deciding(Answer(definitions, ())):
        if not definition.conditions and not isinstance(definition.value, AttrsValue):
            yield from _values(path, definition.value, definition.name_place)


def _values(path: OptionPath, value: Value, place: Place | None) -> Iterator[InnerValue]:
    match value:
        case StringValue() | SymbolValue():
            where = value.place or place
            if where is not None:
                yield InnerValue(path, value, where)
        case ListValue(elements=elements):
            for element in elements:
                yield from _values(path, element.force(), element.place or place)
