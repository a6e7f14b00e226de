"""What the pages point to is there, and the README names what the command has."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from nixlint.cli.main import nixlint
from nixlint.linting.registry import load_registry

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "docs" / "rules", ROOT / "benchmarks")
    for path in folder.glob("*.md")
)
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_into_the_project_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_the_readme_names_every_command() -> None:
    named = set(re.findall(r"^\| `nixlint (\w+)", README, re.MULTILINE))
    assert named == set(nixlint.list_commands(click.Context(nixlint))) - {"version"}


def test_the_readme_names_no_rule_that_does_not_exist() -> None:
    named = set(re.findall(r"docs/rules/([a-z0-9-]+)\.md", README))
    assert named <= set(load_registry().rules)
