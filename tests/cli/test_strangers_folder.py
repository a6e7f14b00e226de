"""Started in a stranger's repository, nixlint imports nothing of what lies there, whatever it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .running import clean_environment, nixlint

NAMES = (
    "sitecustomize usercustomize click yaml rich libcst tree_sitter tree_sitter_nix platformdirs json ast typing contextlib "
    "__future__ enum functools re collections types inspect importlib warnings gc pathlib string"
).split()
PACKAGES = ("nixlint", "nixlint_rules", "nixlint/rule_packs", "click", "libcst")
COMMANDS: list[tuple[str, ...]] = [
    ("check",), ("fix", "--diff"), ("rules",), ("explain", "NL101"), ("--help",), ("inventory",), ("rules", "check", "pack"),
]  # fmt: skip


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A repository full of files that are named like modules, each of which leaves a mark when it is imported."""
    folder = tmp_path / "stranger"
    marking = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__)\n"
    for name in PACKAGES:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(marking, "utf-8")
    for name in NAMES:
        (folder / f"{name}.py").write_text(marking, "utf-8")
    (folder / "evil-1.dist-info").mkdir()
    (folder / "evil-1.dist-info" / "entry_points.txt").write_text("[nixlint.rules]\nevil = yaml\n", "utf-8")
    (folder / "evil.pth").write_text(f"import sys; {marking}", "utf-8")
    (folder / "a.nix").write_text("{ containers.web = { config = { }; }; }\n", "utf-8")
    (folder / "pack").mkdir()
    (folder / "pack" / "rule.py").write_text(f"import click\n{marking}", "utf-8")
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_command_imports_nothing_of_the_folder(command: tuple[str, ...], stranger: Path, tmp_path: Path) -> None:
    nixlint(stranger, *command, as_script=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_safe_way_to_start_the_module_imports_nothing_of_the_folder(
    command: tuple[str, ...], stranger: Path, tmp_path: Path
) -> None:
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "nixlint", *command],
        cwd=stranger,
        env=clean_environment(stranger),
        capture_output=True,
        check=False,
    )
    assert b"No module named" not in ran.stderr
    assert not (tmp_path / "ran").exists()


def test_the_plain_way_to_start_the_module_imports_nothing_but_what_is_called_nixlint(
    stranger: Path, tmp_path: Path
) -> None:
    (stranger / "nixlint").rename(stranger / "other")
    nixlint(stranger, "check")
    assert not (tmp_path / "ran").exists()
