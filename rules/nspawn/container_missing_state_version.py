"""A container without a state version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import (
    Answer,
    Bad,
    BoolValue,
    CallValue,
    Confidence,
    Finding,
    Fix,
    Good,
    NewDefinition,
    OptionPath,
    Presence,
    Repository,
    Rule,
    Safety,
    Severity,
    StringValue,
    SymbolValue,
    Value,
    defining_inside,
    encode,
    first_with,
    has,
    host_state_version,
    releases,
)

_STATE_VERSION = OptionPath.of("system", "stateVersion")
_RELEASE = re.compile(r"[0-9]{2}\.[0-9]{2}")
"""What NixOS takes (nixpkgs, ``nixos/modules/misc/version.nix``, its assertion)."""
_RELEASES = frozenset(
    {
        ("lib", "trivial", "release"),
        ("lib", "trivial", "version"),
        ("lib", "version"),
        ("config", "system", "nixos", "release"),
        ("config", "system", "nixos", "version"),
    }
)
"""Names of the release that a configuration is evaluated with."""


class ContainerMissingStateVersion(Rule[NspawnContainer]):
    """A NixOS container that never sets `system.stateVersion` loses its data on a channel upgrade.

    ## What it finds

    A declarative container (`containers.<name>`) whose `config` provably never defines `system.stateVersion`: not in the
    definition itself, not in a module that it imports, and not in another file of the repository that adds to the container.

    A state version that is the release of nixpkgs (`lib.trivial.release`, `config.system.nixos.release`) has no effect:
    it moves with each upgrade. NixOS 25.05 and later reject a state version that is not a release (`"unstable"`,
    `"2505"`).

    ## Why it matters

    A container does not inherit the host's `system.stateVersion`. Without one it takes the release that it is evaluated
    with, so every default that depends on it moves when the host's channel is upgraded: PostgreSQL starts with a new
    version and an empty data directory, MySQL and others look for their files in a new place.

    ## What to do

    Set `system.stateVersion` inside the container to the release under which its data was made. For a new container that
    is the release of the host. `nixlint fix --unsafe-fixes` writes `nixos-release` of `nixlint.toml`, or else the
    literal `system.stateVersion` of the hosts, where they all have the same one. It is unsafe because only you know
    under which release an existing container was made.

    ## What keeps it silent

    - Any other definition of `system.stateVersion` that reaches the container, also through `imports`, `mkDefault`,
      functions or another file that defines the same container.
    - Anything unknown that could define it, such as a module from a flake input. `--pedantic` shows these.
    - A container made from `path` or `flake`: its configuration is elsewhere.
    - Things named `containers` that are not NixOS containers, such as the machines of a NixOS test (`testScript`).

    - A state version that follows the release, in an ephemeral container without bind mounts: it keeps no state.

    An ephemeral container without bind mounts and without a state version is reported with severity info.

    ## References

    - [nixpkgs issue 30056](https://github.com/NixOS/nixpkgs/issues/30056)
    - [nixpkgs issue 31220](https://github.com/NixOS/nixpkgs/issues/31220)
    - [NixOS manual, `system.stateVersion`](https://nixos.org/manual/nixos/stable/options#opt-system.stateVersion)
    """

    name = "container-missing-state-version"
    code = "NL101"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report a container whose system certainly (or, with lower confidence, perhaps) has no state version."""
        if _is_made_elsewhere(subject):
            return
        answer = subject.inside(*filter(None, _STATE_VERSION.names))
        if answer.presence is Presence.DEFINED:
            yield from self._of_value(subject, answer, repository)
            return
        yield Finding(
            place=subject.place,
            message=_message(subject, answer),
            help="set system.stateVersion in the container's config to the release under which its data was made",
            severity=Severity.INFO if _keeps_no_state(subject) else None,
            confidence=Confidence.POSSIBLE if answer.presence is Presence.MAYBE else None,
            option=f"{subject.option_path}.config.{_STATE_VERSION}",
            container=subject.name,
            fix=_fix(subject, repository) if answer.presence is Presence.ABSENT else None,
        )

    def _of_value(self, container: NspawnContainer, answer: Answer, repository: Repository) -> Iterator[Finding]:
        """Report a state version that is as good as none, or that NixOS refuses."""
        value = answer.value
        place = None if value is None else value.place or answer.definitions[0].name_place
        if value is None or place is None:
            return
        found = Finding(
            place=place,
            message=f"{container.title} takes the release it is evaluated with for its state version: "
            "a channel upgrade moves its services to new versions and new data directories",
            help="write the release under which its data was made",
            option=f"{container.option_path}.config.{_STATE_VERSION}",
            container=container.name,
        )
        if _follows_release(value):
            if not _keeps_no_state(container):
                yield found
        elif isinstance(value, StringValue) and value.text is not None and not _RELEASE.fullmatch(value.text):
            release = repository.target_release
            if container.option("nixpkgs").presence is not Presence.ABSENT:
                return
            if release is None or has(release, first_with("state-version-format")):
                message = (
                    f"{container.title} has the state version '{value.text}', which NixOS refuses: it does not build"
                )
                yield found._replace(
                    message=message,
                    help=f"write the release under which its data was made, such as {releases().default}",
                    severity=None,
                    confidence=Confidence.LIKELY if release is None else None,
                )

    examples = (
        Bad(
            "a container that sets none, on a host that has one",
            """\
{ ... }:
{
  system.stateVersion = "24.05";

  containers.«db» = {
    autoStart = true;
    config = { pkgs, ... }: {
      services.postgresql.enable = true;
    };
  };
}
""",
            fixed="""\
{ ... }:
{
  system.stateVersion = "24.05";

  containers.db = {
    autoStart = true;
    config = { pkgs, ... }: {
      services.postgresql.enable = true;
      system.stateVersion = "24.05";
    };
  };
}
""",
        ),
        Bad(
            "the release to use is configured",
            {
                "configuration.nix": """\
{ lib, ... }:
{
  containers = lib.mkIf true {
    «wiki» = {
      config = {
        services.mediawiki.enable = true;
      };
    };
  };
}
""",
            },
            config='nixos-release = "26.05"\n',
            fixed="""\
{ lib, ... }:
{
  containers = lib.mkIf true {
    wiki = {
      config = {
        services.mediawiki.enable = true;
        system.stateVersion = "26.05";
      };
    };
  };
}
""",
        ),
        Bad(
            "the imported module sets it under a condition that is off",
            {
                "configuration.nix": """\
{
  containers.«web».config = { imports = [ ./base.nix ]; };
}
""",
                "base.nix": """\
{ lib, ... }:
{
  config = lib.mkIf false { system.stateVersion = "24.05"; };
}
""",
            },
        ),
        Bad(
            "the version stands only in a comment",
            """\
{
  containers.«web».config = {
    # system.stateVersion = "24.05";
    services.nginx.enable = true;
  };
}
""",
        ),
        Bad(
            "the release of whatever nixpkgs it is built with",
            """\
{
  containers.web.config = { lib, ... }: {
    system.stateVersion = «lib.trivial.release»;
  };
}
""",
        ),
        Bad(
            "no release",
            """\
{
  containers.web.config = { ... }: {
    system.stateVersion = «"unstable"»;
  };
}
""",
        ),
        Good(
            "no release, before NixOS looked at it",
            '{ containers.web.config = { ... }: { system.stateVersion = "2405"; }; }\n',
            config='nixos-release = "24.05"\n',
        ),
        Good(
            "an imported module sets it",
            {
                "configuration.nix": "{ containers.web.config = { imports = [ ./base ]; }; }\n",
                "base/default.nix": '{ system.stateVersion = "24.05"; }\n',
            },
        ),
        Good(
            "a function that is called with arguments sets it",
            {
                "configuration.nix": """\
{ config, ... }:
{
  containers.web = import ./container.nix { version = config.system.stateVersion; };
}
""",
                "container.nix": """\
{ version }:
{
  autoStart = true;
  config.system.stateVersion = version;
}
""",
            },
        ),
        Good(
            "another file adds it to the container",
            {
                "configuration.nix": "{ containers.web = { autoStart = true; config = { }; }; }\n",
                "versions.nix": '{ containers.web.config.system.stateVersion = "24.05"; }\n',
            },
        ),
        Good(
            "a module gives all containers a default",
            {
                "defaults.nix": """\
{ lib, ... }:
{
  options.containers = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule { config.config.system.stateVersion = "24.05"; });
  };
}
""",
                "web.nix": "{ containers.web.config = { services.nginx.enable = true; }; }\n",
            },
        ),
        Good(
            "the machines of a NixOS test",
            """\
{
  name = "web";
  containers.web = { config, ... }: { services.nginx.enable = true; };
  containers.db.config = { services.postgresql.enable = true; };
  testScript = "";
}
""",
        ),
        Good(
            "a module from a flake input may set it",
            """\
{ inputs, ... }:
{
  containers.web.config = { imports = [ inputs.base.nixosModules.default ]; };
}
""",
        ),
        Good("its configuration is elsewhere", '{ containers.web = { path = "/nix/var/nix/profiles/web"; }; }\n'),
        Good(
            "a state version that follows the release, where nothing is kept",
            "{ config, ... }: {\n"
            "  containers.db = { ephemeral = true; config.system.stateVersion = config.system.nixos.release; };\n}\n",
        ),
        Good(
            "a container of Firefox",
            """\
{
  programs.firefox.profiles.default.containers.work = { id = 1; color = "blue"; icon = "briefcase"; };
}
""",
        ),
    )


def _follows_release(value: Value) -> bool:
    """Whether a value is the release of the nixpkgs that the container is evaluated with, or the one of its host."""
    match value:
        case SymbolValue(path=path):
            return path in _RELEASES
        case StringValue(parts=(SymbolValue(path=path),)):
            return path in _RELEASES
        case CallValue(callee=SymbolValue(path=("lib", "versions", "majorMinor")), arguments=(version,)):
            return _follows_release(version.force())
        case _:
            return False


def _is_made_elsewhere(container: NspawnContainer) -> bool:
    return any(container.option(name).presence is not Presence.ABSENT for name in ("path", "flake"))


def _keeps_no_state(container: NspawnContainer) -> bool:
    ephemeral = container.option("ephemeral").value
    return (
        isinstance(ephemeral, BoolValue)
        and ephemeral.value
        and container.option("bindMounts").presence is Presence.ABSENT
    )


def _message(container: NspawnContainer, answer: Answer) -> str:
    if answer.presence is Presence.MAYBE:
        reason = answer.obstacles[0].reason if answer.obstacles else "its definitions depend on conditions"
        return f"{container.title} may have no system.stateVersion: {reason}"
    return (
        f"{container.title} never sets system.stateVersion, so it takes the release it is evaluated with: "
        "a channel upgrade moves its services to new versions and new data directories"
    )


def _fix(container: NspawnContainer, repository: Repository) -> Fix | None:
    version = repository.target_release or host_state_version(repository)
    if version is None:
        return None
    definition = NewDefinition(_STATE_VERSION, encode(version))
    summary = f'Set system.stateVersion = "{version}" in {container.title}'
    return defining_inside(repository, container, (definition,), Safety.UNSAFE, summary)
