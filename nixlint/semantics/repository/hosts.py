"""The machines that a repository configures: where their modules start.

A flake says so, at the root of the repository or below: ``nixosConfigurations`` and ``colmena``. Elsewhere it is colmena's
``hive.nix``, a file that calls ``<nixpkgs/nixos>``, or the ``configuration.nix`` that no other file imports. What is not
static, as when a function makes hosts out of a folder's listing, is not found, and a file that leads to no host may belong
to any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import (
    AttrsValue,
    CallValue,
    ChoiceValue,
    Entry,
    Known,
    ListValue,
    PathValue,
    StringValue,
    SymbolValue,
    Thunk,
    Value,
)
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, Obstacle, modules_in, reason_of
from nixlint.syntax.place import Place

from .flake import Flake, entries_of
from .repository import Repository

_FILES_OF_MACHINES = ("configuration.nix", "hardware-configuration.nix", "disko.nix")
"""What clan-core takes from the folder of a machine (its ``nixosModules/machineModules/forName.nix``)."""
_OF_FLAKE = ("inputs", "self")
_COLMENA_SETTINGS = frozenset({"meta", "defaults", "network"})


class Host(NamedTuple):
    """A machine: its name, where that is written, and the modules that it is made of."""

    name: str
    place: Place | None
    modules: tuple[Definition, ...]
    obstacles: tuple[Obstacle, ...] = ()
    arguments: Mapping[str, Thunk] = {}
    """What the modules are given besides their own arguments (``specialArgs``)."""

    def system(self, interpreter: Interpreter, assumes_own: bool = False) -> ModuleSystem:
        """The module system of the machine; with ``assumes_own``, its own options are what the repository makes of them."""
        return ModuleSystem(
            self.modules, interpreter, self.obstacles, arguments=self.arguments, assumes_own=assumes_own
        )


_FURTHER = Obstacle("the flake may give it further modules", None)


class SharedArguments:
    """What all hosts of a repository give to their modules alike, of the flake itself and its inputs.

    So much is known of the arguments of a module whose hosts are not known. Asked for when it matters alone, for it takes
    all hosts to tell.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def resolve(self, path: tuple[str, ...]) -> Value | None:  # noqa: ARG002  # of Resolver
        """Nothing: these are no names of an evaluation."""
        return None

    def argument(self, name: str) -> Value | None:
        """The flake, or its inputs; ``None`` where a host may give something else by that name."""
        if name not in _OF_FLAKE:
            return None
        return self._repository.remember(_Alike, lambda: _alike(self._repository)).arguments.get(name)


class _Alike(NamedTuple):
    arguments: Mapping[str, Value]


def _alike(repository: Repository) -> _Alike:
    found = hosts(repository)
    if not found or not all(host.modules for host in found):
        return _Alike({})
    alike: dict[str, Value] = {}
    for name in _OF_FLAKE:
        given = [host.arguments[name].force() for host in found if name in host.arguments]
        paths = {
            (value.path, id(value.resolver)) if isinstance(value, SymbolValue) and value.resolver is not None else None
            for value in given
        }
        if len(given) == len(found) and len(paths) == 1 and None not in paths:
            alike[name] = given[0]
    return _Alike(alike)


class _Hosts(NamedTuple):
    hosts: tuple[Host, ...]


def hosts(repository: Repository) -> tuple[Host, ...]:
    """The machines of a repository, by name; those of its flake, or else those of its ``configuration.nix`` files."""
    return repository.remember(_Hosts, lambda: _Hosts(tuple(_found(repository)))).hosts


def _found(repository: Repository) -> list[Host]:
    flake, *below = Flake.all_of(repository)
    of_flake = (*_flake_hosts(flake), *_laid_out_hosts(flake))
    further = [
        (each.folder, (*_flake_hosts(each), *_laid_out_hosts(each), *_clan_hosts(repository, each))) for each in below
    ]
    made = (*_clan_hosts(repository, flake), *(() if of_flake else _made_hosts(repository)))
    others = () if of_flake else _channel_hosts(repository, made, further)
    found = {host.name: host for host in (*others, *made, *of_flake)}
    for folder, hosts_below in further:
        for host in hosts_below:
            # Two flakes may well call their machines alike.
            name = f"{folder.relative_to(repository.root)}#{host.name}" if host.name in found else host.name
            found[name] = host._replace(name=name)
    return [found[name] for name in sorted(found)]


