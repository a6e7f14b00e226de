"""An address with a prefix length where NixOS makes a route of it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import (
    Answer,
    Bad,
    Confidence,
    Edit,
    FileEdit,
    Finding,
    Fix,
    Good,
    Presence,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    StringValue,
)

_OPTION = "localAddress"
"""The kernel takes a route of IPv6 whose address has more bits, so ``localAddress6`` is no fault."""

_GATEWAYS = ("hostAddress", "hostAddress6")


class ContainerAddressWithPrefix(Rule[NspawnContainer]):
    """Without a bridge, an address with a prefix length such as `/24` prevents the container from starting.

    ## What it finds

    A container with `privateNetwork = true` and no `hostBridge`, whose `localAddress` has a prefix length that leaves
    bits of the address over, as `10.0.0.2/24` does; and one whose `hostAddress` or `hostAddress6` has any prefix length.

    ## Why it matters

    Without a bridge NixOS makes a route to the container of the address, `ip route add 10.0.0.2/24`. The kernel refuses a
    route whose address has more bits than its prefix, so the container's unit fails after each start. The host's address is
    the container's gateway, `ip route add default via 10.0.0.1`, and a gateway has no prefix length: *any valid address is
    expected*. With a bridge too the container gets that route.

    ## What to do

    Write the address alone, `localAddress = "10.0.0.2"`. With a bridge the prefix length of `localAddress` is needed.

    ## What keeps it silent

    - `hostBridge`, here or in another file that adds to the container, and anything unknown that could be it.
    - An address that is not known, or the whole of its prefix (`10.0.0.2/32`), and `localAddress6`: the kernel takes such
      a route of IPv6.
    - A container whose network is not certainly private, and an address under a condition.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `postStartScript` and
      `containerInit`
    - ip-route(8)
    """

    name = "container-address-with-prefix"
    code = "NL128"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report an address that makes no route, or no gateway."""
        for option in _GATEWAYS if subject.has_private_network else ():
            answer = subject.option(option)
            text = answer.value.text if isinstance(answer.value, StringValue) else None
            if text is not None and "/" in text:
                yield Finding(
                    place=answer.definitions[0].name_place or subject.place,
                    message=f"{subject.title} is to take {text} for its gateway ({option}), which takes no prefix length: "
                    "the container does not start",
                    help=f"write the address alone: {text.partition('/')[0]}",
                    option=f"{subject.option_path}.{option}",
                    container=subject.name,
                    fix=_fix(subject, option, answer, repository),
                )
        if not subject.has_private_network or subject.option_anywhere("hostBridge").presence is not Presence.ABSENT:
            return
        answer = subject.option(_OPTION)
        text = answer.value.text if isinstance(answer.value, StringValue) else None
        if text is not None and answer.presence is Presence.DEFINED and _has_more_bits(text):
            yield Finding(
                place=answer.definitions[0].name_place or subject.place,
                message=f"{subject.title} has the address {text} and no bridge: no route can be made of it, and the "
                "container does not start",
                help=f"write the address alone: {text.partition('/')[0]}",
                option=f"{subject.option_path}.{_OPTION}",
                container=subject.name,
                fix=_fix(subject, _OPTION, answer, repository),
            )

    examples = (
        Bad(
            "a prefix length without a bridge",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    «localAddress» = "10.0.0.2/24";
    localAddress6 = "fc00::2/64";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    localAddress6 = "fc00::2/64";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "the gateway, with a bridge too",
            """\
{
  containers.web = {
    privateNetwork = true;
    «hostAddress» = "10.0.0.1/24";
    localAddress = "10.0.0.2";
    «hostAddress6» = "fc00::1/64";
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = {
    privateNetwork = true;
    hostBridge = "br0";
    «hostAddress» = "10.0.1.1/32";
    localAddress = "10.0.1.2/24";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    hostAddress6 = "fc00::1";
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = {
    privateNetwork = true;
    hostBridge = "br0";
    hostAddress = "10.0.1.1";
    localAddress = "10.0.1.2/24";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "with a bridge",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.0.2/24";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "another file adds the bridge",
            {
                "a.nix": '{ containers.web = { privateNetwork = true; localAddress = "10.0.0.2/24"; config = { }; }; }\n',
                "b.nix": '{ containers.web.hostBridge = "br0"; }\n',
            },
        ),
        Good(
            "an address alone, and the whole of a prefix",
            """\
{
  containers.a = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.2"; config = { }; };
  containers.b = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.3/32"; config = { }; };
}
""",
        ),
        Good("the host's network", '{ containers.a = { localAddress = "10.0.0.2/24"; config = { }; }; }\n'),
    )


def _fix(container: NspawnContainer, option: str, answer: Answer, repository: Repository) -> Fix | None:
    """The address alone, where the one literal that it is stands right behind the option's name."""
    value = answer.value
    if len(answer.definitions) != 1 or not isinstance(value, StringValue) or value.text is None or value.place is None:
        return None
    source = repository.source(value.place.path)
    start, end = value.place.span
    if source is None or source.data[start:end] != f'"{value.text}"'.encode():
        return None
    before = source.data[:start].rstrip()
    if not before.endswith(b"=") or not before[:-1].rstrip().endswith(option.encode()):
        return None
    address = value.text.partition("/")[0]
    return Fix(
        Safety.UNSAFE,
        f"Take the prefix length from the {option} of {container.title}",
        (FileEdit(value.place.path, Edit(value.place.span, f'"{address}"'.encode())),),
        reach=Reach((container.option_path / option,)),
    )


def _has_more_bits(text: str) -> bool:
    """Whether an address with a prefix length is not that of the network itself."""
    try:
        address = ip_interface(text)
    except ValueError:
        return False
    return "/" in text and address.ip != address.network.network_address
