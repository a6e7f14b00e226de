"""Secrets among other text."""

from __future__ import annotations

import pytest

from nixlint.secrets.assignments import assignment, secret_flags, secret_lines
from nixlint.secrets.looks import Look


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
    "text",
    [
        "passwd:    files systemd\nhosts: dns",
        "import json\nfor key, value in pairs:\n    password = value",
        'def token():\n    token = "placeholder_token"',
        "token: REPLACE_ME\nsed -i s/REPLACE_ME/$TOKEN/ a.yml",
        'api_key = "placeholder";\n.include "a"',
        "pass: admin\nnewPass: {{password}}",
    ],
)
def test_text_that_makes_no_use_of_a_value_as_a_secret_holds_none(text: str) -> None:
    assert list(secret_lines(text)) == []


def test_program_that_holds_a_secret_in_quotes_is_found() -> None:
    assert [found.name for found in secret_lines('import json\npassword = "waterfall9"')] == ["password"]


def test_placeholder_that_stands_twice_is_found_as_one() -> None:
    looks = [found.look for found in secret_lines("A_PASSWORD=changeme\nB_PASSWORD=changeme")]
    assert looks == [Look.PLACEHOLDER, Look.PLACEHOLDER]


def test_template_with_the_words_themselves_is_a_placeholder() -> None:
    (found,) = secret_lines("A_USERNAME=username\nA_PASSWORD=password")
    assert found.look is Look.PLACEHOLDER
    (found,) = secret_lines("A_USERNAME=alice\nA_PASSWORD=password")
    assert found.look is Look.SECRET


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
