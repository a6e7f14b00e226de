"""Rules about OCI containers on Compose files."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from nixlint.cli.check import command
from nixlint.reporting.formats import FORMATS

RISKY = """\
services:
  web:
    image: example/web:1
    privileged: true
    ports: ["8080:80"]
  proxy:
    image: example/proxy:1
    ports: ["8080:80"]
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
"""


def check(folder: Path, *arguments: str) -> tuple[int, list[tuple[str, int]]]:
    """The exit code, and the rules and lines of the findings."""
    result = CliRunner().invoke(command, [str(folder), "--format", "json", *arguments], standalone_mode=False)
    report = json.loads(result.stdout)
    return result.return_value, [
        (each["rule"], each["start"]["line"]) for each in report["findings"] if not each["suppressed"]
    ]


def test_the_same_rules_run_on_compose_files(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(RISKY)
    code, found = check(tmp_path)
    assert code == 1
    assert ("oci-privileged", 4) in found
    assert ("oci-engine-socket", 10) in found
    assert ("oci-duplicate-host-port", 8) in found


def test_a_comment_keeps_a_rule_silent(tmp_path: Path) -> None:
    text = RISKY.replace("privileged: true", "privileged: true # nixlint: ignore[oci-privileged] it drives the GPU")
    (tmp_path / "compose.yaml").write_text(text)
    _, found = check(tmp_path)
    assert "oci-privileged" not in [rule for rule, _ in found]


def test_other_yaml_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(RISKY)
    assert check(tmp_path) == (0, [])


def test_a_compose_file_that_does_not_load_is_a_failure_with_its_reason_and_place(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: { web: { image: 1 } }\n")
    (tmp_path / "other.nix").write_text("{ }\n")
    result = CliRunner().invoke(command, [str(tmp_path), "--format", "json"], standalone_mode=False)
    assert result.return_value == 2
    (failure,) = json.loads(result.stdout)["errors"]
    assert "services.web.image must be a string" in failure["message"]
    assert "compose.yaml" in json.dumps(failure)


def test_what_a_variable_says_is_not_held_against_anyone(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: { web: { image: '${IMAGE:-example/web}:${TAG}' } }\n")
    _, found = check(tmp_path)
    assert found == []


def test_a_database_open_to_the_network_is_a_warning_and_a_web_server_a_note(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  db: { image: 'postgres:17', ports: ['5432:5432'] }\n  web: { image: 'nginx:1', ports: ['80:80'] }\n"
    )
    result = CliRunner().invoke(
        command, [str(tmp_path), "--format", "json", "--select", "oci-port-past-firewall"], standalone_mode=False
    )
    assert [each["severity"] for each in json.loads(result.stdout)["findings"]] == ["warning", "info"]


def test_no_secret_of_a_compose_file_is_in_a_report(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  db:\n    image: postgres:17\n    environment: { POSTGRES_PASSWORD: hunter2hunter2 }\n"
        "    command: [ serve, --token, waterfall9-riverbank ]\n"
    )
    for format_ in FORMATS:
        result = CliRunner().invoke(command, [str(tmp_path), "--format", format_], standalone_mode=False)
        assert "secret-in-compose-file" in result.stdout
        assert "hunter2" not in result.stdout
        assert "riverbank" not in result.stdout


def test_the_word_for_a_script_of_a_nixos_test_means_nothing_in_a_compose_file(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  db:\n    image: postgres:17\n    environment: { POSTGRES_PASSWORD: hunter2hunter2 }\n"
        "    labels: { testScript: none }\n"
    )
    assert ("secret-in-compose-file", 4) in check(tmp_path)[1]
