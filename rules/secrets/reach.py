"""Whether a definition is one of an option, so that Nix has its value."""

from __future__ import annotations

from nixlint.rule import Binder, WrittenDefinition
from nixlint.secrets.positions import Position, position_of


def reaches_store(definition: WrittenDefinition) -> bool:
    """Whether the value of a definition may get into the store: one of an option, where a configuration has it."""
    return definition.binder is Binder.ATTRIBUTE and position_of(definition.path) is not Position.ELSEWHERE
