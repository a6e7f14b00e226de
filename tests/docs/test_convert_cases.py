"""Every kind of fault of conversions that is told of has tests, and these exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROWS = re.findall(
    r"^\| ([A-G]\d*) \| (.+) \| (.+) \|$", (_ROOT / "docs" / "convert-cases.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row[0]} {row[1][:40]}")
def test_the_tests_that_a_case_names_exist(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[2])
    assert row[2] == ", ".join(f"`{file}::{name}`" for file, name in named)
    for file, name in named:
        tree = ast.parse((_ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_letter_is_there() -> None:
    letters = {row[0] for row in _ROWS}
    wanted = {"A": 3, "B": 2, "D": 4, "G": 11}
    assert letters >= {"C", "E", "F"} | {
        f"{letter}{number}" for letter, last in wanted.items() for number in range(1, last + 1)
    }
