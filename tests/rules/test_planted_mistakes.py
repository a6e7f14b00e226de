"""Mistakes planted in the styles in which people write, by somebody who had not looked at the rules: how many are found."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY

FOLDER = Path(__file__).parent / "planted"
PLANTED = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))["planted"]
REPOSITORIES = sorted({str(mistake["repository"]) for mistake in PLANTED})


def found_in(repository: str, folder: Path) -> set[tuple[str, int, str]]:
    """What a check with the settings that everybody has finds in a copy of a repository: file, line, rule."""
    copy = shutil.copytree(FOLDER / repository, folder / "copy")
    configuration = copy / "nixlint.toml"
    if not configuration.exists():
        configuration.write_text("", "utf-8")  # The mark of a repository's root, where neither git nor a flake is.
    report = run(Request((copy,), copy), REGISTRY)
    assert not report.failures
    return {(item.path, item.start.line, item.rule) for item in report.findings}


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_each_mistake_is_found_where_the_table_says_so(repository: str, tmp_path: Path) -> None:
    found = found_in(repository, tmp_path)
    for mistake in PLANTED:
        if mistake["repository"] == repository:
            about = (mistake["file"], mistake["line"], mistake["rule"])
            assert (about in found) is ("missed" not in mistake), about


def test_nineteen_in_twenty_are_found() -> None:
    missed = sum("missed" in mistake for mistake in PLANTED)
    assert missed / len(PLANTED) <= 0.05
