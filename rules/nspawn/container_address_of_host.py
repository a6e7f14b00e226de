"""A container with an address that its host has itself."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.addresses import HOST_OPTIONS, Address, addresses_of, host_addresses
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class ContainerAddressOfHost(Rule[HostSystem]):
    """A container with an address of its host cannot be reached: the host keeps the traffic for that address.

    ## What it finds

    A declarative container whose `localAddress` or `localAddress6` is also its `hostAddress`, or the address of one of the
    host's own interfaces in `networking.interfaces`.

    ## Why it matters

    `hostAddress` is the host's end of the link and `localAddress` the container's. The host never forwards traffic for
    its own address, so traffic for the container stays on the host.

    ## What to do

    Give the container another address of the same network.

    ## What keeps it silent

    - A container without `privateNetwork = true`, whose addresses have no effect, and `hostAddress` beside a bridge.
    - Different hosts, and other conditions on the interface than on the container.
    - Addresses that are not known.

    ## References

    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    """

    name = "container-address-of-host"
    code = "NL114"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each address of a container that the host has too."""
        containers = [container for container in subject.containers if container.has_private_network]
        own = tuple(host_addresses(subject.system)) if containers else ()
        for container in containers:
            bridged = bool(container.option("hostBridge").definitions)
            link = () if bridged else tuple(addresses_of(container, HOST_OPTIONS))
            for address in addresses_of(container):
                taken = next((other for other in (*link, *own) if _is_same(address, other)), None)
                if taken is not None:
                    yield self._finding(container, address, taken, taken in link)

    def _finding(self, container: NspawnContainer, address: Address, taken: Address, is_link: bool) -> Finding:
        where = "as its host's side" if is_link else f"which interface {taken.option} of the host has"
        return Finding(
            place=address.place,
            message=f"{container.title} has the address {address.address}, {where}: it can't be reached",
            help="give the container another address of the same network",
            option=f"{container.option_path}.{address.option}",
            container=container.name,
            evidence=address.address,
            notes=(Note(taken.place, "the host has it here"),),
        )

    examples = (
        Bad(
            "both sides of the link",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    «localAddress» = "192.168.100.10";
    config = { };
  };
}
""",
        ),
        Bad(
            "the bridge's own address",
            """\
{
  networking.bridges.br0.interfaces = [ ];
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ];
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    «localAddress» = "10.0.0.1/24";
    config = { };
  };
}
""",
        ),
        Good(
            "each its own",
            """\
{
  networking.interfaces.eno1.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ];
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    hostAddress6 = "fd00::1";
    localAddress6 = "fd00::2";
    config = { };
  };
}
""",
        ),
        Good(
            "no network of its own",
            '{ containers.web = { hostAddress = "10.0.0.1"; localAddress = "10.0.0.1"; config = { }; }; }\n',
        ),
        Good(
            "another host",
            {
                "one/configuration.nix": '{ containers.a = { privateNetwork = true; localAddress = "10.0.0.2"; '
                "config = { }; }; }\n",
                "two/configuration.nix": '{ networking.interfaces.eno1.ipv4.addresses = [ { address = "10.0.0.2"; '
                "prefixLength = 24; } ]; }\n",
            },
        ),
    )


def _is_same(address: Address, other: Address) -> bool:
    return address.address == other.address and other.holds_with(address.conditions)
