"""What conversions got wrong before, by the letter that ``docs/convert-cases.md`` gives it, where no other test has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nixlint.compose.problem import ComposeError
from nixlint.conversion.vm_test import vm_test
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.conversion_document import conversion_json
from nixlint.reporting.terminal import Style
from tests.cli.running import nixlint

from .converting import converted, module_text

MARK = "hunter2Mark9f3"


class Case(NamedTuple):
    """A service, or a project, and what must be in the module and what must not."""

    name: str
    text: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    options: dict[str, Any] = {}


def _service(settings: str, more: str = "") -> str:
    return f"services:\n  web:\n    image: example/web:1\n    {settings}\n{more}"


def _with(**variables: str) -> dict[str, Any]:
    return {"environment": variables}


KEPT = (
    Case(
        "A1 a folder with the name of a password",
        _service(
            "environment: { POSTGRES_PASSWORD: postgres }\n    volumes: ['/srv/volumes/postgres:/var/lib/postgresql']"
        ),
        ('"/srv/volumes/postgres:/var/lib/postgresql"',),
    ),
    Case(
        "A1 a part of an option",
        _service(
            "environment: { MYSQL_ROOT_PASSWORD: password }\n"
            "    command: --default-authentication-plugin=mysql_native_password"
        ),
        ('"--default-authentication-plugin=mysql_native_password"',),
    ),
    Case(
        "A1 a file and a path with the word of a password",
        _service(
            "environment: { DB_PASSWORD: init.sql, POSTGRES_PASSWORD: password, P_FILE: /run/secrets/postgres_password }\n"
            "    volumes: ['/srv/init.sql:/docker-entrypoint-initdb.d/init.sql']"
        ),
        ('"/srv/init.sql:/docker-entrypoint-initdb.d/init.sql"', 'P_FILE = "/run/secrets/postgres_password"'),
    ),
    Case(
        "A1 names",
        "services:\n  db:\n    image: example/postgres:1\n    container_name: postgres\n    networks: [postgres]\n"
        "    volumes: ['postgres:/data']\n    environment: { POSTGRES_PASSWORD: postgres }\n"
        "networks: { postgres: { name: postgres } }\nvolumes: { postgres: { name: postgres } }\n",
        ('image = "docker.io/example/postgres:1"', "postgres = {", '"postgres:alias=db"', '"postgres:/data"'),
    ),
    Case(
        "A2 a path below PWD",
        _service('volumes: ["${PWD}/conf:/conf:ro"]\n    environment: { POSTGRES_PWD: v3ry-s3cret }'),
        ('/conf:/conf:ro"',),
        ("POSTGRES_PWD}",),
        _with(PWD="/srv/p"),
    ),
    Case(
        "A2 a file of a key",
        _service('volumes: ["${SSL_KEY}:/etc/ssl/k.pem:ro"]'),
        ('"/srv/k.pem:/etc/ssl/k.pem:ro"',),
        options=_with(SSL_KEY="/srv/k.pem"),
    ),
    Case("A2 a port", _service('ports: ["${AUTH_PORT}:80"]'), ('"8080:80"',), options=_with(AUTH_PORT="8080")),
    Case("A2 a container", _service("container_name: ${AUTH_NAME}"), ("gate = {",), options=_with(AUTH_NAME="gate")),
    Case(
        "G3 two projects build a service of one name",
        "services: { web: { build: . } }\n",
        ("podman-build-proj-web = {",),
        ("podman-build-web",),
    ),
    Case("G4 restarts without a limit", _service("restart: on-failure:0"), ("startLimitIntervalSec = 0;",)),
)


@pytest.mark.parametrize("case", KEPT, ids=[case.name for case in KEPT])
def test_what_was_written_is_in_the_module(case: Case, tmp_path: Path) -> None:
    module = module_text(converted(case.text, tmp_path, **case.options))
    assert [piece for piece in case.has if piece not in module] == []
    assert [piece for piece in case.lacks if piece in module] == []


SECRET = (
    Case(
        "A1 a whole argument of a command",
        _service(f"environment: {{ REDIS_PASSWORD: {MARK} }}\n    command: [serve, --requirepass, {MARK}]"),
    ),
    Case(
        "A3 an argument in exec form",
        _service('command: [redis-server, --requirepass, "${REDIS_AUTH}"]'),
        options=_with(REDIS_AUTH=MARK),
    ),
    Case(
        "C options of a volume",
        _service(
            "volumes: ['v:/v']",
            f"volumes: {{ v: {{ driver_opts: {{ type: cifs, device: //nas/v, o: 'username=bob,password={MARK}' }} }} }}\n",
        ),
    ),
    Case(
        "C variables of a hook",
        _service(f"post_start: [{{ command: [run, it], environment: {{ API_TOKEN: {MARK} }} }}]"),
    ),
    Case("C arguments of a build", _service(f"build: {{ context: ., args: {{ NPM_TOKEN: {MARK} }} }}")),
    Case("C a label", _service(f"labels: {{ homepage.widget.key: {MARK} }}")),
    Case("C an option that is named for it", _service(f"command: serve --token {MARK}")),
    Case("C a password for the server", _service(f"command: redis-server --requirepass {MARK}")),
    Case("C a password for the client", _service(f"healthcheck: {{ test: 'redis-cli -a {MARK} ping' }}")),
    Case("C options of a log", _service(f"logging: {{ driver: splunk, options: {{ splunk-token: {MARK} }} }}")),
    Case("C a connection string", _service(f"environment: {{ DB: 'Server=db;User Id=sa;Password={MARK};' }}")),
    Case("C a property of Java", _service(f"command: java -Djavax.net.ssl.keyStorePassword={MARK} -jar a.jar")),
    Case("C a URL of JDBC", _service(f"environment: {{ DB: 'jdbc:postgresql://db/a?user=b&password={MARK}' }}")),
    Case("C a claim", _service(f"environment: {{ PLEX_CLAIM: claim-{MARK} }}")),
    Case(
        "C a webhook",
        _service(f"environment: {{ HOOK: 'https://discord.com/api/webhooks/123456789012345678/{MARK * 5}' }}"),
    ),
    Case(
        "C a setting of GitLab",
        _service(f"environment: {{ GITLAB_OMNIBUS_CONFIG: \"gitlab_rails['initial_root_password'] = '{MARK}'\" }}"),
    ),
    Case(
        "C a config",
        _service("configs: [c]", f"configs: {{ c: {{ content: 'password = {MARK}' }} }}\n"),
    ),
    Case(
        "C a comment",
        f"services:\n  web:\n    image: example/web:1\n    environment:\n      - A=b\n      # - API_TOKEN={MARK}\n",
    ),
)


@pytest.mark.parametrize("backend", ["podman", "docker"])
@pytest.mark.parametrize("case", SECRET, ids=[case.name for case in SECRET])
def test_a_secret_is_in_nothing_that_is_shown(case: Case, backend: str, tmp_path: Path) -> None:
    conversion = converted(case.text, tmp_path, backend=backend, **case.options)
    report = "".join(conversion_text(conversion, tmp_path, Style(False, None), is_verbose=True))
    shown = (module_text(conversion), report, conversion_json(conversion, tmp_path), vm_test(conversion, "web.nix"))
    assert [text for text in shown if MARK in text] == []


CLASHES = (
    "services: { a: { image: i, container_name: x }, b: { image: i, container_name: x } }",
    "services: { db: { image: i }, other: { image: i, container_name: proj-db } }",
    "services: { web: { image: i, scale: 2 }, web-1: { image: i } }",
)


@pytest.mark.parametrize("text", CLASHES)
def test_two_containers_of_one_name_are_no_module(text: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError):
        converted(text, tmp_path)


def test_a_service_of_another_profile_needs_no_image(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: { web: { image: 'a/b:1' }, later: { profiles: [debug] } }\n")
    ran = nixlint(tmp_path, "convert", "-p", "proj")
    assert ran.code == 0
    assert "proj-web = {" in ran.out
    assert "proj-later" not in ran.out
