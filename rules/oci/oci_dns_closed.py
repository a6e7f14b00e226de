"""The resolver of a Podman network, behind a closed firewall."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.closed_ports import is_closed
from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.containers.oci.networks import network_name
from nixlint.containers.stated import is_true
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity, StringValue

_DNS = 53
_OTHER_NETWORKS = (b"disable-dns", b"interface-name", b"interface_name")
"""Any of these in any file may be a network without a resolver, or one whose bridge has another name."""
_BRIDGES = tuple(f"podman{number}" for number in range(1, 4))
"""How Podman names the bridges of networks, in the order in which they are made."""


class OciDnsClosed(Rule[HostSystem]):
    """Containers of one Podman network cannot resolve each other's names if an nftables firewall blocks DNS.

    ## What it finds

    Two or more OCI containers in one Podman network with a name, on a host with `networking.nftables.enable` whose firewall
    lets in nothing for port 53 by the network's interface.

    ## Why it matters

    In such a network Podman answers for the names of containers (aardvark-dns) at the bridge's address on the host.
    Podman lets these questions in by a rule of its own, but with nftables a packet has to pass every table, and that of
    NixOS drops it: neither the name of the other container nor any other one resolves.

    ## What to do

    Open the port for Podman's bridges:

    ```nix
    networking.firewall.interfaces."podman*".allowedUDPPorts = [ 53 ];
    ```

    ## What keeps it silent

    - Port 53 among the open ones of the host, or of an interface that is, or may be, one of Podman's.
    - A firewall of iptables: there the rule that Podman makes (netavark, since 1.8) comes before those of NixOS.
    - A trusted interface, a disabled firewall, and custom rules for iptables or nftables.
    - Docker, which has a resolver in each container, and rootless containers.
    - A network of one container alone, one with `--disable-dns` in the repository, and a host with modules that are not
      known.

    ## References

    - [nixpkgs issue 272480](https://github.com/NixOS/nixpkgs/issues/272480)
    - nixpkgs, `nixos/modules/virtualisation/podman/default.nix`: *containers cannot reach aardvark-dns otherwise*
    - [netavark pull request 780, the rule for DNS](https://github.com/containers/netavark/pull/780)
    - nft(8), *Verdict statement*: `accept` ends the chain, and the packet goes on to the chains of other tables
    """

    name = "oci-dns-closed"
    code = "NL235"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report each network of several containers once."""
        if (
            not subject.is_whole
            or not _runs_podman(subject)
            or not is_true(subject.ask("networking", "nftables", "enable"))
        ):
            return
        members: dict[str, list[tuple[OciContainer, Text]]] = {}
        for container in subject.oci_containers:
            for text in container.networks if container.podman_user is None else ():
                name = network_name(text)
                if name is not None and not text.conditions and not container.conditions:
                    members.setdefault(name, []).append((container, text))
        shared = {name: found for name, found in members.items() if len(found) > 1}
        if not shared or not all(is_closed(subject, bridge, "udp", _DNS) for bridge in _BRIDGES):
            return
        if any(True for word in _OTHER_NETWORKS for _ in repository.files_mentioning(word)):
            return
        for name, found in shared.items():
            container, text = found[0]
            names = " and ".join(str(each.name) for each, _ in found[:2])
            yield Finding(
                place=text.place,
                message=f"no name resolves in network {name}: Podman answers on the host, whose firewall lets in nothing "
                f"for port 53, so {names} do not find each other",
                help='set networking.firewall.interfaces."podman*".allowedUDPPorts = [ 53 ]',
                option=f"{container.option_path}.networks",
                container=container.name,
                evidence=name,
                notes=tuple(Note(other.place, "in the same network") for _, other in found[1:3]),
            )

    examples = (
        Bad(
            "a network of two",
            """\
{
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ «"inner"» ]; };
    db = { image = "db:1"; extraOptions = [ "--network=inner" ]; };
  };
}
""",
        ),
        Good(
            "open for Podman",
            """\
{
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  networking.firewall.interfaces."podman*".allowedUDPPorts = [ 53 ];
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
        ),
        Good(
            "Docker, a network of one, the default network",
            {
                "one/configuration.nix": """\
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
                "two/configuration.nix": """\
{
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    a = { image = "a:1"; networks = [ "podman" ]; };
    b = { image = "b:1"; networks = [ "podman" ]; };
  };
}
""",
            },
        ),
        Good(
            "rules of one's own, a bridge that is trusted, a firewall that is off",
            {
                "one/configuration.nix": """\
{
  networking.firewall.extraInputRules = "iifname podman* accept";
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
                "two/configuration.nix": """\
{
  networking.firewall.trustedInterfaces = [ "podman1" ];
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
                "three/configuration.nix": """\
{
  networking.firewall.enable = false;
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
            },
        ),
        Good(
            "a network without DNS, and an engine that is not known",
            {
                "one/configuration.nix": """\
{
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
                "two/configuration.nix": """\
{
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  system.activationScripts.network = "podman network create --disable-dns inner";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
            },
        ),
        Good(
            "iptables",
            """\
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
        ),
        Good(
            "a host that is not known",
            """\
{ inputs, ... }:
{
  imports = [ inputs.firewall.nixosModules.open ];
  networking.nftables.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; networks = [ "inner" ]; };
    db = { image = "db:1"; networks = [ "inner" ]; };
  };
}
""",
        ),
    )


def _runs_podman(host: HostSystem) -> bool:
    """Whether Podman certainly runs the containers of a host."""
    backend = host.ask("virtualisation", "oci-containers", "backend")
    return isinstance(backend.value, StringValue) and backend.value.text == "podman"
