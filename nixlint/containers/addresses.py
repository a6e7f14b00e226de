"""The addresses that containers are given, and which of them are of one host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.hosts import hosts
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import StringValue
from nixlint.syntax.place import Place

from .nspawn import NspawnContainer, nspawn_containers

ADDRESS_OPTIONS = ("localAddress", "localAddress6")


class ContainerAddress(NamedTuple):
    """An address inside a container, without its prefix length.

    ``place`` is where it is written, ``module`` where the module stands that declares the container, and ``certain`` says
    that the container exists wherever the module is used.
    """

    address: str
    option: str
    container: str | None
    place: Place
    module: Place
    certain: bool


def addresses_of(container: NspawnContainer) -> Iterator[ContainerAddress]:
    """The addresses that a container certainly has."""
    for option in ADDRESS_OPTIONS:
        answer = container.option(option)
        if isinstance(answer.value, StringValue) and answer.value.text and answer.definitions:
            place = answer.definitions[0].name_place or container.place
            address = answer.value.text.partition("/")[0]
            certain = not container.conditions
            yield ContainerAddress(address, option, container.name, place, container.host_place, certain)


class AddressIndex:
    """The addresses of all containers of a repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._by_address: dict[str, list[ContainerAddress]] = {}
        self._files_of_hosts: tuple[frozenset[Path], ...] | None = None
        for path in repository.files_mentioning(b"containers", b"localAddress"):
            for found in self._addresses_in(path):
                self._by_address.setdefault(found.address, []).append(found)

    @classmethod
    def of(cls, repository: Repository) -> AddressIndex:
        """The index of a repository, made once."""
        return repository.remember(cls, lambda: cls(repository))

    def others(self, address: ContainerAddress) -> Iterator[ContainerAddress]:
        """Where containers of other names on the same host certainly have the same address."""
        for other in self._by_address.get(address.address, ()):
            named = other.container is not None and address.container is not None
            if named and other.container != address.container and self._are_together(address, other):
                yield other

    def _addresses_in(self, path: Path) -> Iterator[ContainerAddress]:
        source = self._repository.source(path)
        if source is not None and not source.root.has_error:
            for container in nspawn_containers(source, self._repository):
                yield from addresses_of(container)

    def _are_together(self, one: ContainerAddress, other: ContainerAddress) -> bool:
        if not (one.certain and other.certain):
            return False
        if one.module == other.module:
            return True
        both = {one.module.path, other.module.path}
        return len(both) == 2 and any(both <= files for files in self._host_files())

    def _host_files(self) -> tuple[frozenset[Path], ...]:
        """For each host, the files that it is made of."""
        if self._files_of_hosts is None:
            self._files_of_hosts = tuple(
                host.system(self._repository.interpreter()).files for host in hosts(self._repository)
            )
        return self._files_of_hosts
