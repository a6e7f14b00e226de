"""Secrets within long texts: each is found where it stands."""

from __future__ import annotations

from pathlib import Path

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
    assert "error[user-password-in-store] users.users.a.password is a password that anyone guesses" in ran.out


def test_a_default_that_is_published_is_called_that(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ services.grafana.settings.security.secret_key = "SW2YcwTIb9zpOOhoPsMm"; }\n'})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "concise")
    assert "a secret key that everyone knows: it is published by Grafana" in ran.out
    assert "SW2Y" not in ran.out


def test_a_stand_in_elsewhere_is_called_a_placeholder(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ services.app.settings.password = "changeme"; }\n'})
    ran = nixlint(tmp_path, "check", "a.nix", "--format", "concise")
    assert "is a placeholder for a password" in ran.out
