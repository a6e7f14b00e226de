"""A container that needs the outside, on a host that lets nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_on, is_true
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Presence, Repository, Rule, Severity

_WAYS = (
    # Any of these words in any file may be how the container's packets get out.
    b"networking.nat",
    b"internalInterfaces",
    b"internalIPs",
    b"nat =",
    b"nat.enable",
    b"masquerade",
    b"Masquerade",
    b"MASQUERADE",
    b"SNAT",
    b"snat",
    b"ip_forward",
    b"IPForward",
    b"IPv4Forwarding",
    b"conf.all.forwarding",
    b"defaultGateway",
    b"ip route",
)
_OTHER_LINKS = ("hostBridge", "macvlans", "interfaces", "extraVeths", "networkNamespace", "extraFlags")
_NEEDING = {
    # Services that are of no use without the Internet, and what they do there.
    ("security", "acme", "acceptTerms"): "gets certificates",
    ("services", "transmission", "enable"): "downloads",
    ("services", "deluge", "enable"): "downloads",
    ("services", "qbittorrent", "enable"): "downloads",
    ("services", "sabnzbd", "enable"): "downloads",
    ("services", "prowlarr", "enable"): "searches indexers",
    ("services", "sonarr", "enable"): "looks for releases",
    ("services", "radarr", "enable"): "looks for releases",
    ("services", "miniflux", "enable"): "fetches feeds",
    ("services", "freshrss", "enable"): "fetches feeds",
    ("services", "searx", "enable"): "asks search engines",
    ("services", "tailscale", "enable"): "talks to its coordination server",
    ("services", "cloudflared", "enable"): "opens a tunnel",
    ("services", "matrix-synapse", "enable"): "talks to other servers",
    ("services", "bitcoind", "enable"): "talks to its peers",
}


class ContainerWithoutNat(Rule[HostSystem]):
    """A container linked only to its host cannot reach the Internet without NAT on the host.

    ## What it finds

    A container with `privateNetwork = true` and `hostAddress`, with a service that needs the Internet, on a host of a
    repository in which nothing does NAT, masquerading, forwarding or routing.

    ## Why it matters

    The container's address is known to its host alone. Its packets leave the host with an address that no router
    answers: certificates are not renewed, downloads fail.

    ## What to do

    Let the host do NAT:

    ```nix
    networking.nat = {
      enable = true;
      internalInterfaces = [ "ve-+" ]; # "ve-*" with networking.nftables.enable
      externalInterface = "eno1";
    };
    ```

    ## What keeps it silent

    - Any word of NAT, masquerading, forwarding or routing in the repository's Nix files.
    - A bridge, a macvlan, an interface, another link, or flags of its own.
    - A container without a service in the list of those that need the Internet.
    - A module that no host of the repository uses, and anything under conditions.

    ## References

    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    """

    name = "container-without-nat"
    code = "NL404"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report each container that needs the outside and has no way to it."""
        for container in subject.containers if subject.is_whole else ():
            if not container.has_private_network or _has_other_link(container):
                continue
            need = _need(container)
            if need is not None and not _WayOut.of(repository).exists:
                service, what = need
                yield Finding(
                    place=container.place,
                    message=f"{container.title} runs {service}, which {what}, and its address is known to its host alone: "
                    "nothing in this repository translates it",
                    help=f'set networking.nat with internalInterfaces = [ "{_wildcard(subject)}" ] on the host',
                    option=str(container.option_path),
                    container=container.name,
                )

    examples = (
        Bad(
            "downloads without a way out",
            """\
{
  containers.«seed» = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { ... }: { services.transmission.enable = true; };
  };
}
""",
        ),
        Good(
            "the host translates, in another file",
            {
                "configuration.nix": """\
{
  imports = [ ./nat.nix ];
  containers.seed = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { ... }: { services.transmission.enable = true; };
  };
}
""",
                "nat.nix": '{ networking.nat = { enable = true; internalInterfaces = [ "ve-+" ]; }; }\n',
            },
        ),
        Good(
            "nothing in it needs the Internet",
            """\
{
  containers.db = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { ... }: { services.postgresql.enable = true; };
  };
}
""",
        ),
        Good(
            "on a bridge",
            """\
{
  containers.seed = {
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.0.2/24";
    config = { ... }: { services.transmission.enable = true; };
  };
}
""",
        ),
    )


class _WayOut(NamedTuple):
    """Whether anything in the repository may let packets of containers out."""

    exists: bool

    @classmethod
    def of(cls, repository: Repository) -> _WayOut:
        """The fact, looked for once."""
        return repository.remember(cls, lambda: cls(any(map(repository.mentions, _WAYS))))


def _wildcard(host: HostSystem) -> str:
    """The links of all containers, as the host's packet filter writes it: iptables with +, nft(8) with *."""
    return "ve-*" if is_true(host.ask("networking", "nftables", "enable")) else "ve-+"


def _has_other_link(container: NspawnContainer) -> bool:
    linked = is_on(container.option("hostAddress")) is Presence.DEFINED
    return not linked or any(container.option_anywhere(name).presence is not Presence.ABSENT for name in _OTHER_LINKS)


def _need(container: NspawnContainer) -> tuple[str, str] | None:
    for option, what in _NEEDING.items():
        if is_true(container.system.ask(OptionPath(option))):
            return ".".join(option[:-1]), what
    return None
