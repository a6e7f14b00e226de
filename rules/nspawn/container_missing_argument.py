"""An argument that the modules of a container do not get."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.arguments import missing_arguments
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerMissingArgument(Rule[NspawnContainer]):
    """A container does not evaluate if one of its modules needs an argument that the container does not pass on.

    ## What it finds

    A formal of the `config` of a container, such as `inputs` in `config = { inputs, ... }:`, that is used and that neither
    `specialArgs` of the container nor `_module.args` within it gives.

    ## Why it matters

    A container is a system of its own: the `specialArgs` of the host, with which flakes hand `inputs` to their modules,
    do not reach it. *attribute 'inputs' missing*, and nothing of the host is built.

    ## What to do

    Pass it on: `containers.<name>.specialArgs = { inherit inputs; };`. Or leave the formal out: in a `config` that is
    written in a module of the host, `inputs` of that module is in scope.

    ## What keeps it silent

    - What every module gets: `config`, `options`, `lib`, `pkgs`, `modulesPath`, `utils`, `specialArgs` and others.
    - A formal with a default, and one that is not used.
    - `specialArgs` or `_module.args` that are not known, in any file that adds to the container, or that a module adds
      to all containers; and a container with modules that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `specialArgs`
    - nixpkgs, `nixos/lib/eval-config.nix` and `lib/modules.nix`, `applyModuleArgs`
    """

    name = "container-missing-argument"
    code = "NL133"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each argument that nothing gives."""
        for argument, place in missing_arguments(subject):
            yield Finding(
                place=place,
                message=f"{subject.title} does not get the argument {argument}: the arguments of the host's modules do not "
                "reach those of a container",
                help=f"set specialArgs = {{ inherit {argument}; }} in the container, or leave the formal out",
                option=f"{subject.option_path}.config",
                container=subject.name,
                evidence=argument,
            )

    examples = (
        Bad(
            "the inputs of a flake",
            """\
{ inputs, ... }:
{
  containers.web = {
    config = { pkgs, «inputs», ... }: {
      environment.systemPackages = [ inputs.site.packages.default ];
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Bad(
            "a module of the flake, which is looked for before anything is defined",
            """\
{ inputs, ... }:
{
  containers.web.config = { «inputs», ... }: {
    imports = [ inputs.self.nixosModules.web ];
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "passed on, or set within",
            """\
{ inputs, ... }:
{
  containers.web = {
    specialArgs = { inherit inputs; };
    config = { inputs, ... }: {
      environment.systemPackages = [ inputs.site.packages.default ];
      system.stateVersion = "26.05";
    };
  };
  containers.db = {
    config = { site, ... }: {
      _module.args.site = "example.org";
      networking.domain = site;
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Good(
            "of every module, with a default, and one that is not used",
            """\
{ inputs, ... }:
{
  containers.web.config = { config, lib, pkgs, modulesPath, utils, domain ? "example.org", unused, ... }: {
    imports = [ (modulesPath + "/profiles/minimal.nix") ];
    networking.domain = domain;
    services.x = { inputs = inputs.site; unused = let unused = 1; in unused; };
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "arguments that are not known, or come from another file",
            {
                "a.nix": """\
{ config, inputs, ... }:
{
  containers.a = {
    specialArgs = config.my.arguments;
    config = { inputs, ... }: { x = inputs.site; system.stateVersion = "26.05"; };
  };
  containers.b.config = { inputs, ... }: { x = inputs.site; system.stateVersion = "26.05"; };
  containers.c.config = { inputs, ... }: { imports = [ <site/x.nix> ]; x = inputs.site; system.stateVersion = "26.05"; };
}
""",
                "b.nix": "{ inputs, ... }: { containers.b.specialArgs = { inherit inputs; }; }\n",
            },
        ),
    )
