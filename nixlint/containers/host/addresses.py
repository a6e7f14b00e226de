"""The addresses of native containers and of the interfaces of their hosts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import Stated, elements, implied, is_complete, texts
from nixlint.semantics.language.values import AttrsValue, IntValue, StringValue, Value
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, ask_within
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

LOCAL_OPTIONS = ("localAddress", "localAddress6")
"""A container's own addresses."""
HOST_OPTIONS = ("hostAddress", "hostAddress6")
"""The addresses on the host's side of its link."""

_INTERFACES = OptionPath.of("networking", "interfaces")


class Address(NamedTuple):
    """An address that an option gives, in its shortest spelling, and its prefix length where it has one.

    ``option`` is the option's last name, or the interface's for one of the host.
    """

    address: str
    prefix_length: int | None
    option: str
    place: Place
    conditions: tuple[Value, ...] = ()

    @property
    def is_private_ipv6(self) -> bool:
        """Whether it is a unique local address, which nobody routes on the Internet (RFC 4193)."""
        import ipaddress  # here and below: it is slow to import, and few configurations need it

        return ":" in self.address and ipaddress.ip_address(self.address) in ipaddress.ip_network("fc00::/7")

    def is_in(self, network: Address) -> bool:
        """Whether it is within the network that another address with a prefix length is of."""
        import ipaddress

        around = ipaddress.ip_interface(f"{network.address}/{network.prefix_length}").network
        return ipaddress.ip_address(self.address) in around

    def holds_with(self, conditions: tuple[Value, ...]) -> bool:
        """Whether it certainly is given wherever these conditions hold."""
        return implied(self.conditions, conditions)


def parse_address(text: str) -> tuple[str, int | None] | None:
    """An address in its shortest spelling, and the prefix length after it; ``None`` where it is no address."""
    import ipaddress

    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return None
    return str(interface.ip), interface.network.prefixlen if "/" in text else None


def addresses_of(container: NspawnContainer, options: tuple[str, ...] = LOCAL_OPTIONS) -> Iterator[Address]:
    """The addresses that options of a container give for certain, wherever the container exists."""
    for option in options:
        answer = container.option(option)
        if isinstance(answer.value, StringValue):
            stated = texts(answer)
            place = answer.definitions[0].name_place or container.place
            parsed = parse_address(stated[0].what) if stated else None
            if parsed is not None:
                yield Address(*parsed, option, place, container.conditions)


def host_addresses(host: ModuleSystem) -> Iterator[Address]:
    """The addresses that ``networking.interfaces`` gives to the host's own interfaces."""
    for interface, definition in host.children(_INTERFACES):
        if interface is not None:
            for family in ("ipv4", "ipv6"):
                yield from _interface_addresses(interface, family, definition)


def interface_networks(host: ModuleSystem, interface: str) -> tuple[Address, ...] | None:
    """All addresses with prefix lengths that a host gives to an interface; ``None`` where there may be others."""
    found: list[Address] = []
    for name, definition in host.children(_INTERFACES):
        if name == interface:
            for family in ("ipv4", "ipv6"):
                answer = ask_within((definition,), OptionPath.of(family, "addresses"))
                addresses = tuple(_interface_addresses(interface, family, definition))
                if not is_complete(answer) or len(addresses) != len(tuple(elements(answer))):
                    return None
                found.extend(addresses)
    return tuple(found)


def _interface_addresses(interface: str, family: str, definition: Definition) -> Iterator[Address]:
    for element in elements(ask_within((definition,), OptionPath.of(family, "addresses"))):
        found = _interface_address(element)
        if found is not None:
            yield found._replace(option=interface)


def _interface_address(element: Stated[Value]) -> Address | None:
    if not isinstance(element.what, AttrsValue):
        return None
    address, length = element.what.entries.get("address"), element.what.entries.get("prefixLength")
    if address is None or length is None:
        return None
    text, prefix = address.value.force(), length.value.force()
    if not isinstance(text, StringValue) or not isinstance(prefix, IntValue) or text.text is None:
        return None
    parsed = parse_address(text.text)
    if parsed is None or not 0 <= prefix.value <= (128 if ":" in parsed[0] else 32):
        return None
    return Address(parsed[0], prefix.value, "", text.place or element.place, element.conditions)
