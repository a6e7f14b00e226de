"""What around a value says that it is no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.semantics.repository.definitions import written_definitions
from nixlint.semantics.repository.repository import Repository
from rules.secrets.circumstances import is_default_of_option, is_for_socket, is_name_in_file, is_said_to_be_none


def _repository(folder: Path, **texts: str) -> Repository:
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.nix"
        path.write_text(text)
        paths.append(path)
    return Repository(folder, paths)


@pytest.mark.parametrize(
    "comment",
    [
        "not a secret",
        "a placeholder rather than a secret",
        "Plaintext by design: a game",
        "Ollama doesn't care about keys",
        "not a real secret, everybody knows it",
    ],
)
def test_owner_who_says_that_it_is_no_secret_is_believed(tmp_path: Path, comment: str) -> None:
    for text in (f'{{ a.b = "x1"; # {comment}\n}}', f'{{\n  # {comment},\n  # as all know\n  a.b = "x1";\n}}'):
        repository = _repository(tmp_path, a=text)
        (definition,) = written_definitions(repository.open(tmp_path / "a.nix"), repository)
        assert is_said_to_be_none(definition.value_place, repository)


@pytest.mark.parametrize(
    "text",
    [
        '{ a.b = "x1"; # no secret should be here\n}',
        '{ a.b = "x1"; # this is not a secret store\n}',
        '{\n  # not a secret\n\n  a.b = "x1";\n}',
        '{ c = 1; # not a secret\n  a.b = "x1";\n}',
        '{ a.b = "not a secret"; }',
    ],
)
def test_other_comments_mean_nothing(tmp_path: Path, text: str) -> None:
    repository = _repository(tmp_path, a=text)
    definitions = written_definitions(repository.open(tmp_path / "a.nix"), repository)
    (definition,) = [found for found in definitions if found.path.last == "b"]
    assert not is_said_to_be_none(definition.value_place, repository)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{ db = { address = "unix:///run/postgresql"; password = "a"; }; }', True),
        ('{ db.host = "/run/postgresql"; db.password = "a"; }', True),
        ('{ db = { host = "localhost"; password = "a"; }; }', False),
        ('{ other.host = "/run/postgresql"; db.password = "a"; }', False),
    ],
)
def test_password_for_a_socket_is_told_by_its_neighbour(tmp_path: Path, text: str, expected: bool) -> None:
    repository = _repository(tmp_path, a=text)
    definitions = written_definitions(repository.open(tmp_path / "a.nix"), repository)
    (definition,) = [found for found in definitions if found.path.last == "password"]
    assert is_for_socket(definition, repository) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{ prompts.a-token = "Type it"; env.TOKEN = "a-token"; }', True),
        ('{ sops.secrets."a-token" = { }; env.TOKEN = "a-token"; }', True),
        ('{ services.a-token.enable = true; env.TOKEN = "a-token"; }', False),
        ('{ env.TOKEN = "a-token"; }', False),
    ],
)
def test_value_is_a_name_where_its_file_declares_it(tmp_path: Path, text: str, expected: bool) -> None:
    repository = _repository(tmp_path, a=text)
    definitions = written_definitions(repository.open(tmp_path / "a.nix"), repository)
    (definition,) = [found for found in definitions if found.path.last == "TOKEN"]
    assert is_name_in_file("a-token", definition.value_place, repository) is expected


def test_file_that_is_only_the_default_of_an_option_is_told_from_one_that_is_used(tmp_path: Path) -> None:
    repository = _repository(
        tmp_path,
        default="{ lib, ... }: { options.a.settings = lib.mkOption { default = import ./shown.nix; }; }",
        used="{ lib, ... }: { options.a = lib.mkOption { default = import ./both.nix; }; config.a = import ./both.nix; }",
        shown="{ }",
        both="{ }",
        alone="{ }",
    )
    assert is_default_of_option(tmp_path / "shown.nix", repository)
    assert not is_default_of_option(tmp_path / "both.nix", repository)
    assert not is_default_of_option(tmp_path / "alone.nix", repository)
