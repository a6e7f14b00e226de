"""A port that is forwarded to a container and stopped by the container's own firewall."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.service_ports import ServicePort, entrance_ports
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.inner_firewall import lets_in
from nixlint.containers.nspawn.options import ForwardedPort
from nixlint.containers.stated import is_complete, is_true
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Fix,
    Good,
    NewDefinition,
    OptionPath,
    Place,
    Presence,
    Repository,
    Rule,
    Safety,
    Severity,
    attributes_of,
    defining_inside,
)


class ContainerPortClosedInside(Rule[NspawnContainer]):
    """A container with its own network has its own firewall, which blocks every port that it does not list.

    ## What it finds

    A container with `privateNetwork = true` whose firewall provably does not let in

    - a port that `forwardPorts` sends to it,
    - or the port of a service in it that is there to be reached, such as nginx or Jellyfin, where no reverse proxy, VPN or
      tunnel in the same container could be the way to it.

    ## Why it matters

    The firewall of NixOS is on in a container as it is on a host. The packet reaches the container and is dropped there:
    the service answers inside the container only.

    ## What to do

    List the port in `networking.firewall.allowedTCPPorts` (or `allowedUDPPorts`) in the container, as
    `nixlint fix --unsafe-fixes` does where the container has no such list. It is unsafe because it opens a port.

    ## What keeps it silent

    - The port in a list or a range, `networking.firewall.enable = false`, a service with `openFirewall`.
    - Rules for interfaces, trusted interfaces, extra commands and nftables rules in the container.
    - Anything unknown that could be one of these, and a container that shares the host's network.

    ## References

    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    - `nixlint/data/service_ports.json`, the ports of services with their sources
    """

    name = "container-port-closed-inside"
    code = "NL119"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report each forwarded port that is closed inside, and each service behind a closed port."""
        if not subject.has_private_network or subject.is_made_elsewhere:
            return
        reported: set[tuple[int, str]] = set()
        for port in subject.forwarded_ports:
            about = (port.container_port, port.protocol)
            if about not in reported and not port.conditions and lets_in(subject, *about) is Presence.ABSENT:
                reported.add(about)
                yield self._finding(subject, port.place, _forwarded(port), *about, repository=repository)
        if _has(subject, _TUNNELS):
            return
        nginx = _nginx(subject)
        if nginx is not None and not reported and all(lets_in(subject, *each) is Presence.ABSENT for each in _WEB):
            yield self._finding(subject, nginx, "runs nginx", *_WEB[0], repository=repository)
        if _has(subject, _PROXIES):
            return
        for service in entrance_ports(subject.system):
            about = (service.port, service.protocol)
            if about not in reported and lets_in(subject, *about) is Presence.ABSENT:
                reported.add(about)
                yield self._finding(subject, service.place, _served(service), *about, repository=repository)

    def _finding(
        self, container: NspawnContainer, place: Place, what: str, port: int, protocol: str, repository: Repository
    ) -> Finding:
        option = OptionPath.of("networking", "firewall", f"allowed{protocol.upper()}Ports")
        return Finding(
            place=place,
            message=f"{container.title} {what}, but its own firewall does not let {port}/{protocol} in",
            help=f"set {option} = [ {port} ] in the container",
            option=f"{container.option_path}.config.{option}",
            container=container.name,
            evidence=f"{port}/{protocol}",
            fix=_fix(container, option, port, repository),
        )

    examples = (
        Bad(
            "a forwarded port",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = «8080»; containerPort = 80; } ];
    config = { ... }: {
      services.httpd.enable = true;
    };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = 8080; containerPort = 80; } ];
    config = { ... }: {
      services.httpd.enable = true;
      networking.firewall.allowedTCPPorts = [ 80 ];
    };
  };
}
""",
        ),
        Bad(
            "a service that nobody can reach",
            """\
{
  containers.media = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { ... }: {
      networking.firewall.allowedTCPPorts = [ 22 ];
      services.jellyfin.«enable» = true;
    };
  };
}
""",
        ),
        Bad(
            "a web server whose port is closed",
            """\
{
  containers.web = {
    privateNetwork = true;
    localAddress = "10.0.0.2";
    config = { ... }: {
      services.nginx.«enable» = true;
      services.nginx.virtualHosts."example.org".root = "/srv/www";
    };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    localAddress = "10.0.0.2";
    config = { ... }: {
      services.nginx.enable = true;
      services.nginx.virtualHosts."example.org".root = "/srv/www";
      networking.firewall.allowedTCPPorts = [ 80 ];
    };
  };
}
""",
        ),
        Good(
            "a web server on a port of its own",
            """\
{
  containers.web = {
    privateNetwork = true;
    config = { ... }: {
      networking.firewall.allowedTCPPorts = [ 8080 ];
      services.nginx.enable = true;
      services.nginx.virtualHosts."example.org".listen = [ { addr = "0.0.0.0"; port = 8080; } ];
    };
  };
}
""",
        ),
        Good(
            "let in, one by one, as a range, by the service, or by no firewall",
            """\
{
  containers.a = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 8080; containerPort = 80; } ];
    config = { ... }: { networking.firewall.allowedTCPPorts = [ 80 443 ]; };
  };
  containers.b = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 8081; containerPort = 85; } ];
    config = { ... }: { networking.firewall.allowedTCPPortRanges = [ { from = 80; to = 90; } ]; };
  };
  containers.c = {
    privateNetwork = true;
    config = { ... }: { services.jellyfin = { enable = true; openFirewall = true; }; };
  };
  containers.d = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 8082; containerPort = 80; } ];
    config = { ... }: { networking.firewall.enable = false; };
  };
}
""",
        ),
        Good(
            "behind a reverse proxy in the same container",
            """\
{
  containers.media = {
    privateNetwork = true;
    config = { ... }: {
      networking.firewall.allowedTCPPorts = [ 443 ];
      services.caddy.enable = true;
      services.jellyfin.enable = true;
    };
  };
}
""",
        ),
        Good(
            "it shares the host's network",
            "{ containers.media.config = { ... }: { services.jellyfin.enable = true; }; }\n",
        ),
        Good(
            "the ports are not known",
            """\
{ config, ... }:
{
  containers.web = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 80; } ];
    config = { ... }: { networking.firewall.allowedTCPPorts = [ config.my.port ]; };
  };
}
""",
        ),
    )


def _forwarded(port: ForwardedPort) -> str:
    return f"gets port {port.text} of the host"


def _served(service: ServicePort) -> str:
    return f"runs {service.service}"


_PROXIES = (
    # Programs in the container by which other services in it are reached.
    ("services", "nginx"),
    ("services", "caddy"),
    ("services", "httpd"),
    ("services", "traefik"),
    ("services", "haproxy"),
)
_TUNNELS = (
    # VPNs and tunnels, by which everything in the container is reached that its firewall does not let in.
    ("services", "tailscale"),
    ("services", "zerotierone"),
    ("services", "netbird"),
    ("services", "nebula"),
    ("services", "tor"),
    ("services", "cloudflared"),
    ("services", "openvpn"),
    ("services", "cjdns"),
    ("services", "yggdrasil"),
    ("networking", "wireguard"),
    ("networking", "wg-quick"),
    ("systemd", "network", "netdevs"),
)
_WEB = ((80, "tcp"), (443, "tcp"))


def _has(container: NspawnContainer, options: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the container has, or may have, something at one of these options."""
    return any(container.inside(*names).presence is not Presence.ABSENT for names in options)


def _nginx(container: NspawnContainer) -> Place | None:
    """Where nginx is switched on, if it certainly listens on the usual ports and serves a site of its own."""
    enabled = container.system.ask(OptionPath.of("services", "nginx", "enable"))
    sites = container.inside("services", "nginx", "virtualHosts")
    settings = ("defaultHTTPListenPort", "defaultSSLListenPort", "defaultListen", "streamConfig", "config")
    if not is_true(enabled) or sites.presence is not Presence.DEFINED or not is_complete(sites):
        return None
    if _has(container, tuple(("services", "nginx", name) for name in settings)):
        return None
    hosts = [site for definition in sites.definitions for _, site in attributes_of(definition)]
    if not hosts or any(name == "listen" for site in hosts for name, _ in attributes_of(site)):
        return None
    return enabled.definitions[0].name_place


def _fix(container: NspawnContainer, option: OptionPath, port: int, repository: Repository) -> Fix | None:
    """A list with the port; none where there is a list already, for then it is a decision where to put it."""
    if container.system.presence(option) is not Presence.ABSENT:
        return None
    summary = f"Open port {port} in {container.title}"
    return defining_inside(repository, container, (NewDefinition(option, f"[ {port} ]"),), Safety.UNSAFE, summary)
