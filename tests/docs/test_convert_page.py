"""The guide to conversions shows what the command gives."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.cli.running import nixlint
from tests.compose.test_known_defects import CASES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "convert.md").read_text("utf-8")
FIXTURE = ROOT / "fixtures" / "compose-homelab"


def _block(language: str, number: int = 0) -> str:
    """What stands in a fenced block of the page."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found[number]


def test_page_shows_the_project_of_the_fixture() -> None:
    assert _block("yaml") == (FIXTURE / "compose.yaml").read_text("utf-8")


def test_page_shows_the_module_and_the_report_as_they_are(tmp_path: Path) -> None:
    folder = shutil.copytree(FIXTURE, tmp_path / "stairs")
    ran = nixlint(folder, "convert", "--root", "/srv/stairs")
    assert ran.code == 0
    assert _block("nix") == ran.out
    assert f"```\n{ran.err}```\n" in PAGE


def test_page_names_every_case_that_is_tested() -> None:
    told = set(re.findall(r"[DT]\d+", PAGE.partition("| case |")[2]))
    assert {case.name.split()[0] for case in CASES} <= told
    assert {f"D{number}" for number in range(1, 19)} | {f"T{number}" for number in range(1, 44)} == told


def test_page_tells_what_nixos_has_instead_of_each_path() -> None:
    facts = json.loads((ROOT / "nixlint" / "data" / "linux_paths.json").read_text("utf-8"))
    for path, fact in facts["paths"].items():
        told = next(line for line in PAGE.splitlines() if line.startswith(f"| `{path}` |"))
        assert fact["why"] in told
        assert fact.get("instead", "") in told


def test_each_path_has_the_source_that_says_so() -> None:
    facts = json.loads((ROOT / "nixlint" / "data" / "linux_paths.json").read_text("utf-8"))
    assert all(fact["source"] for fact in facts["paths"].values())
    assert all(facts["present"].values())
