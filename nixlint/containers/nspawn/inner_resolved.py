"""Whether systemd-resolved runs in a container, for which NixOS demands that the container has its own ``resolv.conf``."""

from __future__ import annotations

from nixlint.containers.stated import is_true
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

from .container import NspawnContainer

RESOLVED = OptionPath.of("services", "resolved", "enable")
_NETWORKD = (OptionPath.of("networking", "useNetworkd"), OptionPath.of("systemd", "network", "enable"))
"""What brings it where nothing says otherwise (nixpkgs, ``nixos/modules/system/boot/networkd.nix``: ``mkDefault true``)."""


def resolved_inside(container: NspawnContainer) -> tuple[OptionPath, Place] | None:
    """The option that certainly switches it on in a container, and where that is set."""
    explicit = container.inside(*(name or "" for name in RESOLVED.names))
    options = (RESOLVED,) if explicit.presence is not Presence.ABSENT else _NETWORKD
    for option in options:
        answer = container.system.ask(option)
        if is_true(answer):
            return option, answer.definitions[0].name_place or container.place
    return None
