"""A container in a network namespace that also asks for a network of its own."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_on
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Presence, Repository, Rule, Severity

_EXCLUDED = ("privateNetwork", "interfaces")


class ContainerNetworkNamespaceConflict(Rule[NspawnContainer]):
    """`networkNamespace` conflicts with `privateNetwork` and `interfaces`: the configuration does not build.

    ## What it finds

    A container with `networkNamespace` that also has `privateNetwork = true` or moves `interfaces` into itself.

    ## Why it matters

    systemd-nspawn either makes a network or joins one. NixOS has an assertion for it and refuses to build.

    ## What to do

    Keep the one that you want. A container in a namespace has the interfaces of that namespace.

    ## What keeps it silent

    - `privateNetwork = false`, no interfaces, `networkNamespace = null`.
    - Values that depend on conditions, and values that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, its assertions
    """

    name = "container-network-namespace-conflict"
    code = "NL109"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report what does not go with a namespace."""
        namespace = subject.option("networkNamespace")
        if is_on(namespace) is not Presence.DEFINED:
            return
        for name in _EXCLUDED:
            other = subject.option(name)
            if is_on(other) is Presence.DEFINED:
                place = namespace.definitions[0].name_place
                yield Finding(
                    place=other.definitions[0].name_place or subject.place,
                    message=f"{subject.title} joins a network namespace and sets {name} too, which NixOS refuses: "
                    "it does not build",
                    help=f"remove {name}, or networkNamespace",
                    option=f"{subject.option_path}.{name}",
                    container=subject.name,
                    notes=() if place is None else (Note(place, "the namespace is given here"),),
                )

    examples = (
        Bad(
            "a private network",
            """\
{
  containers.vpn = {
    networkNamespace = "/run/netns/vpn";
    «privateNetwork» = true;
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "an interface",
            """\
{
  containers.vpn = {
    networkNamespace = /run/netns/vpn;
    «interfaces» = [ "wg0" ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "the namespace alone",
            """\
{
  containers.vpn = {
    networkNamespace = "/run/netns/vpn";
    privateNetwork = false;
    interfaces = [ ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "one or the other",
            """\
{ config, ... }:
{
  containers.vpn = {
    networkNamespace = if config.my.vpn then "/run/netns/vpn" else null;
    privateNetwork = true;
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )
