"""Containers that are held against those of other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.nspawn import container as nspawn
from nixlint.containers.nspawn.container import ContainerIndex, nspawn_containers
from nixlint.semantics.repository.repository import Repository

_FILES = 40


def test_files_with_containers_of_unknown_names_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{number}.nix" for number in range(_FILES)]
    for path in paths:
        path.write_text("{ name, ... }: { containers.${name} = { autoStart = true; config = { }; }; }\n", "utf-8")
    reads: list[Path] = []
    real = nspawn._read_containers

    def counted(path: Path, repository: Repository) -> object:
        reads.append(path)
        return real(path, repository)

    monkeypatch.setattr(nspawn, "_read_containers", counted)
    repository = Repository(tmp_path, tuple(paths))
    for path in paths:
        source = repository.source(path)
        assert source is not None
        (container,) = nspawn_containers(source, repository)
        assert len(ContainerIndex.of(repository).others(container)) == _FILES - 1
    assert sorted(reads) == sorted(paths)
