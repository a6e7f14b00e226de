"""What a secret becomes is decided by the place in the specification where it stands; a guess never takes a module apart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from nixlint.cli.convert import command
from nixlint.compose.schema import alternatives, compose_types
from nixlint.compose.text_places import TextPolicy, policies, policy_at

from .converting import converted, module_text, remarks


def _admits_text(expression: str) -> bool:
    """Whether a text may stand at an expression of the schema, not counting keys that have their own entry."""
    for side in alternatives(expression):
        inner = side[1:]
        if side.startswith("@"):
            keys = compose_types()[inner]
            if isinstance(keys, str) and _admits_text(keys):
                return True
        elif side.startswith("["):
            if _admits_text(inner[: inner.rindex("]")]):
                return True
        elif side.startswith("{"):
            inner = inner[: inner.rindex("}")]
            kind, colon, rest = inner.partition(":")
            if _admits_text(rest if colon and kind in ("name", "lower") else inner):
                return True
        elif side.startswith("string") or side == "any":
            return True
    return False


def test_every_key_of_the_specification_that_may_hold_text_has_a_policy() -> None:
    wanted = {
        (name, key.removesuffix("*"))
        for name, keys in compose_types().items()
        if isinstance(keys, dict)
        for key, expression in keys.items()
        if key not in ("x-", "…", "null") and _admits_text(expression)
    }
    assert set(policies()) == wanted


@pytest.mark.parametrize(
    ("place", "policy"),
    [
        ("services.*.image", TextPolicy.PLAIN),
        ("services.*.volumes.[].source", TextPolicy.PLAIN),
        ("services.*.command.[]", TextPolicy.WORDS),
        ("services.*.healthcheck.test", TextPolicy.WORDS),
        ("services.*.labels.homepage", TextPolicy.SETTING),
        ("services.*.build.args.TOKEN", TextPolicy.SETTING),
        ("services.*.environment.TOKEN", TextPolicy.VARIABLES),
        ("configs.*.content", TextPolicy.CONTENT),
        ("volumes.*.driver_opts.o", TextPolicy.SETTING),
    ],
)
def test_a_place_has_the_policy_of_its_key(place: str, policy: TextPolicy) -> None:
    assert policy_at(tuple(place.split("."))) is policy


def test_a_password_that_is_a_common_word_changes_no_path_image_or_option(tmp_path: Path) -> None:
    text = """\
services:
  db:
    image: postgres:16
    container_name: postgres-db
    hostname: postgres
    command: --default-authentication-plugin=mysql_native_password
    environment: { POSTGRES_PASSWORD: postgres, MYSQL_ROOT_PASSWORD: password, ADMIN_PASSWORD: changeit }
    volumes:
      - ./volumes/postgres:/var/lib/postgresql/data
      - ./changeit.conf:/etc/changeit/changeit.conf
    secrets: [postgres_password]
secrets:
  postgres_password: { file: ./postgres_password }
"""
    module = module_text(converted(text, tmp_path))
    assert "/volumes/postgres:/var/lib/postgresql/data" in module
    assert "--default-authentication-plugin=mysql_native_password" in module
    assert "/changeit.conf:/etc/changeit/changeit.conf" in module
    assert "/run/secrets/postgres_password:ro" in module
    assert "\\$" not in module


def test_a_path_a_port_and_a_name_in_variables_that_sound_secret_are_written_out(tmp_path: Path) -> None:
    text = """\
services:
  web:
    image: example/web:1
    container_name: ${AUTH_NAME}
    volumes: ["${SSL_KEY}:/etc/ssl/k.pem:ro", "${CONF_PWD}/conf:/conf:ro"]
    ports: ["${AUTH_PORT}:80"]
