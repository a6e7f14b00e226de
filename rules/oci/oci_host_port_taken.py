"""A published port that a service of the host has."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.ports import HostPort, published_on
from nixlint.containers.host.service_ports import ServicePort, listening_ports
from nixlint.containers.host.system import HostSystem
from nixlint.containers.languages.port_mapping import overlap
from nixlint.containers.stated import deciding
from nixlint.rule import Bad, Confidence, Finding, Good, ListValue, Note, Repository, Rule, Severity


class OciHostPortTaken(Rule[HostSystem]):
    """A published port is in use by a service of the host, so the container or the service does not start.

    ## What it finds

    An OCI container that publishes a port of the host on which a service of the same host certainly listens: SSH, nginx,
    PostgreSQL, Grafana and others, on their port by default or on one that is a literal, and on an address that includes
    the container's or is included in it.

    ## Why it matters

    The second one to start gets *address already in use*. At one boot that is the container, at the next the service.

    ## What to do

    Publish another port, or an address that the service does not listen on. Where the service is there for the container,
    the container needs no port of its own.

    ## What keeps it silent

    - Different protocols, and addresses that do not overlap: `10.0.0.1` beside `127.0.0.1`, `[::1]` beside `0.0.0.0`.
    - A service that runs only under a condition, whose port or address is not known, or that has nothing to serve, such as
      nginx without virtual hosts.
    - A container in the host's network, which publishes nothing, or one that exists only under a condition.
    - A rootless container's ports count: they are bound on the host all the same.

    ## References

    - [Docker: port publishing and mapping](https://docs.docker.com/engine/network/port-publishing/)
    - `nixlint/data/service_ports.json`, the ports of services with their sources
    """

    name = "oci-host-port-taken"
    code = "NL217"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each published port that a service of the host has."""
        published = [port for port in published_on(subject.oci_containers) if not port.conditions]
        if not published or not subject.is_whole:
            return
        services = tuple(listening_ports(subject.system))
        for port in published:
            service = next((service for service in services if _has(service, port)), None)
            if service is not None and not (port.is_started_by_hand and _is_started_by_hand(service, subject)):
                yield self._finding(port, service)

    def _finding(self, port: HostPort, service: ServicePort) -> Finding:
        text = f"{service.port}/{service.protocol}"
        return Finding(
            place=port.place,
            message=f"{port.title} publishes port {text} of the host, on which {service.service} listens: one of them will "
            "not start",
            help="publish another port of the host",
            option=port.option,
            container=port.name,
            evidence=text,
            notes=(Note(service.place, "taken here"),),
        )

    examples = (
        Bad(
            "nginx has it, in another module",
            {
                "configuration.nix": """\
{
  imports = [ ./traefik.nix ];
  services.nginx = { enable = true; virtualHosts."example.org".root = "/srv/www"; };
}
""",
                "traefik.nix": """\
{
  virtualisation.oci-containers.containers.traefik = { image = "traefik:v3"; ports = [ «"80:80"» "443:443" ]; };
}
""",
            },
        ),
        Bad(
            "PostgreSQL on the loopback",
            """\
{
  services.postgresql.enable = true;
  virtualisation.oci-containers.containers.db = { image = "postgres:17"; ports = [ «"5432:5432"» ]; };
}
""",
        ),
        Bad(
            "a range, and an address of the machine",
            """\
{
  services.openssh = { enable = true; ports = [ 2222 ]; };
  virtualisation.oci-containers.containers.git = { image = "git:1"; ports = [ «"10.0.0.1:2220-2230:22-32"» ]; };
}
""",
        ),
        Bad(
            "resolvers and databases",
            """\
{
  services.resolved.enable = true;
  services.mysql.enable = true;
  services.redis.servers."".enable = true;
  services.caddy = { enable = true; virtualHosts."example.org".extraConfig = "respond ok"; };
  virtualisation.oci-containers.containers = {
    pihole = { image = "pihole:1"; ports = [ «"53:53/udp"» ]; };
    db = { image = "mysql:8"; ports = [ «"3306:3306"» ]; };
    cache = { image = "redis:7"; ports = [ «"127.0.0.1:6379:6379"» ]; };
    web = { image = "web:1"; ports = [ «"443:443"» ]; };
  };
}
""",
        ),
        Good(
            "a stub that is off or elsewhere, a server of another port, a site of another one",
            """\
{
  services.resolved = { enable = true; settings.Resolve.DNSStubListener = "no"; };
  services.redis.servers.paperless.enable = true;
  services.caddy = { enable = true; virtualHosts."http://:8080".extraConfig = "respond ok"; };
  services.unbound.enable = true;
  virtualisation.oci-containers.containers = {
    pihole = { image = "pihole:1"; ports = [ "10.0.0.1:53:53/udp" ]; };
    cache = { image = "redis:7"; ports = [ "6379:6379" ]; };
    web = { image = "web:1"; ports = [ "443:443" "80:80" ]; };
  };
}
""",
        ),
        Good(
            "addresses that do not overlap",
            """\
{
  services.grafana.enable = true;
  services.openssh = { enable = true; listenAddresses = [ { addr = "10.0.0.1"; port = 22; } ]; };
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; ports = [ "10.0.0.1:3000:3000" ]; };
    git = { image = "git:1"; ports = [ "127.0.0.1:22:22" ]; };
  };
}
""",
        ),
        Good(
            "a service and a container, of which somebody starts one",
            """\
{ lib, ... }:
{
  services.jellyfin.enable = true;
  systemd.services.jellyfin.wantedBy = lib.mkForce [ ];
  virtualisation.oci-containers.containers.tv = { image = "tv:1"; autoStart = false; ports = [ "8096:8096" ]; };
}
""",
        ),
        Good(
            "another protocol, and nothing to serve",
            """\
{
  services.nginx.enable = true;
  services.jellyfin.enable = true;
  virtualisation.oci-containers.containers.web = { image = "web:1"; ports = [ "80:80" "8096:8096/udp" ]; };
}
""",
        ),
        Good(
            "a port that is not known, and a service under a condition",
            """\
{ config, ... }:
{
  services.openssh = { enable = true; ports = [ config.my.port ]; };
  services.jellyfin.enable = config.my.jellyfin;
  virtualisation.oci-containers.containers.web = { image = "web:1"; ports = [ "22:22" "8096:80" ]; };
}
""",
        ),
        Good(
            "a service in the container of another host",
            {
                "one/configuration.nix": "{ services.openssh.enable = true; }\n",
                "two/configuration.nix": """\
{
  virtualisation.oci-containers.containers.git = { image = "git:1"; ports = [ "22:22" ]; };
  containers.ssh = { privateNetwork = true; config = { services.openssh.enable = true; }; };
}
""",
            },
        ),
    )


def _is_started_by_hand(service: ServicePort, host: HostSystem) -> bool:
    """Whether nothing starts the unit of a service: it may be an alternative to the container."""
    unit = service.service.rpartition(".")[2]
    wanted = deciding(host.ask("systemd", "services", unit, "wantedBy"))
    return bool(wanted) and all(isinstance(each.value, ListValue) and not each.value.elements for each in wanted)


def _has(service: ServicePort, port: HostPort) -> bool:
    mapping = port.mapping
    return (
        mapping.host_ports is not None
        and service.port in mapping.host_ports
        and service.protocol == mapping.protocol
        and mapping.address is not None
        and overlap(service.address, mapping.address)
    )
