"""A container that gets the socket of a container engine."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.paths import HostPath, engine_socket
from nixlint.containers.oci.container import Mount, OciContainer, PublishedPort
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_PROXY = "socket-proxy"
"""In the names of images that stand between the socket and those who want a part of it."""


class OciEngineSocket(Rule[OciContainer]):
    """A container with the socket of the container engine controls the host.

    ## What it finds

    A volume or a flag that gives an OCI container the socket of Docker, Podman, containerd or CRI-O, or a folder that it
    stands in; and a port by which a proxy of the socket listens on all addresses of the host.

    ## Why it matters

    Every program that can reach the socket can start a container with the host's root mounted. A vulnerability in the
    program in the container is then root on the host. Mounting the socket read-only changes nothing: it can still be
    talked to.

    ## What to do

    Put a proxy in between that lets through only the requests that the program needs, or use the engine's rootless socket.
    Where the program is there to manage containers, suppress the finding with the reason.

    ## What keeps it silent

    - A socket proxy, which is the way to hand out less of the socket, with no port that is published on all addresses.
    - Sockets of other programs, and files whose names only begin like these.
    - A source that is not known.

    ## References

    - [Docker: attack surface of the daemon](https://docs.docker.com/engine/security/#docker-daemon-attack-surface)
    - [OWASP Docker Security Cheat Sheet, rule 1](https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html)
    """

    name = "oci-engine-socket"
    code = "NL201"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such volume; of a socket proxy, each port by which everybody reaches it."""
        if subject.image_text is not None and _PROXY in subject.image_text.text:
            for port in subject.ports:
                if port.mapping.listens_everywhere and port.mapping.protocol == "tcp":
                    yield self._published(subject, port)
            return
        for mount in subject.mounts:
            source = mount.volume.source
            socket = engine_socket(source) if source is not None and source.startswith("/") else None
            if source is not None and socket is not None:
                yield self._finding(subject, mount, source.rstrip("/"), socket)

    def _published(self, container: OciContainer, port: PublishedPort) -> Finding:
        return Finding(
            place=port.text.place,
            message=f"{container.title} is a proxy of the engine's socket and listens on all addresses of the host: "
            "whoever reaches the port gives the engine orders",
            help="publish no port and let the programs reach the proxy by its network, or publish it on 127.0.0.1",
            option=f"{container.option_path}.ports",
            container=container.name,
            evidence=port.text.text,
        )

    def _finding(self, container: OciContainer, mount: Mount, source: str, socket: HostPath) -> Finding:
        what = "the socket of the container engine" if source == socket.path else "the folder of the engine's socket"
        return Finding(
            place=mount.text.place,
            message=f"{container.title} gets {source}, {what}: an attacker in the container becomes root on the host",
            help="put a socket proxy in between that lets through only what it needs",
            option=f"{container.option_path}.volumes",
            container=container.name,
            evidence=source,
        )

    examples = (
        Bad(
            "as a volume",
            """\
{
  virtualisation.oci-containers.containers.watchtower = {
    image = "containrrr/watchtower:1.7";
    volumes = [ «"/var/run/docker.sock:/var/run/docker.sock:ro"» ];
  };
}
""",
        ),
        Bad(
            "a proxy that everybody reaches",
            """\
{
  virtualisation.oci-containers.containers.proxy = {
    image = "tecnativa/docker-socket-proxy:0.3";
    volumes = [ "/var/run/docker.sock:/var/run/docker.sock:ro" ];
    ports = [ «"2375:2375"» "127.0.0.1:2376:2375" ];
  };
}
""",
        ),
        Bad(
            "as a flag",
            """\
{
  virtualisation.oci-containers.containers.agent = {
    image = "example/agent:2";
    extraOptions = [ "--network=web" «"-v"» "/run/podman/podman.sock:/socket" ];
  };
}
""",
        ),
        Bad(
            "the folder of the socket",
            """\
{
  virtualisation.oci-containers.containers.agent = {
    image = "example/agent:2";
    volumes = [ «"/var/run:/var/run"» ];
  };
}
""",
        ),
        Good(
            "a socket proxy is what one puts in between",
            """\
{
  virtualisation.oci-containers.containers.proxy = {
    image = "ghcr.io/tecnativa/docker-socket-proxy:v0.4";
    volumes = [ "/var/run/docker.sock:/var/run/docker.sock:ro" ];
  };
}
""",
        ),
        Good(
            "a socket proxy of a version that is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.proxy = {
    image = "lscr.io/linuxserver/socket-proxy:${config.my.version}";
    volumes = [ "/var/run/docker.sock:/var/run/docker.sock:ro" ];
  };
}
""",
        ),
        Good(
            "another socket, and a file of a similar name",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "nginx:1.27";
    volumes = [ "/run/postgresql/.s.PGSQL.5432:/db.sock" "/run/docker.sock.d:/x" ];
  };
}
""",
        ),
        Good(
            "a native container",
            '{ containers.web = { bindMounts."/run/docker.sock" = { }; config.system.stateVersion = "26.05"; }; }\n',
        ),
    )
