"""Every command on every hostile repository: it ends soon, says why, starts nothing, and stays inside.

By default the usual commands run on each repository. With ``NIXLINT_HOSTILE=all`` every command does, on the large ones
too; ``benchmarks/hostile_matrix.py`` prints the same as a table.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .matrix import COMMANDS, TREES, USUAL, cells
from .opened import watched
from .trees import TREES as REPOSITORIES
from .trees import Ground, Harm, HostileTree
from .watchdog import BROKE, Ran, Touch, import_all, run

_ALL = os.environ.get("NIXLINT_HOSTILE") == "all"


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    import_all()


@pytest.mark.parametrize("name", [name for name, tree in TREES.items() if _ALL or not tree.is_large])
def test_no_command_is_harmed_by_a_hostile_repository(name: str) -> None:
    commands = list(COMMANDS) if _ALL else [each for each in COMMANDS if each in TREES[name].usual]
    violations = [
        (cell.command, cell.violations, cell.ran.text[-2000:]) for cell in cells(name, commands) if cell.violations
    ]
    assert violations == []


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in USUAL])
def test_no_way_to_call_a_command_is_left_out(command: str) -> None:
    for name in ("linked folders", "settings of git", "Compose: secret in a command", "convert: a shell in a hook"):
        assert [cell.violations for cell in cells(name, [command])] == [()]


def test_every_command_is_in_the_matrix() -> None:
    from nixlint.cli.main import nixlint

    asked = {kind.words[0] for kind in COMMANDS.values()}
    assert asked | {"version"} == set(nixlint.list_commands(None))  # type: ignore[arg-type]  # it needs no context


@pytest.mark.parametrize(
    "tree", [tree for tree in REPOSITORIES if tree.harm is Harm.LEADS_OUT], ids=lambda tree: str(tree.name)
)
def test_the_system_says_that_nobody_was_outside(tree: HostileTree, tmp_path: Path) -> None:
    """What the process records of itself could be incomplete; inotify(7) is not."""
    from .watchdog import run_command

    ground = Ground.below(tmp_path)
    variables = tree.build(ground)
    (tmp_path / "home").mkdir()
    with watched(ground.outside) as events:
        for name in USUAL:
            words = COMMANDS[name].words
            if words[0] != "convert":
                run_command(ground.root, [tree.asked if word == "{}" else word for word in words], variables)
    assert events == []


_RUN_BY_GIT = [tree for tree in REPOSITORIES if tree.harm is Harm.RUNS][:6]


@pytest.mark.parametrize("tree", _RUN_BY_GIT, ids=lambda tree: str(tree.name))
def test_git_itself_runs_the_program(tree: HostileTree, tmp_path: Path) -> None:
    """Otherwise the matrix would show nothing."""
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


def test_the_watchdog_sees_what_is_touched_and_started(tmp_path: Path) -> None:
    (file := tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(file)

    def work() -> int:
        (tmp_path / "link").read_text()
        (tmp_path / "new").mkdir()
        (tmp_path / "other").exists()
        folder = os.open(tmp_path, os.O_RDONLY)
        os.close(os.open("file", os.O_RDONLY, dir_fd=folder))
        os.listdir(folder)
        subprocess.run(["true"], check=True)
        return 7

    ran = run(work)

    assert ran.code == 7
    assert ran.started == (f"subprocess.Popen {subprocess.list2cmdline(['true'])}",)
    here = os.path.realpath(tmp_path)
    assert {
        Touch("open", f"{here}/file"), Touch("change", f"{here}/new"), Touch("look", f"{here}/other"),
        Touch("open", here), Touch("list", here),
    } <= ran.touched  # fmt: skip
    assert Touch("open", f"{here}/link") not in ran.touched


def test_the_watchdog_ends_what_takes_too_much() -> None:
    def fills() -> int:
        return len(bytearray(8 * 1024**3))

    assert _ended(run(fills))


def _ended(ran: Ran) -> bool:
    return ran.code in (-9, BROKE) or "MemoryError" in ran.text
