"""Secrets within the lines of a script."""

from __future__ import annotations

import pytest

from nixlint.secrets.assignments import kind_of_key, secret_statements
from nixlint.secrets.looks import Look, is_hex_key, look_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ALTER USER app WITH PASSWORD 'waterfall9';", "waterfall9"),
        ("CREATE ROLE app LOGIN ENCRYPTED PASSWORD 'waterfall9';", "waterfall9"),
        ("CREATE USER 'a'@'%' IDENTIFIED BY 'waterfall9';", "waterfall9"),
        ("curl -H 'Authorization: Bearer q7Wz83kfPl0' https://a.test", "q7Wz83kfPl0"),
        ("backup --password=waterfall9 /srv", "waterfall9"),
        ("backup --admin-token q7Wz83kfPl0", "q7Wz83kfPl0"),
        ('forge user create --password "fern"', "fern"),
        ("""curl -sf http://[::1]/login -d '{"username":"admin","password":"Waterfall9!"}' || true""", "Waterfall9!"),
        ("host=db user=app password=waterfall9 dbname=app", "waterfall9"),
        ("Server=db;User Id=sa;Password=waterfall9;", "waterfall9"),
        ("https://a.test/feed?token=q7Wz83kfPl0&page=2", "q7Wz83kfPl0"),
        ("https://a.test/feed?page=2&secretKey=q7Wz83kfPl0", "q7Wz83kfPl0"),
    ],
)
def test_a_secret_in_a_statement_is_found_where_it_stands(text: str, value: str) -> None:
    (found,) = secret_statements(text)
    assert (text[found.start : found.end], found.look) == (value, Look.SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "ALTER USER app WITH PASSWORD '$password';",
        "ALTER USER app WITH PASSWORD 'SCRAM-SHA-256$4096:abc';",
        "ALTER USER app PASSWORD NULL;",
        "the PASSWORD 'waterfall9' of a sentence",
        "curl -H 'Authorization: Bearer $TOKEN' https://a.test",
        "backup --password-file /run/secrets/backup",
        """curl -d '{"username":"admin","password":"'"$password"'"}' https://a.test""",
        """curl -d '{"password":"$PASSWORD","token":"__TOKEN__"}' https://a.test""",
        'backup --password "$(cat /run/secrets/backup)"',
        "backup --password $PASSWORD",
        "podman run --secret=db-password image",
        "podman run --secret db,type=env image",
        "server --token-ttl=30days",
        "psql host=db user=app password=$PGPASSWORD",
        "https://a.test/feed?token={token}&page=2",
        "https://a.test/list?page=2&sort=key",
    ],
)
def test_silent_where_a_statement_refers_to_a_secret_or_is_about_something_else(text: str) -> None:
    assert list(secret_statements(text)) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("APP_SIGNING_KEY", None, None),
        ("APP_KEY_ID", "0123456789abcdef" * 2, None),
        ("N8N_HASH_KEY", "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c", "key"),
        ("N8N_HASH_KEY", "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c" * 2, "key"),
        ("N8N_HASH_KEY", "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b", None),
        ("N8N_HASH_KEY", "0" * 32, None),
        ("PUBLIC_KEY", "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c", None),
        ("hashKey", "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c", None),
    ],
)
def test_a_key_in_hexadecimal_digits_is_one_by_its_length(name: str, value: str | None, expected: str | None) -> None:
    assert kind_of_key(name, value or "production") == expected


def test_a_hexadecimal_key_has_digits_of_many_kinds() -> None:
    assert is_hex_key("4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c")
    assert not is_hex_key("deadbeef" * 4)


def test_words_are_a_passphrase_only_where_the_value_is_certainly_one() -> None:
    assert look_of("green river under bridge", "", "pre-shared key") is Look.SECRET
    assert look_of("green river under bridge", "", "password") is Look.SECRET
    assert look_of("green river under bridge", "password", "password") is Look.NO_SECRET
    assert look_of("Ask the administrator for it.", "", "password") is Look.NO_SECRET
    assert look_of("green river under bridge", "", "API key") is Look.NO_SECRET
