"""Whether a host's firewall certainly stops what comes in by an interface for a port of the host itself.

Meaning: nixpkgs, ``nixos/modules/services/networking/firewall.nix``: what no option lets in is refused, unless the interface
is trusted. A rule that somebody writes for iptables or nftables may let anything in, and so may what is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.stated import elements, is_complete, is_true
from nixlint.semantics.language.values import AttrsValue, IntValue, ListValue, StringValue
from nixlint.semantics.modules.module_system import Answer, Definition, Presence, ask_within
from nixlint.semantics.modules.option_path import OptionPath

from .system import HostSystem

_FIREWALL = ("networking", "firewall")
_RULES_OF_ONES_OWN = (
    ("networking", "firewall", "extraCommands"),
    ("networking", "firewall", "extraInputRules"),
    ("networking", "nftables", "ruleset"),
    ("networking", "nftables", "rulesetFile"),
    ("networking", "nftables", "tables"),
    ("networking", "nftables", "checkRuleset"),
)
_DEFAULT_PORTS = {
    "tcp": ("allowedTCPPorts", "allowedTCPPortRanges"),
    "udp": ("allowedUDPPorts", "allowedUDPPortRanges"),
}


def is_closed(host: HostSystem, interface: str, protocol: str, port: int) -> bool:
    """Whether a port is certainly closed to what comes in by an interface."""
    if not host.is_whole or _may_be_off(host.ask(*_FIREWALL, "enable")):
        return False
    if any(host.ask(*option).presence is not Presence.ABSENT for option in _RULES_OF_ONES_OWN):
        return False
    if _may_trust(host.ask(*_FIREWALL, "trustedInterfaces"), interface):
        return False
    answers = [host.ask(*_FIREWALL, name) for name in _DEFAULT_PORTS[protocol]]
    for name, definition in host.system.children(OptionPath.of(*_FIREWALL, "interfaces")):
        if name is None or is_pattern_for(name, interface):
            answers += [ask_within((definition,), OptionPath.of(option)) for option in _DEFAULT_PORTS[protocol]]
    return is_complete(host.ask(*_FIREWALL, "interfaces")) and not any(_may_hold(answer, port) for answer in answers)


def is_pattern_for(pattern: str, interface: str) -> bool:
    """Whether a name in a firewall's options is that of an interface, or a pattern of iptables or nftables for it."""
    return interface.startswith(pattern[:-1]) if pattern.endswith(("+", "*")) else pattern == interface


def _may_be_off(enabled: Answer) -> bool:
    return enabled.presence is not Presence.ABSENT and not is_true(enabled)


def _may_trust(trusted: Answer, interface: str) -> bool:
    if not is_complete(trusted):
        return True
    found = [element.what for element in elements(trusted)]
    return any(
        not isinstance(each, StringValue) or each.text is None or is_pattern_for(each.text, interface) for each in found
    )


def _may_hold(answer: Answer, port: int) -> bool:
    return bool(answer.obstacles) or any(_opens(definition, port) for definition in answer.definitions)


def _opens(definition: Definition, port: int) -> bool:
    if not isinstance(definition.value, ListValue) or definition.value.unknowns:
        return True
    return any(opened is None or port in opened for opened in _ranges(definition.value))


def _ranges(ports: ListValue) -> Iterator[range | None]:
    for element in ports.elements:
        match element.force():
            case IntValue(value=port):
                yield range(port, port + 1)
            case AttrsValue(entries=entries):
                first, last = (entries[name].value.force() if name in entries else None for name in ("from", "to"))
                if isinstance(first, IntValue) and isinstance(last, IntValue):
                    yield range(first.value, last.value + 1)
                else:
                    yield None
            case _:
                yield None
