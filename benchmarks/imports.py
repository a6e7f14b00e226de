"""What commands and the two public faces import: how many modules, which heavy ones, and the processor's time of it.

The budgets are held by ``tests/cli/test_imports.py``; they count modules, which is the same on every machine. The times are
those of this machine, the best of some turns, without that of the bare interpreter.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TURNS = 5
HEAVY = ("importlib.metadata", "libcst", "multiprocessing", "rich", "tree_sitter", "yaml")
"""Modules that take ten milliseconds and more, most of all with what they import."""
_RULE = """\
from nixlint.rule import Rule, WrittenDefinition
"""
_NIX = """\
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


class Budget(NamedTuple):
    """A program or a command, the heavy modules that it needs, and how many modules it may load."""

    name: str
    program: str
    heavy: tuple[str, ...]
    modules: int

    def heavy_in(self, modules: list[str]) -> tuple[str, ...]:
        """The heavy ones among some modules."""
        return tuple(name for name in HEAVY if name in modules)


def _command(*arguments: str) -> str:
    """A program that runs a command and ends as the command's own process would, but for the end."""
    return (
        "import contextlib, io\n"
        "from nixlint.cli.main import nixlint\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    nixlint.main({list(arguments)!r}, standalone_mode=False)\n"
    )


BUDGETS = (
    Budget("import nixlint.api", "import nixlint.api", (), 12),
    Budget("every name of nixlint.rule", "from nixlint.rule import *", ("tree_sitter",), 155),
    Budget("nixlint --help", _command("--help"), (), 65),
    Budget("nixlint check", _command("check", "--no-cache", "configuration.nix"), ("tree_sitter",), 330),
    Budget("nixlint fix --diff", _command("fix", "--diff", "configuration.nix"), ("tree_sitter",), 345),
    Budget("nixlint rules", _command("rules"), ("tree_sitter",), 500),
    Budget("nixlint explain", _command("explain", "NL101"), ("tree_sitter",), 475),
    Budget("nixlint rules check", _command("rules", "check", "rule.py"), ("libcst", "tree_sitter"), 350),
)


def sample_folder(folder: Path) -> Path:
    """A folder with what the commands are run on."""
    (folder / "configuration.nix").write_text(_NIX, "utf-8")
    (folder / "rule.py").write_text(_RULE, "utf-8")
    return folder


def imported_by(budget: Budget, folder: Path) -> list[str]:
    """The modules that a program loads beyond those of the interpreter."""
    before = _run("", folder)
    return sorted(_run(budget.program, folder) - before)


def _run(program: str, folder: Path) -> set[str]:
    tail = "\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program + tail],
        cwd=folder,
        env=_environment(folder),
        check=True,
        capture_output=True,
        text=True,
    )
    return set(ran.stderr.split())


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "XDG_CONFIG_HOME")
    }
    return {**kept, "HOME": str(folder)}


def seconds(program: str, folder: Path) -> float:
    """The processor's time of a program, the best of some turns."""
    found = []
    for _ in range(TURNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-P", "-c", program],
            cwd=folder,
            env=_environment(folder),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    """Print the table; exit with 1 where a budget is not kept."""
    is_over = False
    with tempfile.TemporaryDirectory() as name:
        folder = sample_folder(Path(name))
        bare = seconds("pass", folder)
        print(f"{'':<28} modules  budget       ms  heavy ones")
        for budget in BUDGETS:
            modules = imported_by(budget, folder)
            time = (seconds(budget.program, folder) - bare) * 1000
            heavy = budget.heavy_in(modules)
            is_over |= len(modules) > budget.modules or heavy != budget.heavy
            print(f"{budget.name:<28} {len(modules):7d} {budget.modules:7d} {time:8.1f}  {', '.join(heavy) or 'none'}")
    sys.exit(int(is_over))


if __name__ == "__main__":
    main()
