"""Which files the hosts of a repository import: all that is on a host is in one of its files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository


class Reach(NamedTuple):
    """The files that a host imports, and those of them that it certainly does."""

    files: frozenset[Path]
    certain_files: frozenset[Path]


class _Reaches(NamedTuple):
    hosts: tuple[Reach, ...]


def reaches(repository: Repository) -> tuple[Reach, ...]:
    """What each host imports. All of them are worked out to tell, one after the other."""
    return repository.remember(_Reaches, lambda: _Reaches(tuple(_worked_out(repository)))).hosts


def _worked_out(repository: Repository) -> list[Reach]:
    found = []
    for host in hosts(repository):
        system = host.system(repository.interpreter())
        own = frozenset(() if host.place is None else (host.place.path,))
        found.append(Reach(system.all_files | own, system.certain_files | own))
    return found
