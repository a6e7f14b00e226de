"""Published ports, as ``docker run --publish`` and ``podman run --publish`` read them.

``[[address:][host port]:]container port[/protocol]``; ports may be ranges, and an IPv6 address stands in brackets
(docs.docker.com, 'docker run', 'Publish or expose port'; podman-run(1)).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

ANYWHERE = frozenset({"", "0.0.0.0", "[::]", "::", "*"})
"""Addresses that mean every interface of the host."""


class PortMapping(NamedTuple):
    """A port of a container and where the host listens for it; a part that is not known, or not given, is ``None``.

    ``address`` is as written, and empty where none is given.
    """

    address: str | None
    host_ports: range | None
    container_ports: range | None
    protocol: str

    @property
    def listens_everywhere(self) -> bool:
        """Whether it is certain that the host listens on every interface."""
        return self.address in ANYWHERE


def parse_port_mapping(text: str, unknown: str = "\0") -> PortMapping | None:
    """A published port; ``None`` where it is none. The character ``unknown`` stands for text that is not known."""
    mapping, _, protocol = text.partition("/")
    protocol = protocol.lower()  # docker/go-connections, nat.go, ParsePortSpec
    address, parts = "", mapping.split(":")
    if mapping.startswith("["):
        address, bracket, rest = mapping.partition("]")
        address += bracket
        parts = rest.removeprefix(":").split(":")
    elif len(parts) == 3:
        address, parts = parts[0], parts[1:]
    elif parts[0].startswith(unknown) and len(parts) > 1:
        return PortMapping(None, None, _ports(parts[-1], unknown), protocol or "tcp")  # an address may hide in it
    if len(parts) > 2:
        return None
    container = _ports(parts[-1], unknown)
    if container is None and unknown not in parts[-1]:
        return None
    host = _ports(parts[0], unknown) if len(parts) == 2 else None
    if host is None and len(parts) == 2 and parts[0] and unknown not in parts[0]:
        return None
    return PortMapping(None if unknown in address else address, host, container, protocol or "tcp")


def port_fault(text: str) -> str | None:
    """Why Docker and Podman both refuse a published port; ``None`` where one of them takes it.

    As their command lines judge it (docker/go-connections, nat/nat.go; podman, pkg/specgenutil/util.go).
    """
    mapping, slash, protocol = text.partition("/")
    if slash and protocol.lower() not in _PROTOCOLS:
        return f"{protocol!r} is not a protocol"
    parts = mapping.rsplit(":", 2)
    address = parts[0] if len(parts) == 3 else ""
    if address and not _is_address(address):
        return f"{address!r} is not an address"
    if not parts[-1]:
        return "the container's port is missing"
    for part in parts[-2:] if len(parts) > 1 else parts:
        if part and _ports(part, "\0") is None:
            return f"{part!r} is not a port"
    host = _ports(parts[-2], "\0") if len(parts) > 1 else None
    container = _ports(parts[-1], "\0")
    if host is not None and container is not None and len(container) > 1 and len(host) != len(container):
        return f"{parts[-2]} are {len(host)} ports and {parts[-1]} are {len(container)}"
    return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


def overlap(one: str, other: str) -> bool:
    """Whether two addresses are the same, or one is every address of the same family; no address stands for both."""
    if "" in (one, other):
        return True
    if (":" in one) is not (":" in other) and "*" not in (one, other):
        return False
    return one == other or one in ANYWHERE or other in ANYWHERE


def is_loopback(address: str) -> bool:
    """Whether an address is of the machine alone."""
    return address.startswith("127.") or address in ("[::1]", "::1", "localhost")


def _is_number(text: str) -> bool:
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdecimal()


_PAST_LAST_PORT = 65_536
_MOST_DIGITS = 5
"""Of a port."""


def _ports(text: str, unknown: str) -> range | None:
    first, dash, last = text.partition("-")
    if unknown in text or not _is_number(first) or (dash and not _is_number(last)):
        return None
    ports = range(int(first), int(last or first) + 1)
    # docker/go-connections, nat/parse.go, ParsePortRangeToInt: a range runs upwards, and a port has 16 bits.
    return ports if ports and ports.stop <= _PAST_LAST_PORT else None
