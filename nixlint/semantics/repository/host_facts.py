"""Facts about the hosts of a repository as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language.values import PathValue, StringValue, UnknownValue, Value
from nixlint.semantics.modules.module_sites import is_in_container, module_sites
from nixlint.semantics.modules.module_system import ModuleSystem, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.source_file import SourceFile

from .hosts import hosts
from .repository import Repository

_STATE_VERSION = OptionPath.of("system", "stateVersion")


class _HostStateVersions(NamedTuple):
    versions: frozenset[str]


def host_state_version(repository: Repository) -> str | None:
    """The literal ``system.stateVersion`` of the hosts, where all that the repository gives them are the same one."""
    found = repository.remember(_HostStateVersions, lambda: _HostStateVersions(frozenset(_versions(repository))))
    return next(iter(found.versions)) if len(found.versions) == 1 else None


class MachineFiles(NamedTuple):
    """The files of the repository that a machine certainly has, and the paths of modules from elsewhere that it names.

    ``name`` is the machine's, and ``declared_in`` the file that declares it.
    """

    files: frozenset[Path]
    others: tuple[str, ...]
    name: str
    declared_in: Path | None


def machine_files(repository: Repository) -> Iterator[MachineFiles]:
    """The files of each machine of a repository."""
    for host in hosts(repository):
        others = tuple(text for definition in host.modules for text in _texts(definition.value))
        declared_in = None if host.place is None else host.place.path
        yield MachineFiles(host.system(repository.interpreter()).certain_files, others, host.name, declared_in)


class _Arguments(NamedTuple):
    """The arguments of modules that a file gives which could not be read, with that file."""

    files: Mapping[str, Path]


def unread_arguments(repository: Repository) -> Mapping[str, Path]:
    """The arguments that hosts give to their modules (``specialArgs``) from a file that is no Nix that can be read."""
    return repository.remember(_Arguments, lambda: _Arguments(dict(_unread(repository)))).files


def _unread(repository: Repository) -> Iterator[tuple[str, Path]]:
    for host in hosts(repository):
        for name, thunk in host.arguments.items():
            value = thunk.force()
            if isinstance(value, UnknownValue) and value.file is not None:
                yield name, value.file


def _texts(value: Value) -> Iterator[str]:
    """What is known of the path of a module that is written as a string, or a path below an input."""
    if isinstance(value, StringValue):
        yield "".join(part for part in value.parts if isinstance(part, str))
    elif isinstance(value, PathValue):
        yield str(value.path)


def _versions(repository: Repository) -> Iterator[str]:
    for path in repository.files_mentioning(b"stateVersion"):
        source = repository.source(path)
        if source is not None and not source.root.has_error:
            yield from _versions_in(source, repository)


def _versions_in(source: SourceFile, repository: Repository) -> Iterator[str]:
    for site in module_sites(source, "system"):
        if is_in_container(site):
            continue
        interpreter = repository.interpreter()
        module = interpreter.evaluate(site, interpreter.scope_at(site))
        host = ModuleSystem(modules_in(module), interpreter, follow_imports=False)
        for definition in host.definitions(_STATE_VERSION):
            if isinstance(definition.value, StringValue) and definition.value.text is not None:
                yield definition.value.text
