"""A container with systemd-resolved that still wants the host's resolv.conf."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.inner_resolved import RESOLVED, resolved_inside
from nixlint.containers.stated import is_true
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    NewDefinition,
    OptionPath,
    Presence,
    Repository,
    Rule,
    Safety,
    Severity,
    defining_inside,
)

_USE_HOST_RESOLV_CONF = OptionPath.of("networking", "useHostResolvConf")


class ContainerResolvedAndHostResolvConf(Rule[NspawnContainer]):
    """systemd-resolved in a container needs `networking.useHostResolvConf = false`; without it NixOS does not build.

    ## What it finds

    A container whose system enables `services.resolved`, or systemd-networkd, which enables it, and provably never defines
    `networking.useHostResolvConf`, or sets it to true.

    ## Why it matters

    In a container `useHostResolvConf` is true by default: the host's `/etc/resolv.conf` is copied in at each start, over
    the one of resolved. NixOS has an assertion, *Using host resolv.conf is not supported with systemd-resolved*, and the
    host's configuration does not build.

    ## What to do

    Set `networking.useHostResolvConf = lib.mkForce false;` in the container, as `nixlint fix` does. The fix is safe,
    because without it the system does not build.

    ## What keeps it silent

    - Any other definition of `networking.useHostResolvConf` that may reach the container.
    - Anything unknown that could define it, and resolved under a condition.

    ## References

    - nixpkgs, `nixos/modules/system/boot/resolved.nix`, its assertions
    - [nixpkgs issue 162686](https://github.com/NixOS/nixpkgs/issues/162686)
    """

    name = "container-resolved-and-host-resolv-conf"
    code = "NL112"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report resolved inside without the setting that it needs."""
        resolved = None if subject.is_made_elsewhere else resolved_inside(subject)
        if resolved is None:
            return
        option, place = resolved
        who = "" if option == RESOLVED else ", which systemd-networkd brings,"
        uses = subject.inside("networking", "useHostResolvConf")
        if uses.presence is not Presence.ABSENT and not is_true(uses):
            return
        definition = NewDefinition(_USE_HOST_RESOLV_CONF, "lib.mkForce false", ("lib",))
        summary = f"Let {subject.title} keep its own resolv.conf"
        yield Finding(
            place=place,
            message=f"{subject.title} runs systemd-resolved{who} with the host's resolv.conf, which NixOS refuses: "
            "it does not build",
            help="set networking.useHostResolvConf = lib.mkForce false in the container",
            option=f"{subject.option_path}.config.{option}",
            container=subject.name,
            fix=None if uses.definitions else defining_inside(repository, subject, (definition,), Safety.SAFE, summary),
        )

    examples = (
        Bad(
            "resolved alone",
            """\
{
  containers.web = {
    privateNetwork = true;
    config = { pkgs, ... }: {
      services.resolved.«enable» = true;
      system.stateVersion = "26.05";
    };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    config = { pkgs, lib, ... }: {
      services.resolved.enable = true;
      system.stateVersion = "26.05";
      networking.useHostResolvConf = lib.mkForce false;
    };
  };
}
""",
        ),
        Bad(
            "networkd brings resolved",
            """\
{ lib, ... }:
{
  containers.dns = {
    macvlans = [ "eno1" ];
    config = {
      networking.«useNetworkd» = true;
      system.stateVersion = "26.05";
    };
  };
}
""",
            fixed="""\
{ lib, ... }:
{
  containers.dns = {
    macvlans = [ "eno1" ];
    config = {
      networking.useNetworkd = true;
      networking.useHostResolvConf = lib.mkForce false;
      system.stateVersion = "26.05";
    };
  };
}
""",
        ),
        Bad(
            "the host's resolv.conf is asked for",
            """\
{
  containers.web.config = {
    networking.useHostResolvConf = true;
    services.resolved.«enable» = true;
  };
}
""",
        ),
        Good(
            "networkd without resolved, or with what it needs",
            """\
{ lib, ... }:
{
  containers.a.config = { networking.useNetworkd = true; services.resolved.enable = false; };
  containers.b.config = { systemd.network.enable = true; networking.useHostResolvConf = lib.mkForce false; };
}
""",
        ),
        Good(
            "with the setting",
            """\
{
  containers.web.config = { lib, ... }: {
    networking.useHostResolvConf = lib.mkForce false;
    services.resolved.enable = true;
  };
}
""",
        ),
        Good(
            "an imported module has the setting",
            {
                "configuration.nix": """\
{ containers.web.config = { imports = [ ./dns.nix ]; services.resolved.enable = true; }; }
""",
                "dns.nix": "{ networking.useHostResolvConf = false; }\n",
            },
        ),
        Good("switched off", "{ containers.web.config = { services.resolved.enable = false; }; }\n"),
        Good("on the host", "{ services.resolved.enable = true; containers.web.config = { }; }\n"),
    )
