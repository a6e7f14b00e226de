"""What changed from one version of the rule API to the next, as ``nixlint/data/rule_api_changes.json`` has it.

Version 1 was what rules used before there was :mod:`nixlint.rule`: modules of nixlint's rooms. Version 2 is the public face.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


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


class OldClass(NamedTuple):
    """What became of the attributes of a class of the model: new names, and reasons why some are gone."""

    renamed: Mapping[str, str]
    gone: Mapping[str, str]


@cache
def earlier_names() -> Mapping[str, Change]:
    """What became of each name that rules could import, by its dotted name in version 1."""
    document = _document()
    moved = {old: Change(new) for old, new in document["names"].items()}
    return moved | {old: Change(None, reason) for old, reason in document["gone"].items()}


@cache
def _document() -> Mapping[str, Mapping[str, str]]:
    document = json.loads((files("nixlint.data") / "rule_api_changes.json").read_text("utf-8"))
    assert isinstance(document, dict)
    return document
