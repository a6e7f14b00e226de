"""Secrets among other text."""

from __future__ import annotations

import pytest

from rules.secrets.recognition.assignments import assignment, secret_flags, secret_lines
from rules.secrets.recognition.values import Look


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DB_PASSWORD=waterfall9", "DB_PASSWORD"),
        ("password=waterfall9", "password"),
        ("PORT=80", None),
        ("DB_PASSWORD=", None),
        ("DB_PASSWORD=$X", None),
        ("if a == b then PASSWORD=x", None),
    ],
)
def test_variable_is_recognised_by_its_name_and_value(text: str, name: str | None) -> None:
    found = assignment(text)
    assert (None if found is None else found.name) == name


@pytest.mark.parametrize(
    ("words", "indices"),
    [
        (["redis-server", "--requirepass", "waterfall9"], [2]),
        (["-e", "DB_PASSWORD=waterfall9", "-e", "PORT=80"], [1]),
        (["--env=DB_PASSWORD=waterfall9"], [0]),
        (["--api-key=waterfall9"], [0]),
        (["--token", "--verbose"], []),
        (["--password-file", "/run/secrets/a"], []),
        (["--password=$PASSWORD"], []),
    ],
)
def test_secret_is_found_at_its_word(words: list[str], indices: list[int]) -> None:
    assert [found.at for found in secret_flags(words)] == indices


@pytest.mark.parametrize(
    "line",
    [
        "password = waterfall9",
        "  password: waterfall9",
        'export DB_PASSWORD="waterfall9"',
        "DB_PASSWORD=waterfall9",
        '"password": "waterfall9",',
        "- DB_PASSWORD=waterfall9",
    ],
)
def test_line_of_a_configuration_file_with_a_secret_is_found(line: str) -> None:
    assert [(found.look, found.at) for found in secret_lines(f"first\n{line}\nlast")] == [(Look.SECRET, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "# password = waterfall9",
        'password = read_file("/run/secrets/a")',
        "password = os.environ[PASSWORD]",
        "PASSWORD=$(cat /run/secrets/a)",
        'PASSWORD="$1"',
        "proxy_pass http://backend;",
        "token: str",
        "password = None",
        "password = args.password",
        "if password == secret:",
        "the password: it is long and has words",
    ],
)
def test_line_of_a_program_is_no_secret(line: str) -> None:
    assert list(secret_lines(line)) == []
