"""Two containers that want the same port of the host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci import OciContainer, OciModule, PublishedPort
from nixlint.linting.finding import Confidence, Finding, Note, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.repository import Repository


class OciDuplicateHostPort(Rule[OciModule]):
    """Two containers of one host that publish the same port: the second does not start.

    ## What it finds

    Two OCI containers declared in one module that publish the same port of the host for the same protocol, on the same
    address or on one that includes it.

    ## Why it matters

    The engine refuses to start the second one: *address already in use*. Which of them is the second depends on the boot.

    ## What to do

    Publish one of them elsewhere, or put both behind a reverse proxy.

    ## What keeps it silent

    - Different protocols, and different addresses such as `127.0.0.1` and `10.0.0.1`, or `0.0.0.0` and `[::]`.
    - Containers in different modules, which may be of different hosts, and containers under different conditions.
    - Ports with a part that is not known.

    ## References

    - [Docker: port publishing and mapping](https://docs.docker.com/engine/network/port-publishing/)
    """

    name = "oci-duplicate-host-port"
    code = "NL204"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciModule,)
    keywords = (b"ports", b"-p", b"publish")

    def check(self, subject: OciModule, _repository: Repository) -> Iterator[Finding]:
        """Report each port that a container written before, or the container itself, publishes already."""
        earlier: list[tuple[OciContainer, PublishedPort]] = []
        for container in subject.containers:
            for port in container.ports:
                clash = next(
                    (
                        (other, taken)
                        for other, taken in earlier
                        if _clash(port, taken)
                        and (container.exists_whenever(other) or other.exists_whenever(container))
                    ),
                    None,
                )
                if clash is not None:
                    yield self._finding(container, port, *clash)
                earlier.append((container, port))

    def _finding(
        self, container: OciContainer, port: PublishedPort, other: OciContainer, taken: PublishedPort
    ) -> Finding:
        number = port.mapping.host_ports[0] if port.mapping.host_ports else 0
        return Finding(
            place=port.text.place,
            message=f"{container.title} publishes port {number}/{port.mapping.protocol} of the host, "
            f"which {other.title} publishes too: one of them will not start",
            help="publish one of them on another port or address",
            option=f"{container.option_path}.ports",
            container=container.name,
            evidence=f"{number}/{port.mapping.protocol}",
            notes=(Note(taken.text.place, "published here too"),),
        )

    examples = (
        Bad(
            "the same port twice",
            """\
{
  virtualisation.oci-containers.containers = {
    blog = { image = "ghost:5"; ports = [ "127.0.0.1:8080:2368" ]; };
    wiki = { image = "wiki:2"; ports = [ «"8080:3000"» ]; };
  };
}
""",
        ),
        Bad(
            "in a range",
            """\
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; ports = [ "8000-8010:80-90" ]; };
  virtualisation.oci-containers.containers.b = { image = "b:1"; ports = [ «"8005:80"» ]; };
}
""",
        ),
        Good(
            "another protocol, another address",
            """\
{
  virtualisation.oci-containers.containers = {
    dns = { image = "dns:1"; ports = [ "53:53/udp" "53:53/tcp" ]; };
    web = { image = "web:1"; ports = [ "0.0.0.0:80:80" "[::]:80:80" ]; };
    a = { image = "a:1"; ports = [ "127.0.0.1:8080:80" ]; };
    b = { image = "b:1"; ports = [ "10.0.0.1:8080:80" ]; };
  };
}
""",
        ),
        Good(
            "each runs only under a condition of its own",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.a = lib.mkIf config.a { image = "a:1"; ports = [ "8080:80" ]; };
  virtualisation.oci-containers.containers.b = lib.mkIf config.b { image = "b:1"; ports = [ "8080:80" ]; };
}
""",
        ),
        Good(
            "different files may be different hosts",
            {
                "a.nix": '{ virtualisation.oci-containers.containers.a = { image = "a:1"; ports = [ "80:80" ]; }; }\n',
                "b.nix": '{ virtualisation.oci-containers.containers.b = { image = "b:1"; ports = [ "80:80" ]; }; }\n',
            },
        ),
    )


def _clash(one: PublishedPort, other: PublishedPort) -> bool:
    first, second = one.mapping, other.mapping
    if first.host_ports is None or second.host_ports is None or first.protocol != second.protocol:
        return False
    if first.address is None or second.address is None or not _same_family(first.address, second.address):
        return False
    overlap = first.host_ports.start < second.host_ports.stop and second.host_ports.start < first.host_ports.stop
    return overlap and (first.address == second.address or first.listens_everywhere or second.listens_everywhere)


def _same_family(one: str, other: str) -> bool:
    """Whether two addresses are both of IPv4, or both of IPv6; no address stands for both."""
    return "" in (one, other) or (":" in one) is (":" in other)
