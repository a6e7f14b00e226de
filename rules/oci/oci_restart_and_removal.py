"""A restart policy beside the flag that removes the container."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Good,
    OptionPath,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    moving_elements,
    parse_pattern,
)

_FLAG = "--restart"


class OciRestartAndRemoval(Rule[OciContainer]):
    """NixOS starts OCI containers with `--rm`, which the engines reject together with a restart policy.

    ## What it finds

    `--restart=…` in `extraOptions` of an OCI container that leaves `autoRemoveOnStop` at its default, with a policy other
    than `no`.

    ## Why it matters

    NixOS runs the container with `--rm`. Docker and Podman refuse the two together (*Conflicting options: --restart and
    --rm*), so the unit fails each time it starts. A restart policy is of no use besides: systemd restarts the unit.

    ## What to do

    Take the flag out, as `nixlint fix` does. `systemd.services.<unit>.serviceConfig.Restart` says when systemd restarts it.

    ## What keeps it silent

    - `autoRemoveOnStop` in any form, and `--rm=false` among the flags.
    - `--restart=no`, and a flag with a part that is not known or under a condition.
    - A Compose file: there is no `--rm` there.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `autoRemoveOnStop`
    - podman-run(1), `--rm`; docker/cli, `cli/command/container/opts.go`
    """

    name = "oci-restart-and-removal"
    code = "NL228"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report the policy of a container that is removed when it stops."""
        if subject.place.path.suffix != ".nix" or subject.may_stay_when_stopped:
            return
        for flag in subject.flags:
            if flag.name != _FLAG or flag.conditions or "\0" in flag.value or flag.value in ("", "no"):
                continue
            places = [place for place in (flag.place, flag.value_place) if place is not None]
            fix = moving_elements(repository, places, {}, {}, Safety.SAFE, f"take {_FLAG} out")
            yield Finding(
                place=flag.place,
                message=f"{subject.title} has {_FLAG}={flag.value}, and NixOS starts it with --rm: the engine refuses both "
                "together, and the unit fails",
                help=f"take {_FLAG} out; systemd restarts the unit",
                option=f"{subject.option_path}.extraOptions",
                container=subject.name,
                fix=None
                if fix is None
                else fix._replace(reach=Reach(options=(OptionPath(parse_pattern(subject.option_path)),))),
            )

    examples = (
        Bad(
            "joined and split",
            """\
{
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; extraOptions = [ «"--restart=unless-stopped"» "--init" ]; };
    db = { image = "db:1"; extraOptions = [ "--init" «"--restart"» "always" ]; };
  };
}
""",
            fixed="""\
{
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; extraOptions = [ "--init" ]; };
    db = { image = "db:1"; extraOptions = [ "--init" ]; };
  };
}
""",
        ),
        Good(
            "it stays when it stops, or there is no policy",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; autoRemoveOnStop = false; extraOptions = [ "--restart=always" ]; };
    b = { image = "b:1"; extraOptions = [ "--restart=no" ]; };
    c = { image = "c:1"; extraOptions = [ "--rm=false" "--restart=always" ]; };
  };
}
""",
        ),
        Good(
            "a policy that is not known",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    extraOptions = [ "--restart=${config.my.policy}" (lib.mkIf config.my.stays "--restart=always") ];
  };
}
""",
        ),
        Good("a Compose file", {"compose.yaml": "services:\n  a:\n    image: a:1\n    restart: always\n"}),
    )
