"""What is found in files that nothing uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.linting.run.runner import run
from tests.linting.workbench import REGISTRY, request, write_files

BROKEN = "{ a = 1; a = 2; }\n"
TREE = "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } (inputs.import-tree ./modules); }\n"


@pytest.mark.parametrize(
    "files",
    [
        {".attic/a.nix": BROKEN},
        {"hosts/_archive/a.nix": BROKEN, "x.nix": "{ }"},
        {"examples/a.nix": BROKEN},
        {"modules/discarded/a.nix": BROKEN},
        {"flake.nix": TREE, "modules/_a.nix": BROKEN},
        {"flake.nix": TREE, "modules/_parts/b/a.nix": BROKEN},
    ],
)
def test_a_finding_in_a_file_that_nothing_uses_is_for_the_pedantic(tmp_path: Path, files: Mapping[str, str]) -> None:
    write_files(tmp_path, dict(files))
    if not any("_archive" in name for name in files):
        assert [each.rule for each in run(request(tmp_path, pedantic=True), REGISTRY).findings] == [
            "duplicate-attribute"
        ]

    found = run(request(tmp_path), REGISTRY).findings

    assert [each.rule for each in found] == []


@pytest.mark.parametrize(
    "files",
    [
        {"examples/a.nix": BROKEN, "x.nix": "{ imports = [ ./examples/a.nix ]; }"},
        {"modules/_a.nix": BROKEN, "flake.nix": "{ outputs = _: { }; }"},
        {"flake.nix": TREE, "modules/_a.nix": BROKEN, "modules/b.nix": "{ imports = [ ./_a.nix ]; }"},
        {"exampleswhere/a.nix": BROKEN},
    ],
)
def test_a_finding_in_a_file_that_is_used_is_shown(tmp_path: Path, files: Mapping[str, str]) -> None:
    write_files(tmp_path, dict(files))

    assert [each.rule for each in run(request(tmp_path), REGISTRY).findings] == ["duplicate-attribute"]
