"""The page on rule packs shows what the commands do: its samples are upgraded as it says, and it names every demand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nixlint import rule as face
from nixlint.api import upgrade_rules
from nixlint.rule_packs.requirements import requirements
from tests.cli.running import nixlint

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "rule-packs.md").read_text("utf-8")
SAMPLES = re.findall(
    r"Before:\n\n```python\n(.*?)```\n\nAfter:\n\n```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", PAGE, re.DOTALL
)


def test_the_page_has_three_samples() -> None:
    assert len(SAMPLES) == 3


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_a_sample_is_upgraded_as_the_page_shows(number: int, tmp_path: Path) -> None:
    before, after, left = SAMPLES[number]
    (tmp_path / "pack").mkdir()
    rules = tmp_path / "pack" / "rules.py"
    rules.write_text(before, "utf-8")
    (tmp_path / "pack" / "words.py").write_text('"""Words."""\n\nCONTAINERS = (b"containers",)\n', "utf-8")
    ran = nixlint(tmp_path, "rules", "upgrade", "pack")
    assert rules.read_text("utf-8") == after
    assert "".join(f"{line}\n" for line in ran.err.splitlines() if line.startswith("needs you")) == left
    assert upgrade_rules(tmp_path / "pack").files == ()


def test_the_page_names_every_demand_with_what_it_says() -> None:
    rows = [f"| `{each.name}` | {each.code} | {each.page.partition(chr(10))[0]} |" for each in requirements().values()]
    assert [row for row in rows if row not in PAGE] == []


def test_the_page_of_the_rule_api_names_its_version() -> None:
    assert f"version {face.API_VERSION} of the rule API" in (DOCS / "rule-api.md").read_text("utf-8")
    assert f"| {face.API_VERSION} | Rules import" in PAGE


def test_no_name_of_this_version_of_the_rule_api_is_gone() -> None:
    """A name that goes needs the next version, a row in rule_api_changes.json and a codemod (CONTRIBUTING)."""
    names = Path(__file__).with_name("names_of_rule_api_2.txt").read_text("utf-8").split()
    assert set(names) - set(face.__all__) == set()
