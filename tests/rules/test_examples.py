"""Every rule's examples are its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.registry import AnyRule, load_registry
from nixlint.linting.rule import Bad, Good
from nixlint.linting.testing import check_example, check_page, example_ids

REGISTRY = load_registry()
RULES = tuple(REGISTRY.rules.values())


@pytest.mark.parametrize(
    ("rule", "example"),
    [(rule, example) for rule in RULES for example in rule.examples],
    ids=[title for rule in RULES for title in example_ids(rule)],
)
def test_example_is_found_where_it_is_marked_and_fixed_as_it_shows(
    rule: AnyRule, example: Bad | Good, tmp_path: Path
) -> None:
    check_example(rule, example, REGISTRY, tmp_path)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_page_is_complete_and_named_as_its_file(rule: AnyRule) -> None:
    check_page(rule)


def test_every_installed_pack_loads_and_no_two_rules_share_a_name_or_a_code() -> None:
    assert REGISTRY.failures == ()
