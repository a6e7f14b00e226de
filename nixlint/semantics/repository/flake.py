"""The flake of a repository: its outputs, as far as they are static, and what ``self`` and ``inputs`` stand for in it.

An input is known by name alone (``inputs.nixpkgs``). ``self`` is the flake itself: what it gives, it may use
(Nix manual, ``nix flake``). Where flake-parts makes the outputs, its modules define them below ``flake``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.sources import project_at
from nixlint.semantics.language.values import (
    AttrsValue,
    CallValue,
    ChoiceValue,
    Known,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, modules_in
from nixlint.semantics.modules.option_history import NO_HISTORY
from nixlint.semantics.modules.option_path import OptionPath

from .layouts import LaidOutHost, Layout, called_layout, ez_configs_layout
from .repository import Repository

_SELF = (*symbols.INPUTS, "self")
_CLAN = (OptionPath.of("clan"), OptionPath.of("flake", "clan"))
_OF_FLAKE_PARTS = frozenset({"flake", "perSystem", "systems", "transposition", "debug", "partitions", "touchup"})
"""The first names of the options that flake-parts declares itself (flake-parts, ``modules`` and ``extras``)."""
_METADATA = frozenset({"rev", "shortRev", "dirtyRev", "lastModified", "lastModifiedDate", "narHash", "sourceInfo"})


class Clan(NamedTuple):
    """What a flake gives to clan-core (its ``modules/clan/module.nix``): modules of machines, and their arguments."""

    machines: tuple[tuple[str, Definition], ...]
    arguments: Mapping[str, Thunk]


class Flake:
    """A flake, read once. ``interpreter`` works out everything that stands in the ``flake.nix`` of its ``folder``."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.interpreter = repository.interpreter()
        self.folder = folder
        self._at_work: set[tuple[str, ...]] = set()
        self._systems: tuple[ModuleSystem, ...] = ()
        self._outputs: tuple[Value, ...] = ()
        self._layouts: tuple[Layout, ...] = ()
        value = _value_of(folder, repository, self.interpreter)
        self._inputs = self.interpreter.find_attribute(value, "inputs")
        self._outputs = tuple(self._plain_outputs(_outputs_of(value, self.interpreter, self)))

    @classmethod
    def of(cls, repository: Repository) -> Flake:
        """The flake of a repository; one without outputs where there is none."""
        return repository.remember(cls, lambda: cls(repository, repository.root))

    @classmethod
    def all_of(cls, repository: Repository) -> tuple[Flake, ...]:
        """The flake of a repository, and those in the folders below, by their paths."""
        below = repository.remember(_FlakesBelow, lambda: _FlakesBelow(tuple(_below(repository)))).flakes
        return (cls.of(repository), *below)

    def outputs(self, *names: str) -> Iterator[Value]:
        """What the flake gives by a name such as ``nixosConfigurations``, in the pieces in which it is written."""
        yield from self._written(names)
        for system in self._systems:
            yield from (definition.value for definition in system.definitions(OptionPath(("flake", *names))))

    def laid_out_hosts(self) -> Iterator[LaidOutHost]:
        """The hosts that a library makes of where files stand in the flake."""
        for layout in (*self._layouts, *self._of_ez_configs()):
            yield from layout.hosts(self._given_to_all())

    def _of_ez_configs(self) -> Iterator[Layout]:
        found = (ez_configs_layout(system, self.interpreter) for system in self._systems)
        return (layout for layout in found if layout is not None)

    def resolve(self, path: tuple[str, ...]) -> Value | None:
        """What stands at ``inputs.self.…``, where exactly one piece of the flake gives it."""
        if path[: len(_SELF)] != _SELF:
            return None
        names = path[len(_SELF) :]
        match names[:1]:
            case ("outPath",):
                return StringValue((str(self.folder),))
            case ("inputs",):
                return self._input(names[1:])
            case ("outputs",):
                return self.resolve((*_SELF, *names[1:])) if names[1:] else None
            case () | ("",):
                return None
        if names[0] in _METADATA or names in self._at_work:
            return None
        self._at_work.add(names)
        try:
            found = [value for value in self._values(names) if not isinstance(value, UnknownValue)]
        finally:
            self._at_work.discard(names)
        if not found and names[0] == "nixosModules" and len(names) > 1:
            # A name with a slash is one name there.
            laid_out = (layout.module("/".join(names[1:])) for layout in (*self._layouts, *self._of_ez_configs()))
            return next((module for module in laid_out if module is not None), None)
        return found[0] if len(found) == 1 else None

    def argument(self, name: str) -> Value | None:
        """An argument of the modules of flake-parts: it hands them the inputs and the flake."""
        match name:
            case "inputs":
                return SymbolValue(symbols.INPUTS, None, self)
            case "self":
                return SymbolValue(_SELF, None, self)
            case _:
                return None

    def project(self, name: str) -> str | None:
        """The name of the repository that an input is fetched from, where its address says so."""
        value = self._inputs
        for key in (name, "url"):
            value = None if value is None else self.interpreter.find_attribute(value, key)
        text = value.text if isinstance(value, StringValue) else None
        return None if text is None else project_at(text)

    def special_arguments(self) -> Mapping[str, Thunk]:
        """What the modules of hosts are given that are found by where they stand, as clan-core finds machines.

        These are the flake and its inputs, and what ``clan.specialArgs`` says (clan-core, ``modules/clan/interface.nix``).
        """
        found = self._given_to_all()
        for system in self._systems:
            for option in _CLAN:
                for definition in system.definitions(option / "specialArgs"):
                    found.update(entries_of(definition.value))
        return found

    def clan(self) -> Clan | None:
        """What it gives to clan-core; ``None`` where clan-core makes no machines of it."""
        for value in self.outputs("nixosConfigurations"):
            if isinstance(value, CallValue) and symbols.makes_clan(value.callee.path) and len(value.arguments) == 1:
                return self._called_clan(value.arguments[0].force())
        names = [
            child
            for system in self._systems
            for option in _CLAN
            if system.children(option)
            for child in system.children(option / "machines")
        ]
        uses = any(system.children(option) for system in self._systems for option in _CLAN)
        known = tuple((name, definition) for name, definition in names if name is not None)
        return Clan(known, self.special_arguments()) if uses else None

    def _called_clan(self, settings: Value) -> Clan:
        """What a call of ``clan-core.lib.clan`` is given."""
        found = {name: self.interpreter.find_attribute(settings, name) for name in ("machines", "specialArgs")}
        machines = tuple(
            (name, Definition(thunk.force(), thunk.place)) for name, thunk in entries_of(found["machines"]).items()
        )
        return Clan(machines, {**self._given_to_all(), **entries_of(found["specialArgs"])})

    def _given_to_all(self) -> dict[str, Thunk]:
        return {name: Known(given) for name in ("inputs", "self") if (given := self.argument(name))}

    def _input(self, names: tuple[str, ...]) -> Value | None:
        """What stands at a path below the inputs, by its shortest name."""
        value: Value | None = SymbolValue(symbols.INPUTS, None, self)
        for name in names:
            value = None if value is None else self.interpreter.find_attribute(value, name)
        return value

    def _values(self, names: tuple[str, ...]) -> Iterator[Value]:
        """What the flake gives by a name, each of its values whole."""
        yield from self._written(names)
        for system in self._systems:
            config = system.configuration
            resolved = None if config is None else config.resolve((*symbols.CONFIG, "flake", *names))
            if resolved is not None:
                yield resolved
            else:
                yield from (definition.value for definition in system.definitions(OptionPath(("flake", *names))))

    def _written(self, names: tuple[str, ...]) -> Iterator[Value]:
        for output in self._outputs:
            value: Value | None = output
            for name in names:
                value = None if value is None else self.interpreter.find_attribute(value, name)
            if value is not None:
                yield value

    def _plain_outputs(self, value: Value) -> Iterator[Value]:
        layout = called_layout(value, self.folder, self.interpreter) if isinstance(value, CallValue) else None
        self._layouts = self._layouts if layout is None else (*self._layouts, layout)
        match value:
            case CallValue() if layout is not None:
                yield from self._given(value.arguments[-1].force())
            case CallValue(arguments=(settings,)) if value.callee.path[-1:] == ("mkFlake",):
                yield from self._given(settings.force())
            case CallValue() if value.callee.path[-1:] == ("mkFlake",):
                modules = modules_in(value.arguments[-1].force())
                arguments = self._given_to_all()
                self._systems = (
                    *self._systems,
                    ModuleSystem(
                        modules, self.interpreter, arguments=arguments, foreign=_OF_FLAKE_PARTS, history=NO_HISTORY
                    ),
                )
            case ChoiceValue():
                for alternative in value.alternatives:
                    yield from self._plain_outputs(alternative.force())
            case AttrsValue():
                # What a library makes, with further outputs: `mkFlake { … } // { … }`.
                for unknown in value.unknowns:
                    if isinstance(unknown, CallValue):
                        yield from self._plain_outputs(unknown)
                yield value
            case _:
                yield value

    def _given(self, settings: Value) -> Iterator[Value]:
        """The outputs that are given to a ``mkFlake`` of one argument: at ``flake``, or among its settings."""
        flake = self.interpreter.find_attribute(settings, "flake")
        yield from (settings,) if flake is None else (flake, settings)


def entries_of(value: Value | None) -> Mapping[str, Thunk]:
    """The attributes of a set by name, as far as they are known."""
    return {name: entry.value for name, entry in value.entries.items()} if isinstance(value, AttrsValue) else {}


class _FlakesBelow(NamedTuple):
    flakes: tuple[Flake, ...]


def _below(repository: Repository) -> Iterator[Flake]:
    for path in repository.files:
        if path.name == "flake.nix" and path.parent != repository.root:
            yield Flake(repository, path.parent)


def _value_of(folder: Path, repository: Repository, interpreter: Interpreter) -> Value:
    source = repository.source(folder / "flake.nix")
    if source is None or source.root.has_error:
        return UnknownValue("there is no flake")
    return interpreter.evaluate(source.root, interpreter.globals)


def _outputs_of(flake: Value, interpreter: Interpreter, resolver: Flake) -> Value:
    outputs = interpreter.find_attribute(flake, "outputs")
    if outputs is None:
        return UnknownValue("a flake without outputs")
    return interpreter.apply(outputs, Known(SymbolValue(symbols.INPUTS, None, resolver)))
