"""A container whose name NixOS refuses."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerNameRefused(Rule[NspawnContainer]):
    """NixOS rejects a container with an underscore in its name.

    ## What it finds

    A declarative container whose name has an underscore.

    ## Why it matters

    The name becomes the container's host name, in which no underscore may stand. NixOS has an assertion for it: the
    configuration does not build.

    ## What to do

    Write a hyphen instead. The container's data is in a folder of its name, so move that too if the container exists.

    ## What keeps it silent

    - A name that is not known.
    - Things named `containers` that are not NixOS containers.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, its assertions
    """

    name = "container-name-refused"
    code = "NL104"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report a name with an underscore."""
        if subject.name is not None and "_" in subject.name:
            yield Finding(
                place=subject.place,
                message=f"{subject.title} has an underscore in its name, which NixOS refuses: it does not build",
                help=f"name it {subject.name.replace('_', '-')}",
                option=str(subject.option_path),
                container=subject.name,
            )

    examples = (
        Bad(
            "an underscore",
            '{ containers.«my_web» = { autoStart = true; config.system.stateVersion = "26.05"; }; }\n',
        ),
        Good("a hyphen", '{ containers.my-web = { autoStart = true; config.system.stateVersion = "26.05"; }; }\n'),
        Good(
            "an OCI container",
            '{ virtualisation.oci-containers.containers.my_web = { image = "web:1"; autoStart = true; }; }\n',
        ),
    )
