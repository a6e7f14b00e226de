"""No secret value reaches a module, a report or a message; it goes to a file of the person's own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from nixlint.cli.convert import command
from nixlint.compose.dotenv import parse_dotenv
from nixlint.compose.loading import Request, load
from nixlint.compose.node import MappingNode, Scalar, walk
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.deployment.target import SecretStore, Target
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.conversion_document import conversion_json
from nixlint.reporting.terminal import Style
from nixlint.secrets.parts import may_be_secret

from .converting import converted, corpus_file, corpus_models, module_text

STORES = [each.value for each in SecretStore]
PROJECT = """\
services:
  web:
    image: example/web:1
    environment:
      DB_PASSWORD: hunter2-db
      COLOUR: green
      FROM_DOTENV: ${FROM_DOTENV}
      DATABASE_URL: postgres://me:hunter2-url@db/app
    env_file: [web.env]
    command: serve --token ${API_TOKEN}
    labels:
      hook: https://me:hunter2-label@example.org/
    secrets: [key]
    configs: [settings]
secrets:
  key:
    environment: API_TOKEN
configs:
  settings:
    content: "token = ${API_TOKEN}"
"""


@pytest.mark.parametrize("store", STORES)
def test_no_secret_is_in_the_module_or_the_report(store: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("API_TOKEN=hunter2-token\nFROM_DOTENV=hunter2-dotenv\n")
    (tmp_path / "web.env").write_text('QUOTED="hunter2-quoted"\n')
    conversion = converted(PROJECT, tmp_path, secrets=store)
    report = "".join(conversion_text(conversion, tmp_path, Style(False, None))) + conversion_json(conversion, tmp_path)
    assert "hunter2" not in module_text(conversion)
    assert "hunter2" not in report
    assert "COLOUR" in module_text(conversion)


def test_secrets_go_to_a_private_file_outside_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "compose.yaml").write_text(PROJECT)
    (tmp_path / ".env").write_text("API_TOKEN=hunter2-token\nFROM_DOTENV=hunter2-dotenv\n")
    (tmp_path / "web.env").write_text('QUOTED="hunter2-quoted"\n')
    output = tmp_path / "out.nix"
    result = CliRunner().invoke(command, [str(tmp_path), "-o", str(output), "-p", "proj"], standalone_mode=False)
    written = tmp_path / "state" / "nixlint" / "secrets" / "proj" / "proj-web.env"
    assert result.return_value == 0
    assert written.stat().st_mode & 0o777 == 0o600
    assert "DB_PASSWORD=hunter2-db\n" in written.read_text()
    assert "QUOTED=hunter2-quoted\n" in written.read_text()
    assert str(written) in result.output
    assert "hunter2" not in result.output
    assert "hunter2" not in output.read_text()


def test_sops_gets_a_template_and_the_secrets_that_it_names(tmp_path: Path) -> None:
    text = module_text(converted(PROJECT, tmp_path, secrets="sops", environment={"API_TOKEN": "t", "FROM_DOTENV": "d"}))
    assert 'environmentFiles = [\n          config.sops.templates."proj-web.env".path' in text or (
        'config.sops.templates."proj-web.env".path' in text
    )
    assert '"proj-web/DB_PASSWORD" = { };' in text
    assert 'DB_PASSWORD=${config.sops.placeholder."proj-web/DB_PASSWORD"}' in text


def test_agenix_gets_a_file_for_each_container(tmp_path: Path) -> None:
    text = module_text(
        converted(PROJECT, tmp_path, secrets="agenix", environment={"API_TOKEN": "t", "FROM_DOTENV": "d"})
    )
    assert 'config.age.secrets."proj-web.env".path' in text
    assert '"proj-web.env".file = ./secrets/proj-web.env.age;' in text


def test_a_check_of_a_stale_module_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web: { image: example/web, environment: { TOKEN: hunter2 } }\n"
    )
    result = CliRunner().invoke(
        command, [str(tmp_path), "-o", str(tmp_path / "x.nix"), "--check"], standalone_mode=False
    )
    assert result.return_value == 1
    assert "+" in result.output
    assert "hunter2" not in result.output
    assert not (tmp_path / "x.nix").exists()


def _secrets_of(file: Path, environment: dict[str, str]) -> set[str]:
    """Every value that must not be in the store.

    Those of environment files, of variables of ``.env`` that go into the environment of a service, and of variables that
    sound secret, unless they say something public too. What ``.env`` says of an image or of a path has to be in the module.
    """
    found: set[str] = set()
    public: set[str] = set()
    loaded = load(Request((file,), "proj", environment))
    services = loaded.root.get("services")
    assert isinstance(services, MappingNode)
    elsewhere = {
        variable
        for path, node in walk(services)
        if isinstance(node, Scalar) and path[1:2] != ("environment",)
        for variable in node.variables
    }
    for path, node in walk(services):
        if len(path) < 2 or not isinstance(node, Scalar) or not isinstance(node.value, str):
            continue
        if path[1] == "environment":
            name, _, value = node.value.partition("=") if path[2] == "[]" else (path[2], "", node.value)
            if node.variables - elsewhere or may_be_secret(name, value):
                in_url = re.search(r"://[^/:@]*:([^/@]+)@", value)
                found |= {in_url[1] if in_url else value}
                found |= {loaded.environment[variable] for variable in node.variables - elsewhere}
            else:
                public.add(value)
        elif path[1] != "env_file":
            public |= {node.value, *re.split(r"[/:@]", node.value)}
        if path[1] == "env_file" and path[-1] == "path" and Path(node.value).is_file():
            found |= {value for value in parse_dotenv(Path(node.value).read_text()).values() if value}
    return found - public - set(services.entries)


def test_no_secret_of_the_corpus_is_in_any_output(tmp_path: Path) -> None:
    leaks: list[str] = []
    marked = 0
    for model in corpus_models():
        if not model["ok"]:
            continue
        file = corpus_file(model)
        secrets = {value for value in _secrets_of(file, model["env"]) if len(value) > 5 and not value.isdigit()}
        marks = {value: f"hunter2mark{index}x" for index, value in enumerate(sorted(secrets, key=len, reverse=True))}
        given = {name: marks.get(value, value) for name, value in model["env"].items()}
        copy, in_place = _marked(file, marks, model["env"], tmp_path)
        marked += len(marks) + in_place
        loaded = load(Request((copy,), "proj", given))
        for store in SecretStore:
            conversion = convert_loaded(loaded, ConversionRequest(Request(()), Target(secrets=store), ("*",)))
            report = "".join(conversion_text(conversion, tmp_path, Style(False, None)))
            output = module_text(conversion) + report + conversion_json(conversion, tmp_path)
            leaks += [f"{model['file']} ({store.value}): {mark}" for mark in re.findall(r"hunter2\w+", output)]
    assert marked >= 100
    assert leaks == []


def _marked(file: Path, marks: dict[str, str], environment: dict[str, str], folder: Path) -> tuple[Path, int]:
    """A copy of a project in which every secret is a mark of its own, and how many values were marked in their place.

    A value that is nothing but a secret is replaced wherever it stands; one that says something public as well (a
    password that is the name of the database too) only where a variable holds it that sounds secret.
    """
    target = folder / "marked"
    shutil.rmtree(target, ignore_errors=True)
    if len(list(file.parent.iterdir())) < 50:
        shutil.copytree(file.parent, target)
    target.mkdir(exist_ok=True)
    text, in_place = _marked_in_place(file, marks, environment)
    for path in (file, *file.parent.glob("*.env*")):
        content = text if path == file else path.read_text() if path.is_file() else ""
        for value, mark in marks.items():
            content = re.sub(rf"(?<=[=: \"']){re.escape(value)}(?=[\"'\s@]|$)", mark, content, flags=re.MULTILINE)
        (target / path.name).write_text(content)
    return target / file.name, in_place


def _marked_in_place(file: Path, marks: dict[str, str], environment: dict[str, str]) -> tuple[str, int]:
    """The text of a Compose file with a mark for each literal of a secret-looking variable that ``marks`` does not hold."""
    services = load(Request((file,), "proj", environment)).root.get("services")
    assert isinstance(services, MappingNode)
    spans: dict[tuple[int, int], bytes] = {}
    for path, node in walk(services):
        if path[1:2] != ("environment",) or not isinstance(node, Scalar) or node.place.path != file or node.template:
            continue
        name, _, value = str(node.value).partition("=") if path[2] == "[]" else (path[2], "", str(node.value))
        if value not in marks and "://" not in value and may_be_secret(name, value):
            spans[node.place.span.start, node.place.span.end] = value.encode()
    content = file.read_bytes()
    for (start, end), secret in sorted(spans.items(), reverse=True):
        before, found, after = content[start:end].rpartition(secret)
        if found:
            content = content[:start] + before + f"hunter2place{start}".encode() + after + content[end:]
    return content.decode(), len(spans)


def test_report_as_json_names_secrets_and_has_no_values(tmp_path: Path) -> None:
    conversion = converted(PROJECT, tmp_path, environment={"API_TOKEN": "hunter2", "FROM_DOTENV": "hunter2-dotenv"})
    report = json.loads(conversion_json(conversion, tmp_path))
    assert {"file": "proj-web.env", "variables": ["DB_PASSWORD", "FROM_DOTENV", "DATABASE_URL", "API_TOKEN"]} in report[
        "secrets"
    ]


def test_a_secret_right_behind_an_option_of_one_letter_is_taken_from_its_variable(tmp_path: Path) -> None:
    text = (
        "services:\n  db:\n    image: mysql:8\n    environment: { MYSQL_ROOT_PASSWORD: hunter2hunter2 }\n"
        "    healthcheck: { test: [CMD, mysqladmin, ping, -uroot, -phunter2hunter2] }\n"
    )
    module = module_text(converted(text, tmp_path))
    assert "hunter2" not in module
    assert "MYSQL_ROOT_PASSWORD" in module


@pytest.mark.parametrize("written", ["x${DB_PASSWORD:-hunter2hunter2}", "x${DB_PASSWORD-${OTHER:-hunter2hunter2}}y"])
def test_the_default_of_a_secret_variable_is_left_out_of_a_command(written: str, tmp_path: Path) -> None:
    text = f"services:\n  db:\n    image: mysql:8\n    command: ['sh', '-c', 'test {written} && true']\n"
    module = module_text(converted(text, tmp_path))
    assert "hunter2" not in module
    assert "DB_PASSWORD" in module
    assert "&& true" in module


def test_what_a_person_is_to_fill_in_is_outside_of_the_store(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_PASSWORD=null\nMAIL_PASSWORD=password\nKEY=changeme\nSIZE=null\n")
    text = "services:\n  web:\n    image: example/web:1\n    environment:\n"
    names = {
        "MYSQL_PASSWORD": "DB_PASSWORD",
        "EMAIL_HOST_PASSWORD": "MAIL_PASSWORD",
        "SECRET_KEY": "KEY",
        "SIZE": "SIZE",
    }
    text += "".join(f"      {name}: ${{{variable}}}\n" for name, variable in names.items())
    conversion = converted(text, tmp_path)
    assert 'SIZE = "null";' in module_text(conversion)
    (file,) = conversion.secret_files
    assert dict(file.variables) == {
        "MYSQL_PASSWORD": "null",
        "EMAIL_HOST_PASSWORD": "password",
        "SECRET_KEY": "changeme",
    }
