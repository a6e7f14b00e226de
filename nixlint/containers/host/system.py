"""A host as a whole: what all its modules define together, and the containers on it, native and OCI.

Where a repository has entry points, a host is all that its modules import (``semantics/repository/hosts.py``). A module that
stands alone is a host too, of which little is known: what it defines is certain wherever it is used, and what it does not
define is nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from nixlint.containers.existence import Existence
from nixlint.containers.nspawn.container import ContainerIndex, NspawnContainer, additions_of_no_host, containers_on
from nixlint.containers.oci.container import OciContainer
from nixlint.containers.oci.reader import oci_containers_on
from nixlint.containers.stated import deciding
from nixlint.semantics.modules.module_sites import is_in_container, module_sites
from nixlint.semantics.modules.module_system import PLAIN_PRIORITY, Answer, ModuleSystem, modules_in
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.hosts import Host, hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span

_T = TypeVar("_T")

_DEEPEST = 4
"""Containers in so many containers are looked at."""
_OPTIONS = ("containers", "networking")
"""The first names of what rules ask of a module that stands alone."""


@dataclass(frozen=True, eq=False)
class HostSystem:
    """A host of the repository, or a module alone that some host may use.

    ``name`` is ``None`` for a module alone, and ``place`` where the host or the module stands.
    """

    name: str | None
    place: Place
    system: ModuleSystem
    repository: Repository

    @property
    def is_whole(self) -> bool:
        """Whether it is all of a host, as far as its imports are known."""
        return self.name is not None

    @property
    def existence(self) -> Existence:
        """How sure it is that it is as it seems: no module that is not known is taken to set an option of its modules."""
        return Existence.LIKELY if self.system.is_assuming else Existence.CERTAIN

    @cached_property
    def containers(self) -> tuple[NspawnContainer, ...]:
        """The native containers that are declared on it."""
        return containers_on(self.system, self.place, self.repository)

    @cached_property
    def oci_containers(self) -> tuple[OciContainer, ...]:
        """The OCI containers that are declared on it."""
        return oci_containers_on(self.system, self.place)

    def native_containers(self) -> Iterator[NspawnContainer]:
        """The native containers on it, each followed by those in it."""
        return _with_inner(self.containers, lambda container: (container,))

    def all_oci_containers(self) -> Iterator[OciContainer]:
        """The OCI containers on it, and those in its native containers."""
        yield from self.oci_containers
        yield from _with_inner(self.containers, lambda each: oci_containers_on(each.system, each.place))

    def ask(self, *names: str) -> Answer:
        """What is known of an option of the host."""
        return self.system.ask(OptionPath(names))

    def stated(self, *names: str) -> Answer:
        """What is certain of an option, wherever its conditions hold: the definitions that win.

        A module alone may be overridden where it says something with a weak priority, so that does not count there.
        What is not known besides is left out: hardly anything unknown forces an option of the network to another value.
        """
        found = deciding(self.ask(*names))
        strong = tuple(each for each in found if self.is_whole or each.priority <= PLAIN_PRIORITY)
        return Answer(strong, ())


def _with_inner(
    containers: tuple[NspawnContainer, ...],
    give: Callable[[NspawnContainer], tuple[_T, ...]],
    depth: int = 1,
) -> Iterator[_T]:
    for container in containers:
        yield from give(container)
        if depth < _DEEPEST:
            inner = containers_on(container.system, container.place, container.repository)
            yield from _with_inner(inner, give, depth + 1)


class HostView:
    """The hosts of a repository that has containers, each worked out when it is its turn, and what none of them reaches.

    What a host holds is more than one wants to keep, and more than one wants to work out where nothing comes of it. Of one
    that had its turn it is remembered which files it reaches.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._reached: set[Path] = set()
        self._is_whole = False

    def hosts(self) -> Iterator[HostSystem]:
        """The hosts, one at a time."""
        for host in hosts(self._repository) if _has_containers(self._repository) else ():
            system = _system_of(host, self._repository)
            yield system
            self._reached |= {system.place.path, *system.system.all_files}
        self._is_whole = True

    def additions(self) -> Iterator[NspawnContainer]:
        """What files that no host reaches add to native containers; to be asked for when the hosts had their turn."""
        assert self._is_whole
        if _has_containers(self._repository):
            yield from additions_of_no_host(self._repository, frozenset(self._reached))


def host_systems(repository: Repository) -> Iterator[HostSystem]:
    """The hosts of a repository that has containers, each worked out when it is its turn."""
    return HostView(repository).hosts()


def _system_of(host: Host, repository: Repository) -> HostSystem:
    place = host.place or Place(repository.root, Span(0, 0))
    system = host.system(repository.interpreter(), assumes_own=True)
    return HostSystem(host.name, place, system, repository)


def _has_containers(repository: Repository) -> bool:
    return repository.mentions(b"oci-containers") or not ContainerIndex.of(repository).is_empty


def host_modules(source: SourceFile, repository: Repository) -> Iterator[HostSystem]:
    """The modules of hosts in a file, each alone; those of containers are left out."""
    sites = dict.fromkeys(site for option in _OPTIONS for site in module_sites(source, option))
    for site in sites:
        if not is_in_container(site):
            interpreter = repository.interpreter()
            module = interpreter.evaluate(site, interpreter.scope_at(site))
            system = ModuleSystem(modules_in(module), interpreter, follow_imports=False)
            yield HostSystem(None, Place(source.path, site.span), system, repository)
