"""Settings of an OCI container that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity

_WITHOUT_PORTS = ("host", "none")
_OF_ANOTHER = "container:"


class OciSettingWithoutEffect(Rule[OciContainer]):
    """Published ports of a container in the host's network, and a login without a registry, have no effect.

    ## What it finds

    - `ports`, or `--publish`, of an OCI container in the host's network, in that of another container (`container:…`) or
      in none.
    - `login` with some of `registry`, `username` and `passwordFile`, and not all of them.

    ## Why it matters

    In such a network nothing is published: Podman discards the ports, Docker does with the host's network and refuses
    them with another container's. The program listens where it wants to, on all addresses of the host perhaps, and
    `127.0.0.1:` in front of a port restricts nothing.

    NixOS logs in only where all three settings of `login` are there; else the image is pulled as by anybody.

    ## What to do

    Publish the ports on the container whose network it is, or take them out; for the host's network, configure the program
    and the firewall. Complete the login.

    ## What keeps it silent

    - A network that is not known, or is under a condition.
    - Settings of `login` that are not known, and `null`.
    - Compose files.

    ## References

    - podman-run(1), `--publish`: *Port mappings have been discarded as one of the Host, Container, Pod, and None network
      modes are in use*
    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `isValidLogin`
    """

    name = "oci-setting-without-effect"
    code = "NL234"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report the ports of a container that publishes none, and a login that is not complete."""
        if subject.place.path.suffix != ".nix":
            return
        yield from self._ports(subject)
        login = subject.login
        if login is not None and login.missing:
            missing = " and ".join(login.missing)
            yield Finding(
                place=login.place,
                message=f"{subject.title} has a login with {' and '.join(login.given)}, and without {missing}: "
                "NixOS does not log in",
                help=f"set login.{login.missing[0]} too, or remove the login",
                option=f"{subject.option_path}.login",
                container=subject.name,
                evidence=missing,
            )

    def _ports(self, container: OciContainer) -> Iterator[Finding]:
        network = _network_without_ports(container)
        ports = [text for text in container.written_ports if not text.conditions]
        if network is not None and ports:
            yield Finding(
                place=ports[0].place,
                message=f"{container.title} is in the network {network.text}, where the engine publishes no ports: "
                f"{_told(ports)} no effect",
                help="publish the ports on the container whose network it is"
                if network.text.startswith(_OF_ANOTHER)
                else "remove the ports, or the network",
                option=f"{container.option_path}.ports",
                container=container.name,
                notes=(Note(network.place, "its network"),),
            )

    examples = (
        Bad(
            "the host's network, and another container's",
            """\
{
  virtualisation.oci-containers.containers = {
    proxy = { image = "proxy:1"; extraOptions = [ "--network=host" ]; ports = [ «"127.0.0.1:443:443"» ]; };
    vpn.image = "vpn:1";
    seed = { image = "seed:1"; dependsOn = [ "vpn" ]; networks = [ "container:vpn" ]; ports = [ «"127.0.0.1:80:80"» ]; };
  };
}
""",
        ),
        Bad(
            "a login without a registry",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    login.«username» = "me";
    login.passwordFile = "/run/keys/registry";
  };
}
""",
        ),
        Good(
            "published where they can be, and a login that is complete",
            """\
{
  virtualisation.oci-containers.containers = {
    proxy = { image = "proxy:1"; networks = [ "podman" ]; ports = [ "127.0.0.1:443:443" ]; };
    host = { image = "host:1"; networks = [ "host" ]; };
    web = {
      image = "web:1";
      login = { registry = "registry.example.org"; username = "me"; passwordFile = "/run/keys/registry"; };
    };
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
    a = { image = "a:1"; networks = [ config.my.network ]; ports = [ "127.0.0.1:80:80" ]; };
    b = {
      image = "b:1";
      extraOptions = lib.optional config.my.host "--network=host";
      ports = [ "127.0.0.1:81:80" ];
      login = { username = config.my.user; registry = null; passwordFile = null; };
    };
  };
}
""",
        ),
        Good(
            "a Compose file, where Compose judges it",
            {"compose.yaml": "services:\n  a:\n    image: a:1\n    network_mode: host\n"},
        ),
    )


def _told(ports: list[Text]) -> str:
    known = [port.text for port in ports if port.is_known]
    return f"{', '.join(known)} {'has' if len(known) == 1 else 'have'}" if known else "its ports have"


def _network_without_ports(container: OciContainer) -> Text | None:
    networks = [network for network in container.networks if not network.conditions]
    if len(networks) != 1 or len(container.networks) != 1:
        return None
    first = networks[0]
    return first if first.text in _WITHOUT_PORTS or first.text.startswith(_OF_ANOTHER) else None
