"""What an OCI container can do to its host with a capability, from ``nixlint/data/oci_capabilities.json``.

For native containers, to which systemd-nspawn gives others by itself, see :mod:`nixlint.containers.nspawn.isolation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class _Facts(NamedTuple):
    capabilities: Mapping[str, str]
    on_the_host_network: Mapping[str, str]
    among_the_host_processes: Mapping[str, str]


def oci_power_of(capability: str, *, shares_network: bool, shares_processes: bool) -> str | None:
    """What a container can do to its host with a capability such as ``SYS_ADMIN``; ``None`` where it is harmless."""
    facts = _facts()
    found = facts.capabilities.get(capability)
    if found is None and shares_network:
        found = facts.on_the_host_network.get(capability)
    if found is None and shares_processes:
        found = facts.among_the_host_processes.get(capability)
    return found


@cache
def _facts() -> _Facts:
    import json

    facts = json.loads((files("nixlint") / "data" / "oci_capabilities.json").read_text("utf-8"))
    return _Facts(facts["capabilities"], facts["on_the_host_network"], facts["among_the_host_processes"])
