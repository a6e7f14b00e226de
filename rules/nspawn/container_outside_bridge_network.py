"""A container on a bridge, with an address of another network."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.addresses import Address, addresses_of, interface_networks
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import texts
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Presence, Repository, Rule, Severity


class ContainerOutsideBridgeNetwork(Rule[HostSystem]):
    """A container on a bridge cannot reach the host if its address is outside the bridge's network.

    ## What it finds

    A container with `hostBridge` whose `localAddress` or `localAddress6` is in none of the networks of that family that
    `networking.interfaces` gives to the bridge.

    ## Why it matters

    On a bridge, the host does not route for the container. An address outside of the bridge's network reaches neither
    the host nor the containers beside it.

    ## What to do

    Give the container an address of the bridge's network, with its prefix length.

    ## What keeps it silent

    - A bridge whose addresses are not, or not all, in `networking.interfaces`, such as one with DHCP, and one with no
      address of that family.
    - A container that sets a default gateway or routes of its own: they may make up for it.
    - Addresses that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `localAddress`
    """

    name = "container-outside-bridge-network"
    code = "NL115"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each address that is in none of the bridge's networks."""
        for container in subject.containers:
            bridges = texts(container.option("hostBridge"))
            if len(bridges) != 1 or bridges[0].conditions or not container.has_private_network or _routes(container):
                continue
            networks = interface_networks(subject.system, bridges[0].what) or ()
            for address in addresses_of(container):
                related = [network for network in networks if (":" in network.address) is (":" in address.address)]
                if related and not any(address.is_in(network) for network in related):
                    yield self._finding(container, address, bridges[0].what, related[0])

    def _finding(self, container: NspawnContainer, address: Address, bridge: str, network: Address) -> Finding:
        return Finding(
            place=address.place,
            message=f"{container.title} has the address {address.address} on bridge {bridge}, whose network is that of "
            f"{network.address}/{network.prefix_length}: it reaches nothing there",
            help="give it an address of the bridge's network",
            option=f"{container.option_path}.{address.option}",
            container=container.name,
            evidence=address.address,
            notes=(Note(network.place, "the bridge's address"),),
        )

    examples = (
        Bad(
            "another network",
            """\
{
  networking.bridges.br0.interfaces = [ ];
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ];
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    «localAddress» = "10.0.1.2/24";
    config = { };
  };
}
""",
        ),
        Good(
            "the bridge's network",
            """\
{
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 16; } ];
  containers.web = { privateNetwork = true; hostBridge = "br0"; localAddress = "10.0.1.2/16"; config = { }; };
}
""",
        ),
        Good(
            "one of the bridge's networks is not known",
            """\
{ config, ... }:
{
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } config.my.second ];
  containers.web = { privateNetwork = true; hostBridge = "br0"; localAddress = "10.0.1.2/24"; config = { }; };
}
""",
        ),
        Good(
            "another bridge, another family, a gateway of its own",
            """\
{
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ];
  containers.a = { privateNetwork = true; hostBridge = "br1"; localAddress = "10.0.1.2/24"; config = { }; };
  containers.b = { privateNetwork = true; hostBridge = "br0"; localAddress6 = "fd00::2/64"; config = { }; };
  containers.c = {
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.1.2/24";
    config = { ... }: { networking.defaultGateway = "10.0.1.1"; };
  };
}
""",
        ),
    )


def _routes(container: NspawnContainer) -> bool:
    """Whether the container's own system may set up routes."""
    return any(container.inside(*names).presence is not Presence.ABSENT for names in _ROUTES)


_ROUTES = (
    ("networking", "defaultGateway"),
    ("networking", "defaultGateway6"),
    ("networking", "interfaces"),
    ("systemd", "network"),
)
