"""Text of a project never breaks out of what is written from it; a long run is ``benchmarks/hostile_conversion.py``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from nixlint.cli.convert import command
from tests.nix.nix_referee import evaluate_json, need_nix

from .conversions import run
from .convert_trees import PRECIOUS, TREES

EXAMPLES = int(os.environ.get("NIXLINT_HOSTILE_PROJECTS") or 150)
STORES = ("env-file", "sops", "agenix")


def test_what_comes_out_is_what_went_in(tmp_path: Path) -> None:
    need_nix()
    outcome = run(2026, EXAMPLES, tmp_path)
    assert outcome.wrong == []
    assert outcome.counts["converted"] > EXAMPLES // 3
    assert outcome.counts["texts that came out"] > EXAMPLES


@pytest.mark.parametrize("name", TREES)
def test_a_hostile_project_is_converted_as_text_or_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    TREES[name](folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = {path: path.read_bytes().decode() for path in folder.rglob("*") if path.is_file()}
    modules = []
    for arguments in (
        *(["--secrets", store, "--symbolic"] for store in STORES),
        ["--backend", "docker"],
        ["-o", "out.nix", "--with-test"],
        ["-o", "out", "--split"],
        ["--report", "report.json"],
        ["--update", "out.nix"],
    ):
        ran = CliRunner().invoke(command, arguments, standalone_mode=False)
        assert ran.exception is None
        assert ran.return_value in (0, 2)
        assert "\x1b" not in ran.stderr
        assert "bug" not in ran.stderr
        if ran.return_value == 0 and "-o" not in arguments and "--update" not in arguments:
            modules.append(ran.stdout)
    modules += [path.read_bytes().decode() for path in folder.rglob("*.nix") if path not in before and path.is_file()]
    assert evaluate_json([f"builtins.isFunction ({text}) || true" for text in modules]) == [True] * len(modules)
    for path, text in before.items():
        if text == PRECIOUS or path.name == "compose.yaml":
            assert path.read_bytes().decode() == text
    assert not [path for path in tmp_path.rglob("*") if path.name == "INJECTED" or path.suffix == ".tmp"]
