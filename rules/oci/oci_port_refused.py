"""A published port that no engine takes."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.languages.port_mapping import port_fault
from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciPortRefused(Rule[OciContainer]):
    """A container does not start if the engine rejects one of its published ports.

    ## What it finds

    An element of `ports`, or a flag `--publish`, that neither Docker nor Podman takes: a number above 65535, a name in the
    place of a number or of an address, a protocol that there is not, ranges of different lengths.

    ## Why it matters

    The engine stops with an error before it starts the container, so its unit fails each time.

    ## What to do

    Write `address:host port:container port/protocol`, with an IP address and numbers. The address and the host's port
    can be left out.

    ## What keeps it silent

    - A port with a part that is not known, and one under a condition.
    - What one of the two engines takes: an IPv6 address without brackets (Docker), port 0.
    - Compose files.

    ## References

    - [Docker: port publishing and mapping](https://docs.docker.com/engine/network/port-publishing/)
    - docker/go-connections, `nat/nat.go`; podman, `pkg/specgenutil/util.go`
    """

    name = "oci-port-refused"
    code = "NL230"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each port that is refused."""
        for text in subject.written_ports:
            fault = port_fault(text.text) if text.is_known and not text.conditions else None
            if fault is not None:
                yield Finding(
                    place=text.place,
                    message=f"the engine refuses the published port {text.text} of {subject.title}: {fault}",
                    help="write address:host port:container port/protocol, with an IP address and numbers",
                    option=f"{subject.option_path}.ports",
                    container=subject.name,
                    evidence=text.text,
                )

    examples = (
        Bad(
            "numbers, names and ranges",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [
      «"99999:80"»
      «"8080:http"»
      «"localhost:8081:81"»
      «"8000-8010:80-85"»
      «"53:53/dns"»
      «"8080:"»
    ];
    extraOptions = [ «"-p"» "70000:80" ];
  };
}
""",
        ),
        Good(
            "all forms that an engine takes",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [
      "80"
      "8080:80"
      "127.0.0.1:8081:81"
      "127.0.0.1::82"
      "[::1]:8083:83"
      "::1:8084:84"
      "8000-8010:80-90/udp"
      "9000-9010:90"
      ":85/TCP"
    ];
  };
}
""",
        ),
        Good(
            "not known, or under a condition",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [ "${toString config.my.port}:http" ] ++ lib.optional config.my.wrong "99999:1";
  };
}
""",
        ),
        Good(
            "a Compose file",
            {"compose.yaml": "services:\n  web:\n    image: web:1\n    ports: ['${PORT:-80}:80']\n"},
        ),
    )
