"""Containers on a host that does not run any."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.containers.stated import elements, implied
from nixlint.rule import Bad, BoolValue, Confidence, Finding, Good, Note, Repository, Rule, Severity


class ContainersSwitchedOff(Rule[HostSystem]):
    """`boot.enableContainers = false` disables all containers of a host.

    ## What it finds

    A container that is declared on a host with `boot.enableContainers = false`.

    ## Why it matters

    NixOS makes no units for the host's containers, and no more than a warning of it. What is declared does not run.

    ## What to do

    Remove the setting: NixOS switches containers on where there are any. Or remove the containers.

    ## What keeps it silent

    - A setting in a module that is not known to be of the same host, or under other conditions than the container.
    - `boot.enableContainers = lib.mkDefault false` in a module alone, which others may override.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, its warnings
    """

    name = "containers-switched-off"
    code = "NL127"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each container of a host that has them switched off."""
        stated = tuple(elements(subject.stated("boot", "enableContainers")))
        if not stated or any(not isinstance(each.what, BoolValue) or each.what.value for each in stated):
            return
        for container in subject.containers:
            off = next((each for each in stated if implied(each.conditions, container.conditions)), None)
            if off is not None:
                yield Finding(
                    place=container.place,
                    message=f"{container.title} does not exist: boot.enableContainers is false on its host",
                    help="remove the setting, or the container",
                    option=str(container.option_path),
                    container=container.name,
                    notes=(Note(off.place, "containers are switched off here"),),
                )

    examples = (
        Bad(
            "switched off",
            """\
{
  boot.enableContainers = false;
  containers.«web» = { autoStart = true; config = { }; };
}
""",
        ),
        Good(
            "another host has none",
            {
                "one/configuration.nix": "{ boot.enableContainers = false; }\n",
                "two/configuration.nix": "{ containers.web = { autoStart = true; config = { }; }; }\n",
            },
        ),
        Good(
            "switched off by a condition",
            """\
{ config, lib, ... }:
{
  boot.enableContainers = lib.mkIf config.my.small false;
  containers.web = { autoStart = true; config = { }; };
}
""",
        ),
    )
