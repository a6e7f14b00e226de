"""Start-up: `nixlint check` on one small file against the bare import of the parser, in turns, in one run.

The bar is three times the time of `python -c "import tree_sitter, tree_sitter_nix"`. The best of many turns is compared,
which is what the programs cost when nothing disturbs them; the median is shown beside it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TURNS = 30
BAR = 3.0
SMALL_FILE = """\
{ pkgs, ... }:
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


def seconds(command: list[str]) -> float:
    """How long a command takes; it must succeed."""
    # Compiled modules are kept for all of them alike: an installation has them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def imported_modules(path: Path) -> list[str]:
    """What a check of a file imports."""
    program = (
        "import sys; from nixlint.cli.main import nixlint; "
        f"nixlint.main(['check', {str(path)!r}], standalone_mode=False); "
        "print(*sorted(name for name in sys.modules), sep='\\n', file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return result.stderr.splitlines()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "configuration.nix")
        file.write_text(SMALL_FILE, "utf-8")
        script = str(Path(sys.executable).with_name("nixlint"))
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "import tree_sitter, tree_sitter_nix": [sys.executable, "-c", "import tree_sitter, tree_sitter_nix"],
            "nixlint check": [script, "check", "--no-cache", str(file)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            seconds(command)
        for _ in range(TURNS):
            for name, command in commands.items():
                times[name].append(seconds(command))
        for name, found in times.items():
            print(f"{name:<38} best {min(found) * 1000:6.1f} ms   median {statistics.median(found) * 1000:6.1f} ms")
        base, check = times["import tree_sitter, tree_sitter_nix"], times["nixlint check"]
        best, median = min(check) / min(base), statistics.median(check) / statistics.median(base)
        print(f"{'ratio (bar ' + str(BAR) + ')':<38} best {best:6.2f}      median {median:6.2f}")
        modules = imported_modules(file)
        heavy = [name for name in ("rich", "yaml", "libcst", "pathspec", "json", "tomllib") if name in modules]
        print(f"{len(modules)} modules imported; of the heavy ones: {', '.join(heavy) or 'none'}")


if __name__ == "__main__":
    main()
