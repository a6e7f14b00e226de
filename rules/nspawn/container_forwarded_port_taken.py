"""A port of the host that is forwarded to a container, and taken already."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.service_ports import service_ports
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import ForwardedPort
from nixlint.containers.stated import implied
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Place, Repository, Rule, Severity


class ContainerForwardedPortTaken(Rule[HostSystem]):
    """Two containers, or a container and the host, want one port of the host, so one of them gets no traffic.

    ## What it finds

    The same `hostPort` and protocol in the `forwardPorts` of two containers of one host, or twice in one container's, and a
    `hostPort` on which a service of the host listens: SSH, nginx, Jellyfin and others, on their port by default or on one
    that is a literal.

    ## Why it matters

    systemd-nspawn forwards by rewriting addresses before any program sees the packet. Of two containers one gets all and
    the other nothing; a service of the host keeps running and is no longer reachable from outside. If that service is
    SSH, nobody can log in to the host any more.

    ## What to do

    Forward another port of the host.

    ## What keeps it silent

    - Different protocols, different hosts, and containers that exist under different conditions.
    - A container without `privateNetwork = true`, whose `forwardPorts` have no effect.
    - A port that is not known, on either side, and services that listen on the loopback by default.

    ## References

    - systemd-nspawn(1), `--port=`
    - `nixlint/data/service_ports.json`, the ports of services with their sources
    """

    name = "container-forwarded-port-taken"
    code = "NL113"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each forwarded port that a container written before has too, or a service of the host."""
        containers = [container for container in subject.containers if container.has_private_network]
        if not any(container.forwarded_ports for container in containers):
            return
        services = {(port.port, port.protocol): port for port in service_ports(subject.system)}
        taken: dict[str, list[tuple[NspawnContainer, ForwardedPort]]] = {}
        for container in sorted(containers, key=_order):
            for port in container.forwarded_ports:
                earlier = taken.setdefault(port.text, [])
                clash = next((found for found in earlier if _are_together(container, port, *found)), None)
                service = services.get((port.host_port, port.protocol))
                if clash is not None:
                    whose = "it" if clash[0].name == container.name else clash[0].title
                    message = f"which {whose} gets already: only one of them is reached"
                    yield self._finding(container, port, message, clash[1].place)
                elif service is not None:
                    message = (
                        f"on which {service.service} of the host listens: it can no longer be reached from outside"
                    )
                    yield self._finding(container, port, message, service.place)
                earlier.append((container, port))

    def _finding(self, container: NspawnContainer, port: ForwardedPort, message: str, other: Place) -> Finding:
        return Finding(
            place=port.place,
            message=f"{container.title} gets port {port.text} of the host, {message}",
            help="forward another port of the host",
            option=f"{container.option_path}.forwardPorts",
            container=container.name,
            evidence=port.text,
            notes=(Note(other, "taken here"),),
        )

    examples = (
        Bad(
            "two containers",
            """\
{
  containers.blog = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = 8080; containerPort = 80; } ];
    config = { };
  };
  containers.wiki = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.3";
    forwardPorts = [ { hostPort = «8080»; } ];
    config = { };
  };
}
""",
        ),
        Bad(
            "the host's SSH, in another file of the host",
            {
                "configuration.nix": "{ imports = [ ./git.nix ]; services.openssh.enable = true; }\n",
                "git.nix": """\
{
  containers.git = {
    privateNetwork = true;
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = «22»; } ];
    config = { };
  };
}
""",
            },
        ),
        Good(
            "SSH of the host is elsewhere",
            """\
{
  services.openssh = { enable = true; ports = [ 2222 ]; };
  containers.git = {
    privateNetwork = true;
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = 22; } ];
    config = { };
  };
}
""",
        ),
        Good(
            "other protocols, and a service in the container",
            """\
{
  containers.dns = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 53; protocol = "udp"; } { hostPort = 53; protocol = "tcp"; } ];
    config = { ... }: { services.dnsmasq.enable = true; };
  };
}
""",
        ),
        Good(
            "one or the other",
            """\
{ config, lib, ... }:
{
  containers.a = lib.mkIf config.my.a { privateNetwork = true; forwardPorts = [ { hostPort = 80; } ]; config = { }; };
  containers.b = lib.mkIf config.my.b { privateNetwork = true; forwardPorts = [ { hostPort = 80; } ]; config = { }; };
}
""",
        ),
        Good(
            "two hosts",
            {
                "one/configuration.nix": "{ containers.a = { privateNetwork = true; forwardPorts = [ { hostPort = 80; } ]; "
                "config = { }; }; }\n",
                "two/configuration.nix": "{ containers.b = { privateNetwork = true; forwardPorts = [ { hostPort = 80; } ]; "
                "config = { }; }; services.openssh.enable = true; }\n",
            },
        ),
    )


def _order(container: NspawnContainer) -> tuple[str, int]:
    return str(container.place.path), container.place.span.start


def _are_together(
    container: NspawnContainer, port: ForwardedPort, other: NspawnContainer, taken: ForwardedPort
) -> bool:
    """Whether one of two forwarded ports certainly is there wherever the other is, and is not the same one."""
    one, two = (*container.conditions, *port.conditions), (*other.conditions, *taken.conditions)
    return port.place != taken.place and (implied(one, two) or implied(two, one))
