"""What the examples of compose-file don't show: files beside it, several files, secrets, how it is switched on."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.linting.finding import Report
from nixlint.linting.fixes.applying import Fixing, fix
from nixlint.linting.registry import load_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile

PROJECT = "services:\n  web:\n    image: example/web:1\n"
HOST = {"configuration.nix": "{ }\n"}


def _written(folder: Path, files: dict[str, str]) -> Request:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Request(paths=(folder,), folder=folder, select=frozenset({"compose-file"}))


def _checked(folder: Path, files: dict[str, str]) -> Report:
    return run(_written(folder, files), load_registry())


def _fixed(folder: Path, files: dict[str, str]) -> Fixing:
    return fix(_written(folder, files), load_registry(), unsafe=True)


def test_it_is_asked_for_by_the_pedantic_alone(tmp_path: Path) -> None:
    request = _written(tmp_path, {**HOST, "compose.yaml": PROJECT})._replace(select=None)
    names = [
        {found.rule for found in run(request._replace(pedantic=pedantic), load_registry()).findings}
        for pedantic in (False, True)
    ]
    assert ["compose-file" in each for each in names] == [False, True]


def test_a_file_in_the_place_of_the_module_is_kept_and_the_finding_has_no_fix(tmp_path: Path) -> None:
    fixing = _fixed(tmp_path, {**HOST, "compose.yaml": PROJECT, "compose.nix": "{ }\n"})
    assert [found.finding.fix for found in fixing.report.findings] == [None]
    assert (fixing.files, fixing.refused) == ((), ())


def test_the_module_is_that_of_all_files_of_the_project(tmp_path: Path) -> None:
    override = "services:\n  web:\n    environment: { COLOUR: green }\n  worker:\n    image: example/worker:2\n"
    (file,) = _fixed(tmp_path, {**HOST, "compose.yaml": PROJECT, "compose.override.yaml": override}).files
    text = file.after.decode()
    assert file.path.name == "compose.nix"
    assert text.startswith("# Made from compose.yaml, compose.override.yaml by nixlint convert.\n")
    assert 'COLOUR = "green";' in text
    assert "example/worker:2" in text
    assert not find_problems(SourceFile.parse(file.path, file.after))


def test_the_module_has_no_secret_in_it(tmp_path: Path) -> None:
    project = PROJECT + "    environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n"
    (file,) = _fixed(tmp_path, {**HOST, "compose.yaml": project, ".env": "DB_PASSWORD=hunter2hunter2\n"}).files
    assert b"hunter2" not in file.after
    assert b"environmentFiles" in file.after


def test_the_module_is_for_the_release_that_the_repository_is_for(tmp_path: Path) -> None:
    config = {"nixlint.toml": 'nixos-release = "24.11"\n'}
    project = PROJECT + "    privileged: true\n"
    (file,) = _fixed(tmp_path, {**HOST, **config, "compose.yaml": project}).files
    assert b"--privileged" in file.after


@pytest.mark.parametrize(
    "files",
    [
        {"compose.yaml": PROJECT},
        {"flake.nix": "{ outputs = _: { devShells = { }; }; }\n", "compose.yaml": PROJECT},
        {**HOST, "vendor/shop/compose.yaml": PROJECT},
        {**HOST, "compose.yaml": "services:\n  web:\n    image: web:${TAG:?say which}\n"},
        {**HOST, "compose.yaml": "services: {}\n"},
        {**HOST, "docker-compose.override.yml": PROJECT},
        {**HOST, ".env": "COMPOSE_FILE=base.yaml\n", "base.yaml": PROJECT, "compose.yaml": PROJECT},
        {**HOST, "web/compose.yaml": PROJECT, "web.nix": "# Made from web/compose.yaml by nixlint convert.\n{ }\n"},
        {**HOST, "compose.yaml": f"# nixlint: ignore[compose-file] stays\n{PROJECT}"},
    ],
    ids=[
        "no Nix",
        "no host",
        "somebody else's",
        "needs a variable",
        "no services",
        "an override alone",
        "Compose starts with another file",
        "converted elsewhere",
        "suppressed",
    ],
)
def test_silent(files: dict[str, str], tmp_path: Path) -> None:
    assert [found for found in _checked(tmp_path, files).findings if not found.suppressed] == []


@pytest.mark.parametrize(
    "files",
    [
        {"flake.nix": "{ outputs = _: { nixosConfigurations = { }; }; }\n", "compose.yaml": PROJECT},
        {**HOST, "web/docker-compose.yml": PROJECT},
        {**HOST, "web/compose.yaml": PROJECT, "db/db.nix": "# Made from compose.yaml by nixlint convert.\n{ }\n"},
    ],
    ids=["a flake with hosts", "an older name", "another project was converted"],
)
def test_found(files: dict[str, str], tmp_path: Path) -> None:
    (found,) = _checked(tmp_path, files).findings
    assert found.severity.value == "info"
    assert found.finding.fix is not None
