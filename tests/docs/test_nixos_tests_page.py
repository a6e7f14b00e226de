"""The page about test scripts shows what the command says, and names every rule."""

from __future__ import annotations

import re
from pathlib import Path

from nixlint.linting.registry import load_registry
from tests.cli.running import nixlint

PAGE = (Path(__file__).parents[2] / "docs" / "nixos-tests.md").read_text("utf-8")


def test_page_shows_the_screen_as_it_is(tmp_path: Path) -> None:
    blocks: list[str] = re.findall(r"^```(?:nix|console)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "nixlint.toml").write_text("", "utf-8")
    (tmp_path / "test.nix").write_text(blocks[0], "utf-8")
    ran = nixlint(tmp_path, "check", "test.nix")
    assert ran.code == 1
    assert blocks[1] == "$ nixlint check test.nix\n" + ran.out


def test_page_names_every_rule() -> None:
    names = {name for name in load_registry().names if name.startswith("test-script-")}
    assert names == set(re.findall(r"\(rules/(test-script-[\w-]+)\.md\)", PAGE))