# -- flakes ---------------------------------------------------------------------------------------------------------


def _flake_hosts(flake: Flake) -> Iterator[Host]:
    for configurations in flake.outputs("nixosConfigurations"):
        yield from _configurations(configurations, flake.interpreter)
    for hive in (*flake.outputs("colmena"), *flake.outputs("colmenaHive")):
        yield from _colmena(hive, flake.interpreter)


def _laid_out_hosts(flake: Flake) -> Iterator[Host]:
    """Those that a library makes of the folders of the flake."""
    for found in flake.laid_out_hosts():
        if found.system is not None:
            yield _host_of(found.name, found.place, found.system, flake.interpreter)
        else:
            yield Host(found.name, found.place, found.modules, (), found.arguments)


def _configurations(value: Value | None, interpreter: Interpreter) -> Iterator[Host]:
    match value:
        case AttrsValue():
            for name, entry in value.entries.items():
                yield _host_of(name, entry.name_place, entry.value.force(), interpreter)
        case ChoiceValue():
            for alternative in value.alternatives:
                yield from _configurations(alternative.force(), interpreter)
        case _:
            return


def _host_of(name: str, place: Place | None, value: Value, interpreter: Interpreter) -> Host:
    """A host as a call of ``nixosSystem`` makes it; one made in a way that is not known has an obstacle instead."""
    if not isinstance(value, CallValue) or not symbols.makes_system(value.callee.path) or not value.arguments:
        return Host(name, place, (), (Obstacle(f"a system that is not known: {reason_of(value)}", place),))
    base = None
    if value.callee.path == ("extendModules",):
        base = _host_of(name, place, value.arguments[0].force(), interpreter)
    settings = value.arguments[-1].force()
    arguments = entries_of(interpreter.find_attribute(settings, "specialArgs"))
    modules = interpreter.find_attribute(settings, "modules")
    if symbols.is_nixos(value.callee.path):
        configuration = interpreter.find_attribute(settings, "configuration")
        modules = None if configuration is None else ListValue((Known(configuration),))
    if modules is None and base is None:
        return Host(name, place, (), (Obstacle(f"a system that is not known: {reason_of(value)}", place),))
    # What `imports` may hold, `modules` may hold.
    whole = AttrsValue({} if modules is None else {"imports": Entry(Known(modules))})
    host = Host(name, place, (Definition(whole, place),), (), arguments)
    return host if base is None else _extended(base, host)


def _extended(base: Host, by: Host) -> Host:
    """A host with further modules and arguments, as ``extendModules`` makes it (nixpkgs, ``lib/modules.nix``)."""
    return base._replace(modules=(*base.modules, *by.modules), arguments={**base.arguments, **by.arguments})


def _colmena(value: Value | None, interpreter: Interpreter) -> Iterator[Host]:
    """The nodes of a hive, with what colmena gives to their modules (its ``src/nix/hive/eval.nix``)."""
    if not isinstance(value, AttrsValue):
        return
    defaults = value.entries.get("defaults")
    shared = () if defaults is None else modules_in(defaults.value.force())
    for name, entry in value.entries.items():
        if name not in _COLMENA_SETTINGS:
            given = {**_special_arguments(value, name, interpreter), "name": Known(StringValue((name,)))}
            yield Host(name, entry.name_place, (*shared, *modules_in(entry.value.force())), arguments=given)


def _special_arguments(hive: AttrsValue, node: str, interpreter: Interpreter) -> Mapping[str, Thunk]:
    """Those of all nodes, and over them those of one of them."""
    found: dict[str, Thunk] = {}
    for names in (("meta", "specialArgs"), ("meta", "nodeSpecialArgs", node)):
        value: Value | None = hive
        for name in names:
            value = None if value is None else interpreter.find_attribute(value, name)
        found.update(entries_of(value))
    return found


