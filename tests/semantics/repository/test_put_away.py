"""Folders for what was in use once: their names prove nothing where something still uses what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.semantics.repository.put_away import is_put_away
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files

FLAKE = """\
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ %s ]; }; };
}
"""


def _is_put_away(folder: Path, name: str, **files: str) -> bool:
    write_files(folder, {name: "{ }", **{f"{stem}.nix": text for stem, text in files.items()}})
    return is_put_away(folder / name, Repository(folder, sorted(folder.rglob("*.nix"))))


@pytest.mark.parametrize("name", ["archive/a.nix", "hosts/Archived/old/a.nix", "modules/obsolete/a.nix"])
def test_file_that_nothing_uses_any_more(tmp_path: Path, name: str) -> None:
    assert _is_put_away(tmp_path, name, flake=FLAKE % "./hosts/b.nix")


@pytest.mark.parametrize("module", ["./archive/a.nix", "./archive", '(./. + "/archive/a.nix")'])
def test_file_that_something_outside_names_is_in_use(tmp_path: Path, module: str) -> None:
    assert not _is_put_away(tmp_path, "archive/a.nix", flake=FLAKE % module)


def test_file_that_a_host_finds_in_a_list_of_files_is_in_use(tmp_path: Path) -> None:
    listing = "{ lib, ... }: { imports = lib.filesystem.listFilesRecursive ./parts; }"
    files = {"flake": FLAKE % "./all.nix", "all": listing}
    assert not _is_put_away(tmp_path, "parts/archive/a.nix", **files)


@pytest.mark.parametrize("name", ["a.nix", "archive.nix", "archives-of-mail/a.nix"])
def test_other_files_are_not(tmp_path: Path, name: str) -> None:
    assert not _is_put_away(tmp_path, name)


def test_address_of_an_archive_does_not_name_the_folder(tmp_path: Path) -> None:
    other = '{ x = builtins.fetchTarball "https://github.com/a/b/archive/main.tar.gz"; }'
    assert _is_put_away(tmp_path, "archive/a.nix", flake=FLAKE % "./b.nix", b=other)
