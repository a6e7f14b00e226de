"""A dependency on a container that there is not."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciContainer, OciModule, Text
from nixlint.containers.oci.names import OciNames
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_APP = """\
{
  virtualisation.oci-containers.containers.app = { image = "app:1"; dependsOn = [ "db" ]; };
}
"""


class OciDependsOnUnknown(Rule[OciModule | HostSystem]):
    """If `dependsOn` names no container, the configuration does not evaluate or the unit does not start.

    ## What it finds

    A name in the `dependsOn` of an OCI container that no OCI container of the repository has, or none of its host where all
    of the host is known.

    ## Why it matters

    NixOS looks the name up among the host's containers to find its unit: *attribute missing*, since release 24.11. Before,
    it made a requirement of a unit that does not exist, with which systemd does not start the container at all.

    ## What to do

    Name the container by its attribute: not by its unit (`podman-db`), its image or its host name. What waits for a unit
    that is no OCI container says so in `systemd.services.<unit>.after` and `requires`.

    ## What keeps it silent

    - A container of the name on the host, be it under a condition; and where a host has modules that are not known, one of
      the name anywhere in the repository.
    - Containers whose names are not known, and files that speak of OCI containers in a way that is not understood. What
      stands in a comment silences nothing.
    - A dependency under a condition, or with a part that is not known.
    - Compose files, which Compose itself refuses then.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `dependsOn` and `serviceName`
    """

    name = "oci-depends-on-unknown"
    code = "NL214"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (OciModule, HostSystem)

    def check(self, subject: OciModule | HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report each name that nothing in the repository has, or nothing on the host."""
        if isinstance(subject, HostSystem):
            yield from self._on_host(subject)
            return
        own = {container.name for container in subject.containers}
        for container in subject.containers:
            if container.place.path.suffix != ".nix":
                return
            for text in container.depends_on:
                if not text.is_known or text.text in own:
                    continue
                known = OciNames.of(repository)
                if known.is_complete and text.text not in known.names:
                    yield _finding(container, text, "of this repository", "")

    def _on_host(self, host: HostSystem) -> Iterator[Finding]:
        waiting = [container for container in host.oci_containers if container.depends_on] if host.is_whole else []
        known = OciNames.on(host.system) if waiting else None
        if known is None or not known.is_complete:
            return
        native = {container.name for container in host.containers}
        for container in waiting:
            for text in container.depends_on:
                if text.is_known and text.text not in known.names and not container.conditions:
                    note = f" (there is a native container, whose unit is container@{text.text})"
                    yield _finding(container, text, f"of host {host.name}", note if text.text in native else "")

    examples = (
        Bad(
            "the name of a unit, and a slip",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; dependsOn = [ «"podman-db"» "db" «"cahce"» ]; };
    db.image = "db:1";
    cache.image = "cache:1";
  };
}
""",
        ),
        Bad(
            "another host has it",
            {
                "one/configuration.nix": """\
{
  virtualisation.oci-containers.containers.app = { image = "app:1"; dependsOn = [ «"db"» ]; };
}
""",
                "two/configuration.nix": '{ virtualisation.oci-containers.containers."db" = { image = "db:1"; }; }\n',
            },
        ),
        Bad(
            "a native container",
            """\
{
  virtualisation.oci-containers.containers.app = { image = "app:1"; dependsOn = [ «"db"» ]; };
  containers.db.config = { system.stateVersion = "26.05"; };
}
""",
        ),
        Bad(
            "named in a comment only",
            {
                "app.nix": """\
{
  virtualisation.oci-containers.containers.app = { image = "app:1"; dependsOn = [ «"db"» ]; };
}
""",
                "old.nix": '{\n  # virtualisation.oci-containers.containers.db.image = "db:1";\n}\n',
            },
        ),
        Good(
            "in another file",
            {
                "app.nix": _APP,
                "db.nix": '{ virtualisation.oci-containers.containers."db" = { image = "db:1"; }; }\n',
            },
        ),
        Good(
            "containers whose names are not known",
            {
                "app.nix": _APP,
                "all.nix": """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = lib.mapAttrs (_: image: { inherit image; }) config.my.images;
}
""",
            },
        ),
        Good(
            "only under a condition, or not known",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; dependsOn = lib.optional config.my.db "db" ++ [ "${config.my.name}-db" ]; };
    db = lib.mkIf config.my.db { image = "db:1"; };
  };
}
""",
        ),
        Good(
            "a set that is written in a way that is not read",
            {
                "app.nix": _APP,
                "more.nix": '[ "oci-containers" ]\n',
            },
        ),
    )


def _finding(container: OciContainer, text: Text, whose: str, note: str) -> Finding:
    return Finding(
        place=text.place,
        message=f"{container.title} depends on {text.text}, and no OCI container {whose} is called that{note}: "
        "it does not evaluate",
        help="name a container by its attribute, or order the units in systemd.services",
        option=f"{container.option_path}.dependsOn",
        container=container.name,
        evidence=text.text,
    )
