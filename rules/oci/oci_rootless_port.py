"""A privileged port that a rootless container can't have."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer, PublishedPort
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity

_FIRST_FREE = 1024
"""The kernel's default of ``net.ipv4.ip_unprivileged_port_start`` (ip(7))."""
_WAYS_AROUND = (b"ip_unprivileged_port_start", b"CAP_NET_BIND_SERVICE")


class OciRootlessPort(Rule[OciContainer]):
    """A rootless container cannot publish a port below 1024 and does not start.

    ## What it finds

    An OCI container that `podman.user` gives to another user than root, and that publishes a port of the host below 1024.

    ## Why it matters

    Only root may listen there. Podman stops with *rootlessport cannot expose privileged port*, and the unit fails.

    ## What to do

    Publish a port from 1024 on and let a reverse proxy or a redirection of the firewall pass to it, or lower the limit for
    all users: `boot.kernel.sysctl."net.ipv4.ip_unprivileged_port_start" = 80;`.

    ## What keeps it silent

    - `ip_unprivileged_port_start` or `CAP_NET_BIND_SERVICE` anywhere in the repository.
    - Containers of root, and those whose user is not known.
    - A container in the host's network, and a port that is not known.

    ## References

    - [Podman: shortcomings of rootless Podman](https://github.com/containers/podman/blob/main/rootless.md)
    - ip(7), `ip_unprivileged_port_start`
    """

    name = "oci-rootless-port"
    code = "NL222"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (OciContainer,)

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report all privileged ports of a rootless container in one finding."""
        user = subject.podman_user
        if user is None or not user.is_known or user.text in ("root", "0"):
            return
        if any(network.text in ("host", "none") or not network.is_known for network in subject.networks):
            return
        ports = [port for port in subject.ports if _number(port) < _FIRST_FREE and not port.text.conditions]
        if ports and not any(map(repository.mentions, _WAYS_AROUND)):
            numbers = ", ".join(str(_number(port)) for port in ports)
            yield Finding(
                place=ports[0].text.place,
                message=f"{subject.title} runs as {user.text}, a user that cannot listen on {numbers}: it does not start",
                help="publish a port from 1024 on, or lower net.ipv4.ip_unprivileged_port_start",
                option=f"{subject.option_path}.ports",
                container=subject.name,
                evidence=numbers,
                notes=(
                    Note(user.place, "rootless by this"),
                    *(Note(port.text.place, "and here") for port in ports[1:]),
                ),
            )

    examples = (
        Bad(
            "the ports of a web server",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "caddy:2";
    ports = [ «"80:80"» "443:443" "8080:8080" ];
    podman.user = "web";
  };
}
""",
        ),
        Good(
            "root's, and a user who is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; ports = [ "80:80" ]; podman.user = "root"; };
    b = { image = "b:1"; ports = [ "81:80" ]; podman.user = config.my.user; };
    c = { image = "c:1"; ports = [ "82:80" ]; };
  };
}
""",
        ),
        Good(
            "the limit is lower",
            {
                "web.nix": """\
{
  virtualisation.oci-containers.containers.web = { image = "caddy:2"; ports = [ "80:80" ]; podman.user = "web"; };
}
""",
                "sysctl.nix": '{ boot.kernel.sysctl."net.ipv4.ip_unprivileged_port_start" = 80; }\n',
            },
        ),
        Good(
            "other ports, and those that nobody knows",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "caddy:2";
    ports = [ "8080:80" "443" "${config.my.port}:80" ];
    podman.user = "web";
  };
}
""",
        ),
    )


def _number(port: PublishedPort) -> int:
    return port.mapping.host_ports.start if port.mapping.host_ports else _FIRST_FREE
