"""Options for Podman where Docker is the engine."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciModule
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciOptionsOfTheOtherEngine(Rule[OciModule]):
    """With Docker as the engine, NixOS rejects container options that only Podman has.

    ## What it finds

    An OCI container with `podman.user` or `podman.sdnotify` in a module that sets `backend = "docker"`.

    ## Why it matters

    The configuration does not build: *Cannot set `podman` option if backend is `docker`*.

    ## What to do

    Take the options out, or let Podman run the containers.

    ## What keeps it silent

    - A backend that another module chooses, one by default, and one that others may override (`lib.mkDefault`).
    - Options under a condition that is not known, and `podman = null`.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `assertions`
    """

    name = "oci-options-of-the-other-engine"
    code = "NL216"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciModule,)

    def check(self, subject: OciModule, _repository: Repository) -> Iterator[Finding]:
        """Report each container with such options."""
        if subject.backend != "docker":
            return
        for container in subject.containers:
            if container.podman is not None:
                yield Finding(
                    place=container.podman,
                    message=f"{container.title} has options for Podman, and Docker is the engine: it does not build",
                    help='take them out, or set backend = "podman"',
                    option=f"{container.option_path}.podman",
                    container=container.name,
                    notes=() if subject.backend_place is None else (Note(subject.backend_place, "chosen here"),),
                )

    examples = (
        Bad(
            "a user for Docker",
            """\
{
  virtualisation.oci-containers = {
    backend = "docker";
    containers.web = { image = "web:1"; «podman».user = "alice"; };
    containers.db = { image = "db:1"; «podman» = { sdnotify = "healthy"; }; };
  };
}
""",
        ),
        Good(
            "Podman, and an engine that others may choose",
            {
                "a.nix": """\
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "alice"; };
}
""",
                "b.nix": """\
{ lib, ... }:
{
  virtualisation.oci-containers.backend = lib.mkDefault "docker";
  virtualisation.oci-containers.containers.web = { image = "web:1"; podman.user = "alice"; };
}
""",
            },
        ),
        Good(
            "nothing, or perhaps nothing",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers = {
    backend = "docker";
    containers.a = { image = "a:1"; podman = null; };
    containers.b = { image = "b:1"; podman = lib.mkIf config.my.podman { user = "alice"; }; };
    containers.c = { image = "c:1"; podman = config.my.options; };
  };
}
""",
        ),
    )
