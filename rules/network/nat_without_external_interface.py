"""Ports that NAT forwards from an interface that nobody names."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.system import HostSystem
from nixlint.containers.stated import deciding, is_on, is_true
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity

_NEEDING = ("forwardPorts", "dmzHost")
_EXTERNAL = b"externalInterface"


class NatWithoutExternalInterface(Rule[HostSystem]):
    """`networking.nat.forwardPorts` and `dmzHost` need `externalInterface`; without it NixOS does not build.

    ## What it finds

    A host with `networking.nat.enable` and `forwardPorts` or `dmzHost`, in a repository that never sets
    `networking.nat.externalInterface`.

    ## Why it matters

    NAT has to know from which interface packets are to be forwarded. NixOS has an assertion for it.

    ## What to do

    Name the interface to the outside: `networking.nat.externalInterface = "eno1";`.

    ## What keeps it silent

    - `externalInterface` anywhere in the repository's files.
    - NAT without forwarded ports, which works without the interface: what leaves by any of them is rewritten.
    - A repository without native containers.
    - A module that no host of the repository uses, and settings under conditions.

    ## References

    - nixpkgs, `nixos/modules/services/networking/nat.nix`, its assertions
    """

    name = "nat-without-external-interface"
    code = "NL402"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report what needs the interface."""
        if not subject.is_whole or not is_true(subject.stated("networking", "nat", "enable")):
            return
        needing = [name for name in _NEEDING if is_on(subject.stated("networking", "nat", name)) is Presence.DEFINED]
        if not needing or repository.mentions(_EXTERNAL):
            return
        for definition in deciding(subject.stated("networking", "nat", needing[0]))[:1]:
            yield Finding(
                place=definition.name_place or subject.place,
                message=f"networking.nat.{needing[0]} of host {subject.name} needs networking.nat.externalInterface, which "
                "nothing in this repository sets: NixOS refuses to build",
                help="name the interface that leads outside",
                option=f"networking.nat.{needing[0]}",
            )

    examples = (
        Bad(
            "forwarded from nowhere",
            """\
{
  networking.nat = {
    enable = true;
    internalInterfaces = [ "ve-+" ];
    «forwardPorts» = [ { sourcePort = 80; destination = "10.0.0.2:80"; proto = "tcp"; } ];
  };
  containers.web = { privateNetwork = true; localAddress = "10.0.0.2"; config = { }; };
}
""",
        ),
        Good(
            "no forwarded ports",
            '{ networking.nat = { enable = true; internalInterfaces = [ "ve-+" ]; forwardPorts = [ ]; }; }\n',
        ),
        Good(
            "another file names the interface",
            {
                "configuration.nix": "{ imports = [ ./nat.nix ]; networking.nat.enable = true; "
                'networking.nat.forwardPorts = [ { sourcePort = 80; destination = "10.0.0.2:80"; } ]; }\n',
                "nat.nix": '{ networking.nat.externalInterface = "eno1"; }\n',
            },
        ),
        Good(
            "a module for others",
            {
                "module.nix": "{ networking.nat.enable = true; networking.nat.forwardPorts = "
                '[ { sourcePort = 80; destination = "10.0.0.2:80"; } ]; }\n',
            },
        ),
    )
