"""What is known of the options of NixOS that hold secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import nixlint.data
from nixlint.secrets.names import is_environment_file, kind_of_secret_file
from nixlint.secrets.options import is_secret_file_option, secret_option
from nixlint.semantics.modules.option_path import OptionPath

KNOWN: dict[str, Any] = json.loads((Path(nixlint.data.__file__).parent / "secret_options.json").read_text("utf-8"))


def option(text: str) -> OptionPath:
    return OptionPath(tuple(text.split(".")))


def test_every_row_has_a_source_and_stands_once() -> None:
    for table in ("plain", "files"):
        names = [row["option"] for row in KNOWN[table]]
        assert len(names) == len(set(names))
        assert all(row["source"].startswith(("opt-", "https://", "nixos/")) for row in KNOWN[table])


def test_no_option_is_its_own_replacement_or_has_two_ways_out() -> None:
    for row in KNOWN["plain"]:
        assert row.get("replacement") != row["option"]
        assert "replacement" not in row or "value" not in row


def test_every_option_for_a_file_sounds_like_one_or_says_what_is_in_it() -> None:
    silent = [row["option"] for row in KNOWN["files"] if "kind" not in row]
    unheard = [name for name in silent if not _sounds_like_file(name.rsplit(".", 1)[-1])]
    assert unheard == []


def _sounds_like_file(name: str) -> bool:
    return kind_of_secret_file(name) is not None or is_environment_file(name)


@pytest.mark.parametrize(
    ("path", "replacement"),
    [
        ("services.redis.servers.cache.requirePass", "services.redis.servers.cache.requirePassFile"),
        ("config.services.gitea.database.password", "services.gitea.database.passwordFile"),
        ("services.inadyn.settings.provider.he.password", "services.inadyn.settings.provider.he.include"),
        ("services.matrix-synapse.settings.turn_shared_secret", "services.matrix-synapse.extraConfigFiles"),
        ("services.vaultwarden.config.ADMIN_TOKEN", "services.vaultwarden.environmentFile"),
        ("services.monero.rpc.password", None),
    ],
)
def test_replacement_is_in_the_names_of_the_definition(path: str, replacement: str | None) -> None:
    found = secret_option(option(path))
    assert found is not None
    assert found.replacement == replacement


@pytest.mark.parametrize("path", ["services.app.password", "services.couchdb.port", "my.services.redis"])
def test_option_of_which_nothing_is_known(path: str) -> None:
    assert secret_option(option(path)) is None


def test_option_for_a_file_is_known_within_a_container() -> None:
    assert is_secret_file_option(option("containers.web.config.services.gitea.database.passwordFile"))
    assert not is_secret_file_option(option("services.app.passwordFile"))
