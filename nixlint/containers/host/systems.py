"""The hosts that a file is on, each with all that its modules say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.semantics.modules.module_system import ModuleSystem
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository


def systems_with(file: Path, repository: Repository) -> Iterator[ModuleSystem]:
    """The module systems of the hosts that may import a file."""
    for host in hosts(repository):
        system = host.system(repository.interpreter())
        if file in system.all_files:
            yield system
