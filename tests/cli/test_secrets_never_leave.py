"""No secret is in anything that a command writes, whatever rules run."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.reporting.formats import FORMATS
from tests.linting.workbench import write_files

from .running import nixlint

SECRET = "hunter2hunter2"
BESIDE = f'{{\n  services.foo.environment.DB_PASSWORD = "{SECRET}";\n  containers.web = {{ config = {{ }}; }};\n}}\n'
ON_THE_LINE = f'{{ containers.web = {{ config = {{ }}; }}; services.foo.environment.DB_PASSWORD = "{SECRET}"; }}\n'
SUPPRESSED = f'{{\n  services.foo.environment.DB_PASSWORD = "{SECRET}"; # nixlint: ignore[secret-in-store] a test\n}}\n'
BROKEN = f'{{\n  services.foo.password = "{SECRET}"\n  a = 1;\n}}\n'
TOML = 'nixos-release = "26.05"\n[per-path-ignores]\n"ignored.nix" = ["secret-in-store"]\n'


@pytest.mark.parametrize(
    "text", [BESIDE, ON_THE_LINE, SUPPRESSED, BROKEN], ids=["beside", "line", "suppressed", "broken"]
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--select", "NL101"),
        ("check", "--ignore", "secret-in-store"),
        *(("check", "--format", name) for name in FORMATS),
        ("check", "--pedantic"),
        ("fix", "--unsafe-fixes", "--diff"),
        ("fix", "--unsafe-fixes", "--diff", "--select", "NL101"),
        ("options", "services.foo"),
        ("options", "services", "--format", "json"),
    ],
    ids=" ".join,
)
def test_a_secret_is_in_nothing_that_is_written(tmp_path: Path, text: str, arguments: tuple[str, ...]) -> None:
    write_files(tmp_path, {"a.nix": text, "ignored.nix": text.replace("web", "other"), "nixlint.toml": TOML})

    ran = nixlint(tmp_path, *arguments)

    is_refused = text == BROKEN and arguments[0] == "options"  # nobody knows what a broken file defines
    assert ran.code in ((2,) if is_refused else (0, 1))
    assert SECRET not in ran.out
    assert SECRET not in ran.err


def test_a_diff_with_a_secret_beside_the_change_can_still_be_applied(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": BESIDE, "nixlint.toml": TOML})

    ran = nixlint(tmp_path, "fix", "--unsafe-fixes", "--diff")

    assert ran.out == (
        "--- a/a.nix\n+++ b/a.nix\n@@ -3 +3 @@\n-  containers.web = { config = { }; };\n"
        '+  containers.web = { config = { system.stateVersion = "26.05"; }; };\n'
    )
