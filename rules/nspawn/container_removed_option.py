"""An option of containers that NixOS no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerRemovedOption(Rule[NspawnContainer]):
    """`containers.<name>.pkgs` was removed, so the configuration does not evaluate.

    ## What it finds

    A container that sets `pkgs`.

    ## Why it matters

    NixOS throws an error as soon as the container is evaluated.

    ## What to do

    Set `containers.<name>.nixpkgs` to a nixpkgs, whose modules and packages the container then uses, or
    `config.nixpkgs.pkgs` inside the container, which changes only its packages.

    ## What keeps it silent

    - A definition under a condition that is not known.
    - Things named `containers` that are not NixOS containers.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `checkAssertion`
    """

    name = "container-removed-option"
    code = "NL110"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each certain definition of ``pkgs``."""
        for definition in subject.option("pkgs").definitions:
            # A value that is not known is as good as any here: nobody gives pkgs an mkIf that is false.
            conditions = [condition for condition in definition.conditions if condition is not definition.value]
            if not conditions and definition.name_place is not None:
                yield Finding(
                    place=definition.name_place,
                    message=f"{subject.title} sets pkgs, an option that was removed: it does not evaluate",
                    help="set nixpkgs to a nixpkgs, or config.nixpkgs.pkgs inside the container",
                    option=f"{subject.option_path}.pkgs",
                    container=subject.name,
                )

    examples = (
        Bad(
            "packages of another release",
            """\
{ inputs, ... }:
{
  containers.web = {
    autoStart = true;
    «pkgs» = inputs.stable.legacyPackages.x86_64-linux;
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "whatever it is set to",
            """\
{
  containers.old = {
    «pkgs» = import <nixpkgs-unstable> { };
    config = { system.stateVersion = "23.11"; };
  };
}
""",
        ),
        Good(
            "the options that are there for it",
            """\
{ inputs, pkgs, ... }:
{
  containers.web = {
    autoStart = true;
    nixpkgs = inputs.stable;
    config = { nixpkgs.pkgs = pkgs; system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )
