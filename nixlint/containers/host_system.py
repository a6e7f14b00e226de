"""A host as a whole: what all its modules define together, and the containers on it, native and OCI.

Where a repository has entry points, a host is all that its modules import (``semantics/hosts.py``). A module that stands
alone is a host too, of which little is known: what it defines is certain wherever it is used, and what it does not define
is nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nixlint.semantics.hosts import hosts
from nixlint.semantics.module_sites import is_in_container, module_sites
from nixlint.semantics.module_system import PLAIN_PRIORITY, Answer, ModuleSystem, modules_in
from nixlint.semantics.option_path import OptionPath
from nixlint.semantics.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span

from .nspawn import ContainerIndex, NspawnContainer, containers_on
from .oci import OciContainer
from .oci_reader import oci_containers_on
from .stated import deciding

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

    @cached_property
    def containers(self) -> tuple[NspawnContainer, ...]:
        """The native containers that are declared on it."""
        return containers_on(self.system, self.place, self.repository)

    @cached_property
    def oci_containers(self) -> tuple[OciContainer, ...]:
        """The OCI containers that are declared on it."""
        return oci_containers_on(self.system, self.place)

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


def host_systems(repository: Repository) -> Iterator[HostSystem]:
    """The hosts of a repository that has containers, each worked out when it is its turn.

    What a host holds is more than one wants to keep, and more than one wants to work out where nothing comes of it.
    """
    for host in hosts(repository) if _has_containers(repository) else ():
        place = host.place or Place(repository.root, Span(0, 0))
        yield HostSystem(host.name, place, host.system(repository.interpreter()), repository)


def _has_containers(repository: Repository) -> bool:
    return any(repository.files_mentioning(b"oci-containers")) or not ContainerIndex.of(repository).is_empty


def host_modules(source: SourceFile, repository: Repository) -> Iterator[HostSystem]:
    """The modules of hosts in a file, each alone; those of containers are left out."""
    sites = dict.fromkeys(site for option in _OPTIONS for site in module_sites(source, option))
    for site in sites:
        if not is_in_container(site):
            interpreter = repository.interpreter()
            module = interpreter.evaluate(site, interpreter.scope_at(site))
            system = ModuleSystem(modules_in(module), interpreter, follow_imports=False)
            yield HostSystem(None, Place(source.path, site.span), system, repository)
