"""The guided move of a secret: what it writes, where the value goes, and that it goes nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from nixlint.cli.main import nixlint
from tests.linting.workbench import write_files

SOPS = """\
{ pkgs, ... }:
{
  sops.defaultSopsFile = ./secrets.yaml;
  users.users.alice = {
    isNormalUser = true;
    password = "wonderland7";
  };
  services.gitea.database.password = "birdsong77";
  virtualisation.oci-containers.containers.db = {
    image = "postgres:17";
    environment = {
      POSTGRES_USER = "a";
      POSTGRES_PASSWORD = "waterfall9";
    };
  };
}
"""
SOPS_MOVED = """\
{ pkgs, config, ... }:
{
  sops.defaultSopsFile = ./secrets.yaml;
  sops.secrets.alice-password = { neededForUsers = true; };
  sops.secrets.gitea-database-password = { owner = "gitea"; mode = "0400"; restartUnits = [ "gitea.service" ]; };
  sops.secrets.db-POSTGRES_PASSWORD = { restartUnits = [ "${config.virtualisation.oci-containers.backend}-db.service" ]; };
  users.users.alice = {
    isNormalUser = true;
    hashedPasswordFile = config.sops.secrets.alice-password.path;
  };
  services.gitea.database.passwordFile = config.sops.secrets.gitea-database-password.path;
  virtualisation.oci-containers.containers.db = {
    image = "postgres:17";
    environment = {
      POSTGRES_USER = "a";
    };
    environmentFiles = [ config.sops.secrets.db-POSTGRES_PASSWORD.path ];
  };
}
"""
AGENIX = """\
{ config, ... }:
{
  age.secrets.mail.file = ../secrets/mail.age;
  users.users.bob.initialPassword = "wonderland7";
  services.gitea.database.password = "birdsong77";
  virtualisation.oci-containers.containers.db.environment.POSTGRES_PASSWORD = "waterfall9";
}
"""
VALUES = ("wonderland7", "birdsong77", "waterfall9")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for what is to last, outside the repository."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def repository(tmp_path: Path, state: Path) -> Path:
    assert state
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


class Ran(NamedTuple):
    """What a command of nixlint came to."""

    exit_code: object
    output: str


def _run(folder: Path, *arguments: str) -> Ran:
    result = CliRunner().invoke(nixlint, [*arguments, "--isolated", str(folder)], standalone_mode=False)
    assert result.exception is None
    return Ran(result.return_value, result.output)


def _kept(state: Path) -> list[Path]:
    return sorted(state.rglob("*.yaml"))


def test_secrets_of_users_services_and_containers_move_to_sops(repository: Path, state: Path) -> None:
    write_files(
        repository, {"configuration.nix": SOPS, "secrets.yaml": "a: ENC[AES256_GCM,data:x]\nsops: { mac: x }\n"}
    )

    result = _run(repository, "fix", "--unsafe-fixes")

    assert result.exit_code == 0
    assert (repository / "configuration.nix").read_text() == SOPS_MOVED
    (kept,) = _kept(state)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    lines = dict(line.split(": ", 1) for line in kept.read_text().splitlines() if not line.startswith("#"))
    assert {json.loads(name): json.loads(text) for name, text in lines.items()} == {
        "alice-password": "wonderland7",
        "gitea-database-password": "birdsong77",
        "db-POSTGRES_PASSWORD": "POSTGRES_PASSWORD=waterfall9",
    }
    assert "a hash of the password (mkpasswd makes one), not the password itself" in result.output


def test_secrets_move_to_agenix_beside_the_files_that_are_there(repository: Path, state: Path) -> None:
    write_files(
        repository,
        {"hosts/a.nix": AGENIX, "secrets/mail.age": "age-encryption.org/v1\n", "secrets/secrets.nix": "{ }\n"},
    )

    assert _run(repository, "fix", "--unsafe-fixes").exit_code == 0

    text = (repository / "hosts/a.nix").read_text()
    assert "age.secrets.bob-password = { file = ../secrets/bob-password.age; };" in text
    assert "users.users.bob.hashedPasswordFile = config.age.secrets.bob-password.path;" in text
    assert 'file = ../secrets/gitea-database-password.age; owner = "gitea"; mode = "0400";' in text
    assert "environmentFiles = [ config.age.secrets.db-POSTGRES_PASSWORD.path ];" in text
    assert not any(value in text for value in VALUES)
    assert len(_kept(state)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("fix", "--unsafe-fixes", "--diff"),
        ("fix", "--unsafe-fixes", "-v"),
        ("check", "--no-cache", "--format", "json"),
        ("check", "--no-cache", "--format", "text"),
        ("check", "--no-cache", "--format", "concise"),
    ],
)
def test_value_is_shown_nowhere(repository: Path, arguments: tuple[str, ...]) -> None:
    write_files(repository, {"configuration.nix": SOPS, "other/a.nix": AGENIX.replace("age.", "x.")})

    result = _run(repository, *arguments)

    assert result.output
    assert not any(value in result.output for value in VALUES)


def test_a_diff_and_a_check_write_nothing(repository: Path, state: Path) -> None:
    write_files(repository, {"configuration.nix": SOPS})

    _run(repository, "fix", "--unsafe-fixes", "--diff")
    _run(repository, "check", "--no-cache")

    assert not state.exists()
    assert (repository / "configuration.nix").read_text() == SOPS


def test_a_document_for_programs_has_no_edits_that_would_lose_the_value(repository: Path) -> None:
    write_files(repository, {"configuration.nix": SOPS})

    findings = json.loads(_run(repository, "check", "--no-cache", "--format", "json").output)["findings"]

    moves = [found["fix"] for found in findings if found["fix"] is not None and "sops-nix" in found["fix"]["summary"]]
    assert len(moves) == 3
    assert all(fix["edits"] == [] and fix["withheld"] for fix in moves)


def test_nothing_is_written_where_the_value_would_stay_in_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(repository / "state"))
    write_files(repository, {"configuration.nix": SOPS})

    result = _run(repository, "fix", "--unsafe-fixes")

    assert result.exit_code == 2
    assert "nothing was written" in result.output
    assert (repository / "configuration.nix").read_text() == SOPS
    assert not (repository / "state").exists()


def test_a_second_move_leaves_the_first_file_alone(repository: Path, state: Path) -> None:
    for name, user in (("a.nix", "alice"), ("b.nix", "zoe")):
        write_files(repository, {name: SOPS.replace("alice", user)})
        _run(repository, "fix", "--unsafe-fixes")
    assert [path.name for path in _kept(state)] == ["moved-secrets-1.yaml", "moved-secrets-2.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        '{ users.users.alice.password = "wonderland7"; }\n',
        '{ sops.defaultSopsFile = ./a.yaml; users.users.alice.password = "changeme"; }\n',
        'let p = "wonderland7"; in { config, ... }: { sops.defaultSopsFile = ./a; users.users.alice.password = p; }\n',
        '{ sops.defaultSopsFile = ./a; users.users.a = { password = "wonderland7"; hashedPasswordFile = "/a"; }; }\n',
        '{ sops.defaultSopsFile = ./a; containers.a.config.users.users.a.password = "wonderland7"; }\n',
        '{ age.secrets.x.path = "/x"; users.users.alice.password = "wonderland7"; }\n',
        '{ sops.defaultSopsFile = ./a; users.users = { ${x}.password = "wonderland7"; }; }\n',
        '{ sops.defaultSopsFile = ./a; services.oauth2-proxy.clientSecret = "wonderland7"; }\n',
        '{ sops.defaultSopsFile = ./a; services.vaultwarden.config.ADMIN_TOKEN = "wonderland7"; }\n',
    ],
)
def test_nothing_is_moved_where_anything_is_unsure(repository: Path, state: Path, text: str) -> None:
    write_files(repository, {"a.nix": text})

    _run(repository, "fix", "--unsafe-fixes")

    assert (repository / "a.nix").read_text() == text
    assert not state.exists()


def test_nothing_is_moved_in_a_file_of_which_nobody_knows_who_has_it(repository: Path, state: Path) -> None:
    image = '{ config, ... }: { users.users.a.password = "wonderland7"; }\n'
    write_files(
        repository,
        {"flake.nix": "{ outputs = _: { }; }\n", "host.nix": "{ sops.defaultSopsFile = ./a; }\n", "image.nix": image},
    )

    _run(repository, "fix", "--unsafe-fixes")

    assert (repository / "image.nix").read_text() == image
    assert not state.exists()


def test_nothing_is_moved_on_a_machine_without_the_tool(repository: Path, state: Path) -> None:
    write_files(
        repository,
        {
            "flake.nix": """\
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./users.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./users.nix ]; };
  };
}
""",
            "a.nix": "{ sops.defaultSopsFile = ./a.yaml; }\n",
            "users.nix": '{ config, ... }: { users.users.alice.password = "wonderland7"; }\n',
        },
    )

    _run(repository, "fix", "--unsafe-fixes")

    assert "wonderland7" in (repository / "users.nix").read_text()
    assert not state.exists()


def test_two_secrets_never_get_one_name(repository: Path, state: Path) -> None:
    other = (
        SOPS.replace("wonderland7", "lavender83").replace("birdsong77", "riverbank5").replace("waterfall9", "hillside6")
    )
    write_files(repository, {"hosts/a.nix": SOPS, "hosts/b.nix": other})

    _run(repository, "fix", "--unsafe-fixes")

    (kept,) = _kept(state)
    names = [line.partition(": ")[0] for line in kept.read_text().splitlines() if not line.startswith("#")]
    assert sorted(names) == ['"alice-password"', '"db-POSTGRES_PASSWORD"', '"gitea-database-password"']
    left = (repository / "hosts/a.nix").read_text() + (repository / "hosts/b.nix").read_text()
    assert left.count("sops.secrets.alice-password = ") == 1


def test_a_set_in_modules_of_several_files_is_moved_in_each(repository: Path, state: Path) -> None:
    users = """\
{ lib, ... }: {
  config = {
    users.users = {
      root.password = "wonderland7";
      carol = { isNormalUser = true; password = "lavender83"; };
    };
  };
}
"""
    cache = """\
{ config, ... }: {
  services.redis.servers.cache = { enable = true; requirePass = "birdsong77"; };
  virtualisation.oci-containers.containers.mqtt = { image = "a:1"; environment.MQTT_PASSWORD = "waterfall9"; };
}
"""
    write_files(
        repository,
        {
            "configuration.nix": "{ imports = [ ./users.nix ./cache.nix ]; sops.defaultSopsFile = ./all.yaml; }\n",
            "users.nix": users,
            "cache.nix": cache,
        },
    )

    assert _run(repository, "fix", "--unsafe-fixes").exit_code == 0

    text = (repository / "users.nix").read_text()
    assert "{ lib, config, ... }: {" in text
    assert "root.hashedPasswordFile = config.sops.secrets.root-password.path;" in text
    assert "sops.secrets.carol-password = { neededForUsers = true; };" in text
    text = (repository / "cache.nix").read_text()
    assert "requirePassFile = config.sops.secrets.redis-servers-cache-requirePass.path;" in text
    assert "environmentFiles = [ config.sops.secrets.mqtt-MQTT_PASSWORD.path ];" in text
    assert len(_kept(state)) == 1


def test_a_safe_fix_moves_nothing(repository: Path, state: Path) -> None:
    write_files(repository, {"configuration.nix": SOPS})

    _run(repository, "fix")

    assert (repository / "configuration.nix").read_text() == SOPS
    assert not state.exists()
