"""Every rule has an entry in nixlint/data/catalogue.toml, if only one that says that no other catalogue knows its risk."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nixlint.linting.registry import AnyRule, load_registry
from nixlint.reporting.known_elsewhere import known_elsewhere, rules_with_an_entry
from nixlint.reporting.rule_page import page

ROOT = Path(__file__).parents[2]
DATA = "nixlint/data/catalogue.toml"
KNOWN: dict[str, Any] = tomllib.loads((ROOT / DATA).read_text("utf-8"))
REGISTRY = load_registry()
RULES = tuple(REGISTRY.rules.values())


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_each_rule_has_an_entry(rule: AnyRule) -> None:
    assert known_elsewhere(rule.name) is not None, (
        f"{DATA} has no entry for {rule.name}: add a table [rules.{rule.name}] with what other catalogues call the risk, "
        "or an empty one where none knows it, then run `make docs`"
    )


def test_no_entry_is_of_a_rule_that_does_not_exist() -> None:
    assert rules_with_an_entry() <= set(REGISTRY.rules), f"remove from {DATA} what is no rule"


def test_entries_name_only_catalogues_and_risks_that_the_file_has_with_their_sources() -> None:
    named = {
        (key, identifier)
        for rule in KNOWN["rules"].values()
        for key, identifiers in rule.items()
        for identifier in identifiers
    }
    known = {
        (key, identifier)
        for key, catalogue in KNOWN["catalogues"].items()
        for identifier, risk in catalogue["risks"].items()
        if risk["source"] and catalogue["source"]
    }
    assert named == known, "each identifier has a source, and each is a rule's"


def test_committed_page_is_the_one_that_make_docs_writes() -> None:
    generated = runpy.run_path(str(ROOT / "docs" / "generate.py"))["catalogue_page"](REGISTRY)
    assert (ROOT / "docs" / "catalogue.md").read_text("utf-8") == generated, "run `make docs`"


def test_page_of_a_rule_says_what_others_call_it() -> None:
    text = page(REGISTRY.rules["oci-privileged"])
    assert "## Known elsewhere as\n\n- Checkov: CKV_K8S_16\n- KICS: Privileged Containers Enabled\n" in text


def test_page_of_a_rule_that_nobody_else_knows_says_nothing_of_others() -> None:
    assert known_elsewhere("container-address-twice") == ()
    assert "Known elsewhere" not in page(REGISTRY.rules["container-address-twice"])
