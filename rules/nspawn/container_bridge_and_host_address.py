"""A container with both a bridge and an address on the host's side."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn import NspawnContainer
from nixlint.linting.finding import Confidence, Finding, Note, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.module_system import Definition
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import StringValue


class ContainerBridgeAndHostAddress(Rule[NspawnContainer]):
    """With a bridge, the address on the host's side has no effect, and the container's own needs a prefix length.

    ## What it finds

    A container with `hostBridge` that also sets `hostAddress` or `hostAddress6`, or whose `localAddress` or `localAddress6`
    has no prefix length (`/24`).

    ## Why it matters

    On a bridge the host's address is the bridge's: `hostAddress` is ignored, and so is the route through it that people
    expect. An address without a prefix length becomes one of `/32`, from which nothing else on the bridge is reachable.

    ## What to do

    Remove `hostAddress`, give the bridge its address with `networking.interfaces.<bridge>`, and write `localAddress` with
    the prefix length of the bridge's network.

    ## What keeps it silent

    - No bridge, and values that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`: 'only one of hostAddress* or hostBridge can be given'
    """

    name = "container-bridge-and-host-address"
    code = "NL105"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)
    keywords = (b"containers",)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report addresses that do not go with a bridge."""
        bridges = [item for item in subject.option("hostBridge").definitions if isinstance(item.value, StringValue)]
        if len(bridges) != 1 or bridges[0].conditions:
            return
        for name in ("hostAddress", "hostAddress6"):
            for definition in _certain(subject, name):
                message = f"{subject.title} is on a bridge, so {name} has no effect"
                yield self._finding(subject, definition, name, message, "remove it", bridges[0])
        for name in ("localAddress", "localAddress6"):
            for definition in _certain(subject, name):
                text = definition.value.text if isinstance(definition.value, StringValue) else None
                if text is not None and "/" not in text:
                    message = (
                        f"{subject.title} is on a bridge, and {name} {text} has no prefix length: nothing is reachable"
                    )
                    help_ = f'write the prefix length of the bridge\'s network, as in "{text}/24"'
                    yield self._finding(subject, definition, name, message, help_, bridges[0])

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
            "an address on the host's side",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    «hostAddress» = "10.0.0.1";
    localAddress = "10.0.0.2/24";
    config = { system.stateVersion = "26.05"; networking.useHostResolvConf = false; };
  };
}
""",
        ),
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