"""
    environment = {"AUTH_NAME": "gate", "SSL_KEY": "/srv/k.pem", "CONF_PWD": "/srv/p", "AUTH_PORT": "8080"}
    module = module_text(converted(text, tmp_path, environment=environment))
    assert '"/srv/k.pem:/etc/ssl/k.pem:ro"' in module
    assert '"/srv/p/conf:/conf:ro"' in module
    assert '"8080:80"' in module
    assert "gate = {" in module
    assert "\\$" not in module


EXEC = "services:\n  db:\n    image: {image}\n    command: {command}\n"


def _run(entrypoint: str, words: list[str], variables: dict[str, str], folder: Path) -> list[str]:
    """The arguments that the entry point of an image gets where a real shell runs the words."""
    program = folder / entrypoint
    program.write_text('#!/bin/sh\nprintf \'%s\\n\' "$0" "$@"\n')
    program.chmod(0o755)
    result = subprocess.run(
        ["sh", *words], env={"PATH": f"{folder}:/usr/bin:/bin", **variables}, capture_output=True, check=True
    )
    return result.stdout.decode().splitlines()


@pytest.mark.parametrize(
    "written", ["redis-server --requirepass ${REDIS_AUTH}", "[redis-server, --requirepass, '${REDIS_AUTH}']"]
)
def test_an_image_known_to_have_a_shell_takes_the_secret_of_its_command_from_a_variable(
    written: str, tmp_path: Path
) -> None:
    conversion = converted(
        EXEC.format(image="redis:7", command=written), tmp_path, environment={"REDIS_AUTH": "hunter2-$x!y"}
    )
    (container,) = conversion.deployment.containers
    assert container.entrypoint == ("sh",)
    assert "hunter2" not in module_text(conversion)
    (file,) = conversion.secret_files
    run = _run("docker-entrypoint.sh", list(container.command or ()), dict(file.variables), tmp_path)
    assert run[1:] == ["redis-server", "--requirepass", "hunter2-$x!y"]
    assert container.withheld == ()


def test_a_script_of_the_project_takes_its_secret_from_a_variable(tmp_path: Path) -> None:
    written = """["sh", "-c", "exec server --a \\"x ${API_TOKEN}\\" --b '${API_TOKEN}' --c=${API_TOKEN} $$HOME"]"""
    conversion = converted(
        EXEC.format(image="example/x:1", command=written), tmp_path, environment={"API_TOKEN": "hunter2mark"}
    )
    (container,) = conversion.deployment.containers
    assert "hunter2" not in module_text(conversion)
    assert container.command is not None
    script = container.command[2]
    assert "$HOME" in script
    run = _run("server", ["-c", script], {"API_TOKEN": "hunter2mark", "HOME": "/h"}, tmp_path)
    assert run[1:] == ["--a", "x hunter2mark", "--b", "hunter2mark", "--c=hunter2mark", "/h"]


def test_a_secret_that_no_shell_can_put_in_is_withheld_and_the_container_does_not_start(tmp_path: Path) -> None:
    conversion = converted(
        EXEC.format(image="example/x:1", command="serve --token ${API_TOKEN}"),
        tmp_path,
        environment={"API_TOKEN": "hunter2mark"},
    )
    module = module_text(conversion)
    assert "hunter2" not in module
    assert "exit 1" in module
    assert ("needs-you", "services.db.command") in remarks(conversion)


def test_a_command_that_a_person_sets_makes_the_container_start(tmp_path: Path) -> None:
    text = EXEC.format(image="example/x:1", command="serve --token ${API_TOKEN}")
    text += "    x-nixlint: { container: { cmd: [serve-with-a-shell] } }\n"
    module = module_text(converted(text, tmp_path, environment={"API_TOKEN": "hunter2mark"}))
    assert "exit 1" not in module
    assert 'cmd = [ "serve-with-a-shell" ]' in module


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 1)])
def test_strict_fails_where_a_secret_was_withheld(strict: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(EXEC.format(image="example/x:1", command="serve --token hunter2hunter2"))
    result = CliRunner().invoke(command, [str(tmp_path), *strict], standalone_mode=False)
    assert result.return_value == code
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        "--key-file /etc/ssl/private/key.pem",
        "--token-ttl 3600",
        "--auth-mode basic",
        "--password-file=/run/secrets/db",
        "--secret-name app",
    ],
)
def test_options_about_secrets_with_plain_values_are_written_out(words: str, tmp_path: Path) -> None:
    conversion = converted(EXEC.format(image="example/x:1", command=f"serve {words}"), tmp_path)
    (container,) = conversion.deployment.containers
    assert container.command == ("serve", *words.split())
    assert container.withheld == ()


def test_pwd_is_the_projects_folder_and_a_home_needs_a_person(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: x/y:1\n    volumes: ['${PWD}/c:/c:ro', '~/.ssh:/s', '$HOME/a:/a']\n"
    conversion = converted(text, tmp_path, root="/srv/p")
    assert '"/srv/p/c:/c:ro"' in module_text(conversion)
    needed = [key for kind, key in remarks(conversion) if kind == "needs-you"]
    assert needed == ["services.web.volumes[1].source", "services.web.volumes[2].source"]
