"""A copy of the work tree as somebody else would get it, and what is made from it once for all tests of a run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder with what ``make`` puts there, by whichever of the processes that share a run comes first."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        finished = folder.with_suffix(".finished")
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder


def copy_work_tree(folder: Path) -> None:
    """Copy what is in git or would be added to it, and no build products."""
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if os.path.lexists(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def commit_everything(folder: Path) -> str:
    """Make a folder a git repository with one commit of all that is in it; the commit's name."""
    run(["git", "init", "--quiet"], folder)
    run(["git", "add", "--all"], folder)
    run(["git", "commit", "--quiet", "--message", "Everything"], folder)
    return run(["git", "rev-parse", "HEAD"], folder).strip()


def run(command: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    result = attempt(command, folder, extra)
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


def attempt(
    command: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The result of a command that may fail, away from the user's configuration of git and of Python."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    author = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "nixlint"), ("EMAIL", "nixlint@example.org"))
    }
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **author, **(extra or {})}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
