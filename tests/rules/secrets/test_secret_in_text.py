"""Secrets within long texts: each is found where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import nixlint
from tests.linting.workbench import write_files

LINES = "\n".join(f"    option{number} = value{number}" for number in range(14))
TEXT = f"{LINES}\n    password = waterfall9\n{LINES}\n    api_token = q7Wz83kfPl0\n"
LONG = f"{{\n  environment.etc.a.text = ''\n{TEXT}  '';\n}}\n"


def test_each_secret_of_a_long_text_is_a_finding_at_the_secret(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": LONG})

    ran = nixlint(tmp_path, "check", "a.nix", "--select", "secret-in-text", "--format", "json")

    found = [(each["start"], each["end"], each["message"]) for each in ran.document["findings"]]
    places = [LONG.encode()[start["offset"] : end["offset"]].decode() for start, end, _ in found]  # type: ignore[index]
    assert places == ["waterfall9", "q7Wz83kfPl0"]
    assert [message.partition(",")[0].split(" sets ")[1] for _, _, message in found] == [  # type: ignore[attr-defined]
        "password to a password in plain text",
        "api_token to a token in plain text",
    ]


def test_the_frame_shows_the_line_and_hides_the_secret_alone(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": LONG})
    ran = nixlint(tmp_path, "check", "a.nix", "--select", "secret-in-text")
    assert "password = ‹password, short›" in ran.out
    assert "waterfall" not in ran.out


def test_a_comment_at_the_string_suppresses_what_is_found_in_it(tmp_path: Path) -> None:
    directive = "# nixlint: ignore[secret-in-text] an example"
    write_files(tmp_path, {"a.nix": LONG.replace("{\n", f"{{\n  {directive}\n", 1)})
    ran = nixlint(tmp_path, "check", "a.nix", "--select", "secret-in-text", "--format", "json")
    assert [each["suppressed"] for each in ran.document["findings"]] == [True, True]


def test_a_login_that_anyone_guesses_says_so(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ users.users.a.password = "changeme"; }\n'})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "concise")
    assert ran.code == 1
    assert "error[user-password-in-store] users.users.a.password is a password that is easy to guess" in ran.out


def test_a_default_that_is_published_is_called_that(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ services.grafana.settings.security.secret_key = "SW2YcwTIb9zpOOhoPsMm"; }\n'})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "concise")
    assert "a secret key that everyone knows: it is published by Grafana" in ran.out
    assert "SW2Y" not in ran.out


def test_a_stand_in_elsewhere_is_called_a_placeholder(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ services.app.settings.password = "changeme"; }\n'})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "concise")
    assert "is a placeholder for a password" in ran.out


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            'services.postgresql.initialScript = pkgs.writeText "i" "ALTER USER a PASSWORD \'waterfall9\';";',
            "secret-in-text",
        ),
        ('systemd.services.a.script = "backup --password=waterfall9 /srv";', "secret-in-text"),
        ('services.app.settings.feed = "https://feeds.test/f?token=waterfall9q";', "secret-in-text"),
        ('services.app.settings.db = "host=db user=app password=waterfall9";', "secret-in-text"),
        (
            "systemd.services.a.script = \"curl -H 'Authorization: Bearer waterfall9q' https://a.test\";",
            "secret-in-text",
        ),
        ('systemd.services.a.serviceConfig.ExecStart = "/bin/a --token waterfall9q";', "secret-in-unit-environment"),
        ('networking.wireless.networks.home.psk = "green river under bridge";', "secret-option-in-store"),
        ('users.users.a.password = "green river under bridge";', "user-password-in-store"),
        ('users.ldap.settings.bindpw = "waterfall9";', "secret-in-store"),
        (
            'systemd.services.a.environment.N8N_HASH_KEY = "4f8a1c0b9d3e7f6a2b5c8d1e0f9a3b7c";',
            "secret-in-unit-environment",
        ),
    ],
)
def test_a_secret_is_found_once_by_its_rule(tmp_path: Path, text: str, rule: str) -> None:
    write_files(tmp_path, {"a.nix": f"{{ pkgs, ... }}: {{ {text} }}\n"})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "json")
    assert [found["rule"] for found in ran.document["findings"]] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        'systemd.services.a.script = "backup --password-file /run/secrets/a";',
        'services.postgresql.initialScript = pkgs.writeText "i" "ALTER USER a PASSWORD \'$pw\';";',
        'services.app.settings.feed = "https://feeds.test/f?token=\\${TOKEN}";',
        'services.app.settings.message = "Use --password to give the password.";',
        'services.app.settings.title = "the color of a key";',
        'systemd.services.a.environment.COMMIT_KEY = "not-a-key";',
        'services.app.tokenKeyFile = "/run/secrets/key";',
    ],
)
def test_silent_where_nothing_is_a_secret(tmp_path: Path, text: str) -> None:
    write_files(tmp_path, {"a.nix": f"{{ pkgs, ... }}: {{ {text} }}\n"})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "json")
    assert ran.document["findings"] == []
