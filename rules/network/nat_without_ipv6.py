"""A container with a private IPv6 address behind a NAT that knows IPv4 alone."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from nixlint.containers.host.addresses import HOST_OPTIONS, addresses_of
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_true, texts
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity


class NatWithoutIpv6(Rule[HostSystem]):
    """A container with a unique local IPv6 address cannot reach the Internet over IPv6 if NAT covers only IPv4.

    ## What it finds

    A container with `localAddress6` and `hostAddress6` from `fd00::/8`, on a host whose `networking.nat` covers its
    interface, in a repository that never sets `networking.nat.enableIPv6`.

    ## Why it matters

    `networking.nat` leaves IPv6 alone by default. The container has a default route for IPv6 and an address that the
    Internet does not route: programs that try IPv6 first wait until it fails.

    ## What to do

    Set `networking.nat.enableIPv6 = true`, or leave out the IPv6 addresses.

    ## What keeps it silent

    - `enableIPv6` anywhere in the repository's files.
    - Addresses that are routed, a container on a bridge, and interfaces that NAT does not cover.
    - Settings under conditions, and addresses that are not known.

    ## References

    - [nixpkgs pull request 96566](https://github.com/NixOS/nixpkgs/pull/96566)
    """

    name = "nat-without-ipv6"
    code = "NL403"
    severity = Severity.INFO
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report each container whose address NAT does not rewrite."""
        if not is_true(subject.stated("networking", "nat", "enable")):
            return
        interfaces = [each.what for each in texts(subject.stated("networking", "nat", "internalInterfaces"))]
        for container in subject.containers:
            if not _has_route(container) or not _covers(interfaces, container.name):
                continue
            for address in addresses_of(container, ("localAddress6",)):
                if address.is_private_ipv6 and not repository.mentions(b"enableIPv6"):
                    yield Finding(
                        place=address.place,
                        message=f"{container.title} has the private address {address.address}, and NAT on its host is for "
                        "IPv4 only: it reaches nothing outside by IPv6",
                        help="set networking.nat.enableIPv6 = true on the host",
                        option=f"{container.option_path}.{address.option}",
                        container=container.name,
                        evidence=address.address,
                    )

    examples = (
        Bad(
            "as in the manual, with IPv6 added",
            """\
{
  networking.nat = { enable = true; internalInterfaces = [ "ve-+" ]; externalInterface = "eno1"; };
  containers.web = {
    privateNetwork = true;
    hostAddress = "192.168.100.10";
    localAddress = "192.168.100.11";
    hostAddress6 = "fc00::1";
    «localAddress6» = "fc00::2";
    config = { };
  };
}
""",
        ),
        Good(
            "with NAT for IPv6, in another file",
            {
                "configuration.nix": """\
{
  imports = [ ./nat.nix ];
  networking.nat = { enable = true; internalInterfaces = [ "ve-web" ]; };
  containers.web = { privateNetwork = true; hostAddress6 = "fd00::1"; localAddress6 = "fd00::2"; config = { }; };
}
""",
                "nat.nix": "{ networking.nat.enableIPv6 = true; }\n",
            },
        ),
        Good(
            "an address that is routed, and an interface that NAT does not cover",
            """\
{
  networking.nat = { enable = true; internalInterfaces = [ "ve-web" ]; };
  containers.web = { privateNetwork = true; hostAddress6 = "2001:db8::1"; localAddress6 = "2001:db8::2"; config = { }; };
  containers.db = { privateNetwork = true; hostAddress6 = "fd00::1"; localAddress6 = "fd00::2"; config = { }; };
}
""",
        ),
    )


def _has_route(container: NspawnContainer) -> bool:
    """Whether the container has a link to its host, with a route for IPv6, and not a bridge."""
    is_linked = container.has_private_network and container.option("hostBridge").presence is Presence.ABSENT
    return is_linked and any(address.option == "hostAddress6" for address in addresses_of(container, HOST_OPTIONS))


def _covers(interfaces: list[str], name: str | None) -> bool:
    return any(fnmatchcase(f"ve-{name}", interface.replace("+", "*")) for interface in interfaces)
