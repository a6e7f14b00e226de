"""Ports that are forwarded to a container without a link to its host."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity

_LINKS = (
    # With one of these the container has an interface, whose address ports can be forwarded to.
    "hostAddress",
    "hostAddress6",
    "localAddress",
    "localAddress6",
    "localMacAddress",
    "hostBridge",
    "macvlans",
    "interfaces",
    "extraVeths",
    "extraFlags",  # --network-veth and others
)


class ContainerForwardWithoutLink(Rule[NspawnContainer]):
    """`forwardPorts` has no effect if the container has neither an address nor a bridge.

    ## What it finds

    A container with `privateNetwork = true` and `forwardPorts`, without any of `hostAddress`, `localAddress`, `hostBridge`
    and `localMacAddress`.

    ## Why it matters

    NixOS links the container to its host only where one of these is set. Without, the container has a loopback and nothing
    else, and there is no address to which a port could be forwarded.

    ## What to do

    Set `hostAddress` and `localAddress`, or `hostBridge`.

    ## What keeps it silent

    - `macvlans`, `interfaces` and `extraVeths`, by which the container may have an address as well.
    - One of these options, here or in another file that adds to the container, and `extraFlags`.
    - Anything unknown that could be one of them.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `--network-veth` in `startScript`
    """

    name = "container-forward-without-link"
    code = "NL126"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report forwarded ports that have nowhere to go."""
        forwarded = subject.option("forwardPorts").definitions
        if not subject.has_private_network or not subject.forwarded_ports:
            return
        if any(subject.option_anywhere(name).presence is not Presence.ABSENT for name in _LINKS):
            return
        ports = ", ".join(dict.fromkeys(port.text for port in subject.forwarded_ports))
        yield Finding(
            place=forwarded[0].name_place or subject.place,
            message=f"{subject.title} has no address and no bridge, so it has no link to its host and {ports} is "
            "not forwarded",
            help="set hostAddress and localAddress",
            option=f"{subject.option_path}.forwardPorts",
            container=subject.name,
        )

    examples = (
        Bad(
            "no address",
            """\
{
  containers.web = {
    privateNetwork = true;
    «forwardPorts» = [ { hostPort = 80; } ];
    config = { };
  };
}
""",
        ),
        Good(
            "with an address, on a bridge, with a flag",
            """\
{
  containers.a = { privateNetwork = true; localAddress = "10.0.0.2"; forwardPorts = [ { hostPort = 80; } ]; config = { }; };
  containers.b = { privateNetwork = true; hostBridge = "br0"; forwardPorts = [ { hostPort = 81; } ]; config = { }; };
  containers.c = {
    privateNetwork = true;
    extraFlags = [ "--network-veth" ];
    forwardPorts = [ { hostPort = 82; } ];
    config = { };
  };
}
""",
        ),
        Good(
            "an interface of another kind",
            """\
{
  containers.web = {
    privateNetwork = true;
    macvlans = [ "eno1" ];
    forwardPorts = [ { hostPort = 80; } ];
    config = { };
  };
}
""",
        ),
        Good(
            "another file gives it an address",
            {
                "a.nix": "{ containers.web = { privateNetwork = true; forwardPorts = [ { hostPort = 80; } ]; "
                "config = { }; }; }\n",
                "b.nix": '{ containers.web.hostAddress = "10.0.0.1"; }\n',
            },
        ),
    )
