"""Which names of OCI containers a repository has, and when nobody can say."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.oci.names import OciNames
from nixlint.semantics.repository.repository import Repository

_DECLARES = '{ virtualisation.oci-containers.containers.db.image = "db:1"; }\n'


def _names(folder: Path, **files: str) -> OciNames:
    for name, text in files.items():
        (folder / f"{name}.nix").write_text(text)
    return OciNames.of(Repository(folder, sorted(folder.glob("*.nix"))))


def test_names_of_all_files(tmp_path: Path) -> None:
    other = (
        "{ lib, config, ... }: { virtualisation.oci-containers = lib.mkIf config.my.on { containers.web = { }; }; }\n"
    )
    assert _names(tmp_path, a=_DECLARES, b=other) == OciNames(frozenset({"db", "web"}), True)


def test_a_file_that_only_chooses_the_engine_declares_nothing(tmp_path: Path) -> None:
    chosen = '{ virtualisation.oci-containers.backend = "docker"; }\n'
    assert _names(tmp_path, a=_DECLARES, b=chosen) == OciNames(frozenset({"db"}), True)


@pytest.mark.parametrize(
    "text",
    [
        "{ config, ... }: { virtualisation.oci-containers.containers = config.my.containers; }\n",
        '{ config, ... }: { virtualisation.oci-containers.containers.${config.my.name}.image = "a:1"; }\n',
        "{ config, ... }: { virtualisation.oci-containers = config.my.engines; }\n",
        "{ a.oci-containers.containers.b = { }; }\n",
    ],
    ids=["all unknown", "a name unknown", "the engines unknown", "no module"],
)
def test_incomplete_where_a_name_may_be_missing(tmp_path: Path, text: str) -> None:
    assert not _names(tmp_path, a=_DECLARES, b=text).is_complete


def test_a_comment_declares_nothing(tmp_path: Path) -> None:
    commented = "{ # virtualisation.oci-containers.containers.web: see elsewhere\n}\n"
    assert _names(tmp_path, a=_DECLARES, b=commented) == OciNames(frozenset({"db"}), True)
