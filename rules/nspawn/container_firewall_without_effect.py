"""Ports that a container opens in a firewall that it does not have."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.firewall import OpenPorts
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import Stated, numbers
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Presence, Repository, Rule, Severity

_PORTS = ("allowedTCPPorts", "allowedUDPPorts")


class ContainerFirewallWithoutEffect(Rule[NspawnContainer]):
    """A container that shares the host's network has no firewall of its own, so the ports that it opens stay closed.

    ## What it finds

    A container without a network of its own whose system lists ports in `networking.firewall.allowedTCPPorts` or
    `allowedUDPPorts` that no firewall of the repository's hosts lets in.

    ## Why it matters

    The container cannot change the host's network, so its firewall is never set up. Only the host decides which ports
    are open, and there they are closed: the service is not reachable from outside although the configuration says so.

    ## What to do

    Open the ports on the host, and remove them from the container.

    ## What keeps it silent

    - `privateNetwork`, `macvlans`, `interfaces` or `networkNamespace`, or anything unknown that could be one.
    - Ports that a host of the repository opens, a host without a firewall, and ports of hosts that are not known.
    - `CAP_NET_ADMIN` or `enableTun`, with which the container's firewall is set up, on the host's own network.

    ## References

    - nixpkgs, `nixos/modules/services/networking/firewall-iptables.nix`, `ConditionCapability`
    - systemd-nspawn(1), `--capability=`: `CAP_NET_ADMIN` is given where there is a private network
    """

    name = "container-firewall-without-effect"
    code = "NL118"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report the first port that is opened in vain, and name them all."""
        if subject.network is not Presence.ABSENT or _may_change_network(subject):
            return
        opened = OpenPorts.of(repository)
        for option in _PORTS:
            ports = numbers(subject.system.ask(OptionPath.of("networking", "firewall", option)))
            closed = [port for port in ports if not port.conditions and not opened.includes(port.what)]
            if closed:
                yield self._finding(subject, option, closed)

    def _finding(self, container: NspawnContainer, option: str, closed: list[Stated[int]]) -> Finding:
        listed = ", ".join(dict.fromkeys(str(port.what) for port in closed))
        verb = "is" if len(closed) == 1 else "are"
        return Finding(
            place=closed[0].place,
            message=f"{container.title} shares the host's network and has no firewall of its own: {listed} {verb} "
            f"not opened by its {option}, and no host of this repository does it",
            help=f"list it in networking.firewall.{option} of the host",
            option=f"{container.option_path}.config.networking.firewall.{option}",
            container=container.name,
        )

    examples = (
        Bad(
            "opened where it has no effect",
            """\
{
  networking.firewall.allowedTCPPorts = [ 22 443 ];
  containers.web.config = { ... }: {
    networking.firewall.allowedTCPPorts = [ 443 «8080» ];
    services.nginx.enable = true;
  };
}
""",
        ),
        Good(
            "a network of its own",
            """\
{
  containers.web = {
    privateNetwork = true;
    config = { ... }: { networking.firewall.allowedTCPPorts = [ 8080 ]; };
  };
}
""",
        ),
        Good(
            "the host opens it, in another file",
            {
                "a.nix": "{ containers.web.config = { ... }: { networking.firewall.allowedTCPPorts = [ 8080 ]; }; }\n",
                "b.nix": "{ networking.firewall.allowedTCPPorts = [ 8080 ]; }\n",
            },
        ),
        Good(
            "the host has no firewall",
            """\
{
  networking.firewall.enable = false;
  containers.web.config = { ... }: { networking.firewall.allowedTCPPorts = [ 8080 ]; };
}
""",
        ),
        Good(
            "it may change the host's network",
            """\
{
  containers.vpn = {
    enableTun = true;
    config = { ... }: { networking.firewall.allowedUDPPorts = [ 51820 ]; };
  };
}
""",
        ),
    )


def _may_change_network(container: NspawnContainer) -> bool:
    return any(
        container.option_anywhere(name).presence is not Presence.ABSENT
        for name in ("enableTun", "additionalCapabilities", "extraFlags")
    )
