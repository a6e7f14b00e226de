"""Two containers that want the same port of the host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.ports import HostPort, forwarded_on, published_on
from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciModule
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciDuplicateHostPort(Rule[OciModule | HostSystem]):
    """Two containers of one host publish the same port, so the second one does not start.

    ## What it finds

    Two OCI containers of one host, whichever of its modules they are in, that publish the same port for the same protocol,
    on the same address or on one that includes it; and a published port that is forwarded to a native container too.

    ## Why it matters

    The engine refuses to start the second one: *address already in use*. Which of them is the second depends on the boot.
    Where a native container has the port in `forwardPorts`, both rewrite the packet's address, and the first rule wins.

    ## What to do

    Publish one of them elsewhere, or put both behind a reverse proxy.

    ## What keeps it silent

    - Different protocols, and different addresses such as `127.0.0.1` and `10.0.0.1`, or `0.0.0.0` and `[::]`.
    - Containers in modules that no host of the repository has together, and containers or ports under different
      conditions.
    - Ports with a part that is not known, and those of a container in the host's network, which publishes none.
    - Two native containers, of which another rule tells.

    ## References

    - [Docker: port publishing and mapping](https://docs.docker.com/engine/network/port-publishing/)
    """

    name = "oci-duplicate-host-port"
    code = "NL204"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciModule, HostSystem)

    def check(self, subject: OciModule | HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each port that something written before, or the container itself, takes already."""
        earlier: list[HostPort] = []
        for port in sorted(_taken(subject), key=_order):
            clash = next((taken for taken in earlier if not _is_same(port, taken) and port.clashes_with(taken)), None)
            if clash is not None:
                yield self._finding(port, clash)
            earlier.append(port)

    def _finding(self, port: HostPort, taken: HostPort) -> Finding:
        number = max(ports.start for each in (port, taken) if (ports := each.mapping.host_ports) is not None)
        verb = "gets" if port.is_forwarded else "publishes"
        outcome = (
            "only one of them is reached" if port.is_forwarded or taken.is_forwarded else "one of them will not start"
        )
        whose = (
            "it takes twice" if (taken.title, taken.option) == (port.title, port.option) else f"{taken.title} takes too"
        )
        return Finding(
            place=port.place,
            message=f"{port.title} {verb} port {number}/{port.mapping.protocol} of the host, which {whose}: {outcome}",
            help="publish one of them on another port or address",
            option=port.option,
            container=port.name,
            evidence=f"{number}/{port.mapping.protocol}",
            notes=(Note(taken.place, "taken here too"),),
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
        Bad(
            "in two modules of one host",
            {
                "configuration.nix": "{ imports = [ ./a.nix ./b.nix ]; }\n",
                "a.nix": '{ virtualisation.oci-containers.containers.a = { image = "a:1"; ports = [ "80:80" ]; }; }\n',
                "b.nix": '{ virtualisation.oci-containers.containers.b = { image = "b:1"; ports = [ «"80:80"» ]; }; }\n',
            },
        ),
        Bad(
            "forwarded to a native container",
            """\
{
  containers.mail = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    forwardPorts = [ { hostPort = 25; } ];
    config = { system.stateVersion = "26.05"; };
  };
  virtualisation.oci-containers.containers.relay = { image = "relay:1"; ports = [ «"25:25"» ]; };
}
""",
        ),
        Good(
            "forwarded ports leave the loopback alone",
            """\
{
  containers.mail = {
    privateNetwork = true;
    forwardPorts = [ { hostPort = 25; } ];
    config = { system.stateVersion = "26.05"; };
  };
  virtualisation.oci-containers.containers.relay = { image = "relay:1"; ports = [ "127.0.0.1:25:25" ]; };
}
""",
        ),
        Good(
            "the port of one or the other",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; ports = lib.mkIf config.my.a [ "8080:80" ]; };
  virtualisation.oci-containers.containers.b = { image = "b:1"; ports = [ (lib.mkIf (!config.my.a) "8080:80") ]; };
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
            "alternatives, of which somebody starts one",
            """\
{
  virtualisation.oci-containers.containers = {
    old = { image = "web:1"; autoStart = false; ports = [ "80:80" ]; };
    new = { image = "web:2"; autoStart = false; ports = [ "80:80" ]; };
  };
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


def _taken(subject: OciModule | HostSystem) -> Iterator[HostPort]:
    if isinstance(subject, OciModule):
        yield from published_on(subject.containers)
    elif subject.is_whole:
        yield from published_on(subject.oci_containers)
        yield from forwarded_on(subject.containers)


def _order(port: HostPort) -> tuple[str, int]:
    return str(port.place.path), port.place.span.start


def _is_same(port: HostPort, other: HostPort) -> bool:
    """Whether it is one port of one container; one place may make containers of many names."""
    return (port.place, port.name) == (other.place, other.name)
