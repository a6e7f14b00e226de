"""The ports of a host that its containers take: published by OCI containers, forwarded to native ones.

Two of them clash where both are there together, are of one protocol, and one address includes the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nixlint.containers.languages.port_mapping import PortMapping, is_loopback, overlap
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.oci.container import OciContainer
from nixlint.syntax.place import Place


class HostPort(NamedTuple):
    """Ports of the host that a container takes, and the conditions under which it does.

    ``title``, ``name`` and ``option`` speak of the container. A forwarded port is rewritten on its way into the host, so
    that it is taken on every address but the loopback's.
    """

    title: str
    name: str | None
    option: str
    mapping: PortMapping
    place: Place
    conditions: tuple[object, ...]
    is_forwarded: bool = False
    is_started_by_hand: bool = False
    """Whether what takes it does not start by itself: two of these are alternatives."""

    def is_together_with(self, other: HostPort) -> bool:
        """Whether one of two certainly is taken wherever the other is."""
        return holds_with(self.conditions, other.conditions) or holds_with(other.conditions, self.conditions)

    def clashes_with(self, other: HostPort) -> bool:
        """Whether both want a port of the same number, protocol and address, and certainly together."""
        if self.is_forwarded and other.is_forwarded:
            return False  # Both get it, one after the other: a matter of native containers alone.
        if self.is_started_by_hand and other.is_started_by_hand:
            return False
        first, second = self.mapping, other.mapping
        if first.host_ports is None or second.host_ports is None or first.protocol != second.protocol:
            return False
        if not (first.host_ports.start < second.host_ports.stop and second.host_ports.start < first.host_ports.stop):
            return False
        if first.address is None or second.address is None or not overlap(first.address, second.address):
            return False
        if (self.is_forwarded and is_loopback(second.address)) or (other.is_forwarded and is_loopback(first.address)):
            return False
        return self.is_together_with(other)


def published_on(containers: Iterable[OciContainer]) -> Iterator[HostPort]:
    """The ports that OCI containers publish on known ports of the host; one in the host's network publishes nothing."""
    for container in containers:
        if any(network.text in ("host", "none") or not network.is_known for network in container.networks):
            continue
        for port in container.ports:
            if port.mapping.host_ports is not None:
                conditions = (*container.conditions, *port.text.conditions)
                option = f"{container.option_path}.ports"
                yield HostPort(
                    container.title,
                    container.name,
                    option,
                    port.mapping,
                    port.text.place,
                    conditions,
                    is_started_by_hand=container.is_started_by_hand,
                )


def forwarded_on(containers: Iterable[NspawnContainer]) -> Iterator[HostPort]:
    """The ports of the host that are forwarded to native containers."""
    for container in containers:
        for port in container.forwarded_ports if container.has_private_network else ():
            ports = range(port.host_port, port.host_port + 1)
            inner = range(port.container_port, port.container_port + 1)
            yield HostPort(
                container.title,
                container.name,
                f"{container.option_path}.forwardPorts",
                PortMapping("", ports, inner, port.protocol),
                port.place,
                (*container.conditions, *port.conditions),
                is_forwarded=True,
                is_started_by_hand=container.is_started_by_hand,
            )


def holds_with(conditions: tuple[object, ...], given: tuple[object, ...]) -> bool:
    """Whether conditions certainly hold where the given ones do: each is one of these."""
    return all(any(condition is other for other in given) for condition in conditions)
