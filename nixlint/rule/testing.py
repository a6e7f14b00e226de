"""For the tests of rules and rule packs: whether a rule's examples are true and its page is complete.

``nixlint rules new`` writes a test that uses it. It is public, as :mod:`nixlint.rule` is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from nixlint.linting import testing
from nixlint.linting.packs.folder import read_pack
from nixlint.linting.packs.importing import modules_of
from nixlint.linting.registry import AnyRule, Registry, builtin_rules, with_modules
from nixlint.linting.rule import Bad, Good, Rule

__all__ = ["check_example", "check_page", "example_title", "rule_in_folder"]


def check_example(rule: Rule[Any], example: Bad | Good, folder: Path) -> None:
    """Lint an example in an empty folder of its own, such as pytest's ``tmp_path``.

    Raises :class:`AssertionError` where a bad example is not found at the very place that it marks, where a good one is
    found wanting, and where a fix makes anything but what the example shows.
    """
    own = cast(AnyRule, rule)
    registry = Registry({**{each.name: each for each in builtin_rules().rules}, rule.name: own})
    testing.check_example(own, example, registry, folder)


def check_page(rule: Rule[Any]) -> None:
    """Look at a rule's page and names. Raises :class:`AssertionError` where something is missing."""
    testing.check_page(cast(AnyRule, rule))


def example_title(example: object) -> str:
    """The title of an example, for the name of its test."""
    return example.title if isinstance(example, Bad | Good) else ""


def rule_in_folder(folder: Path, name: str) -> Rule[Any]:
    """The rule of a name in a folder of rules, loaded as nixlint loads it.

    Raises :class:`LookupError` where there is none.
    """
    pack = read_pack(folder, folder.parent)
    registry = with_modules(Registry({}), f"in {folder}", lambda: modules_of(pack))
    rule = registry.rules.get(name)
    if rule is None:
        there_are = f"there are: {', '.join(registry.names) or 'none'}"
        reasons = "; ".join(failure.message for failure in registry.failures) or there_are
        raise LookupError(f"there is no rule {name} in {folder} ({reasons})")
    return rule
