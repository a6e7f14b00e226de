"""Each planted repository has a twin: the same containers in the same style, written by somebody who knows the remedies.

A finding in a twin is a false alarm, and so is one in ``remedies``, where there are other ways of doing the same right.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from tests.cli.running import nixlint
from tests.linting.workbench import REGISTRY

from .test_planted_mistakes import FOLDER, PLANTED, REPOSITORIES

TWINS = FOLDER.parent / "twins"
RENAMED = {"wiki_old": "wiki-old", "site_green": "site-green", "team/chat": "chat"}  # The mistake was the name.


def copied(repository: Path, folder: Path) -> Path:
    """A copy of a repository, with the mark of its root where neither git nor a flake is."""
    copy = shutil.copytree(repository, folder / "copy")
    (copy / "nixlint.toml").touch()
    return copy


def containers_in(copy: Path) -> set[str]:
    """The names of the containers that the inventory lists, but for those that are known only where they are called."""
    listed = json.loads(nixlint(copy, "inventory", "--format", "json").out)["containers"]
    return {container["name"] for container in listed if container["name"] is not None}


@pytest.mark.parametrize("repository", [*REPOSITORIES, "remedies/flake"])
def test_nothing_is_found_in_a_twin(repository: str, tmp_path: Path) -> None:
    copy = copied(TWINS / repository, tmp_path)
    report = run(Request((copy,), copy), REGISTRY)
    assert not report.failures
    assert [(item.path, item.start.line, item.rule, item.finding.message) for item in report.findings] == []


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_a_twin_has_the_containers_of_the_repository_with_mistakes(repository: str, tmp_path: Path) -> None:
    planted = containers_in(copied(FOLDER / repository, tmp_path / "planted"))
    twin = containers_in(copied(TWINS / repository, tmp_path / "twin"))
    assert {RENAMED.get(name, name) for name in planted} <= twin


def test_every_planted_module_has_a_twin_that_differs_where_a_mistake_is() -> None:
    for mistake in PLANTED:
        planted = FOLDER / mistake["repository"] / mistake["file"]
        twin = TWINS / mistake["repository"] / mistake["file"]
        assert planted.read_text("utf-8") != twin.read_text("utf-8"), mistake