def _clan_hosts(repository: Repository, flake: Flake) -> Iterator[Host]:
    """The machines of clan-core: those that are given to it, and the folders below ``machines``.

    It adds modules of its own and of the services that are to run there (clan-core, ``modules/clan/module.nix``).
    """
    clan = flake.clan() if repository.source(flake.folder / "flake.nix") is not None else None
    if clan is None:
        return
    given: dict[str, list[Definition]] = {}
    for name, module in clan.machines:
        given.setdefault(name, []).append(module)
    folder = flake.folder / "machines"
    names = [path.parent.name for path in repository.files if path.parent.parent == folder]
    for name in dict.fromkeys((*given, *names)):
        paths = [folder / name / file for file in _FILES_OF_MACHINES]
        found = [Definition(PathValue(path), None) for path in paths if repository.source(path) is not None]
        modules = (*given.get(name, ()), *found)
        place = modules[0].name_place if modules else None
        if modules:
            yield Host(name, place, modules, (_FURTHER,), clan.arguments)


# -- channels -------------------------------------------------------------------------------------------------------


def _made_hosts(repository: Repository) -> Iterator[Host]:
    """Those of a ``hive.nix``, and those that a file makes by a call of ``<nixpkgs/nixos>``, alone or by name."""
    interpreter = repository.interpreter()
    hive = repository.root / "hive.nix"
    if repository.source(hive) is not None:
        yield from _colmena(interpreter.file(hive), interpreter)
    for path in repository.files_mentioning(b"<nixpkgs/nixos>"):
        value = interpreter.file(path)
        systems = value.entries if isinstance(value, AttrsValue) else {}
        if _is_system(value):
            yield _host_of(_name_of(path, repository), None, value, interpreter)
        for name, entry in systems.items():
            if _is_system(made := entry.value.force()):
                yield _host_of(name, entry.name_place, made, interpreter)


def _is_system(value: Value) -> bool:
    return isinstance(value, CallValue) and symbols.is_nixos(value.callee.path)


def _channel_hosts(
    repository: Repository, made: tuple[Host, ...], further: list[tuple[Path, tuple[Host, ...]]]
) -> Iterator[Host]:
    """The files by which a host is known that none of the hosts made elsewhere reaches.

    ``further`` are the hosts of flakes in folders: what is in such a folder is theirs.
    """
    flakes = tuple(folder for folder, found in further if found)
    made = (*made, *(host for _, found in further for host in found))
    roots = [
        path for path in repository.files if path.name == "configuration.nix" or _is_snowfall_system(path, repository)
    ]
    imported = {path for root in roots for path in _imports_of(root, repository) if path != root}
    imported |= {path for host in made if roots for path in host.system(repository.interpreter()).all_files}
    flake = repository.root / "flake.nix"
    is_flake = repository.source(flake) is not None
    obstacles = (_FURTHER,) if is_flake else ()
    arguments = Flake.of(repository).special_arguments() if is_flake else {}
    for path in roots:
        if path not in imported and not any(path.is_relative_to(folder) for folder in flakes):
            yield Host(_name_of(path, repository), None, (Definition(PathValue(path), None),), obstacles, arguments)


def _name_of(path: Path, repository: Repository) -> str:
    return path.parent.name if path.parent != repository.root else repository.root.name


def _is_snowfall_system(path: Path, repository: Repository) -> bool:
    """Whether it is ``systems/<architecture>/<host>/default.nix``, where snowfall-lib looks for hosts."""
    folders = path.relative_to(repository.root).parts if path.is_relative_to(repository.root) else ()
    return len(folders) >= 4 and folders[-4] == "systems" and path.name == "default.nix" and "linux" in folders[-3]


def _imports_of(path: Path, repository: Repository) -> frozenset[Path]:
    return ModuleSystem((Definition(PathValue(path), None),), repository.interpreter()).files
