"""Services that read the file of a secret themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nixlint.data
from nixlint.secrets.readers import reader_of
from nixlint.semantics.modules.option_path import OptionPath


@pytest.mark.parametrize(
    ("path", "user"),
    [
        ("services.grafana.settings.security.secret_key", "grafana"),
        ("config.services.grafana.provision.datasources.settings.datasources.secureJsonData.password", "grafana"),
        ("containers.git.config.services.gitea.database.passwordFile", "gitea"),
        ("services.gitea.database.password", None),
        ("services.grafana", None),
        ("services.vaultwarden.environmentFile", None),
    ],
)
def test_reader_of_an_option_is_the_user_of_its_service(path: str, user: str | None) -> None:
    reader = reader_of(OptionPath(tuple(path.split("."))))
    assert (None if reader is None else reader.user) == user


def test_every_reader_has_a_source() -> None:
    rows = json.loads((Path(nixlint.data.__file__).parent / "secret_readers.json").read_text("utf-8"))["readers"]
    assert all(row["source"].startswith("nixos/modules/") for row in rows)
