"""An interface pattern that the host's packet filter reads as a plain name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.host.system import HostSystem
from nixlint.containers.stated import implied, texts
from nixlint.rule import (
    Answer,
    Bad,
    BoolValue,
    Confidence,
    Edit,
    FileEdit,
    Finding,
    Fix,
    Good,
    Place,
    Presence,
    Repository,
    Rule,
    Safety,
    Severity,
    Value,
    attributes_of,
)

_LISTS = (
    ("networking", "nat", "internalInterfaces"),
    ("networking", "firewall", "trustedInterfaces"),
)
_INTERFACES = ("networking", "firewall", "interfaces")
_NFTABLES = ("networking", "nftables", "enable")
_FIREWALL = ("networking", "firewall", "enable")


class _Pattern(NamedTuple):
    """The name of an interface, and whether it is written where the option is defined."""

    name: str
    place: Place
    conditions: tuple[Value, ...]
    is_here: bool


class NatInterfaceWildcard(Rule[HostSystem]):
    """`ve-+` is a pattern of iptables and `ve-*` one of nftables; each takes the other's for a literal name.

    ## What it finds

    An interface with a trailing `+` in `networking.nat.internalInterfaces`, `networking.firewall.trustedInterfaces` or
    `networking.firewall.interfaces` on a host with `networking.nftables.enable`, and one with a trailing `*` on a host
    without.

    ## Why it matters

    The firewall rule exists but matches nothing, because no interface has that name. The containers have no route out,
    or the ports that were opened for them stay closed, and no tool says why.

    ## What to do

    Write the other wildcard, as `nixlint fix` does. The fix is safe where the same file chooses the packet filter, or is
    the host's own: as it stands, the entry has no effect. Elsewhere hosts with the other filter may use the file too.

    ## What keeps it silent

    - Lists with both spellings, and names that are made by an expression.
    - Options of a firewall that is, or may be, switched off (`networking.firewall.enable`).
    - Two files of a host in a repository without native containers: which belong together is looked for only there.
    - A host of which it is not known whether it has nftables, and other conditions on the one than on the other.

    ## References

    - [nixpkgs issue 72580](https://github.com/NixOS/nixpkgs/issues/72580)
    - nixpkgs, `nixos/modules/services/networking/nat-iptables.nix` and `nat-nftables.nix`
    """

    name = "nat-interface-wildcard"
    code = "NL401"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report each pattern that the packet filter does not know."""
        if not subject.is_whole and not _mentions_nftables(subject, repository):
            return
        for option, patterns in _patterns(subject):
            names = {pattern.name for pattern in patterns}
            for pattern in patterns:
                nftables = _nftables(subject, pattern)
                wrong, right = ("+", "*") if nftables else ("*", "+")
                other = pattern.name[:-1] + right
                if nftables is not None and pattern.name.endswith(wrong) and other not in names:
                    yield self._finding(option, pattern, other, nftables, subject)

    def _finding(
        self, option: tuple[str, ...], pattern: _Pattern, other: str, nftables: bool, host: HostSystem
    ) -> Finding:
        reader = "nftables" if nftables else "iptables"
        filters = "this host" if host.name is None else f"host {host.name}"
        return Finding(
            place=pattern.place,
            message=f'"{pattern.name}" in {".".join(option)} matches no interface: {filters} filters with {reader}, '
            f'where the pattern is "{other}"',
            help=f'write "{other}"',
            option=".".join(option),
            evidence=pattern.name,
            fix=_fix(pattern, other, host),
        )

    examples = (
        Bad(
            "the pattern of iptables, on a host with nftables",
            """\
{
  networking.nftables.enable = true;
  networking.nat = {
    enable = true;
    internalInterfaces = [ «"ve-+"» ];
    externalInterface = "eno1";
  };
}
""",
            fixed="""\
{
  networking.nftables.enable = true;
  networking.nat = {
    enable = true;
    internalInterfaces = [ "ve-*" ];
    externalInterface = "eno1";
  };
}
""",
        ),
        Bad(
            "nftables is switched on in another file of the host",
            {
                "configuration.nix": "{ imports = [ ./filter.nix ./ports.nix ]; containers.db.config = { ... }: { }; }\n",
                "filter.nix": "{ networking.nftables.enable = true; }\n",
                "ports.nix": '{ networking.firewall.interfaces.«"ve-+"».allowedTCPPorts = [ 5432 ]; }\n',
            },
            fixed={
                "ports.nix": '{ networking.firewall.interfaces."ve-*".allowedTCPPorts = [ 5432 ]; }\n',
            },
        ),
        Bad(
            "the pattern of nftables, on a host without",
            """\
{
  networking.nftables.enable = false;
  networking.firewall.trustedInterfaces = [ "lo" «"ve-*"» ];
}
""",
            fixed="""\
{
  networking.nftables.enable = false;
  networking.firewall.trustedInterfaces = [ "lo" "ve-+" ];
}
""",
        ),
        Bad(
            "a name that others may use too has no fix",
            """\
let
  interface = «"ve-+"»;
in
{
  networking.nftables.enable = true;
  networking.nat.internalInterfaces = [ interface ];
}
""",
        ),
        Good(
            "each with its own pattern",
            {
                "a.nix": '{ networking.nftables.enable = true; networking.nat.internalInterfaces = [ "ve-*" ]; }\n',
                "b.nix": '{ networking.nftables.enable = false; networking.nat.internalInterfaces = [ "ve-+" ]; }\n',
            },
        ),
        Good(
            "a firewall that is switched off, for a ruleset of its own",
            """\
{
  networking.nftables = { enable = true; ruleset = "table inet filter { }"; };
  networking.firewall = { enable = false; trustedInterfaces = [ "podman+" ]; interfaces."ve-+" = { }; };
}
""",
        ),
        Good(
            "both patterns",
            '{ networking.nftables.enable = true; networking.nat.internalInterfaces = [ "ve-*" "ve-+" ]; }\n',
        ),
        Good(
            "nobody knows which host the module is for",
            {"nat.nix": '{ networking.nat.internalInterfaces = [ "ve-+" "vb-*" ]; }\n'},
        ),
        Good(
            "the pattern goes by the filter",
            """\
{ config, lib, ... }:
{
  networking.nftables.enable = lib.mkIf config.my.nftables true;
  networking.nat.internalInterfaces = [ (if config.networking.nftables.enable then "ve-*" else "ve-+") ];
}
""",
        ),
        Good(
            "in the container",
            """\
{
  networking.nftables.enable = true;
  containers.router.config = { ... }: { networking.nat.internalInterfaces = [ "wg+" ]; };
}
""",
        ),
    )


def _mentions_nftables(host: HostSystem, repository: Repository) -> bool:
    """Whether a module alone may say which filter its host has: most don't, and it is a lot to work out."""
    source = repository.source(host.place.path)
    return source is not None and b"nftables" in source.data


def _patterns(host: HostSystem) -> Iterator[tuple[tuple[str, ...], tuple[_Pattern, ...]]]:
    """The interfaces that each option names, with the place where the name is written."""
    is_filtering = _may_be_on(host.ask(*_FIREWALL))
    for option in _LISTS if is_filtering else _LISTS[:1]:
        yield option, tuple(_listed(host.stated(*option)))
    if not is_filtering:
        return
    named = tuple(
        _Pattern(name, below.name_place, below.conditions, is_here=True)
        for definition in host.ask(*_INTERFACES).definitions
        for name, below in attributes_of(definition)
        if name is not None and below.name_place is not None
    )
    yield _INTERFACES, named


def _may_be_on(firewall: Answer) -> bool:
    """Whether nothing says, or may say, that a host has no firewall of NixOS, whose options do nothing then."""
    return all(isinstance(each.value, BoolValue) and each.value.value for each in firewall.definitions)


def _listed(answer: Answer) -> Iterator[_Pattern]:
    for definition in answer.definitions:
        around = definition.value.place
        for text in texts(Answer((definition,), ())):
            yield _Pattern(text.what, text.place, text.conditions, around is not None and _holds(around, text.place))


def _holds(around: Place, place: Place) -> bool:
    is_within = around.span.start <= place.span.start and place.span.end <= around.span.end
    return around.path == place.path and is_within


def _nftables(host: HostSystem, pattern: _Pattern) -> bool | None:
    """Whether the host certainly has nftables, or certainly has not, wherever it has the pattern."""
    stated = host.stated(*_NFTABLES).definitions
    values = {each.value.value if isinstance(each.value, BoolValue) else None for each in stated}
    if not stated:
        return False if host.is_whole and host.ask(*_NFTABLES).presence is Presence.ABSENT else None
    holds = any(implied(each.conditions, pattern.conditions) for each in stated)
    return next(iter(values)) if len(values) == 1 and holds else None


def _fix(pattern: _Pattern, other: str, host: HostSystem) -> Fix | None:
    """The other pattern in its place; none where it comes from elsewhere, where others may use it too.

    Where the filter is not chosen in the same file, hosts with another one may have that file as well.
    """
    source = host.repository.source(pattern.place.path) if pattern.is_here else None
    span = pattern.place.span
    if source is None or source.data[span.start : span.end] != f'"{pattern.name}"'.encode():
        return None
    chosen = {each.name_place.path for each in host.ask(*_NFTABLES).definitions if each.name_place is not None}
    safety = Safety.SAFE if pattern.place.path in (host.place.path, *chosen) else Safety.UNSAFE
    edit = FileEdit(pattern.place.path, Edit(span, f'"{other}"'.encode()))
    return Fix(safety, f'Write "{other}" for "{pattern.name}"', (edit,))
