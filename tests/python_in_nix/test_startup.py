"""What the reading of test scripts may cost a run that has none, or no fix to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import sys
from pathlib import Path
from nixlint.linting.registry import load_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
report = run(Request((Path(sys.argv[1]),), Path(sys.argv[1])), load_registry())
print(sorted(found.rule for found in report.findings))
print("libcst" in sys.modules, "nixlint.python_in_nix.program" in sys.modules)
"""


@pytest.mark.parametrize(
    ("text", "found", "loaded"),
    [
        ('machine.succed("true")', ["test-script-unknown-method"], "False True"),
        ('machine.waitForUnit("x")', ["test-script-renamed-method"], "True True"),
    ],
)
def test_libcst_is_loaded_where_a_fix_is_made_and_nowhere_else(
    text: str, found: list[str], loaded: str, tmp_path: Path
) -> None:
    (tmp_path / "nixlint.toml").write_text("", "utf-8")
    (tmp_path / "test.nix").write_text(f"{{ nodes.machine = {{ }}; testScript = ''\n  {text}\n''; }}\n", "utf-8")
    done = subprocess.run([sys.executable, "-c", _RUN, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(found), loaded]
