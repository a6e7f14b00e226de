"""Which container a file is of that is no option of one by its own text: a module that a container's ``config`` imports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.containers.nspawn.container import nspawn_containers
from nixlint.rule import OptionPath, Repository, machine_files
from nixlint.secrets.positions import container_of

from .uses import options_of_file


def container_at(option: OptionPath, file: Path, repository: Repository) -> str | None:
    """The name of the container that an option in a file is one of; ``None`` where it is a host's, or of several."""
    named = container_of(option)
    if named is not None or not repository.mentions(b"containers"):
        return named
    as_config = {container_of(each / None) for each in options_of_file(file, repository)}
    if len(as_config) == 1:
        return next(iter(as_config))
    return repository.remember(_Containers, lambda: _containers(repository)).by_file.get(file)


class _Containers(NamedTuple):
    """The files of which one container alone is made, and no machine, with its name."""

    by_file: Mapping[Path, str]


def _containers(repository: Repository) -> _Containers:
    found: dict[Path, set[str | None]] = {}
    for path in repository.files_mentioning(b"containers"):
        source = repository.source(path)
        for container in () if source is None or source.root.has_error else nspawn_containers(source, repository):
            for file in container.system.certain_files - {path}:
                found.setdefault(file, set()).add(container.name)
    if not found:
        return _Containers({})
    machines = frozenset(file for machine in machine_files(repository) for file in machine.files)
    names = {file: next(iter(each)) for file, each in found.items() if len(each) == 1 and file not in machines}
    return _Containers({file: name for file, name in names.items() if name is not None})
