"""An engine that nobody chose."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity


class OciBackendByDefault(Rule[HostSystem]):
    """Without `backend`, the state version of a host decides which engine runs its containers.

    ## What it finds

    A host with OCI containers that does not set `virtualisation.oci-containers.backend`.

    ## Why it matters

    The default is Podman where `system.stateVersion` is 22.05 or newer, and Docker before. A container that is copied to
    another host, or a host whose state version is raised, gets the other engine: other names of units, other volumes,
    other networks.

    ## What to do

    Set `virtualisation.oci-containers.backend` to `"podman"` or `"docker"`.

    ## What keeps it silent

    - A `backend` in any module of the host, be it under a condition, and a host with modules that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `backend`
    """

    name = "oci-backend-by-default"
    code = "NL225"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)
    pedantic = True

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report it once for a host, at its first container."""
        if not subject.is_whole:
            return
        if subject.ask("virtualisation", "oci-containers", "backend").presence is not Presence.ABSENT:
            return
        for container in sorted(subject.oci_containers, key=lambda each: (str(each.place.path), each.place.span.start))[
            :1
        ]:
            yield Finding(
                place=container.place,
                message=f"host {subject.name} runs {container.title} with an engine that its state version chooses",
                help='set virtualisation.oci-containers.backend to "podman" or "docker"',
                option="virtualisation.oci-containers.backend",
                container=container.name,
            )

    examples = (
        Bad(
            "not set",
            """\
{
  virtualisation.oci-containers.containers = {
    «app».image = "app:1";
    db.image = "db:1";
  };
}
""",
        ),
        Good(
            "set in another module",
            {
                "configuration.nix": """\
{
  imports = [ ./engine.nix ];
  virtualisation.oci-containers.containers.app.image = "app:1";
}
""",
                "engine.nix": '{ virtualisation.oci-containers.backend = "podman"; }\n',
            },
        ),
        Good(
            "a module that is no host",
            {"app.nix": '{ virtualisation.oci-containers.containers.app.image = "app:1"; }\n'},
        ),
    )
