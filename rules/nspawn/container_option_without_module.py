"""Options of sops-nix or agenix in a container that does not have their module."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import (
    AttrsValue,
    Bad,
    Confidence,
    Finding,
    Good,
    OptionPath,
    Repository,
    Rule,
    Severity,
)

_MODULES = {"sops": "sops-nix.nixosModules.sops", "age": "agenix.nixosModules.default"}


class ContainerOptionWithoutModule(Rule[NspawnContainer]):
    """A container that sets options of sops-nix or agenix without importing their module does not evaluate.

    ## What it finds

    `sops.…` or `age.…` in the `config` of a container none of whose modules is, or may be, the one that declares these
    options.

    ## Why it matters

    A container is a system of its own: a module that the host imports is not there. *The option 'sops' does not exist*, and
    nothing of the host is built.

    ## What to do

    Let the host decrypt the secret and bind it into the container, which needs no key then:

    ```nix
    containers.web.bindMounts.${config.sops.secrets.web.path} = { };
    ```

    Or import the module in the container, and give the container a key of its own.

    ## What keeps it silent

    - Any import of the container that is not known, and a module that the repository adds to all containers.
    - Another file that adds to the container.
    - A container's options of the same names that the repository declares itself.

    ## References

    - [sops-nix](https://github.com/Mic92/sops-nix), [agenix](https://github.com/ryantm/agenix)
    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `config`
    """

    name = "container-option-without-module"
    code = "NL132"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report the first option of each project whose module is missing."""
        if not subject.system.is_whole or subject.is_made_elsewhere:
            return
        for root, module in _MODULES.items():
            answer = subject.system.ask(OptionPath.of(root))
            sets = [definition for definition in answer.definitions if isinstance(definition.value, AttrsValue)]
            if not sets or answer.obstacles or len(sets) != len(answer.definitions):
                continue
            if subject.system.declarations.find((root,)) is not None or any(found.conditions for found in sets):
                continue
            yield Finding(
                place=sets[0].name_place or subject.place,
                message=f"{subject.title} sets options of {root}, and imports no module that declares them: "
                "it does not evaluate",
                help=f"let the host decrypt the secret and bind it, or import {module} in the container",
                option=f"{subject.option_path}.config.{root}",
                container=subject.name,
                evidence=root,
            )

    examples = (
        Bad(
            "the host alone has the module",
            """\
{ inputs, ... }:
{
  imports = [ inputs.sops-nix.nixosModules.sops ];
  containers.web.config = { config, ... }: {
    «sops».secrets.key.sopsFile = ./key.yaml;
    services.x.keyFile = config.sops.secrets.key.path;
    system.stateVersion = "26.05";
  };
  containers.db.config = {
    «age» = { secrets.key.file = ./key.age; };
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "the module is there",
            """\
{ inputs, ... }:
{
  containers.web.config = {
    imports = [ inputs.sops-nix.nixosModules.sops ];
    sops.secrets.key.sopsFile = ./key.yaml;
    system.stateVersion = "26.05";
  };
  containers.db.config = {
    imports = [ "${builtins.fetchTarball "https://github.com/ryantm/agenix/archive/main.tar.gz"}/modules/age.nix" ];
    age.secrets.key.file = ./key.age;
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "a module that is not known, and one of the repository",
            {
                "configuration.nix": """\
{ config, ... }:
{
  containers.web.config = {
    imports = config.my.modules;
    sops.secrets.key.sopsFile = ./key.yaml;
    system.stateVersion = "26.05";
  };
  containers.db.config = {
    imports = [ ./sops.nix ];
    sops.key = "x";
    system.stateVersion = "26.05";
  };
}
""",
                "sops.nix": "{ lib, ... }: { options.sops.key = lib.mkOption { type = lib.types.str; }; }\n",
            },
        ),
        Good(
            "another file adds the module",
            {
                "a.nix": '{ containers.web.config = { sops.age.keyFile = "/key"; system.stateVersion = "26.05"; }; }\n',
                "b.nix": "{ inputs, ... }: { containers.web.config.imports = [ inputs.sops-nix.nixosModules.sops ]; }\n",
            },
        ),
    )
