"""Which secrets a repository declares for sops-nix and agenix, in whatever way it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.secrets.declared import DeclaredSecrets, is_on_a_host
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


def repository(folder: Path, files: dict[str, str]) -> Repository:
    """A repository of these files."""
    write_files(folder, files)
    return Repository(folder, sorted(folder.rglob("*.nix")))


def of_module(text: str, folder: Path) -> Repository:
    """A repository of one module."""
    return repository(folder, {"configuration.nix": f"{{ config, lib, ... }}: {text}\n"})


def declared(text: str, folder: Path) -> DeclaredSecrets:
    """The secrets of a module."""
    return DeclaredSecrets.of(of_module(text, folder))


def is_missing(text: str, folder: Path, *names: str) -> list[bool]:
    """Whether secrets of sops-nix are missing beside a module."""
    found = of_module(text, folder)
    return [DeclaredSecrets.of(found).is_missing("sops", name, found) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "{ sops.secrets.db = { }; }",
        "{ config.sops.secrets.db.owner = config.my.owner; }",
        "{ sops = { secrets = { db = { }; }; }; }",
        '{ sops.secrets = lib.genAttrs [ "a" "db" ] (name: { }); }',
        "{ sops.secrets = lib.mkIf config.my.db { db = { }; }; }",
        "{ sops.secrets.db = lib.mkIf config.my.db { }; }",
        "{ home-manager.users.me = { sops.secrets.db = { }; }; }",
    ],
)
def test_a_secret_is_declared_in_every_way_of_writing_it(text: str, tmp_path: Path) -> None:
    found = declared(text, tmp_path)
    assert found.has("sops", "db")
    assert not found.has("age", "db")
    assert is_missing(text, tmp_path, "other") == [True]


@pytest.mark.parametrize(
    "text",
    [
        "{ sops.secrets = config.my.secrets; }",
        "{ sops.secrets.${config.my.name} = { }; sops.secrets.db = { }; }",
        "{ sops.secrets = { db = { }; } // lib.genAttrs config.my.names (name: { }); }",
        "{ sops = config.my.sops; sops2.secrets.db = { }; }",
    ],
)
def test_nothing_is_missing_where_any_secret_may_be_declared(text: str, tmp_path: Path) -> None:
    assert is_missing(text, tmp_path, "other") == [False]


def test_nothing_is_missing_where_no_secret_is_declared_or_another_set_has_the_name(tmp_path: Path) -> None:
    assert is_missing("{ x = config.sops.secrets.y.path; }", tmp_path / "none", "y") == [False]
    text = "{ sops.secrets.a = { }; my.secrets.b = { }; }"
    assert is_missing(text, tmp_path / "alike", "b", "c") == [False, True]


def test_a_setting_is_on_where_it_is_true_wherever_it_is_set(tmp_path: Path) -> None:
    found = declared(
        "{ sops.secrets.a.neededForUsers = true; sops.secrets.b.neededForUsers = config.my.b; "
        'sops.secrets.c = { neededForUsers = true; path = "/c"; }; }',
        tmp_path,
    )
    assert [found.is_true("sops", name, "neededForUsers") for name in "abc"] == [True, False, True]
    assert [found.may_have("sops", name, "path") for name in "abc"] == [False, False, True]


def test_a_file_is_on_a_host_that_certainly_imports_it(tmp_path: Path) -> None:
    found = repository(
        tmp_path,
        {
            "configuration.nix": "{ config, lib, ... }: { imports = [ ./a.nix ] ++ lib.optional config.x ./b.nix; }\n",
            "a.nix": "{ }\n",
            "b.nix": "{ }\n",
            "c.nix": "{ }\n",
        },
    )
    names = [name for name in "abc" if is_on_a_host(tmp_path / f"{name}.nix", found)]
    assert names == ["a"]
