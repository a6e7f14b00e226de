"""What values look like: secrets, stand-ins, or neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nixlint.secrets.looks import UNKNOWN, Look, look_of
from nixlint.secrets.tokens import token_in
from nixlint.secrets.urls import url_password


@pytest.mark.parametrize(
    "text",
    [
        "wonderland",
        "postgres",
        "admin",
        "1234",
        "s3cr3t-garden",
        "yOtaVE6g93WeMTNhSf/RTACr6rUGkowc/EuxYPvZX2M=",
        "p@ss!",
    ],
)
def test_word_at_a_secrets_name_is_a_secret(text: str) -> None:
    assert look_of(text) is Look.SECRET


@pytest.mark.parametrize(
    "text",
    [
        "changeme",
        "CHANGE_ME",
        "change-me-please",
        "your-api-key",
        "xxxxxxxx",
        "insecure",
        "supersecret",
        "test",
        "hunter2",
        "xxx",
        "sk-1234",
        "YOUR_ADMIN_PASSWORD",
    ],
)
def test_word_that_waits_to_be_replaced_is_a_placeholder(text: str) -> None:
    assert look_of(text) is Look.PLACEHOLDER


@pytest.mark.parametrize(
    "text",
    [
        "{env}WEBDAV_PASSWORD",
        "{$WEBDAV_PASSWORD}",
        "TOKEN_PLACEHOLDER",
        "__DB_PASSWORD__",
        "sk-noauth-local-server",
        "ollama-local",
        "openrelayprojectsecret",
        "unused-see-the-netrc",
        "nix-managed-use-env-var",
        "set-by-sops",
        "connection-configured",
        "",
        "x",
        "true",
        "disabled",
        "ollama",
        "$PASSWORD",
        "${PASSWORD}",
        "$__file{/run/secrets/a}",
        "$(cat /run/secrets/a)",
        "@password@",
        "{{ .Password }}",
        "{env.PASSWORD}",
        "{FRIGATE_PASSWORD}",
        "%(ENV_PASSWORD)s",
        "!secret mqtt",
        "`pass show mail`",
        "DB_PASSWORD",
        "file:/run/secrets/a",
        "vault:secret/a",
        "ext:psk_home",
        "ENC[AES256_GCM,data:x]",
        "$6$salt$hash",
        "$2b$12$R9h/cIPz0gi",
        "{SSHA}DkMTwBl",
        "@ByteArray(abc)",
        "{ad45cdcf042cddd59d241b21e4a87ab79fcb41caDkcPBJUv",
        "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgp",
        "ssh-ed25519 AAAA",
        "/run/secrets/a",
        "nextcloud/admin",
        "https://example.org",
        "12h",
        "::1234",
        "0x419DBDD3",
        "********",
        "anonymous@",
        "fg=red,bold",
        f"abc{UNKNOWN}",
        "two\nlines",
    ],
)
def test_reference_hash_switch_or_path_is_no_secret(text: str) -> None:
    assert look_of(text) is Look.NO_SECRET


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("token", "token"),
        ("FRIGATE_RTSP_PASSWORD", "rtsp-password"),
        ("secret", "restic-server-token"),
        ("ssidSecret", "home_ssid"),
        ("passwordSecretKey", "alice-password"),
        ("password", "dialog-password-symbolic"),
        ("apiKey", "local-gateway"),
        ("sessionKey", "vnc-viewer"),
        ("auth_key", "nixos-laptop"),
    ],
)
def test_value_that_names_a_secret_is_none(name: str, text: str) -> None:
    assert look_of(text, name) is Look.NO_SECRET


@pytest.mark.parametrize(
    "text", ["localonly", "local-only", "sk-local", "none", "dummy", "not-needed-here", "1234567890123456", "any"]
)
def test_key_for_a_server_that_looks_at_none_is_no_secret(text: str) -> None:
    assert look_of(text, kind="API key") is Look.NO_SECRET


@pytest.mark.parametrize("text", ["anyanycat", "localhero99", "12349876", "waterfall9"])
def test_key_that_only_begins_like_a_dummy_is_a_secret(text: str) -> None:
    assert look_of(text, kind="API key") is Look.SECRET


def test_counted_digits_are_a_password_but_no_key() -> None:
    assert look_of("12345678", kind="password") is Look.SECRET


def test_value_of_a_variable_is_a_secret_even_if_it_reads_like_a_name() -> None:
    assert look_of("access_token_secret", "AUTH_SECRET") is Look.SECRET


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ghp_" + "aB3" * 12, "GitHub token"),
        ("glpat-" + "aB3x" * 5, "GitLab token"),
        ("tskey-auth-" + "kAbCdEf1CNTRL-" + "aB3x" * 6, "Tailscale key"),
        ("AGE-SECRET-KEY-1" + "QPZRY9X8GF" * 5 + "QPZRY9X8", "age identity"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpQIBAAKCAQEA", "private key"),
        (
            "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "a1b2c3d4" * 4,
            "JSON web token",
        ),
    ],
)
def test_token_of_a_known_format_is_recognised_within_a_text(text: str, kind: str) -> None:
    assert token_in(f"before {text} after") == kind


@pytest.mark.parametrize(
    "text",
    [
        "ghp_short",
        "AKIA" + "ABCDEFGHIJKLMNOP",  # the public half of a pair: the name of an access key
        "ghp_" + "x" * 36,
        "-----BEGIN PRIVATE KEY-----\n${key}",
        # the host key of nixpkgs' virtual machines, which every build of them has
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAEDIN2VWFyggtoSPXcAFy8dtG1uAig8sCuyE21eMDt2GgJBWcxb/Blaqt1auOtE+F8QU",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ",
        "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "age1qyqszqgpqyqszqgpqyqszqgp",
        "sk-local",
    ],
)
def test_text_with_another_format_or_an_example_holds_no_token(text: str) -> None:
    assert token_in(text) is None


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("postgres://app:waterfall9@db/app", Look.SECRET),
        ("redis://:waterfall9@localhost:6379", Look.SECRET),
        ("see mysql://root:root@127.0.0.1:3306/app for it", Look.SECRET),
        ("postgres://user:password@localhost/db", Look.PLACEHOLDER),
        ("postgres://app:changeme@db/app", Look.PLACEHOLDER),
        ("postgres://app:$DB_PASSWORD@db/app", Look.NO_SECRET),
        ("rtsp://{USER}:{PASSWORD}@10.0.0.1:554/s0", Look.NO_SECRET),
        (f"postgres://app:{UNKNOWN}@db/app", Look.NO_SECRET),
        ("postgres://app@db/app", Look.NO_SECRET),
        ("socks5://username:waterfall9@example.com:1080", Look.NO_SECRET),
        ("https://app:waterfall9@git.example.org/app", Look.NO_SECRET),
        ("https://app:waterfall9@example.company/app", Look.SECRET),
        ("ssh://git@example.org:22/a", Look.NO_SECRET),
        ("https://example.org:8443/@alice", Look.NO_SECRET),
    ],
)
def test_password_in_a_url_has_the_look_of_its_text(text: str, look: Look) -> None:
    assert url_password(text) is look


@given(st.text(max_size=400))
def test_every_text_has_a_look(text: str) -> None:
    assert look_of(text) in Look
    assert url_password(f"a://b:{text}@c") in Look


@pytest.mark.parametrize(
    "text",
    [
        "changeme",
        "change-it-now",
        "pleasechangeme",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "to_change_me",
        "A" * 43 + "=",
    ],
)
def test_a_stand_in_is_told_by_its_words(text: str) -> None:
    assert look_of(text) is Look.PLACEHOLDER


@pytest.mark.parametrize("text", ["Ilikechangeitoften", "interchangemeadow9", "exchangeit4me"])
def test_a_password_with_the_letters_of_a_stand_in_is_a_password(text: str) -> None:
    assert look_of(text) is Look.SECRET


@pytest.mark.parametrize("text", ["123", "1234567890", "sk-local"])
def test_a_token_that_stands_where_something_has_to_stand_is_none(text: str) -> None:
    assert look_of(text, "ANTHROPIC_AUTH_TOKEN", "token") is Look.NO_SECRET
