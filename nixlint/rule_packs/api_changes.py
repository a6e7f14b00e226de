"""What changed from one version of the rule API to the next, as ``nixlint/data/rule_api_changes.json`` has it.

Version 1 was what rules used before there was :mod:`nixlint.rule`: modules of nixlint's rooms. Version 2 is the public face.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Change(NamedTuple):
    """What became of a name of version 1: the name that it has in version 2, or nothing and a reason."""

    new: str | None
    reason: str = ""

    @property
    def what_to_do(self) -> str:
        """What a person does about it."""
        if self.new is None:
            return self.reason
        return f"nixlint rules upgrade makes it {self.new}"


@cache
def earlier_names() -> Mapping[str, Change]:
    """What became of each name that rules could import, by its dotted name in version 1."""
    document = _document()
    moved = {
        f"{module}.{name}": Change(f"{new}.{name}")
        for module, names in document["moved"].items()
        for name, new in names.items()
    }
    gone = {
        f"{module}.{name}": Change(None, reason)
        for module, names in document["gone"].items()
        for name, reason in names.items()
    }
    return moved | gone


@cache
def earlier_modules() -> frozenset[str]:
    """The modules that rules of version 1 imported from."""
    return frozenset(name.rpartition(".")[0] for name in earlier_names())


@cache
def earlier_attributes() -> Mapping[str, str]:
    """The attributes of rules that are gone, with what to do instead."""
    found: Mapping[str, str] = _document()["attributes"]["Rule"]
    return found


@cache
def changed_calls() -> Mapping[str, str]:
    """What a person looks at where an upgraded rule calls something that means more than it did, by its name today."""
    found: Mapping[str, str] = _document()["calls"]
    return found


@cache
def _document() -> Mapping[str, Any]:
    document = json.loads((files("nixlint.data") / "rule_api_changes.json").read_text("utf-8"))
    assert isinstance(document, dict)
    return document
