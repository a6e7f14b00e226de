"""Settings of a further link that NixOS does not use."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import Stated
from nixlint.rule import (
    Bad,
    Confidence,
    Definition,
    Finding,
    Good,
    ListValue,
    NullValue,
    OptionPath,
    Repository,
    Rule,
    Severity,
    StringValue,
    ask_within,
    attributes_of,
)

_UNUSED = {"localMacAddress": "the link gets an address at random", "forwardPorts": "no port is forwarded"}


class ContainerVethSettingWithoutEffect(Rule[NspawnContainer]):
    """`localMacAddress` and `forwardPorts` of an additional link (`extraVeths`) have no effect.

    ## What it finds

    `extraVeths.<name>.localMacAddress` and `extraVeths.<name>.forwardPorts` of a container.

    ## Why it matters

    NixOS has these options for each further link, because they share a table with the container's own link, and uses
    them for the container's own link alone. A DHCP server that knows the address gives another lease; the ports stay
    closed.

    ## What to do

    Set the address in the container, `networking.interfaces.<name>.macAddress`. Forward ports with
    `networking.nat.forwardPorts` on the host, or with the container's own `forwardPorts`.

    ## What keeps it silent

    - `null` and an empty list.
    - A value that is not known, or is under a condition.

    ## References

    - [nixpkgs issue 531758](https://github.com/NixOS/nixpkgs/issues/531758)
    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `renderExtraVeth`
    """

    name = "container-veth-setting-without-effect"
    code = "NL135"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each setting of a further link that is not used."""
        for link, definition in _links(subject):
            for option, what in _UNUSED.items():
                for found in _given(definition, option):
                    yield Finding(
                        place=found.place,
                        message=f"{option} of {link} of {subject.title} has no effect: {what}",
                        help="set networking.interfaces.<name>.macAddress in the container"
                        if option == "localMacAddress"
                        else "forward the port with networking.nat.forwardPorts on the host",
                        option=f"{subject.option_path}.extraVeths.{link}.{option}",
                        container=subject.name,
                        evidence=f"{link}.{option}",
                    )

    examples = (
        Bad(
            "both of a further link",
            """\
{
  containers.web = {
    extraVeths.lan = {
      hostBridge = "br0";
      «localMacAddress» = "02:00:00:00:00:01";
    };
    extraVeths.wan.«forwardPorts» = [ { hostPort = 80; } ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "of the container's own link",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    localMacAddress = "02:00:00:00:00:01";
    forwardPorts = [ { hostPort = 80; } ];
    extraVeths.lan = { hostBridge = "br1"; localMacAddress = null; forwardPorts = [ ]; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "not known, or under a condition",
            """\
{ config, lib, ... }:
{
  containers.web = {
    extraVeths.lan.localMacAddress = lib.mkIf config.my.fixed "02:00:00:00:00:01";
    extraVeths.wan.forwardPorts = config.my.ports;
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _links(container: NspawnContainer) -> Iterator[tuple[str, Definition]]:
    for definition in container.option("extraVeths").definitions:
        for link, below in attributes_of(definition):
            if link is not None:
                yield link, below


def _given(link: Definition, option: str) -> Iterator[Stated[str]]:
    for found in ask_within((link,), OptionPath.of(option)).definitions:
        is_empty = isinstance(found.value, NullValue) or (
            isinstance(found.value, ListValue) and not found.value.elements
        )
        is_known = isinstance(found.value, StringValue | ListValue)
        if found.name_place is not None and is_known and not is_empty and not found.conditions:
            yield Stated(option, found.name_place)
