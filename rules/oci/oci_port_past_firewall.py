"""Published ports that nobody opened in the firewall, and that are open all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nixlint.containers.host.firewall import OpenPorts
from nixlint.containers.oci.container import OciContainer, PublishedPort, Text
from nixlint.containers.oci.databases import data_directory_of
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciPortPastFirewall(Rule[OciContainer]):
    """A port that is published on all interfaces bypasses the NixOS firewall.

    ## What it finds

    An OCI container that publishes ports on all interfaces which no firewall in the repository lets in. It is one finding
    for a container, with all its ports.

    ## Why it matters

    Docker and Podman forward published ports before the rules of `networking.firewall` are asked: the port is reachable
    from the network although the firewall does not list it. Databases and admin pages meant for the reverse proxy on the
    same host end up in public.

    ## What to do

    Publish on the loopback, `"127.0.0.1:8080:80"`, where a reverse proxy or another local program is the client. Where
    the port is meant to be open, list it in `networking.firewall.allowedTCPPorts`: that says so, and keeps this rule
    silent.

    ## What keeps it silent

    - An address: `127.0.0.1`, or that of an internal interface.
    - A port that a firewall of the repository lets in, and a firewall that is switched off or has ports that are not known.
    - A Compose file in a repository of NixOS configuration that no module beside it names, and none elsewhere with its
      folder: it runs on another machine.
    - A container in the host's network or in none, and a host port that is not known or left to chance.
    - A rootless container, or one whose network is `pasta` or `slirp4netns`: there a program of the host listens on the
      port, behind the firewall.

    It is a note, because it depends on what is in front of the host; for a database (PostgreSQL, MySQL, MariaDB,
    MongoDB, Redis, Valkey) it is a warning, because databases are rarely meant to be public, and one login protects all
    of the data.

    ## References

    - [Docker: packet filtering and firewalls](https://docs.docker.com/engine/network/packet-filtering-firewalls/)
    - podman-run(1), `--network`: pasta, slirp4netns and the port handler of rootless containers
    """

    name = "oci-port-past-firewall"
    code = "NL205"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report all ports of a container that bypass the firewall."""
        if subject.may_be_confined or any(_is_no_bridge(network) for network in subject.networks):
            return
        if _is_of_another_machine(subject.place.path, repository):
            return
        exposed = [port for port in subject.ports if port.mapping.listens_everywhere and port.mapping.host_ports]
        if not exposed:
            return
        opened = OpenPorts.of(repository)
        closed = [port for port in exposed if not opened.includes_all(_ports(port))]
        if closed:
            numbers = ", ".join(dict.fromkeys(f"{_shown(_ports(port))}/{port.mapping.protocol}" for port in closed))
            is_nixos = bool(repository.files)
            why = "although no firewall in this repository lets it in" if is_nixos else "past the firewall of the host"
            yield Finding(
                place=closed[0].text.place,
                message=f"{subject.title} publishes {numbers} on all interfaces: open to the network, {why}",
                help='publish on an address, as in "127.0.0.1:8080:80"'
                + (", or list the port in networking.firewall" if is_nixos else ""),
                severity=Severity.WARNING if _is_database(subject) else None,
                option=f"{subject.option_path}.ports",
                container=subject.name,
                notes=tuple(Note(port.text.place, "and here") for port in closed[1:]),
            )

    examples = (
        Bad(
            "a database for everybody",
            """\
{
  virtualisation.oci-containers.containers.db = {
    image = "postgres:17";
    ports = [ "127.0.0.1:9000:9000" «"5432:5432"» ];
  };
  networking.firewall.allowedTCPPorts = [ 80 443 ];
}
""",
        ),
        Bad(
            "a Compose file that a module runs",
            {
                "hosts/a.nix": '{ systemd.services.nas.script = "docker compose -f ${../nas/docker-compose.yml} up"; }\n',
                "nas/docker-compose.yml": "services:\n  db:\n    image: postgres:17\n    ports: [«'5432:5432'»]\n",
            },
        ),
        Bad(
            "a range of which the firewall lets the first port in",
            """\
{
  virtualisation.oci-containers.containers.sip = { image = "sip:1"; ports = [ «"8000-8010:8000-8010/udp"» ]; };
  networking.firewall.allowedUDPPorts = [ 8000 ];
}
""",
        ),
        Bad(
            "the port of a service of the host is another one",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.db = { image = "postgres:17"; ports = [ «"5432:5432"» ]; };
  networking.firewall.allowedTCPPorts = [ config.services.jellyfin.port config.services.grafana.settings.server.http_port ];
}
""",
        ),
        Bad(
            "Compose files alone",
            {"compose.yaml": "services:\n  db:\n    image: postgres:17\n    ports: [«'5432:5432'»]\n"},
        ),
        Good(
            "a range that the firewall lets in, in two parts",
            """\
{
  virtualisation.oci-containers.containers.sip = { image = "sip:1"; ports = [ "8000-8010:8000-8010/udp" ]; };
  networking.firewall.allowedUDPPortRanges = [ { from = 8000; to = 8004; } { from = 8005; to = 9000; } ];
}
""",
        ),
        Good(
            "no port",
            """\
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; ports = [ "99999:80" "9000-8000:80-1080" ]; };
}
""",
        ),
        Good(
            "on the loopback",
            """\
{
  virtualisation.oci-containers.containers.db = { image = "postgres:17"; ports = [ "127.0.0.1:5432:5432" ]; };
}
""",
        ),
        Good(
            "the firewall lets it in, in another file",
            {
                "a.nix": '{ virtualisation.oci-containers.containers.web = { image = "web:1"; ports = [ "80:80" ]; }; }\n',
                "b.nix": "{ networking.firewall.allowedTCPPortRanges = [ { from = 80; to = 90; } ]; }\n",
            },
        ),
        Good(
            "ports that are not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.web = { image = "web:1"; ports = [ "80:80" ]; };
  networking.firewall.allowedTCPPorts = [ config.my.port ];
}
""",
        ),
        Good(
            "the host's own network",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [ "80:80" ];
    extraOptions = [ "--network=host" ];
  };
}
""",
        ),
        Good(
            "a rootless container, whose port a program of the host listens on",
            """\
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "web"; ports = [ "8080:80" ]; };
}
""",
        ),
        Good(
            "a network of pasta",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [ "8080:80" ];
    extraOptions = [ "--network=pasta:--ipv4-only" ];
  };
}
""",
        ),
        Good(
            "a Compose file of another machine",
            {
                "hosts/a.nix": "{ networking.firewall.allowedTCPPorts = [ 80 ]; } # see docker-compose.yml of the NAS\n",
                "nas/docker-compose.yml": "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n",
            },
        ),
        Good(
            "SSH opens its port itself",
            """\
{
  services.openssh.enable = true;
  virtualisation.oci-containers.containers.git = { image = "git:1"; ports = [ "22:22" ]; };
}
""",
        ),
        Good(
            "no firewall at all",
            """\
{
  networking.firewall.enable = false;
  virtualisation.oci-containers.containers.web = { image = "web:1"; ports = [ "80:80" ]; };
}
""",
        ),
    )


_NO_BRIDGES = ("host", "none", "pasta", "slirp4netns")
"""Modes of a network in which the engine rewrites no packets for a published port."""


def _is_no_bridge(network: Text) -> bool:
    return not network.is_known or network.text.partition(":")[0] in _NO_BRIDGES


def _is_database(container: OciContainer) -> bool:
    return container.image is not None and data_directory_of(container.image[0]) is not None


def _ports(port: PublishedPort) -> range:
    return port.mapping.host_ports or range(0)


def _shown(ports: range) -> str:
    return str(ports.start) if len(ports) == 1 else f"{ports.start}-{ports.stop - 1}"


def _is_of_another_machine(path: Path, repository: Repository) -> bool:
    """Whether it is a Compose file that no module beside it names, and none anywhere with its folder.

    The firewall of those modules says nothing of it then. Compose files mostly have the same name.
    """
    if path.suffix == ".nix" or not repository.files:
        return False
    for module in repository.files_mentioning(path.name.encode()):
        if module.parent == path.parent or repository.mentions(f"{path.parent.name}/{path.name}".encode()):
            return False
    return True
