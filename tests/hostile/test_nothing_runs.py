"""Looking at a repository starts no program, whatever is in it, and does not end in an internal error."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .trees import TREES, Ground, Harm, HostileTree
from .watching import Visit, visit

_COMMANDS = (
    ("check", "{}"),
    ("check", "{}", "--isolated", "--no-cache"),
    ("fix", "{}", "--diff"),
    ("fix", "{}"),
    ("options", "{}", "containers.*.config"),
    ("inventory", "{}"),
    ("convert", "{}/compose.yaml"),
)
_TRAPS = [tree for tree in TREES if tree.harm is Harm.RUNS]


def _by_name(tree: HostileTree) -> str:
    return tree.name


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    return visit(_TRAPS, _COMMANDS, tmp_path_factory.mktemp("traps"))


@pytest.mark.parametrize("tree", _TRAPS, ids=_by_name)
def test_no_program_is_started(tree: HostileTree, visits: dict[str, Visit]) -> None:
    assert not visits[tree.name].ground.marker.exists()
    for command, ran in visits[tree.name].results:
        assert ran.started == [], command
        assert ran.code in (0, 1, 2), ran.output


@pytest.mark.parametrize("tree", _TRAPS[:6], ids=_by_name)
def test_git_itself_runs_the_program(tree: HostileTree, tmp_path: Path) -> None:
    """Otherwise the test above would show nothing."""
    ground = Ground.below(tmp_path)
    tree.build(ground)

    subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ground.root / tree.asked,
        capture_output=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    )

    assert ground.marker.exists()
