"""Each secret reaches its container as Compose would give it: whatever is in it, byte for byte, with its owner and mode."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from nixlint.compose.dotenv import engine_reads, parse_dotenv
from nixlint.containers.languages.environment_files import environment_line, is_passed, unit_environment
from nixlint.conversion.convert import Conversion
from nixlint.conversion.output import secret_texts
from nixlint.deployment.target import SecretStore
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.terminal import Style

from .converting import converted, module_text, remarks

VALUES = {
    "PLAIN": "hunter2",
    "BLANKS": "  two  words  ",
    "QUOTES": """it's "so" called""",
    "DOLLARS": "a$b$$c${d}$(e)`f`",
    "HASH": "# no comment # either",
    "EQUALS": "a=b==c",
    "UNICODE": "pässwörd ✓ 🔑",
    "ENDS": "a\x0bb\x0cc\x85d\u2028e",
    "BACKSLASH": "a\\nb\\",
    "LINES": "-----BEGIN KEY-----\nab$c\"d'e\\f`g\n\n-----END KEY-----\n",
    "RETURN": "a\r\nb\r",
    "TAB": "\ta\t",
    "LONG": "x" * 70_000,
}


def _project(folder: Path, store: str) -> Conversion:
    variables = "".join(f"      {name}_TOKEN: ${{{name}}}\n" for name in VALUES)
    text = f"services:\n  web:\n    image: example/web:1\n    environment:\n{variables}"
    return converted(text, folder, secrets=store, environment=VALUES)


def _engine(lines: str) -> dict[str, str]:
    """What both engines read, as their own parsers do: lines as Go's bufio.Scanner gives them."""
    found = engine_reads(lines)
    assert found is not None
    return found


def _systemd(text: str) -> dict[str, str]:
    """What systemd reads from an EnvironmentFile with values in double quotes (src/basic/env-file.c)."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        name, value, position = text[position : text.index("=", position)], "", text.index("=", position) + 1
        assert text[position] == '"'
        position += 1
        while text[position] != '"':
            if text[position] == "\\" and text[position + 1] in '"\\`$':
                position += 1
            value += text[position]
            position += 1
        assert text[position : position + 2] == '"\n'
        found[name], position = value, position + 2
    return found


@pytest.mark.parametrize("store", [SecretStore.ENV_FILE.value, SecretStore.AGENIX.value])
def test_every_value_arrives_byte_for_byte(store: str, tmp_path: Path) -> None:
    conversion = _project(tmp_path, store)
    texts = dict(secret_texts(conversion))
    arrived = _engine(texts["proj-web.env"]) | _systemd(texts["proj-web.unit.env"])
    assert arrived == {f"{name}_TOKEN": value for name, value in VALUES.items()}
    module = module_text(conversion)
    assert "EnvironmentFile = " in module
    for name in ("LINES", "RETURN", "LONG"):
        assert f'"--env={name}_TOKEN"' in module


def test_every_value_arrives_byte_for_byte_through_sops(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    conversion = _project(tmp_path, "sops")
    stored = yaml.safe_load(dict(secret_texts(conversion))["secrets.yaml"])
    lines = "".join(f"{name}={value}\n" for name, value in stored["proj-web"].items())
    arrived = _engine(lines) | _systemd(stored["proj-web.unit.env"])
    assert arrived == {f"{name}_TOKEN": value for name, value in VALUES.items()}
    assert 'config.sops.secrets."proj-web.unit.env".path' in module_text(conversion)


def drawn_value(seed: int) -> str:
    """A text of characters that files of variables treat in ways of their own."""
    drawn = random.Random(seed)  # the same text every time
    return "".join(drawn.choice("ab \t\n\r\"'\\$`#=;%{}é\u2028\x0b") for _ in range(drawn.randrange(12)))


def test_a_value_is_a_line_or_passed_on_and_both_are_read_back() -> None:
    for seed in range(int(os.environ.get("NIXLINT_EXAMPLES", "2000"))):
        value = drawn_value(seed)
        line = environment_line("NAME", value)
        assert (line is None) == is_passed("NAME", value)
        if line is None:
            assert _systemd(unit_environment([("NAME", value)])) == {"NAME": value}
        else:
            assert _engine(f"{line}\nLAST=1\n") == {"NAME": value, "LAST": "1"}


def test_lines_that_an_engine_refuses_are_no_variables() -> None:
    assert engine_reads("A=1\nB C=2\n") is None
    assert engine_reads("A=1\nA\n") is None
    assert engine_reads("=1\n") is None


def test_variables_go_from_file_to_file_as_with_compose(tmp_path: Path) -> None:
    """As 'docker compose config' prints it: B from the file before, C from 'environment', F from its own file."""
    (tmp_path / "a.env").write_text("A=1\nE=file\n")
    (tmp_path / "b.env").write_text("B=${A}\nC=${E}\nD=${Z}\nA=2\nF=${A}\n")
    text = "services:\n  web:\n    image: example/web:1\n    env_file: [a.env, b.env]\n    environment: { E: e }\n"
    conversion = converted(text, tmp_path, environment={"Z": "z"})
    (container,) = conversion.deployment.containers
    given = {each.name: each.value for each in container.environment}
    assert given == {"B": "1", "C": "e", "D": "z", "E": "e", "A": "2", "F": "2"}


def test_a_file_that_the_engines_read_wins_over_one_before_it_that_is_rewritten(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text('A_TOKEN="one"\nB_TOKEN="two"\n')
    (tmp_path / "b.env").write_text("A_TOKEN=three\n")
    text = "services:\n  web:\n    image: example/web:1\n    env_file: [a.env, b.env]\n"
    written = dict(secret_texts(converted(text, tmp_path)))["proj-web.env"]
    assert _engine(written) == {"B_TOKEN": "two"}


def test_a_raw_environment_file_is_named_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text('A="1"\n')
    text = "services:\n  web:\n    image: example/web:1\n    env_file: [{ path: a.env, format: raw }]\n"
    conversion = converted(text, tmp_path)
    assert ("needs-you", "services.web.env_file[0]") in remarks(conversion)
    assert [file.path for file in conversion.deployment.containers[0].environment_files] == [f"{tmp_path}/a.env"]


FILES = """\
services:
  web:
    image: example/web:1
    user: "472"
    configs: [{ source: settings, uid: "472", gid: "5", mode: 0400 }]
    secrets: [token]
