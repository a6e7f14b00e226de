"""Every threat has something that stops it and a test that shows it, and that test exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROWS = [
    line
    for line in (_ROOT / "docs" / "threats.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| threat |", "| --- |"))
]


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row[2:60])
def test_the_test_that_a_threat_names_exists(row: str) -> None:
    threat, stopped_by, shown_by = (cell.strip() for cell in row.strip("|").rsplit("|", 2))
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", shown_by)
    assert threat
    assert stopped_by
    assert named is not None, shown_by
    tree = ast.parse((_ROOT / named[1]).read_text("utf-8"))
    assert named[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_table_was_found() -> None:
    assert len(_ROWS) > 30
