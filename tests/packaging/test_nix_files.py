"""``package.nix`` and ``flake.nix`` parse, and evaluate as far as they can without nixpkgs."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

import nixlint
from tests.nix.nix_referee import evaluate_json, need_nix, verdict_of_file

ROOT = Path(__file__).parents[2]
STAND_IN = Path(__file__).parent / "nixpkgs_stand_in.nix"
SYSTEMS = ("aarch64-darwin", "aarch64-linux", "x86_64-linux")


def attributes(expression: str) -> dict[str, object]:
    """The value of an expression that makes an attribute set; ``pkgs`` and ``flake`` are in scope."""
    [value] = evaluate_json([f"let {in_scope()} in {expression}"])
    assert isinstance(value, dict)
    return value


def in_scope() -> str:
    return f"""
      pkgsFor = import {nix_path(STAND_IN)};
      pkgs = pkgsFor "x86_64-linux";
      nixpkgs = {{
        inherit (pkgs) lib;
        legacyPackages = pkgs.lib.genAttrs {nix_list(SYSTEMS)} pkgsFor;
      }};
      flake = (import {nix_path(ROOT / "flake.nix")}).outputs {{ inherit nixpkgs; self = flake; }};
    """


def nix_list(texts: Iterable[str]) -> str:
    return f"[ {' '.join(map(json.dumps, texts))} ]"


def nix_path(path: Path) -> str:
    """A path as a Nix expression, whatever characters it has."""
    return f"(/. + {json.dumps(str(path))})"


def package() -> dict[str, object]:
    return attributes(f"pkgs.callPackage {nix_path(ROOT / 'package.nix')} {{ }}")


def pyproject() -> dict[str, object]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert isinstance(project, dict)
    return project


@pytest.mark.parametrize("file", ["flake.nix", "package.nix"])
def test_nix_itself_accepts(file: str) -> None:
    need_nix()
    verdict = verdict_of_file(str(ROOT / file))
    assert verdict.accepted, verdict.message


def test_package_has_the_version_of_the_code() -> None:
    assert package()["version"] == nixlint.__version__


def test_package_says_what_the_project_file_says() -> None:
    meta, scripts = package()["meta"], pyproject()["scripts"]
    assert isinstance(meta, dict)
    assert isinstance(scripts, dict)
    assert meta["description"] == pyproject()["description"]
    assert [meta["mainProgram"]] == list(scripts)


def test_package_depends_on_what_the_project_file_names() -> None:
    requirements = pyproject()["dependencies"]
    assert isinstance(requirements, list)
    names = {re.split(r"[<>=!~\s\[]", requirement)[0].replace(".", "-") for requirement in requirements}
    assert set(map(str, _list(package()["dependencies"]))) == names


def test_package_is_built_from_files_that_exist() -> None:
    files = [Path(str(file)) for file in _list(package()["src"])]
    assert [file for file in files if not file.exists()] == []
    assert {"nixlint", "rules", "pyproject.toml", "README.md"} <= {file.name for file in files}


def test_flake_has_the_same_outputs_for_every_system() -> None:
    flake = attributes("flake")
    assert sorted(flake) == ["apps", "checks", "devShells", "formatter", "packages"]
    systems = {output: sorted(value) for output, value in flake.items() if isinstance(value, dict)}
    assert set(map(tuple, systems.values())) == {SYSTEMS}


def test_flake_packages_nixlint_for_the_system_that_is_asked_for() -> None:
    assert attributes("builtins.mapAttrs (_: packages: packages.default.system) flake.packages") == {
        system: system for system in SYSTEMS
    }


def test_flake_runs_nixlint() -> None:
    assert attributes("flake.apps.x86_64-linux.default")["program"] == "/nix/store/nixlint/bin/nixlint"


def test_flake_has_a_shell_to_work_in() -> None:
    shell = attributes("flake.devShells.x86_64-linux.default")
    assert {"git", "gnumake", "nix", "pytest"} <= set(map(str, _list(shell["packages"])))


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
