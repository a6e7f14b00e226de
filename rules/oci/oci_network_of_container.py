"""The network of another container, which is not there."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.containers.oci.names import OciNames
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity

_OF_ANOTHER = "container:"
_ORDER = ("after", "requires", "bindsTo", "partOf", "unitConfig", "wants")
"""Options of a unit that may make it wait."""


class OciNetworkOfContainer(Rule[HostSystem]):
    """A container in another container's network needs that container to exist and to start first.

    ## What it finds

    `--network=container:<name>`, or the same in `networks`, of an OCI container of a host that has no container of the
    name, or has one on which it does not depend.

    ## Why it matters

    The engine joins a network namespace that exists already: *no container with name or ID found*. Without `dependsOn` both
    units start at once at boot; and when the other container restarts, this one keeps a network that nothing is in any
    more.

    ## What to do

    Name a container of the host, and put it into `dependsOn`, so that this one is started after it and stopped with it.

    ## What keeps it silent

    - A unit that says anything of what it comes after or requires.
    - Containers whose names are not known, `--name` among their flags, and a host with modules that may declare others.
    - A network under a condition or with a part that is not known.
    - A module that no host of the repository uses, and Compose files.

    ## References

    - podman-run(1), `--network`, *container:id*
    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `dependsOn`
    """

    name = "oci-network-of-container"
    code = "NL232"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each network of a container that is not there, or may come later."""
        joining = [
            (container, text)
            for container in (subject.oci_containers if subject.is_whole else ())
            for text in container.networks
            if text.text.startswith(_OF_ANOTHER) and text.is_known and not text.conditions
        ]
        names = OciNames.on(subject.system) if joining else None
        if names is None or not names.is_complete or any(each.values("--name") for each in subject.oci_containers):
            return
        for container, text in joining:
            wanted = text.text.removeprefix(_OF_ANOTHER)
            if wanted not in names.names:
                yield _finding(container, text, f"host {subject.name} has no OCI container of the name")._replace(
                    severity=Severity.ERROR
                )
            elif wanted not in {each.text for each in container.depends_on} and not _waits(subject, container):
                yield _finding(container, text, "does not depend on it: it may be started before")

    examples = (
        Bad(
            "no dependency, and no such container",
            """\
{
  virtualisation.oci-containers.containers = {
    vpn.image = "vpn:1";
    seed = { image = "seed:1"; extraOptions = [ «"--network=container:vpn"» ]; };
    index = { image = "index:1"; networks = [ «"container:gluetun"» ]; };
  };
}
""",
        ),
        Good(
            "it depends on it, by either way",
            """\
{
  virtualisation.oci-containers.containers = {
    vpn.image = "vpn:1";
    seed = { image = "seed:1"; dependsOn = [ "vpn" ]; extraOptions = [ "--network=container:vpn" ]; };
    index = { image = "index:1"; networks = [ "container:vpn" ]; };
  };
  systemd.services.podman-index.after = [ "podman-vpn.service" ];
}
""",
        ),
        Good(
            "a name of its own",
            """\
{
  virtualisation.oci-containers.containers = {
    vpn = { image = "vpn:1"; extraOptions = [ "--name=gluetun" ]; };
    index = { image = "index:1"; networks = [ "container:gluetun" ]; };
  };
}
""",
        ),
        Good(
            "containers that are not known",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = lib.genAttrs config.my.names (name: { image = "x:1"; }) // {
    index = { image = "index:1"; networks = [ "container:vpn" "container:${config.my.name}" ]; };
  };
}
""",
        ),
        Good(
            "a module alone",
            {
                "seed.nix": """\
{ virtualisation.oci-containers.containers.seed = { image = "seed:1"; networks = [ "container:vpn" ]; }; }
""",
            },
        ),
    )


def _finding(container: OciContainer, text: Text, what: str) -> Finding:
    wanted = text.text.removeprefix(_OF_ANOTHER)
    return Finding(
        place=text.place,
        message=f"{container.title} is to join the network of container {wanted}, and {what}",
        help=f'set dependsOn = [ "{wanted}" ] beside the network, or name another container',
        option=f"{container.option_path}.networks",
        container=container.name,
        evidence=wanted,
    )


def _waits(host: HostSystem, container: OciContainer) -> bool:
    units = [f"{engine}-{container.name}" for engine in ("podman", "docker")]
    options: list[tuple[str, ...]] = [("systemd", "services", unit, name) for unit in units for name in _ORDER]
    options.append(("virtualisation", "oci-containers", "containers", container.name or "", "serviceName"))
    return any(host.ask(*option).presence is not Presence.ABSENT for option in options)
