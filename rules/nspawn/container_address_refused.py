"""An address that the kernel does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity, StringValue

_OPTIONS = ("hostAddress", "localAddress", "hostAddress6", "localAddress6")
_OLD_FORM = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}")
_IPV4_BITS, _IPV6_BITS, _BYTE = 32, 128, 255


class ContainerAddressRefused(Rule[NspawnContainer]):
    """A container does not start if one of its addresses is not an IP address.

    ## What it finds

    `hostAddress`, `localAddress`, `hostAddress6` or `localAddress6` of a container with `privateNetwork = true` that is
    not an IP address: a number above 255, a fifth number, a letter, a prefix length above 32, or an IPv4 address in an
    option for IPv6.

    ## Why it matters

    NixOS takes any string and gives it to `ip` when the container starts, which answers *any valid prefix is expected*. The
    unit fails, at each boot.

    ## What to do

    Write an address: `"10.0.0.2"`, `"fd00::2"`. A DNS name does not work.

    ## What keeps it silent

    - An address that is not known, or is under a condition.
    - A container whose network is not certainly private: there the address is not used.
    - What `ip` takes as well: IPv6 in `localAddress`, and fewer numbers (`10.1`).

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `postStartScript`
    - ip-address(8), ip-route(8)
    """

    name = "container-address-refused"
    code = "NL130"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each address that is none."""
        for option in _OPTIONS if subject.has_private_network else ():
            answer = subject.option(option)
            text = answer.value.text if isinstance(answer.value, StringValue) else None
            fault = None if text is None else _fault(text, option.endswith("6"))
            if fault is not None:
                yield Finding(
                    place=answer.definitions[0].name_place or subject.place,
                    message=f"{subject.title} has an invalid {option}, {text} ({fault}): it does not start",
                    help=f"write an {'IPv6' if option.endswith('6') else 'IP'} address",
                    option=f"{subject.option_path}.{option}",
                    container=subject.name,
                    evidence=option,
                )

    examples = (
        Bad(
            "a number that is too large, a letter, the wrong family",
            """\
{
  containers.web = {
    privateNetwork = true;
    «hostAddress» = "10.0.0.256";
    «localAddress» = "10.0.0.0.2";
    «hostAddress6» = "10.0.0.1";
    «localAddress6» = "fd00::g";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "a name, and a prefix that is too long",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    «localAddress» = "10.0.0.2/33";
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = {
    privateNetwork = true;
    «hostAddress» = "localhost";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "addresses",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "010.0.0.2";
    hostAddress6 = "fd00::1";
    localAddress6 = "fd00::2";
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = {
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "10.0.0.2/24";
    hostAddress = null;
    config = { system.stateVersion = "26.05"; };
  };
  containers.six = {
    privateNetwork = true;
    localAddress = "fd00::3";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "not known, or of the host's network",
            """\
{ config, lib, ... }:
{
  containers.web = {
    privateNetwork = true;
    hostAddress = config.my.address;
    localAddress = "10.0.0.${toString config.my.number}";
    config = { system.stateVersion = "26.05"; };
  };
  containers.db = { localAddress = "db"; config = { system.stateVersion = "26.05"; }; };
}
""",
        ),
        Good(
            "one of two, by a condition",
            """\
{ config, lib, ... }:
{
  containers.web = {
    privateNetwork = true;
    localAddress = lib.mkIf config.my.slip "10.0.0.256";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _fault(text: str, must_be_ipv6: bool) -> str | None:
    """What is wrong with an address, with a prefix length perhaps, as ``ip`` reads it."""
    address, slash, prefix = text.partition("/")
    is_ipv6 = ":" in address
    if slash and not (
        prefix.isascii() and prefix.isdecimal() and int(prefix) <= (_IPV6_BITS if is_ipv6 else _IPV4_BITS)
    ):
        return f"{prefix!r} is not a prefix length"
    if is_ipv6:
        return _ipv6_fault(address)
    if must_be_ipv6:
        return "it is not an IPv6 address"
    if _OLD_FORM.fullmatch(address) is None:
        return "it is not made of four numbers"
    return next((f"{number} is above 255" for number in address.split(".") if int(number) > _BYTE), None)


def _ipv6_fault(address: str) -> str | None:
    try:
        IPv6Address(address)
    except AddressValueError:
        return "it is not an IPv6 address"
    return None
