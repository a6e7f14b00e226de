"""The wheel holds everything that nixlint needs, and works where nothing else of the project is."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from .work_tree import ROOT, attempt, made_once, run

pytestmark = pytest.mark.packaging

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="session")
def wheel(work_tree: Path, shared_folder: Path) -> Path:
    def build(folder: Path) -> None:
        source = shutil.copytree(work_tree, folder / "source", symlinks=True)
        run([*PIP, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source)], folder)

    [file] = made_once(shared_folder / "wheel", build).glob("*.whl")
    return file


@pytest.fixture(scope="session")
def nixlint(wheel: Path, shared_folder: Path) -> Path:
    """The command, installed from the wheel into an environment of its own."""

    def install(folder: Path) -> None:
        run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder)
        run([*PIP, "--python", str(folder / "bin/python"), "install", str(wheel)], folder)

    return made_once(shared_folder / "environment", install) / "bin/nixlint"


def test_holds_every_module_and_data_file_of_the_project(wheel: Path) -> None:
    packages = {"nixlint": ROOT / "nixlint", "nixlint_rules": ROOT / "rules"}
    expected = {
        f"{name}/{file.relative_to(folder).as_posix()}"
        for name, folder in packages.items()
        for pattern in ("*.py", "*.json", "*.toml", "py.typed")
        for file in folder.rglob(pattern)
    }
    assert "nixlint/py.typed" in expected
    assert expected - set(ZipFile(wheel).namelist()) == set()


def test_holds_nothing_but_the_two_packages(wheel: Path) -> None:
    folders = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"nixlint", "nixlint_rules"}


def test_lists_the_same_rules_as_the_installation_that_runs_this(nixlint: Path, tmp_path: Path) -> None:
    command = ["rules", "--format", "json"]
    theirs = json.loads(run([str(nixlint), *command], tmp_path))
    ours = json.loads(run([sys.executable, "-m", "nixlint", *command], tmp_path))
    assert theirs == ours
    assert "container-missing-state-version" in [rule["name"] for rule in theirs]


def test_checks_a_repository(nixlint: Path, tmp_path: Path) -> None:
    repository = shutil.copytree(ROOT / "fixtures/flake-host", tmp_path / "flake-host")
    result = attempt([str(nixlint), "check", "--format", "json"], repository)
    report = json.loads(result.stdout)
    assert result.returncode == 1, result.stderr
    assert [finding["rule"] for finding in report["findings"]] == ["container-missing-state-version"]
    assert report["errors"] == []
