"""A service of the host that a container uses, behind a firewall that lets nothing of the container in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.host.closed_ports import is_closed
from nixlint.containers.host.service_ports import ServicePort, listening_ports
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import texts
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Place, Presence, Repository, Rule, Severity, StringValue

_DNS = 53
_LONGEST_NAME = 15


class _Use(NamedTuple):
    """A port of the host that a container uses: by which protocol, what for, and where that is written."""

    port: int
    protocol: str
    what: str
    option: str
    place: Place
    note: Place | None = None


class ContainerHostPortClosed(Rule[HostSystem]):
    """The firewall of the host blocks the port of a host service that a container uses.

    ## What it finds

    A container with `privateNetwork = true` and `hostAddress`, on a host whose firewall lets in nothing by the interface
    of the container, that uses the host's address

    - as its name server (`networking.nameservers`), or
    - with the port of a service that runs on the host, as in `postgres://10.0.0.1:5432/db`.

    ## Why it matters

    What a container sends to its host comes in by the interface `ve-<name>`, for which the firewall is as closed as for the
    network. No name resolves, the database is not reached: timeouts without an error on either side.

    ## What to do

    Open the port for the containers alone:

    ```nix
    networking.firewall.interfaces."ve-+".allowedUDPPorts = [ 53 ]; # "ve-*" with networking.nftables.enable
    ```

    ## What keeps it silent

    - The port among the open ones of the host or of an interface that is, or may be, the container's; a trusted interface.
    - `openFirewall` of the service, a disabled firewall, and custom rules for iptables or nftables.
    - A host with modules that are not known, a bridge, and links besides the container's own.
    - A service of the host whose port is not known, or that listens on the loopback alone.

    ## References

    - nixpkgs, `nixos/modules/services/networking/firewall.nix`
    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    """

    name = "container-host-port-closed"
    code = "NL137"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each port of the host that a container uses and that is closed to it, once."""
        containers = subject.containers if subject.is_whole else ()
        linked = [(each, address) for each in containers for address in _host_address(each)]
        services = tuple(listening_ports(subject.system)) if linked else ()
        for container, address in linked:
            seen: set[int] = set()
            for use in _uses(container, address, services, subject):
                interface = f"ve-{container.name}"
                if use.port not in seen and is_closed(subject, interface, use.protocol, use.port):
                    seen.add(use.port)
                    yield _finding(container, address, use)

    examples = (
        Bad(
            "a resolver and a database",
            """\
{
  services.postgresql = { enable = true; enableTCPIP = true; };
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = {
      networking.useHostResolvConf = false;
      networking.nameservers = [ «"10.0.0.1"» ];
      systemd.services.app.environment.DATABASE_URL = «"postgres://app@10.0.0.1:5432/app"»;
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Good(
            "open for the containers, for one of them, for everybody",
            """\
{
  services.postgresql = { enable = true; enableTCPIP = true; };
  networking.firewall = {
    allowedTCPPorts = [ 5432 ];
    interfaces."ve-+".allowedUDPPorts = [ 53 ];
  };
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = {
      networking.nameservers = [ "10.0.0.1" ];
      systemd.services.app.environment.DATABASE_URL = "postgres://app@10.0.0.1:5432/app";
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Good(
            "a trusted interface, a service that opens its port, another address",
            {
                "one/configuration.nix": """\
{
  networking.firewall.trustedInterfaces = [ "ve-web" ];
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { networking.nameservers = [ "10.0.0.1" ]; system.stateVersion = "26.05"; };
  };
}
""",
                "two/configuration.nix": """\
{
  services.adguardhome = { enable = true; openFirewall = true; };
  services.grafana = { enable = true; settings.server.http_addr = "0.0.0.0"; openFirewall = true; };
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.1.1";
    localAddress = "10.0.1.2";
    config = {
      networking.nameservers = [ "9.9.9.9" ];
      systemd.services.app.environment.GRAFANA = "http://10.0.1.1:3000";
      system.stateVersion = "26.05";
    };
  };
}
""",
            },
        ),
        Good(
            "rules of one's own, and no firewall",
            {
                "one/configuration.nix": """\
{
  networking.firewall.extraCommands = "iptables -A nixos-fw -i ve-+ -j nixos-fw-accept";
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { networking.nameservers = [ "10.0.0.1" ]; system.stateVersion = "26.05"; };
  };
}
""",
                "two/configuration.nix": """\
{
  networking.firewall.enable = false;
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { networking.nameservers = [ "10.0.0.1" ]; system.stateVersion = "26.05"; };
  };
}
""",
            },
        ),
        Good(
            "a host that is not known",
            {
                "configuration.nix": """\
{ config, inputs, ... }:
{
  imports = [ inputs.firewall.nixosModules.open ];
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { networking.nameservers = [ "10.0.0.1" ]; system.stateVersion = "26.05"; };
  };
}
""",
            },
        ),
        Good(
            "a port of the host that nothing listens on, and the loopback",
            """\
{
  services.postgresql.enable = true;
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = {
      systemd.services.app.environment.A = "http://10.0.0.1:8080";
      systemd.services.app.environment.B = "postgres://127.0.0.1:5432";
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
    )


def _finding(container: NspawnContainer, address: str, use: _Use) -> Finding:
    return Finding(
        place=use.place,
        message=f"{container.title} uses {use.what} of its host at {address}, and the host's firewall lets nothing of the "
        f"container in by port {use.port}/{use.protocol}",
        help=f'open the port on the host: networking.firewall.interfaces."ve-+".allowed{use.protocol.upper()}Ports = '
        f"[ {use.port} ]",
        option=f"{container.option_path}.config.{use.option}",
        container=container.name,
        evidence=str(use.port),
        notes=() if use.note is None else (Note(use.note, "the service"),),
    )


def _host_address(container: NspawnContainer) -> Iterator[str]:
    """The address of the host on the container's own link, where that is its only one."""
    others = ("hostBridge", "macvlans", "interfaces", "extraVeths", "networkNamespace", "extraFlags")
    if container.name is None or len(f"ve-{container.name}") > _LONGEST_NAME or not container.has_private_network:
        return
    if any(container.option_anywhere(name).presence is not Presence.ABSENT for name in others):
        return
    yield from (found.what for found in texts(container.option("hostAddress")) if not found.conditions)


def _uses(
    container: NspawnContainer, address: str, services: tuple[ServicePort, ...], host: HostSystem
) -> Iterator[_Use]:
    written = re.compile(rf"(?<![\w.]){re.escape(address)}:(\d{{1,5}})(?!\d)")
    for inner in container.inner_values:
        text = inner.value.text if isinstance(inner.value, StringValue) else None
        if text == address and inner.option.names == ("networking", "nameservers"):
            if not _opens_itself(host, _RESOLVERS):
                yield _Use(_DNS, "udp", "a resolver", str(inner.option), inner.place)
            continue
        for match in written.finditer(text or ""):
            service = next((each for each in services if _is_reached(each, int(match[1]), address)), None)
            if service is not None and not _opens_itself(host, (service.service.rpartition(".")[2],)):
                yield _Use(
                    service.port, service.protocol, service.service, str(inner.option), inner.place, service.place
                )


def _is_reached(service: ServicePort, port: int, address: str) -> bool:
    return service.port == port and service.protocol == "tcp" and service.address in ("", address)


_RESOLVERS = (
    # Services that answer for names, and whose modules may open the port.
    "unbound dnsmasq adguardhome blocky resolved kresd knot bind coredns pihole-ftl technitium-dns-server powerdns "
    "pdns-recursor dnscrypt-proxy2 stubby nsd smartdns dnsdist pixiecore"
).split()


def _opens_itself(host: HostSystem, services: tuple[str, ...] | list[str]) -> bool:
    return any(
        host.ask("services", service, option).presence is not Presence.ABSENT
        for service in services
        for option in ("openFirewall", "openFirewallDNS")
    )
