"""The real Nix as a referee of the module system: what becomes of every option of a generated repository.

Many repositories are evaluated by one Nix, each with several values of what it cannot tell. The module system is the
small one of ``evaluator.nix``, or that of nixpkgs where its ``lib`` is at hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, cast

from tests.nix.nix_referee import NIX_INSTANTIATE, need_nix
from tests.semantics.modules.nix_modules import NAMES, Repo

FOLDER = Path(__file__).parent
SMALL_LIB = FOLDER / "nixos_lib.nix"

Report: TypeAlias = Mapping[str, object]
"""By option path: ``{"definitions": […], "highestPrio": …}``, ``None`` where undefined, ``"error"`` where Nix throws."""

_SEEDS = (303, 2266, 2744, 1063, 1368, 3521)
"""Values of what a repository cannot tell; ``world.nix`` makes of a number what is not told."""


def write(repos: Sequence[Repo], folder: Path) -> list[Path]:
    """Write repositories below a folder, and give the folder of each."""
    folders = [folder / f"r{index}" for index in range(len(repos))]
    for repo, root in zip(repos, folders, strict=True):
        for name, text in repo.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folders


def reports(repos: Sequence[Repo], folders: Sequence[Path], lib: Path = SMALL_LIB) -> list[list[Report] | str]:
    """For each repository one report for each value of what is unknown, or Nix's message where it refuses it."""
    need_nix()
    seeds = [_SEEDS if repo.has_unknown else _SEEDS[:1] for repo in repos]
    quiet = _evaluated(repos, folders, [own[::2] for own in seeds], lib, environment="0")
    loud = _evaluated(repos, folders, [own[1::2] for own in seeds], lib, environment="1")
    return [
        one if isinstance(one, str) else other if isinstance(other, str) else [*one, *other]
        for one, other in zip(quiet, loud, strict=True)
    ]


def _evaluated(
    repos: Sequence[Repo], folders: Sequence[Path], seeds: Sequence[Sequence[int]], lib: Path, environment: str
) -> list[list[Report] | str]:
    """The reports; where Nix refuses the batch, those of its halves, down to the one that it refuses."""
    found = _run(repos, folders, seeds, lib, environment)
    if not isinstance(found, str):
        return found
    if len(repos) == 1:
        return [found]
    half = len(repos) // 2
    return [
        *_evaluated(repos[:half], folders[:half], seeds[:half], lib, environment),
        *_evaluated(repos[half:], folders[half:], seeds[half:], lib, environment),
    ]


def _run(
    repos: Sequence[Repo], folders: Sequence[Path], seeds: Sequence[Sequence[int]], lib: Path, environment: str
) -> list[list[Report] | str] | str:
    assert NIX_INSTANTIATE is not None
    names = _quoted(NAMES)
    items = " ".join(
        f"(map (seed: import {FOLDER / 'world.nix'} {{ inherit lib seed names; "
        f"declared = [ {_quoted(repo.declared)} ]; root = {folder / repo.root}; }}) "
        f"[ {' '.join(map(str, own))} ])"
        for repo, folder, own in zip(repos, folders, seeds, strict=True)
    )
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "batch.nix")
        file.write_text(f"let lib = import {lib}; names = [ {names} ]; in [ {items} ]")
        command = [NIX_INSTANTIATE, "--eval", "--strict", "--json", str(file)]
        result = subprocess.run(
            command, capture_output=True, check=False, env={**os.environ, "NIXLINT_TEST": environment}
        )
    if result.returncode:
        return result.stderr.decode("utf-8", "replace") or "Nix failed"
    found = cast("list[list[dict[str, Report]]]", json.loads(result.stdout))
    return [[next(iter(hosts.values())) for hosts in repo] for repo in found]


def _quoted(names: Iterable[str]) -> str:
    return " ".join(f'"{name}"' for name in names)
