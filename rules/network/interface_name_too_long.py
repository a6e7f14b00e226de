"""The name of a network interface that the kernel does not take."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    AttrsValue,
    Bad,
    Binder,
    Confidence,
    Finding,
    Good,
    ListValue,
    OptionPath,
    Place,
    Repository,
    Rule,
    Severity,
    StringValue,
    Value,
    WrittenDefinition,
    written_definitions,
)

_LONGEST = 15
"""Bytes, IFNAMSIZ without the one at the end (linux/if.h)."""
_NAMES = (
    # Options whose members are interfaces that NixOS makes, or that its firewall looks for.
    ("networking", "bridges"),
    ("networking", "bonds"),
    ("networking", "vlans"),
    ("networking", "macvlans"),
    ("networking", "vswitches"),
    ("networking", "wireguard", "interfaces"),
    ("networking", "wg-quick", "interfaces"),
    ("networking", "firewall", "interfaces"),
)
_VALUES = (
    ("networking", "nat", "internalInterfaces"),
    ("networking", "nat", "externalInterface"),
    ("networking", "firewall", "trustedInterfaces"),
)
_FURTHER_LINKS = "extraVeths"
_LAST = frozenset(option[-1] for option in _VALUES)


class InterfaceNameTooLong(Rule[WrittenDefinition]):
    """The name of a network interface has at most 15 characters; the kernel rejects a longer one.

    ## What it finds

    A name of more than 15 characters for an interface that NixOS makes (bridges, bonds, VLANs, WireGuard, `extraVeths` of a
    container), or that the firewall or NAT is to look for, such as `ve-nextcloud-database`.

    ## Why it matters

    The kernel limits names to 15 characters. Creating the interface fails, and so do iptables (*interface name … must be
    shorter than 16 characters*) and nftables: a firewall with such a rule does not start.

    The interface `ve-<name>` of a container with a name of more than 12 characters has another name: systemd-nspawn
    shortens it and puts a hash at its end. The long one is an alternative name, which `ip` takes and a firewall does not.

    ## What to do

    Shorten the name. For a container, shorten that of the container, or use the pattern `ve-+` (`ve-*` with nftables).

    ## What keeps it silent

    - Names that are not known, or only in part.
    - Patterns, and `networking.interfaces`, where an alternative name does.

    ## References

    - linux, `include/uapi/linux/if.h`, `IFNAMSIZ`
    - [nixpkgs issue 38509](https://github.com/NixOS/nixpkgs/issues/38509)
    - systemd-nspawn(1), `--network-veth`
    """

    name = "interface-name-too-long"
    code = "NL405"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)

    words = (b"networking", _FURTHER_LINKS.encode())

    def may_concern(self, word: bytes) -> bool:
        """Whether it is too long for the name of an interface, or the last name of an option with such names."""
        return len(word) > _LONGEST or word.decode("utf-8", "replace") in _LAST

    def may_be_at(self, path: OptionPath) -> bool:
        """Whether it is an option whose values are names of interfaces, or within a set of interfaces."""
        names = _names_of(path)
        return names[-3:] in _VALUES or _member(names) is not None

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report each name that is too long, where it is written."""
        names = _names_of(subject.path)
        if subject.binder is not Binder.ATTRIBUTE:
            return
        if names[-3:] in _VALUES:
            for text, place in _texts(subject.value, subject.value_place):
                if len(text.encode()) > _LONGEST:
                    yield _finding(text, place, subject)
            return
        member = _member(names)
        is_written_here = member is not None and member[1] >= len(names) - subject.written
        if member is None or not is_written_here or len(member[0].encode()) <= _LONGEST:
            return
        if not _is_in_result_of_function(subject, repository):
            yield _finding(member[0], subject.name, subject)

    examples = (
        Bad(
            "interfaces that are made",
            """\
{
  networking.bridges.br-for-containers.«interfaces» = [ ];
  networking.vlans = { «vlan-of-the-guests» = { id = 5; interface = "eno1"; }; };
  containers.web = {
    extraVeths.«web-to-the-internet» = { hostBridge = "br0"; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "in the firewall and in NAT",
            """\
{
  networking.firewall.interfaces."ve-nextcloud-database".«allowedTCPPorts» = [ 5432 ];
  networking.firewall.trustedInterfaces = [ "lo" «"ve-nextcloud-database"» ];
  networking.nat = {
    internalInterfaces = [ «"ve-nextcloud-database"» ];
    externalInterface = «"enp0s31f6-of-the-provider"»;
  };
}
""",
        ),
        Good(
            "an option of the sets that a function makes",
            """\
{ lib, config, ... }:
{
  networking.wireguard.interfaces = lib.mapAttrs (name: tunnel: {
    allowedIPsAsRoutes = false;
    privateKeyFile = tunnel.key;
  }) config.my.tunnels;
  networking.firewall.interfaces = lib.mapAttrs (_: each: { inherit (each) allowedTCPPortRanges; }) config.my.networks;
}
""",
        ),
        Good(
            "fifteen characters, patterns, and alternative names",
            """\
{
  networking.bridges.br-containers-1.interfaces = [ ];
  networking.firewall.interfaces."ve-+".allowedTCPPorts = [ 5432 ];
  networking.firewall.trustedInterfaces = [ "ve-nextcloudEqc" ];
  networking.interfaces.enx001122334455667788.useDHCP = true;
  networking.nat.externalInterface = null;
}
""",
        ),
        Good(
            "names that are not known, and other things",
            """\
{ config, ... }:
{
  networking.bridges."br-${config.my.name}-containers".interfaces = [ ];
  networking.nat.internalInterfaces = [ "ve-${config.my.name}-of-a-container" config.my.other ];
  services.nginx.virtualHosts.networking-of-firewall.interfaces-of-it.x = 1;
}
""",
        ),
    )


def _names_of(path: OptionPath) -> tuple[str | None, ...]:
    """The names of an option, without the `config` that a module may begin them with."""
    return path.names[1:] if path.names[:1] == ("config",) else path.names


def _is_in_result_of_function(subject: WrittenDefinition, repository: Repository) -> bool:
    """Whether a name stands in a set that a function makes for each of some names: ``mapAttrs (name: each: { … }) x``."""
    source = repository.source(subject.name.path)
    above = subject.path.names[: len(subject.path) - subject.written]
    own = subject.path.names[len(above)]
    around = (
        each
        for each in (() if source is None else written_definitions(source, repository))
        if each.path.names == above and each.value_place.span.contains(subject.name.span)
    )
    return any(not isinstance(each.value, AttrsValue) or own not in each.value.entries for each in around)


def _member(names: tuple[str | None, ...]) -> tuple[str, int] | None:
    """The name of an interface among the names of a definition, and where in these it is."""
    for option in _NAMES:
        if names[: len(option)] == option and len(names) > len(option):
            found = names[len(option)]
            return None if found is None else (found, len(option))
    at = len(names) - 1 - names[::-1].index(_FURTHER_LINKS) if _FURTHER_LINKS in names else None
    if at is None or "containers" not in names[:at] or at + 1 >= len(names):
        return None
    found = names[at + 1]
    return None if found is None else (found, at + 1)


def _texts(value: Value, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(value, StringValue) and value.text is not None:
        yield value.text, value.place or place
    for element in value.elements if isinstance(value, ListValue) else ():
        yield from _texts(element.force(), element.place or place)


def _finding(name: str, place: Place, subject: WrittenDefinition) -> Finding:
    hint = (
        " (systemd-nspawn gives the link of a container with a long name another one)" if name.startswith("ve-") else ""
    )
    return Finding(
        place=place,
        message=f"{name!r} has {len(name.encode())} characters, and the name of an interface has at most {_LONGEST}: "
        f"it is refused{hint}",
        help="shorten the name",
        option=str(subject.path),
        evidence=name,
    )
