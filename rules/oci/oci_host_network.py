"""A container in the network of its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciHostNetwork(Rule[OciContainer]):
    """A container in the host's network reaches services on the host's loopback, and its ports are the host's.

    ## What it finds

    A container with `host` in `networks` or `--network=host` in `extraOptions`, and `network_mode: host` in Compose files.
    It is found only with `--pedantic`, or where its name is in `select`: many containers are in the host's network on
    purpose, because they discover devices (Home Assistant, mDNS, DLNA), set up a VPN or measure the host.

    ## Why it matters

    A service that listens on `127.0.0.1` often asks for no login, because only the host's own programs reach it. A
    container in the host's network reaches it too, and so does an attacker who runs programs in that container. Each
    port that the container listens on is a port of the host; no list of published ports says which.

    ## What to do

    Give the container a network of its own and publish the ports that it needs. Where it needs the host's network,
    suppress the finding with the reason.

    ## What keeps it silent

    - The network of another container (`container:NAME`), `bridge`, `none` and networks with a name.
    - A network that is not known, or stands under a condition.
    - A privileged container, which `oci-privileged` reports.

    ## References

    - [Docker: host network driver](https://docs.docker.com/engine/network/drivers/host/)
    - [CIS Docker Benchmark, 5.10](https://www.cisecurity.org/benchmark/docker)
    """

    name = "oci-host-network"
    code = "NL236"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    pedantic = True
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report a container that certainly is in the host's network."""
        if subject.privileged is not None or not subject.shares_network:
            return
        network = next(each for each in subject.networks if each.text == "host" and not each.conditions)
        yield Finding(
            place=network.place,
            message=f"{subject.title} is in the host's network: it reaches what listens on the host's loopback, "
            "and each port that it listens on is a port of the host",
            help="give it a network of its own and publish its ports, or suppress this finding with the reason",
            option=subject.option_path,
            container=subject.name,
            evidence="host",
        )

    examples = (
        Bad(
            "an option, and a flag",
            """\
{
  virtualisation.oci-containers.containers = {
    home = { image = "example/home:2"; networks = [ «"host"» ]; };
    proxy = { image = "example/proxy:1"; extraOptions = [ «"--network=host"» ]; };
  };
}
""",
        ),
        Bad(
            "in a Compose file",
            {"compose.yaml": "services:\n  home:\n    image: example/home:2\n    «network_mode: host»\n"},
        ),
        Good(
            "networks of its own and of other containers",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; networks = [ "backend" ]; };
    vpn = { image = "vpn:1"; dependsOn = [ "app" ]; extraOptions = [ "--network=container:app" ]; };
  };
}
""",
        ),
        Good(
            "a network that is not known, or is under a condition",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; networks = [ config.my.network ]; };
    b = { image = "b:1"; extraOptions = lib.optional config.my.host "--network=host"; };
  };
}
""",
        ),
        Good(
            "a privileged container, of which another rule tells",
            {"compose.yaml": "services:\n  a:\n    image: a:1\n    privileged: true\n    network_mode: host\n"},
        ),
        Good(
            "in a Compose file, the network of another service",
            {
                "compose.yaml": """\
services:
  vpn:
    image: vpn:1
  a:
    image: a:1
    network_mode: service:vpn
"""
            },
        ),
    )
