"""Names that stand for nixpkgs."""

from __future__ import annotations

import pytest

from nixlint.semantics.language.symbols import is_nixpkgs


@pytest.mark.parametrize("name", ["nixpkgs", "nixpkgs-unstable", "nixpkgs_24_05", "nixpkgs-stable", "nixpkgs-immich"])
def test_an_input_that_is_called_after_nixpkgs_is_one(name: str) -> None:
    assert is_nixpkgs(("inputs", name))


@pytest.mark.parametrize("name", ["nixpkgs-wayland", "nixpkgs-xr", "nixpkgs-mozilla", "nixpkgs-fmt", "nixos-hardware"])
def test_another_project_whose_name_begins_so_is_none(name: str) -> None:
    assert not is_nixpkgs(("inputs", name))
