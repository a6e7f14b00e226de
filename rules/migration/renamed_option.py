"""An option by a name that it no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    OptionPath,
    Renamed,
    Repository,
    Rule,
    Safety,
    Severity,
    WrittenDefinition,
    renaming,
)

from .option_changes import ChangedDefinition, changed_definition, old_names


class RenamedOption(Rule[WrittenDefinition]):
    """NixOS warns about a renamed option at each evaluation, and a later release removes the old name.

    ## What it finds

    A definition of an option by the name that it had in an earlier release.

    ## Why it matters

    Each evaluation prints a warning, which hides others. A later release removes the old name, and the configuration no
    longer evaluates. If the new option has another type, NixOS converts only the old values that it has a rule for.

    ## What to do

    Write the new name. Where other definitions stand in the same set, each moves to where its own new name belongs.

    ## What keeps it silent

    - A repository for a release that is older than the change: `nixos-release` in `nixlint.toml`, a release that a flake
      input or a pin names, or a locked nixpkgs from before. Where nothing tells the release, the newest `stateVersion` in
      the repository has to be as new as the change; else it is shown with `--pedantic` only, and if the change is in all
      releases that are in use.
    - A file that asks which version or which options there are.
    - An option that the repository declares itself, or whose module it disables, and names that are not known.
    - Modules of Home Manager, nix-darwin, devenv, Arion and others.

    ## References

    - nixpkgs, `mkRenamedOptionModule` and `mkChangedOptionModule` in the module of the option
    """

    name = "renamed-option"
    code = "NL512"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset(old_names(Renamed).by_last)

    def in_company(self, chosen: frozenset[bytes], words: frozenset[bytes]) -> frozenset[bytes]:
        """Where all names of such an option are in the file."""
        return old_names(Renamed).among(chosen, words)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report where the old name is written."""
        found = changed_definition(subject, repository)
        if found is None or not isinstance(found.change.what, Renamed):
            return
        old, new = found.change.old, found.change.what.new
        name, successor = str(OptionPath(old)), str(OptionPath(new))
        safety = Safety.SAFE if found.target.is_known else Safety.UNSAFE
        is_same = found.change.what.is_same_value
        yield Finding(
            place=subject.name,
            message=f"{name} is called {successor} in NixOS {found.change.since}, which warns of the old name",
            help=f"write {successor}" + ("" if is_same else ", which takes another kind of value"),
            confidence=_confidence(found),
            option=name,
            fix=renaming(repository, subject, found.prefix, old, new, safety) if is_same else None,
        )

    examples = (
        Bad(
            "dotted, and in the set that both names share",
            """\
{ config, ... }:
{
  boot.«tmpOnTmpfs» = true; # fast
  services.xserver = {
    enable = true;
    «layout» = "us";
    displayManager.lightdm.enable = true;
  };
  config.services.xserver.libinput.«enable» = true;
}
""",
            fixed="""\
{ config, ... }:
{
  boot.tmp.useTmpfs = true; # fast
  services.xserver = {
    enable = true;
    xkb.layout = "us";
    displayManager.lightdm.enable = true;
  };
  config.services.libinput.enable = true;
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "a whole set, and a container",
            """\
{
  hardware.«pulseaudio» = {
    enable = true;
  };
  containers.ssh.config = { ... }: {
    services.openssh.«passwordAuthentication» = false;
    system.stateVersion = "25.05";
  };
}
""",
            fixed="""\
{
  services.pulseaudio = {
    enable = true;
  };
  containers.ssh.config = { ... }: {
    services.openssh.settings.PasswordAuthentication = false;
    system.stateVersion = "25.05";
  };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "whatever the name between is",
            """\
{
  users.users.alice.«passwordFile» = "/run/secrets/alice";
  users.users."bob" = { isNormalUser = true; «passwordFile» = "/run/secrets/bob"; };
}
""",
            fixed="""\
{
  users.users.alice.hashedPasswordFile = "/run/secrets/alice";
  users.users."bob" = { isNormalUser = true; hashedPasswordFile = "/run/secrets/bob"; };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "no fix where sets would have to move, or the value is another one",
            """\
{
  services.xserver.libinput = {
    «enable» = true;
  };
  security.acme.«validMin» = 2592000;
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "no fix beside a set with which older versions of Nix do not merge the new name",
            """\
{
  services.grafana = {
    «port» = 3005;
    settings = { server = { domain = "grafana.example.org"; }; };
  };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "no safe fix where nothing tells the release",
            '{ fonts.«fonts» = [ ]; system.stateVersion = "25.05"; }\n',
            fixed='{ fonts.packages = [ ]; system.stateVersion = "25.05"; }\n',
        ),
        Bad(
            "modules in a list",
            """\
{
  nixosConfigurations.web = nixosSystem {
    modules = [ ./web.nix { fonts.«fonts» = [ ]; } ];
  };
}
""",
            fixed="""\
{
  nixosConfigurations.web = nixosSystem {
    modules = [ ./web.nix { fonts.packages = [ ]; } ];
  };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Good(
            "options of the repository below a name of its own",
            """\
{ lib, ... }:
lib.mkMerge [
  {
    modules.services.grafana.domain = "graphs.example.org";
    modules = { fonts.fonts = [ ]; };
  }
]
""",
            config='nixos-release = "25.05"\n',
        ),
        Good(
            "the release is older, or the change too new to be in every release",
            {
                "flake.nix": '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-23.05"; outputs = _: { }; }\n',
                "configuration.nix": '{ services.xserver.layout = "us"; boot.tmp.useTmpfs = true; }\n',
            },
        ),
        Good(
            "a locked nixpkgs from before",
            {
                "flake.nix": '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable"; outputs = _: { }; }\n',
                "flake.lock": """\
{
  "nodes": {
    "nixpkgs": {
      "locked": { "lastModified": 1672531200, "owner": "NixOS", "repo": "nixpkgs", "type": "github" },
      "original": { "owner": "NixOS", "ref": "nixos-unstable", "repo": "nixpkgs", "type": "github" }
    },
    "root": { "inputs": { "nixpkgs": "nixpkgs" } }
  },
  "root": "root",
  "version": 7
}
""",
                "configuration.nix": "{ fonts.fonts = [ ]; }\n",
            },
        ),
        Good(
            "it asks which version there is",
            """\
{ lib, ... }:
lib.optionalAttrs (lib.versionOlder lib.version "23.05") { boot.tmpOnTmpfs = true; }
""",
        ),
        Good(
            "an option of the repository, and a module of its own",
            {
                "a.nix": """\
{ lib, ... }: {
  options.services.redis.port = lib.mkOption { };
  config.services.redis.port = 6379;
}
""",
                "b.nix": """\
{
  disabledModules = [ "services/networking/avahi-daemon.nix" ];
  imports = [ ./avahi.nix ];
  services.avahi.nssmdns = true;
}
""",
            },
        ),
        Good(
            "another module system",
            """\
{
  home-manager.users.alice.fonts.fonts = [ ];
  outputs.homeConfigurations.alice.modules = [ { services.redis.port = 1; } ];
  my.services.xserver.layout = "us";
}
""",
        ),
    )


def _confidence(found: ChangedDefinition) -> Confidence | None:
    if found.target.is_known:
        return None
    return Confidence.LIKELY if found.is_likely else Confidence.POSSIBLE
