"""A container on a bridge whose addresses are written as those of a link to the host alone."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Definition, Finding, Good, Note, Repository, Rule, Severity, StringValue


class ContainerBridgeAndHostAddress(Rule[NspawnContainer]):
    """On a bridge, a container's address needs a prefix length, and `hostAddress` is not given to the host.

    ## What it finds

    A container with `hostBridge` whose `localAddress` or `localAddress6` has no prefix length (`/24`). With `--pedantic`
    also one that sets `hostAddress` or `hostAddress6`.

    ## Why it matters

    An address without a prefix length becomes one of `/32`, from which nothing else on the bridge is reachable.
    `hostAddress` is not given to the host, whose address is the bridge's: the container takes it for its default route,
    which leads somewhere only if the bridge or another machine has that address.

    ## What to do

    Write `localAddress` with the prefix length of the bridge's network, and give the bridge its address with
    `networking.interfaces.<bridge>`.

    ## What keeps it silent

    - No bridge, and values that are not known.
    - An address without a prefix length beside a `hostAddress`: everything is reached through that one.
    - A container that sets addresses of its own, with `networking.interfaces` or systemd-networkd.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`: `containerInit`, and 'only one of hostAddress* or
      hostBridge can be given'
    """

    name = "container-bridge-and-host-address"
    code = "NL105"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report addresses that do not go with a bridge."""
        bridges = [item for item in subject.option("hostBridge").definitions if isinstance(item.value, StringValue)]
        if len(bridges) != 1 or bridges[0].conditions:
            return
        for local, host in (("localAddress", "hostAddress"), ("localAddress6", "hostAddress6")):
            for definition in _certain(subject, host):
                yield self._of_host(subject, definition, host, bridges[0])
            if subject.option_anywhere(host).definitions or _has_addresses_of_its_own(subject):
                continue
            for definition in _certain(subject, local):
                yield from self._of_container(subject, definition, local, bridges[0])

    def _of_host(self, container: NspawnContainer, definition: Definition, option: str, bridge: Definition) -> Finding:
        message = (
            f"{container.title} is on a bridge, so its host does not get the address of {option}: it is only the "
            "container's default route"
        )
        help_ = "give the address to the bridge, with networking.interfaces, if no other machine has it"
        found = self._finding(container, definition, option, message, help_, bridge)
        return found._replace(confidence=Confidence.POSSIBLE)

    def _of_container(
        self, container: NspawnContainer, definition: Definition, option: str, bridge: Definition
    ) -> Iterator[Finding]:
        text = _text(definition)
        if text is not None and "/" not in text:
            message = (
                f"{container.title} is on a bridge, and {option} {text} has no prefix length: nothing is reachable"
            )
            help_ = f'write the prefix length of the bridge\'s network, as in "{text}/{64 if ":" in text else 24}"'
            yield self._finding(container, definition, option, message, help_, bridge)

    def _finding(
        self,
        container: NspawnContainer,
        definition: Definition,
        option: str,
        message: str,
        help_: str,
        bridge: Definition,
    ) -> Finding:
        notes = () if bridge.name_place is None else (Note(bridge.name_place, "the bridge is given here"),)
        return Finding(
            place=definition.name_place or container.place,
            message=message,
            help=help_,
            option=f"{container.option_path}.{option}",
            container=container.name,
            notes=notes,
        )

    examples = (
        Bad(
            "no prefix length",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    «localAddress» = "10.0.0.2";
    config = { system.stateVersion = "26.05"; networking.useHostResolvConf = false; };
  };
}
""",
        ),
        Good(
            "an address with its prefix length",
            """\
{
  containers.web = { privateNetwork = true; hostBridge = "br0"; localAddress = "10.0.0.2/24"; config = { }; };
}
""",
        ),
        Good(
            "an address on the host's side, which the container has for its default route",
            """\
{
  networking.interfaces.br0.ipv4.addresses = [ { address = "10.0.0.1"; prefixLength = 24; } ];
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { system.stateVersion = "26.05"; networking.useHostResolvConf = false; };
  };
}
""",
        ),
        Good(
            "an address that the container gives itself",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.0.2";
    config.networking.interfaces.eth0.ipv4.addresses = [ { address = "10.0.0.2"; prefixLength = 24; } ];
  };
}
""",
        ),
        Good(
            "no bridge",
            """\
{
  containers.web = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.2"; config = { }; };
}
""",
        ),
        Good(
            "one or the other, by a condition",
            """\
{ config, lib, ... }:
{
  containers.web = {
    privateNetwork = true;
    hostBridge = if config.bridged then "br0" else null;
    localAddress = "10.0.0.2";
    config = { };
  };
}
""",
        ),
    )


def _certain(container: NspawnContainer, option: str) -> Iterator[Definition]:
    for definition in container.option(option).definitions:
        if not definition.conditions and isinstance(definition.value, StringValue):
            yield definition


def _text(definition: Definition) -> str | None:
    return definition.value.text if isinstance(definition.value, StringValue) else None


def _has_addresses_of_its_own(container: NspawnContainer) -> bool:
    options = (("networking", "interfaces"), ("systemd", "network", "networks"))
    return any(container.inside(*names).definitions for names in options)
