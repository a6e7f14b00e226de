"""Whether a definition is one of an option, so that Nix has its value."""

from __future__ import annotations

from nixlint.rule import Binder, OptionPath, WrittenDefinition
from nixlint.secrets.options import is_table_of_secrets
from nixlint.secrets.positions import Position, position_of


def reaches_store(definition: WrittenDefinition) -> bool:
    """Whether the value of a definition may get into the store: one of an option, where a configuration has it."""
    return definition.binder is Binder.ATTRIBUTE and position_of(definition.path) is not Position.ELSEWHERE


def may_reach_store(path: OptionPath) -> bool:
    """Whether a definition at a path may be one of an option, or a set of secrets with entries that may."""
    return position_of(path) is not Position.ELSEWHERE or is_table_of_secrets(path)
