"""The hooks, run by the real pre-commit from a clone of the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .work_tree import attempt, commit_everything, copy_work_tree, made_once, run

pytestmark = pytest.mark.packaging

BAD = """\
{
  system.stateVersion = "26.05";

  containers.web = {
    autoStart = true;
    config = {
      services.nginx.enable = true;
    };
  };
}
"""

GOOD = """\
{
  containers.web = {
    autoStart = true;
    config = {
      services.nginx.enable = true;
      system.stateVersion = "26.05";
    };
  };
}
"""

CONFIGURATION = """\
repos:
  - repo: {clone}
    rev: {revision}
    hooks:
      - id: nixlint
      - id: nixlint-fix
        args: ["--unsafe-fixes", "--"]
      - id: nixlint-compose
        args: ["--check", "-o", "web.nix", "--root", "/srv/web", "web/compose.yaml"]
"""


@pytest.fixture(scope="session")
def clone(shared_folder: Path) -> Path:
    def make(folder: Path) -> None:
        copy_work_tree(folder)
        commit_everything(folder)

    return made_once(shared_folder / "clone", make)


@pytest.fixture
def repository(clone: Path, tmp_path: Path) -> Path:
    """Somebody's repository, with the hooks and nothing else yet."""
    revision = run(["git", "rev-parse", "HEAD"], clone).strip()
    (tmp_path / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(clone=clone, revision=revision))
    run(["git", "init", "--quiet"], tmp_path)
    return tmp_path


@pytest.fixture
def environments(shared_folder: Path) -> Path:
    """Where pre-commit installs nixlint: once, for it takes a lock of its own."""
    return shared_folder / "pre-commit"


def run_hook(hook: str, repository: Path, environments: Path) -> subprocess.CompletedProcess[str]:
    run(["git", "add", "--all"], repository)
    command = [sys.executable, "-m", "pre_commit", "run", hook, "--all-files", "--color", "never"]
    return attempt(command, repository, {"PRE_COMMIT_HOME": str(environments)})


def test_hook_fails_on_a_bad_file(repository: Path, environments: Path) -> None:
    (repository / "configuration.nix").write_text(BAD)
    result = run_hook("nixlint", repository, environments)
    assert result.returncode == 1
    assert "configuration.nix:4:14" in result.stdout
    assert "container-missing-state-version" in result.stdout
    assert (repository / "configuration.nix").read_text() == BAD


def test_hook_passes_on_a_good_file(repository: Path, environments: Path) -> None:
    (repository / "configuration.nix").write_text(GOOD)
    result = run_hook("nixlint", repository, environments)
    assert result.returncode == 0, result.stdout
    assert "Passed" in result.stdout


def test_hook_looks_at_no_text_of_another_kind(repository: Path, environments: Path) -> None:
    (repository / "notes.txt").write_text(BAD)
    result = run_hook("nixlint", repository, environments)
    assert "no files to check" in result.stdout


def test_hook_looks_at_compose_files_and_at_no_other_yaml(repository: Path, environments: Path) -> None:
    text = "services:\n  web:\n    image: example/web:1\n    privileged: true\n"
    (repository / "workflow.yaml").write_text("on: push\n")
    assert "no files to check" in run_hook("nixlint", repository, environments).stdout
    (repository / "compose.yaml").write_text(text)
    result = run_hook("nixlint", repository, environments)
    assert result.returncode == 1
    assert "compose.yaml:4" in result.stdout
    assert "oci-privileged" in result.stdout


def test_hook_takes_a_name_that_looks_like_an_option_for_a_file(repository: Path, environments: Path) -> None:
    (repository / "--config=x.nix").write_text(BAD)
    result = run_hook("nixlint", repository, environments)
    assert result.returncode == 1
    assert "--config=x.nix:4:14" in result.stdout


def test_fixing_hook_changes_the_file(repository: Path, environments: Path) -> None:
    (repository / "configuration.nix").write_text(BAD)
    result = run_hook("nixlint-fix", repository, environments)
    assert result.returncode == 1
    assert "files were modified by this hook" in result.stdout
    fixed = BAD.replace("enable = true;\n", 'enable = true;\n      system.stateVersion = "26.05";\n')
    assert (repository / "configuration.nix").read_text() == fixed
    assert run_hook("nixlint-fix", repository, environments).returncode == 0


def test_compose_hook_fails_while_the_module_is_not_what_the_project_gives(
    repository: Path, environments: Path
) -> None:
    project = repository / "web" / "compose.yaml"
    project.parent.mkdir()
    project.write_text("services: { a: { image: example/a:1, volumes: ['./data:/data'] } }\n")
    convert = [sys.executable, "-m", "nixlint", "convert", "-o", "web.nix", "--root", "/srv/web", "web/compose.yaml"]
    run(convert, repository)
    assert run_hook("nixlint-compose", repository, environments).returncode == 0

    project.write_text("services: { a: { image: example/a:2, volumes: ['./data:/data'] } }\n")
    result = run_hook("nixlint-compose", repository, environments)
    assert result.returncode == 1
    assert '+        image = "docker.io/example/a:2";' in result.stdout
