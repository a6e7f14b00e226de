"""Which names hold a secret."""

from __future__ import annotations

import pytest

from rules.secrets.recognition.names import kind_of_secret, kind_of_secret_file


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
