"""The examples of the page on the API run, and print what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import nixlint.api
from tests.cli.running import clean_environment

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
CONFIGURATION = 'nixos-release = "25.11"\n'


def test_examples_print_what_the_page_says(tmp_path: Path) -> None:
    blocks = [(match[1], match[2]) for match in re.finditer(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
    (language, nix), *examples = blocks
    assert language == "nix"
    folder = tmp_path / "work"
    (folder / "hosts").mkdir(parents=True)
    (folder / "nixlint.toml").write_text(CONFIGURATION, "utf-8")
    (folder / "hosts" / "database.nix").write_text(nix, "utf-8")
    assert len(examples) >= 8
    for (_, code), (_, printed) in zip(examples[::2], examples[1::2], strict=True):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=clean_environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.stdout, ran.stderr) == (printed, "")


def test_every_name_is_where_the_table_says_and_nothing_else_is_public() -> None:
    assert all(getattr(nixlint.api, name) is not None for name in nixlint.api.__all__)
    names = [name for names in nixlint.api.GROUPS.values() for name in names]
    assert len(names) == len(set(names))


def test_the_face_is_loaded_name_by_name() -> None:
    program = "import sys, nixlint.api; print(sorted(n for n in sys.modules if n.startswith('nixlint')))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "['nixlint', 'nixlint.api', 'nixlint.late_names']\n"


def test_a_name_that_is_not_there_says_where_to_look() -> None:
    with pytest.raises(AttributeError, match=r"docs/api\.md"):
        nixlint.api.checks  # noqa: B018
