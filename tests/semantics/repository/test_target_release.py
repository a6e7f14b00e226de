"""The release a repository is for: the oldest that its configuration or its pins tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.semantics.modules.releases import releases
from nixlint.semantics.repository.repository import Repository
from nixlint.semantics.repository.target_release import TargetRelease, target_release


def release_of(folder: Path, files: Mapping[str, str], release: str | None = None) -> TargetRelease:
    """The release of a repository with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    nix = [folder / name for name in files if name.endswith(".nix")]
    return target_release(Repository(folder, nix, target_release=release))


def lock(ref: str, modified: int, repo: str = "nixpkgs", node: str = "nixpkgs") -> str:
    """A lock file with one input."""
    locked = {"locked": {"lastModified": modified, "repo": repo}, "original": {"ref": ref, "repo": repo}}
    nodes = {node: locked, "root": {"inputs": {"nixpkgs": node}}}
    return json.dumps({"nodes": nodes, "root": "root", "version": 7})


def test_what_the_configuration_says_counts_alone(tmp_path: Path) -> None:
    files = {"flake.nix": '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-23.05"; }'}
    assert release_of(tmp_path, files, "26.05") == TargetRelease("26.05", is_known=True)


@pytest.mark.parametrize(
    "url",
    [
        "github:NixOS/nixpkgs/nixos-24.05",
        "nixpkgs/nixos-24.05-small",
        "github:NixOS/nixpkgs/release-24.05",
        "https://channels.nixos.org/nixos-24.05/nixexprs.tar.xz",
        "https://flakehub.com/f/NixOS/nixpkgs/0.2405.*",
    ],
)
def test_a_flake_input_names_a_release(tmp_path: Path, url: str) -> None:
    assert release_of(tmp_path, {"flake.nix": f'{{ inputs.nixpkgs.url = "{url}"; }}'}).release == "24.05"


def test_the_oldest_of_several_inputs_counts(tmp_path: Path) -> None:
    flake = '{ inputs = { a.url = "github:NixOS/nixpkgs/nixos-25.05"; b.url = "github:NixOS/nixpkgs/nixos-23.11"; }; }'
    assert release_of(tmp_path, {"flake.nix": flake}).release == "23.11"


@pytest.mark.parametrize(
    ("modified", "release"),
    [(1672531200, "22.11"), (1717459200, "24.05"), (1716163200, "23.11"), (1733100000, "24.11")],
)
def test_a_nixpkgs_of_the_development_branch_has_the_last_release(tmp_path: Path, modified: int, release: str) -> None:
    assert release_of(tmp_path, {"flake.lock": lock("nixos-unstable", modified)}).release == release


def test_pins_of_npins_and_niv_name_a_release(tmp_path: Path) -> None:
    npins = '{"pins": {"nixpkgs": {"type": "Channel", "name": "nixos-23.11"}}, "version": 3}'
    niv = '{"nixpkgs": {"branch": "nixos-22.05", "repo": "nixpkgs"}}'
    assert release_of(tmp_path, {"npins/sources.json": npins}).release == "23.11"
    assert release_of(tmp_path, {"nix/sources.json": niv}).release == "22.05"


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"nodes": 1}', '{"nodes": {"root": {"inputs": {"a": ["b"]}}}}'])
def test_a_lock_file_that_is_none_says_nothing(tmp_path: Path, text: str) -> None:
    assert release_of(tmp_path, {"flake.lock": text}) == TargetRelease(releases().oldest_in_use, is_known=False)


def test_other_inputs_say_nothing(tmp_path: Path) -> None:
    assert not release_of(tmp_path, {"flake.lock": lock("main", 1500000000, repo="disko")}).is_known


def test_the_newest_state_version_is_a_sign_where_nothing_tells_the_release(tmp_path: Path) -> None:
    found = release_of(
        tmp_path,
        {
            "old.nix": '{ system.stateVersion = "21.05"; }',
            "new.nix": '{ lib, ... }: { system.stateVersion = lib.mkDefault "23.11"; }',
            "b.nix": "{ config, ... }: { containers.a.config.system.stateVersion = config.system.stateVersion; }",
        },
    )
    assert found == TargetRelease(releases().oldest_in_use, is_known=False, newest_state_version="23.11")
    assert found.is_likely("23.11")
    assert not found.is_likely("24.05")


def test_a_state_version_that_is_newer_than_what_everybody_has_counts(tmp_path: Path) -> None:
    found = release_of(tmp_path, {"configuration.nix": '{ system.stateVersion = "26.05"; }'})
    assert (found.release, found.is_known) == ("26.05", False)
    assert found.is_likely("26.05")


def test_no_release_is_likely_without_a_sign(tmp_path: Path) -> None:
    assert not release_of(tmp_path, {"configuration.nix": "{ }"}).is_likely("19.03")


def test_a_state_version_does_not_count_beside_a_release_that_is_told(tmp_path: Path) -> None:
    files = {
        "flake.nix": '{ inputs.nixpkgs.url = "nixpkgs/nixos-24.05"; }',
        "a.nix": '{ system.stateVersion = "25.05"; }',
    }
    found = release_of(tmp_path, files)
    assert found == TargetRelease("24.05", is_known=True)
    assert found.is_likely("24.05")
    assert not found.is_likely("25.05")
