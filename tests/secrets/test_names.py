"""Which names hold a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nixlint.data
from nixlint.secrets.names import NameClass, classify_name, kind_of_secret, kind_of_secret_file

TABLES = json.loads((Path(nixlint.data.__file__).parent / "secret_names.json").read_text("utf-8"))


def test_every_word_stands_once_in_its_table_and_says_why() -> None:
    for name, rows in TABLES.items():
        if isinstance(rows, list):
            words = [row.get("word") or row.get("words") or row.get("name") or row.get("part") for row in rows]
            assert len(words) == len(set(words)), name
            assert all(len(row["reason"]) > 4 for row in rows), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dbPassword", NameClass.SECRET),
        ("SESSION_COOKIE", NameClass.HIDE),
        ("JWT", NameClass.HIDE),
        ("hashedPassword", NameClass.HIDE),
        ("NEO4J_AUTH", NameClass.HIDE),
        ("SALT", NameClass.HIDE),
        ("NEW_PASSWORD", NameClass.HIDE),
        ("MYSQLPASS", NameClass.HIDE),
        ("passwordFile", NameClass.PUBLIC),
        ("publicKey", NameClass.PUBLIC),
        ("authorizedKeys", NameClass.PUBLIC),
        ("keyMap", NameClass.PUBLIC),
        ("MAX_TOKENS", NameClass.PUBLIC),
        ("TOKEN_TTL", NameClass.PUBLIC),
        ("compass", NameClass.NEUTRAL),
        ("author", NameClass.NEUTRAL),
        ("VALKEY_EXTRA_FLAGS", NameClass.NEUTRAL),
        ("SURVEY_MONKEY_URL", NameClass.NEUTRAL),
        ("httpPort", NameClass.NEUTRAL),
        ("", NameClass.NEUTRAL),
    ],
)
def test_a_name_has_one_class_for_everybody(name: str, expected: NameClass) -> None:
    assert classify_name(name) is expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "password"),
        ("adminPassword", "password"),
        ("POSTGRES_PASSWORD", "password"),
        ("PGPASSWORD", "password"),
        ("GITEA__database__PASSWD", "password"),
        ("FTLCONF_webserver_api_password", "password"),
        ("password2", "password"),
        ("DB_PASS", "password"),
        ("dbPass", "password"),
        ("adminpass", "password"),
        ("requirePass", "password"),
        ("wpaPassphrase", "passphrase"),
        ("clientSecret", "secret"),
        ("client-secret", "secret"),
        ("botToken", "token"),
        ("API_KEY", "API key"),
        ("APP_KEY", "key"),
        ("apikey", "API key"),
        ("privateKey", "private key"),
        ("presharedKey", "pre-shared key"),
        ("PRE_SHARED_KEY", "pre-shared key"),
        ("SECRET_KEY_BASE", "secret key"),
        ("psk", "pre-shared key"),
        ("pskRaw", "pre-shared key"),
        ("bindpw", "password"),
        ("olcRootPW", "password"),
        ("crowdsecLapiKey", "API key"),
        ("PASSWORD_gitea", "password"),
        ("NEKO_PASSWORD_ADMIN", "password"),
    ],
)
def test_name_promises_a_secret_by_its_last_words(name: str, kind: str) -> None:
    assert kind_of_secret(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        "",
        "user",
        "passwordFile",
        "hashedPassword",
        "passwordHash",
        "TOKEN_URL",
        "MAX_TOKENS",
        "SHOW_PASSWORD_HINT",
        "ALLOW_EMPTY_PASSWORD",
        "PASSWORD_STORE",
        "PASSWORD_RESET",
        "passwordAuthentication",
        "cpw",
        "AWS_ACCESS_KEY_ID",
        "publicKey",
        "proxy_pass",
        "bypass",
        "compass",
        "key",
        "signingKey",
        "passwordCommand",
        "secretName",
        "token_endpoint_auth_method",
        "VALKEY_HOST",
        "_secret",
        "from_secret",
        "disablePassword",
    ],
)
def test_name_promises_no_secret_where_it_is_about_something_else(name: str) -> None:
    assert kind_of_secret(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("passwordFile", "password"),
        ("adminpassFile", "password"),
        ("PASSWORD_FILE", "password"),
        ("tokenPath", "token"),
        ("secretKeyFile", "secret key"),
        ("keyFile", "key"),
        ("sslCertificateKey", "private key"),
        ("_secret", "secret"),
        ("tokenKeyFile", "key"),
    ],
)
def test_name_of_an_option_for_a_file_says_what_is_in_it(name: str, kind: str) -> None:
    assert kind_of_secret_file(name) == kind


@pytest.mark.parametrize(
    "name",
    ["hashedPasswordFile", "publicKeyFile", "configFile", "caFile", "keymapFile", "sshKeyFile", "file", "sopsFile"],
)
def test_name_of_an_option_for_another_file_says_nothing(name: str) -> None:
    assert kind_of_secret_file(name) is None
