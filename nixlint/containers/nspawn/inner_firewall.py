"""What the firewall of a native container with a network of its own lets in."""

from __future__ import annotations

from nixlint.containers.stated import is_complete, is_false, is_true
from nixlint.semantics.language.values import AttrsValue, IntValue, ListValue
from nixlint.semantics.modules.module_system import Answer, Presence, attributes_of

from .container import NspawnContainer

_OTHER_WAYS = (
    # What may let in a port without listing it.
    ("networking", "firewall", "interfaces"),
    ("networking", "firewall", "trustedInterfaces"),
    ("networking", "firewall", "extraCommands"),
    ("networking", "firewall", "extraInputRules"),
    ("networking", "firewall", "package"),
    ("networking", "nftables", "ruleset"),
    ("networking", "nftables", "rulesetFile"),
    ("networking", "nftables", "tables"),
)
_SSH = ("services", "openssh", "enable")
"""SSH opens its port unless it is told not to (``services.openssh.openFirewall`` is true by default)."""
_SSH_PORT = 22


def lets_in(container: NspawnContainer, port: int, protocol: str) -> Presence:
    """Whether the container's firewall certainly, perhaps or certainly not lets in a port."""
    firewall = container.inside("networking", "firewall", "enable")
    if is_false(firewall):
        return Presence.DEFINED
    if firewall.presence is not Presence.ABSENT and not is_true(firewall):
        return Presence.MAYBE
    listed = [_lists(container, option, port) for option in _options(protocol)]
    if Presence.DEFINED in listed:
        return Presence.DEFINED
    if port == _SSH_PORT and container.inside(*_SSH).presence is not Presence.ABSENT:
        return Presence.MAYBE
    if Presence.MAYBE in listed or _may_be_open_otherwise(container):
        return Presence.MAYBE
    return Presence.ABSENT


def _options(protocol: str) -> tuple[str, str]:
    return f"allowed{protocol.upper()}Ports", f"allowed{protocol.upper()}PortRanges"


def _lists(container: NspawnContainer, option: str, port: int) -> Presence:
    answer = container.inside("networking", "firewall", option)
    if any(_is_among(port, definition.value) for definition in answer.definitions):
        return Presence.DEFINED
    return Presence.ABSENT if is_complete(answer) and _is_plain(answer) else Presence.MAYBE


def _is_among(port: int, value: object) -> bool:
    elements = value.elements if isinstance(value, ListValue) else ()
    return any(port in _range(element.force()) for element in elements)


def _is_plain(answer: Answer) -> bool:
    """Whether every port of an answer is known."""
    return all(
        bool(_range(element.force()))
        for definition in answer.definitions
        if isinstance(definition.value, ListValue)
        for element in definition.value.elements
    )


def _range(value: object) -> range:
    match value:
        case IntValue(value=port):
            return range(port, port + 1)
        case AttrsValue(entries=entries) if "from" in entries and "to" in entries:
            first, last = entries["from"].value.force(), entries["to"].value.force()
            if isinstance(first, IntValue) and isinstance(last, IntValue):
                return range(first.value, last.value + 1)
    return range(0)


def _may_be_open_otherwise(container: NspawnContainer) -> bool:
    """Whether something but the lists may open ports: other rules, or a service with ``openFirewall``."""
    if any(container.inside(*names).presence is not Presence.ABSENT for names in _OTHER_WAYS):
        return True
    services = container.inside("services")
    names = {name for definition in services.definitions for name, _ in attributes_of(definition)}
    return None in names or any(
        container.inside("services", name, "openFirewall").presence is not Presence.ABSENT
        for name in names
        if name is not None
    )