configs:
  settings: { content: "password = ${TOKEN}" }
secrets:
  token: { environment: TOKEN }
"""


def test_inline_configs_and_secrets_have_the_mode_and_the_owner_that_compose_gives_them(tmp_path: Path) -> None:
    conversion = converted(FILES, tmp_path, environment={"TOKEN": "hunter2\n"})
    files = {file.name: file for file in conversion.secret_files}
    assert files["proj-settings"][2:] == ("password = hunter2\n", "0400", "472", "5")
    assert files["proj-token"][2:] == ("hunter2\n", "0444", "", "")
    report = "".join(conversion_text(conversion, tmp_path, Style(False, None)))
    assert "proj-settings: its content (mode 0400, owned by 472:5)" in report
    assert "proj-token: its content (mode 0444)" in report
    assert "hunter2" not in report


@pytest.mark.parametrize(
    ("store", "wanted"),
    [
        ("sops", ["uid = 472;", "gid = 5;", 'mode = "0400";', 'proj-token.mode = "0444";']),
        ("agenix", ['owner = "472";', 'group = "5";', 'mode = "0400";', 'mode = "0444";']),
    ],
)
def test_the_store_gives_files_their_owner_and_mode(store: str, wanted: list[str], tmp_path: Path) -> None:
    module = module_text(converted(FILES, tmp_path, secrets=store, environment={"TOKEN": "hunter2"}))
    assert [each for each in wanted if each not in module] == []


def test_two_services_with_different_owners_have_a_file_each(tmp_path: Path) -> None:
    text = """\
services:
  a: { image: "example/a:1", secrets: [{ source: token, uid: "1" }] }
  b: { image: "example/b:1", secrets: [{ source: token, uid: "2" }] }
secrets:
  token: { environment: TOKEN }
"""
    conversion = converted(text, tmp_path, environment={"TOKEN": "hunter2"})
    assert [(file.name, file.uid) for file in conversion.secret_files] == [("proj-token", "1"), ("proj-token-2", "2")]


def test_a_file_of_compose_is_rewritten_only_where_the_engines_read_it_otherwise() -> None:
    assert engine_reads("A=1\n# x\nB=a b\n") == parse_dotenv("A=1\n# x\nB=a b\n")
    assert engine_reads('A="1"\n') != parse_dotenv('A="1"\n')
