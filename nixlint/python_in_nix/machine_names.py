"""The host names of the machines of a test: until NixOS 25.11, the script had each machine by its host name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nixlint.semantics.language.values import StringValue
from nixlint.semantics.modules.module_system import Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.properties import PLAIN_PRIORITY

from .test_script import TestScript, pythonized

_HOST_NAME = OptionPath(("networking", "hostName"))


class HostNames(NamedTuple):
    """Which node has which host name, as the script would have it; ``are_known`` unless one may have another.

    ``hosts`` are those of nodes that certainly have no other, by the names of the nodes.
    """

    attributes: Mapping[str, str]
    are_known: bool
    hosts: Mapping[str, str]


def host_names(script: TestScript) -> HostNames:
    """The host names of all machines of a test that are not those of their attributes."""
    names: dict[str, str] = {}
    certain: dict[str, str] = {}
    are_known = True
    for machine in script.machines:
        answer = script.system_of(machine).ask(_HOST_NAME)
        if answer.presence is Presence.ABSENT:
            continue
        texts = [each.value.text for each in answer.definitions if isinstance(each.value, StringValue)]
        for text in texts:
            if text is not None and pythonized(text) != machine.name:
                names[pythonized(text)] = machine.name
        if answer.presence is Presence.DEFINED and len(texts) == 1 and texts[0] and not answer.obstacles:
            is_plain = answer.definitions[0].priority <= PLAIN_PRIORITY and not answer.definitions[0].conditions
            if is_plain and pythonized(texts[0]) != machine.name:
                certain[machine.name] = pythonized(texts[0])
        are_known = are_known and not answer.obstacles and None not in texts and len(texts) == len(answer.definitions)
    return HostNames(names, are_known, certain)
