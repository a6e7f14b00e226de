"""What undoes the isolation of a native container, from ``nixlint/data/nspawn_capabilities.json``."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class _Facts(NamedTuple):
    capabilities: Mapping[str, str]
    on_the_host_network: Mapping[str, str]
    devices: tuple[tuple[str, str], ...]


def power_of(capability: str, *, shares_network: bool) -> str | None:
    """What a container can do to its host with a capability; ``None`` where it is harmless, or given anyway."""
    facts = _facts()
    found = facts.capabilities.get(capability)
    return facts.on_the_host_network.get(capability) if found is None and shares_network else found


def device_of_host(node: str) -> str | None:
    """What of the host a device node is, where it should be in no container's hands."""
    return next((why for pattern, why in _facts().devices if fnmatchcase(node, pattern)), None)


@cache
def _facts() -> _Facts:
    import json

    facts = json.loads((files("nixlint") / "data" / "nspawn_capabilities.json").read_text("utf-8"))
    devices = tuple((row["pattern"], row["why"]) for row in facts["devices"])
    return _Facts(facts["capabilities"], facts["on_the_host_network"], devices)
