"""Severities are what the table in nixlint/data/severities.toml makes of each rule's precondition and reach."""

from __future__ import annotations

import runpy
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nixlint.linting.finding import Severity
from nixlint.linting.registry import AnyRule, load_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.linting.testing import example_ids, files_of, marked_spans

ROOT = Path(__file__).parents[2]
DATA = "nixlint/data/severities.toml"
KNOWN: dict[str, Any] = tomllib.loads((ROOT / DATA).read_text("utf-8"))
REGISTRY = load_registry()
RULES = tuple(REGISTRY.rules.values())


def entry(rule: AnyRule) -> dict[str, Any]:
    """What the data file says of a rule."""
    assert rule.name in KNOWN["rules"], (
        f"{DATA} has no entry for {rule.name}: add a table [rules.{rule.name}] with precondition, reach and because, "
        "then run `make docs`"
    )
    found: dict[str, Any] = KNOWN["rules"][rule.name]
    return found


def severity_of(cell: dict[str, str]) -> Severity:
    """What the table makes of a precondition and a reach."""
    return Severity(KNOWN["table"][cell["precondition"]][cell["reach"]])


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_severity_of_each_rule_is_what_the_table_gives(rule: AnyRule) -> None:
    derived = severity_of(entry(rule))
    assert rule.severity is derived, (
        f"{rule.name} has severity {rule.severity.value}, and {DATA} gives {derived.value}: change the rule's severity, "
        "or its entry where that is wrong"
    )


@pytest.mark.parametrize(
    ("rule", "number"),
    [(rule, number) for rule in RULES for number in range(len(rule.examples))],
    ids=[title for rule in RULES for title in example_ids(rule)],
)
def test_each_finding_of_the_examples_has_a_severity_that_its_entry_allows(
    rule: AnyRule, number: int, tmp_path: Path
) -> None:
    example = rule.examples[number]
    for name, text in files_of(example.files).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(marked_spans(text.encode())[0])
    (tmp_path / "nixlint.toml").write_text(example.config, "utf-8")
    report = run(Request((tmp_path,), tmp_path, select=frozenset({rule.name})), REGISTRY)
    allowed = {severity_of(cell) for cell in (entry(rule), *entry(rule).get("also", ()))}
    found = {finding.severity for finding in report.findings if finding.rule == rule.name}
    assert found <= allowed, f"add a [[rules.{rule.name}.also]] to {DATA}, or change the finding's severity"


def test_no_entry_is_of_a_rule_that_does_not_exist() -> None:
    assert set(KNOWN["rules"]) <= set(REGISTRY.rules), f"remove from {DATA} what is no rule"


def test_other_cases_of_a_rule_have_another_severity() -> None:
    for name, found in KNOWN["rules"].items():
        for case in found.get("also", ()):
            assert severity_of(case) is not severity_of(found), (name, case["when"])


def test_every_cell_of_the_table_is_filled() -> None:
    rows = {term["key"] for term in KNOWN["preconditions"]}
    columns = {term["key"] for term in KNOWN["reaches"]}
    assert set(KNOWN["table"]) == rows
    assert all(set(cells) == columns for cells in KNOWN["table"].values())


def test_what_needs_more_to_happen_is_never_more_severe() -> None:
    ranks = [
        [Severity(KNOWN["table"][row["key"]][column["key"]]).rank for row in KNOWN["preconditions"]]
        for column in KNOWN["reaches"]
    ]
    assert all(first >= second for column in ranks for first, second in pairwise(column))


def test_committed_page_is_the_one_that_make_docs_writes() -> None:
    generated = runpy.run_path(str(ROOT / "docs" / "generate.py"))["severity_page"](REGISTRY)
    assert (ROOT / "docs" / "severity.md").read_text("utf-8") == generated, "run `make docs`"
