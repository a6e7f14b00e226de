"""A container with systemd-resolved that still wants the host's resolv.conf."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
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

_RESOLVED = ("services", "resolved", "enable")
_USE_HOST_RESOLV_CONF = OptionPath.of("networking", "useHostResolvConf")


class ContainerResolvedAndHostResolvConf(Rule[NspawnContainer]):
    """systemd-resolved in a container needs `networking.useHostResolvConf = false`: else NixOS refuses to build.

    ## What it finds

    A container whose system enables `services.resolved` and provably never defines `networking.useHostResolvConf`.

    ## Why it matters

    In a container `useHostResolvConf` is true by default: the host's `/etc/resolv.conf` is copied in at each start, over
    the one of resolved. NixOS has an assertion, *Using host resolv.conf is not supported with systemd-resolved*, and the
    host's configuration does not build.

    ## What to do

    Set `networking.useHostResolvConf = lib.mkForce false;` in the container, as `nixlint fix` does. The fix is safe: without
    it there is no system.

    ## What keeps it silent

    - Any definition of `networking.useHostResolvConf` that may reach the container.
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
        resolved = subject.system.ask(OptionPath(_RESOLVED))
        if not is_true(resolved) or subject.is_made_elsewhere:
            return
        if subject.inside("networking", "useHostResolvConf").presence is not Presence.ABSENT:
            return
        definition = NewDefinition(_USE_HOST_RESOLV_CONF, "lib.mkForce false", ("lib",))
        summary = f"Let {subject.title} keep its own resolv.conf"
        yield Finding(
            place=resolved.definitions[0].name_place or subject.place,
            message=f"{subject.title} runs systemd-resolved with the host's resolv.conf, which NixOS refuses: "
            "it does not build",
            help="set networking.useHostResolvConf = lib.mkForce false in the container",
            option=f"{subject.option_path}.config.{OptionPath(_RESOLVED)}",
            container=subject.name,
            fix=defining_inside(repository, subject, (definition,), Safety.SAFE, summary),
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
