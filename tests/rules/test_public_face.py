"""Rules stand on the public face, the model of containers and the words of secrets, and on nothing else of nixlint."""

from __future__ import annotations

import ast
import runpy
from importlib import import_module
from pathlib import Path

import pytest

import nixlint.rule
from nixlint.rule import GROUPS

_ROOT = Path(__file__).parents[2]
_RULES = sorted((_ROOT / "rules").rglob("*.py"))
_MAY_BE_USED = ("nixlint.rule", "nixlint.containers", "nixlint.secrets", "nixlint.python_in_nix", "nixlint.data")


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    modules = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
    return modules | {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}


@pytest.mark.parametrize("path", _RULES, ids=lambda path: path.stem)
def test_a_rule_imports_nothing_of_nixlint_but_what_is_public(path: Path) -> None:
    of_nixlint = {module for module in _imported(path) if module.startswith("nixlint.")}
    assert {module for module in of_nixlint if not module.startswith(_MAY_BE_USED)} == set()


def test_every_public_name_is_what_its_home_has_and_is_listed_once() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))
    for group in GROUPS.values():
        for name, home in group.items():
            assert getattr(nixlint.rule, name) is getattr(import_module(home), name)


def test_every_public_name_is_known_to_the_type_checker() -> None:
    tree = ast.parse(Path(nixlint.rule.__file__).read_text("utf-8"))
    typed = {
        (alias.name, node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {(name, home) for group in GROUPS.values() for name, home in group.items()} <= typed


def test_no_name_is_public_that_no_rule_uses() -> None:
    texts = "".join(path.read_text("utf-8") for path in _RULES)
    assert [name for group in GROUPS.values() for name in group if name not in texts] == []


def test_a_name_that_is_not_public_is_refused_with_the_way_to_the_list() -> None:
    with pytest.raises(AttributeError, match=r"docs/rule-api\.md"):
        nixlint.rule.SourceFile  # noqa: B018


def test_the_page_lists_what_there_is() -> None:
    generated = runpy.run_path(str(_ROOT / "docs" / "generate.py"))["rule_api_page"]()
    assert (_ROOT / "docs" / "rule-api.md").read_text("utf-8") == generated, "run `make docs`"
