"""Whether the root of a native container is the root of its host, and its capabilities those of the host.

With ``privateUsers``, or ``-U`` among its flags, systemd-nspawn starts a container in a user namespace: a capability is good
for what belongs to that namespace, so that it neither loads a module nor changes the host's network, and its root is a user
of the host who has no rights there. ``identity`` keeps the users and confines the capabilities all the same
(systemd-nspawn(1), ``--private-users=``; user_namespaces(7)).
"""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.semantics.language.values import IntValue, NullValue, StringValue
from nixlint.semantics.modules.module_system import Presence

from .container import NspawnContainer

_NONE = frozenset(("no", "false", "off", "0"))
_SAME_USERS = "identity"
_PICKED = "pick"


def may_have_confined_capabilities(container: NspawnContainer) -> bool:
    """Whether a container has a user namespace, or may have one."""
    return any(setting not in _NONE for setting in _settings(container))


def may_have_users_of_its_own(container: NspawnContainer) -> bool:
    """Whether a container's root is another user of the host, or may be one."""
    return any(setting not in _NONE and setting != _SAME_USERS for setting in _settings(container))


def has_users_of_its_own(container: NspawnContainer) -> bool:
    """Whether a container's root certainly is another user of the host."""
    chosen = container.option("privateUsers")
    match chosen.value:
        case StringValue(text=text):
            return text == _PICKED
        case IntValue(value=first):
            return first > 0
    return chosen.presence is Presence.ABSENT and any(
        flag.name == "-U" and not flag.conditions for flag in container.flags
    )


def _settings(container: NspawnContainer) -> Iterator[str | None]:
    """What the options and the flags of a container say, ``None`` where that is not known."""
    for definition in container.option_anywhere("privateUsers").definitions:
        match definition.value:
            case NullValue():
                continue
            case StringValue(text=text):
                yield text
            case _:
                yield None
    for flag in container.flags:
        if flag.name == "-U":
            yield _PICKED
        elif flag.name == "--private-users":
            yield _SAME_USERS if flag.value.startswith("0:") else flag.value or _PICKED
