"""An option that NixOS no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    OptionPath,
    Removed,
    Repository,
    Rule,
    Severity,
    WrittenDefinition,
)

from .option_changes import changed_definition, old_names


class RemovedOption(Rule[WrittenDefinition]):
    """A host that defines a removed option does not evaluate.

    ## What it finds

    A definition of an option of an earlier release that is gone without a successor of the same kind.

    ## Why it matters

    NixOS refuses the configuration: an assertion fails, or the option does not exist. The rule does not check whether a
    host uses the definition: it may be in a module that no host imports, or under a condition that no host meets.

    ## What to do

    What the finding says: write the option that does the same now, use other software, or take the definition out.

    ## What keeps it silent

    - A repository for a release that is older than the change: `nixos-release` in `nixlint.toml`, a release that a flake
      input or a pin names, or a locked nixpkgs from before. Where nothing tells the release, the newest `stateVersion` in
      the repository has to be as new as the change; else it is shown with `--pedantic` only, and if the change is in all
      releases that are in use.
    - A file that asks which version or which options there are.
    - An option that the repository declares itself, or whose module it disables, and names that are not known.
    - Modules of Home Manager, nix-darwin, devenv, Arion and others.

    ## References

    - nixpkgs, `mkRemovedOptionModule` in `nixos/modules/rename.nix` and in the module of the option
    """

    name = "removed-option"
    code = "NL513"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    names = frozenset(old_names(Removed).by_last)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Where all names of such an option are in the file."""
        return old_names(Removed).among(chosen, words)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report where the option is written."""
        found = changed_definition(subject, repository)
        if found is None or not isinstance(found.change.what, Removed):
            return
        name, what = str(OptionPath(found.change.old)), found.change.what
        yield Finding(
            place=subject.name,
            message=f"{name} is gone since NixOS {found.change.since}: a host that defines it does not evaluate",
            help=f"instead, {what.advice}" if what.is_left_to_do else f"take it out: {what.advice}",
            confidence=None if found.is_likely else Confidence.POSSIBLE,
            option=name,
        )

    examples = (
        Bad(
            "an option, a module, and one in a container",
            """\
{ lib, config, ... }:
{
  sound.«enable» = true;
  hardware.opengl = {
    «driSupport» = true;
  };
  services.«tvheadend» = { enable = true; };
  containers.old.config = {
    services.dhcpd4.«enable» = true;
    system.stateVersion = "25.05";
  };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Good(
            "a set of the file's own that is called like a root of options",
            """\
{ config, lib, ... }:
let
  services = { samba = { port = 445; extraConfig = "a"; }; };
in
{
  services.nginx.virtualHosts = lib.mapAttrs (_: service: { inherit (service) extraConfig; }) services;
}
""",
        ),
        Good(
            "a file that was put away",
            {
                "flake.nix": "{ outputs = _: { nixosModules.a = ./a.nix; }; }\n",
                "a.nix": '{ networking.hostName = "a"; }\n',
                "archive/b.nix": '{ services.samba.extraConfig = "a"; }\n',
            },
        ),
        Good(
            "the release still has it",
            "{ sound.enable = true; }\n",
            config='nixos-release = "24.05"\n',
        ),
        Good(
            "what is defined depends on the release",
            '{ config, lib, ... }: lib.mkIf (config.system.nixos.release < "24.11") { sound.enable = true; }\n',
            config='nixos-release = "25.05"\n',
        ),
        Good(
            "services of Compose, and options of the repository",
            {
                "stack.nix": '{ services.tvheadend = { service.image = "tvheadend:1"; }; }\n',
                "own.nix": """\
{ lib, ... }: {
  options.services.couchpotato.enable = lib.mkEnableOption "it";
  config.services.couchpotato.enable = true;
}
""",
            },
        ),
        Good(
            "another module system",
            "{ home-manager.users.alice = { sound.enable = true; }; }\n",
        ),
    )
