"""What is hidden of a text and of a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlint.secrets.masking import mask, shown, shown_command, shown_prose
from nixlint.secrets.parts import may_be_secret

SECRET = "Wa7erfall-9x"
"""Stands for the secret in each text."""

TEXTS = [
    'password = "S";',
    "password: S",
    "  db_password:   S  # comment",
    '"password": "S",',
    '{"a":{"token":"S"}}',
    "PASSWORD=S",
    "export API_TOKEN='S'",
    "- DB_PASSWORD=S",
    'password =\n  "S";',
    "SESSION_COOKIE=S",
    "JWT: S",
    "postgres://app:S@db/app",
    "//user:S@nas/share",
    "# old password: S",
    "# password S",
    "requirepass S",
    'rpcpassword "S"',
    "machine github.com login me password S",
    "ALTER USER app WITH PASSWORD 'S';",
    "CREATE USER 'a'@'%' IDENTIFIED BY 'S';",
    "curl -H 'Authorization: Bearer S' https://api.example.org",
    "curl -u admin:S https://example.org",
    "https://example.org/feed?token=S&page=2",
    "host=db user=app password=S dbname=app",
    "mysqladmin ping -pS",
    "mysqladmin -uroot -pS ping",
    "redis-cli -a S ping",
    "sshpass -p S ssh host",
    "tool --password S --verbose",
    "tool --admin-token=S",
    'tool "--password=S"',
    "podman run -e DB_PASSWORD=S image",
    "secrets:\n  - S\n",
    "token: >-\n  S\n  S\n",
    "-----BEGIN RSA PRIVATE KEY-----\nS\nS\n-----END RSA PRIVATE KEY-----",
    "openssl enc -pass pass:S",
    "user: $6$abcdefgh$S",
]


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_of_a_secret_in_a_text_is_shown(text: str) -> None:
    assert SECRET in _with_secret(text)
    assert SECRET[:4] not in shown(_with_secret(text))
    assert SECRET[-4:] not in shown(_with_secret(text))


def _with_secret(text: str) -> str:
    return re.sub(r"(?<![A-Z])S(?![A-Z])", SECRET, text)


@pytest.mark.parametrize(
    "text",
    [
        "image: postgres:16",
        "docker-image://redis:7@sha256:0123456789abcdef0123456789abcdef",
        "passwordFile = config.sops.secrets.db.path;",
        "PASSWORD_FILE=/run/secrets/db",
        'publicKey = "ssh-ed25519 AAAA";',
        "MAX_TOKENS=4096",
        "AUTH_ENABLED=true",
        "password = ${DB_PASSWORD}",
        'console.keyMap = "de";',
        "proxy_pass http://127.0.0.1:3000;",
        "https://example.org/token/list?page=2",
        "--publish 8080:80 --name web -p 80:80",
        "--secret=database,type=env,target=DB",
        "systemctl restart web",
        "The token is read from a file.",
    ],
)
def test_a_text_without_a_secret_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "services.db.password is a password in plain text",
        "use --password-file, with a path",
        "the token: it expires",
        "environment sets DB_PASSWORD to a password in plain text",
    ],
)
def test_a_sentence_about_secrets_is_shown_as_it_is(text: str) -> None:
    assert shown_prose(text) == text


def test_the_words_of_a_command_are_masked_one_by_one() -> None:
    words = [
        "mysql",
        "-uroot",
        f"-p{SECRET}",
        "--token",
        SECRET,
        "-e",
        f"A_SECRET={SECRET}",
        f"--url=http://a:{SECRET}@b/",
    ]
    assert shown_command(words) == (
        *("mysql", "-uroot", "-p‹password, long›", "--token", "‹token, long›"),
        *("-e", "A_SECRET=‹secret, long›", "--url=http://a:‹password, long›@b/"),
    )


def test_a_mask_tells_the_kind_and_whether_it_is_short() -> None:
    assert mask("hunter2", "password") == "‹password, short›"
    assert mask("hunter2" * 3, "password") == "‹password, long›"


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_masked_is_not_masked_again(text: str) -> None:
    once = shown(_with_secret(text))
    assert shown(once) == once


@given(st.text(max_size=200))
def test_any_text_can_be_shown(text: str) -> None:
    shown(text)
    shown_prose(text)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_PASSWORD", "x", True),
        ("REDIS_AUTH", "x", True),
        ("COLOUR", "green", False),
        ("DB_PASSWORD", "", False),
        ("PASSWORD_FILE", "/run/secrets/x", False),
        ("PASSWORD_FILE", "hunter2", True),
        ("AUTH", "true", False),
        ("URL", "http://a:b@c/", True),
    ],
)
def test_a_variable_is_judged_by_its_name_and_its_value(name: str, value: str, expected: bool) -> None:
    assert may_be_secret(name, value) is expected
