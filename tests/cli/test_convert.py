"""``nixlint convert`` as a user runs it: where the module goes, what is said, and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nixlint.cli.convert import command
from nixlint.linting.registry import load_registry
from tests.linting.workbench import write_files
from tests.nix.nix_referee import parse_verdicts

from .running import clean_environment, nixlint

COMPOSE = """\
# The blog.
services:
  # Behind the proxy.
  web:
    image: ghost:5
    ports: ["8080:2368"]
    environment:
      url: https://${DOMAIN}
      database__connection__password: ${DB_PASSWORD}
    depends_on: [db]
  db:
    image: mysql:8
    environment:
      MYSQL_ROOT_PASSWORD: ${DB_PASSWORD}
    volumes: [db:/var/lib/mysql]
    healthcheck:
      test: mysqladmin ping
volumes:
  db:
"""


def parses(text: str) -> bool:
    """Whether the real Nix parses a text."""
    (verdict,) = parse_verdicts([text.encode()])
    return verdict.accepted


SECRET = "hunter2hunter2hunter2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "blog"
    write_files(place, {"compose.yaml": COMPOSE, ".env": f"DB_PASSWORD={SECRET}\nDOMAIN=blog.example.org\n"})
    return place


def test_module_goes_to_stdout_and_report_to_stderr(folder: Path) -> None:
    ran = nixlint(folder, "convert")

    assert ran.code == 0
    assert ran.out.startswith("# Made from compose.yaml by nixlint convert.\n")
    assert "# Behind the proxy.\n      blog-web = {" in ran.out
    assert parses(ran.out)
    assert "2 containers converted" in ran.err
    assert "Reachable from outside although the firewall is on" in ran.err
    assert "blog-web: 8080:2368" in ran.err
    assert "journalctl -fu 'podman-blog-*'" in ran.err


def test_nothing_is_written_without_an_output(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    nixlint(folder, "convert")
    assert sorted(folder.rglob("*")) == before


def test_output_is_the_same_every_time(folder: Path) -> None:
    assert nixlint(folder, "convert") == nixlint(folder, "convert")


def test_secrets_go_to_files_of_ones_own_outside_of_the_folder(folder: Path, tmp_path: Path) -> None:
    ran = nixlint(folder, "convert", "-o", "blog.nix", environment={"XDG_STATE_HOME": str(tmp_path / "state")})

    assert ran.code == 0
    module = (folder / "blog.nix").read_text()
    assert SECRET not in module + ran.out + ran.err
    file = tmp_path / "state/nixlint/secrets/blog/blog-db.env"
    assert file.read_text() == f"MYSQL_ROOT_PASSWORD={SECRET}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert f"written in plain text to {file}" in ran.err
    assert sorted(path.name for path in folder.iterdir()) == [".env", "blog.nix", "compose.yaml"]


def test_check_says_what_is_out_of_date_and_writes_nothing(folder: Path) -> None:
    missing = nixlint(folder, "convert", "-o", "blog.nix", "--check")
    assert missing.code == 1
    assert not (folder / "blog.nix").exists()

    nixlint(folder, "convert", "-o", "blog.nix")
    current = nixlint(folder, "convert", "-o", "blog.nix", "--check")
    assert (current.code, current.out) == (0, "")

    before = (folder / "blog.nix").read_text()
    (folder / "compose.yaml").write_text(COMPOSE.replace("ghost:5", "ghost:6"))
    stale = nixlint(folder, "convert", "-o", "blog.nix", "--check")
    assert stale.code == 1
    assert '-        image = "docker.io/library/ghost:5";' in stale.out
    assert '+        image = "docker.io/library/ghost:6";' in stale.out
    assert (folder / "blog.nix").read_text() == before


def test_split_writes_one_file_for_each_container(folder: Path) -> None:
    ran = nixlint(folder, "convert", "--split", "-o", "out")

    assert ran.code == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["blog-db.nix", "blog-web.nix", "default.nix"]
    main = (folder / "out/default.nix").read_text()
    assert "./blog-web.nix" in main
    assert "# The blog." in main
    assert "# The blog." not in (folder / "out/blog-web.nix").read_text()
    assert all(parses(path.read_text()) for path in (folder / "out").iterdir())
    assert nixlint(folder, "convert", "--split", "-o", "out", "--check").code == 0


def test_regeneration_leaves_a_file_beside_it_alone(folder: Path) -> None:
    write_files(folder / "out", {"mine.nix": "{ }\n"})
    nixlint(folder, "convert", "--split", "-o", "out")
    assert (folder / "out/mine.nix").read_text() == "{ }\n"


def test_a_file_of_a_service_that_is_gone_is_named_and_left(folder: Path) -> None:
    nixlint(folder, "convert", "--split", "-o", "out")
    (folder / "compose.yaml").write_text("services:\n  db:\n    image: mysql:8\n")

    assert "out/blog-web.nix" in nixlint(folder, "convert", "--split", "-o", "out", "--check").out
    ran = nixlint(folder, "convert", "--split", "-o", "out")
    assert "out/blog-web.nix is not made any more: remove it" in ran.err
    assert (folder / "out/blog-web.nix").exists()


def test_strict_fails_on_what_was_dropped_and_only_then(folder: Path) -> None:
    assert nixlint(folder, "convert", "--strict").code == 0
    text = COMPOSE.replace("    depends_on", "    deploy: { placement: { constraints: [a==b] } }\n    depends_on")
    (folder / "compose.yaml").write_text(text)

    ran = nixlint(folder, "convert", "--strict")
    assert ran.code == 1
    assert "dropped: services.web.deploy.placement.constraints" in ran.err
    assert "(compose.yaml:10:" in ran.err
    assert nixlint(folder, "convert").code == 0


def test_report_is_a_document(folder: Path) -> None:
    ran = nixlint(folder, "convert", "--report", "report.json")

    assert ran.code == 0
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    assert report["version"] == 1
    assert [each["name"] for each in report["containers"]] == ["blog-web", "blog-db"]
    assert report["exposed"] == [{"container": "blog-web", "port": "8080:2368"}]
    assert report["volumes"] == ["blog_db"]
    assert {"file": "blog-db.env", "variables": ["MYSQL_ROOT_PASSWORD"]} in report["secrets"]
    assert SECRET not in json.dumps(report)


def test_option_stands_above_everything(folder: Path) -> None:
    out = nixlint(folder, "convert", "--option", "my.blog").out
    assert 'options.my.blog.enable = lib.mkEnableOption "the containers of blog";' in out
    assert "config = lib.mkIf config.my.blog.enable {" in out


def test_root_says_where_the_folder_is_on_the_machine(folder: Path) -> None:
    write_files(folder, {"compose.yaml": "services: { a: { image: x/y:1, volumes: ['./conf:/conf', '/srv:/srv'] } }\n"})

    there = nixlint(folder, "convert", "--root", "/srv/blog")
    assert '"/srv/blog/conf:/conf"' in there.out
    assert "mkdir -p /srv/blog/conf" in there.out
    assert str(folder) not in there.out
    assert "has to be on the machine at /srv/blog (--root names another place), with\n  /srv/blog/conf\n" in there.err


def test_the_project_has_a_folder_of_its_own_on_the_machine(folder: Path) -> None:
    write_files(folder, {"compose.yaml": "services: { a: { image: x/y:1, volumes: ['./conf:/conf', '/srv:/srv'] } }\n"})
    ran = nixlint(folder, "convert")
    assert '"/var/lib/blog/conf:/conf"' in ran.out
    assert '"root"' not in ran.out
    assert str(folder) not in ran.out + ran.err
    assert ran.err.count("has to be on the machine at /var/lib/blog") == 1


def test_what_is_beside_the_project_is_beside_it_on_the_machine(folder: Path) -> None:
    written = folder.parent / "other"
    services = f"services: {{ a: {{ image: x/y:1, volumes: ['../shared:/shared', '{written}:/other'] }} }}\n"
    write_files(folder, {"compose.yaml": services})
    ran = nixlint(folder, "convert", "--root", "/srv/stacks/blog")
    assert '"/srv/stacks/shared:/shared"' in ran.out
    assert f'"{written}:/other"' in ran.out
    assert "  /srv/stacks/shared\n" in ran.err


def test_the_folder_of_its_own_holds_what_is_beside_the_project_too(folder: Path) -> None:
    services = "services: { a: { build: .., volumes: ['./conf:/conf', '../shared:/shared'] } }\n"
    write_files(folder, {"compose.yaml": services})
    ran = nixlint(folder, "convert")
    assert 'WorkingDirectory = "/var/lib/blog"' in ran.out
    assert '"/var/lib/blog/blog/conf:/conf"' in ran.out
    assert '"/var/lib/blog/shared:/shared"' in ran.out
    assert str(folder.parent) not in ran.out + ran.err


def test_print_model_is_what_compose_prints(folder: Path) -> None:
    model = json.loads(nixlint(folder, "convert", "--print-model").out)
    assert model["name"] == "blog"
    assert model["services"]["web"]["environment"]["url"] == "https://blog.example.org"
    assert model["services"]["web"]["ports"] == [
        {"mode": "ingress", "protocol": "tcp", "published": "8080", "target": 2368}
    ]


def test_standard_input_is_a_file(folder: Path) -> None:
    ran = nixlint(folder, "convert", "--project-name", "p", "-", stdin=b"services: { a: { image: 'x/y:1' } }\n")
    assert ran.code == 0
    assert 'p-a = {\n        image = "docker.io/x/y:1";' in ran.out


def test_files_are_merged_in_their_order(folder: Path) -> None:
    write_files(folder, {"more.yaml": "services: { web: { image: ghost:6 } }\n"})
    out = nixlint(folder, "convert", "compose.yaml", "more.yaml").out
    assert "ghost:6" in out
    assert "ghost:5" not in out


def test_own_environment_counts_only_when_asked_for(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: { web: { image: 'ghost:${TAG:-5}' } }\n")
    assert "ghost:5" in nixlint(folder, "convert", environment={"TAG": "6"}).out
    assert "ghost:6" in nixlint(folder, "convert", "--host-env", environment={"TAG": "6"}).out
    assert "ghost:7" in nixlint(folder, "convert", "--env", "TAG=7").out


def test_docker_run_goes_through_the_same_model(folder: Path) -> None:
    ran = nixlint(folder, "convert", "--", "docker", "run", "-d", "--name", "web", "-p", "80:80", "nginx:1.27")
    assert ran.code == 0
    assert 'ports = [ "80:80" ];' in ran.out
    assert 'image = "docker.io/library/nginx:1.27";' in ran.out


def test_vm_test_is_written_beside_the_module(folder: Path) -> None:
    ran = nixlint(folder, "convert", "-o", "blog.nix", "--with-test")
    assert ran.code == 0
    text = (folder / "blog-test.nix").read_text()
    assert parses(text)
    assert "imports = [ ./blog.nix ];" in text
    assert 'machine.wait_for_unit("podman-compose-blog.target")' in text
    assert "machine.wait_for_open_port(8080)" in text
    assert "blog-db | grep -qx healthy" in text


def test_vm_test_has_stand_ins_for_secrets(folder: Path) -> None:
    (folder / "compose.yaml").write_text(
        "name: blog\nservices:\n  web:\n    image: ghost:5\n    environment: { API_TOKEN: hunter2hunter2, TZ: UTC }\n"
    )
    assert nixlint(folder, "convert", "-o", "blog.nix", "--with-test").code == 0
    text = (folder / "blog-test.nix").read_text()
    assert parses(text)
    assert "'%s\\n' API_TOKEN=for-the-test > /var/lib/secrets/blog/blog-web.env" in text
    assert "hunter2" not in text


def test_first_line_says_where_a_module_is_from(folder: Path) -> None:
    assert nixlint(folder, "convert").out.startswith("# Made from compose.yaml by nixlint convert.\n")
    text = b"services: { web: { image: 'ghost:5' } }\n"
    assert nixlint(folder, "convert", "-", stdin=text).out.startswith(
        "# Made from standard input by nixlint convert.\n"
    )
    assert nixlint(folder, "convert", "--", "docker", "run", "ghost:5").out.startswith("# Made from a command by ")


def test_t7_a_module_is_held_to_its_compose_file_without_reading_that_while_nixos_is_evaluated(folder: Path) -> None:
    assert nixlint(folder, "convert", "-o", "blog.nix").code == 0
    assert "compose.yaml" not in (folder / "blog.nix").read_text().partition("\n")[2]
    assert nixlint(folder, "convert", "-o", "blog.nix", "--check").code == 0
    (folder / "compose.yaml").write_text(COMPOSE.replace("depends_on", "hostname: other\n    depends_on"))
    stale = nixlint(folder, "convert", "-o", "blog.nix", "--check")
    assert stale.code == 1
    assert '+        hostname = "other";' in stale.out


BROKEN = [
    ("services:\n  a:\n    image: [x\n", "compose.yaml:4:1: error: this is not YAML:"),
    ("services:\n  a:\n    image: 3\n", "compose.yaml:3:12: error: services.a.image must be a string"),
    ("services:\n  a:\n    image: x\n    prots: []\n", "compose.yaml:4:5: error: "),
    ("services:\n  a:\n    image: ${X:?say it}\n", "compose.yaml:3:12: error: "),
    ("services:\n  a:\n    image: x\n    depends_on: [b]\n", "compose.yaml:4:18: error: "),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[each[1][13:40] for each in BROKEN])
def test_what_is_wrong_is_said_once_with_file_line_and_column(text: str, message: str, folder: Path) -> None:
    (folder / "compose.yaml").write_text(text)
    ran = nixlint(folder, "convert")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert ran.err.count("\n") == 1


def test_bytes_that_are_no_text_are_one_message(folder: Path) -> None:
    (folder / "compose.yaml").write_bytes(b"services: \xff\n")
    ran = nixlint(folder, "convert")
    assert (ran.code, ran.err) == (2, "compose.yaml:1:11: error: the file is not UTF-8\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.yaml"], "nothing.yaml: no such file"),
        (["--", "docker", "ps"], "only run and create can be converted"),
        (["--check"], "--check needs a module, or a Compose file with -o"),
        (["--with-test"], "--with-test needs -o"),
        (["--option", "a..b"], "names with dots between them"),
        (["--split"], "--split needs -o"),
        (["--env", "A"], "NAME=VALUE is wanted"),
        (["--env-file", "no.env"], "couldn't find env file"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_reason(arguments: list[str], message: str, folder: Path) -> None:
    ran = nixlint(folder, "convert", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_place_that_cannot_be_written_is_one_message(folder: Path) -> None:
    (folder / "out").write_text("a file")
    ran = nixlint(folder, "convert", "-o", "out/blog.nix")
    assert ran.code == 2
    assert "can't be written" in ran.err


def test_vm_test_passes_the_rules_about_test_scripts(folder: Path) -> None:
    assert nixlint(folder, "convert", "-o", "blog.nix", "--with-test").code == 0
    rules = ",".join(name for name in load_registry().names if name.startswith("test-script-"))
    ran = nixlint(folder, "check", "--pedantic", "--select", rules, "--format", "json", "blog-test.nix")
    assert (ran.code, ran.document["findings"]) == (0, []), ran.out
    broken = (folder / "blog-test.nix").read_text().replace("wait_for_unit", "wait_for_units")
    (folder / "blog-test.nix").write_text(broken)
    again = nixlint(folder, "check", "--select", rules, "--format", "json", "blog-test.nix").document["findings"]
    assert {found["rule"] for found in again} == {"test-script-unknown-method"}, "the test is read at all"


def test_a_pipe_that_is_named_as_file_of_variables_is_read_once(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services:\n  web: { image: 'nginx:${TAG}' }\n")
    ran = nixlint(folder, "convert", "--env-file", "/dev/stdin", "--symbolic", stdin=b"TAG=1.27\n")
    assert ran.code == 0
    assert "1.27" in ran.out


def test_a_pipe_from_which_nothing_comes_is_waited_for_and_then_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nixlint.files.reading.MAX_SILENCE", 0.05)
    monkeypatch.chdir(folder)
    os.mkfifo("pipe")
    ran = CliRunner().invoke(command, ["--env-file", "pipe"], standalone_mode=False)
    assert (ran.return_value, ran.output) == (2, f"error: {folder}/pipe: nothing comes out of the pipe\n")


def test_no_device_is_read_for_variables(folder: Path) -> None:
    ran = nixlint(folder, "convert", "--env-file", "/dev/zero")
    assert (ran.code, ran.out, ran.err) == (2, "", "error: /dev/zero: not a regular file, and no pipe\n")


@pytest.mark.parametrize("arguments", [(), ("--print-model",)], ids=" ".join)
def test_a_terminal_gets_escapes_for_what_it_would_obey(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "compose.yaml").write_text(
        'services:\n  web: { image: "nginx:1", labels: { a: "\\e[31m\\x9bm\\u202e" } }\n'
    )
    terminal, screen = os.openpty()
    words = [sys.executable, "-m", "nixlint", "convert", *arguments]
    environment = clean_environment(folder, {"PYTHONPATH": str(Path(__file__).parents[2])})
    plain = subprocess.run(words, cwd=folder, capture_output=True, check=True, env=environment)
    seen = subprocess.run(words, cwd=folder, stdout=screen, stderr=subprocess.PIPE, check=True, env=environment)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    os.close(screen)
    assert "\u202e" in plain.stdout.decode()
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    assert "note: shown with escapes for what a terminal obeys" in seen.stderr.decode()
