"""The test that a conversion writes: valid Python as Nix evaluates it, and nothing that nixlint's own rules find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nixlint.compose.loading import Request as ComposeRequest
from nixlint.compose.loading import load
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.conversion.vm_test import vm_test
from nixlint.deployment.target import Backend, Target
from nixlint.linting.registry import load_registry
from nixlint.linting.run.request import Request
from nixlint.linting.run.runner import run
from nixlint.python_in_nix.script_writing import python_value, statement
from tests.nix.nix_referee import evaluate_json

from .converting import converted, corpus_file, corpus_models

REGISTRY = load_registry()
RULES = frozenset(name for name in REGISTRY.names if name.startswith("test-script-"))
FIXTURE = Path(__file__).parents[2] / "fixtures" / "compose-homelab" / "compose.yaml"
VARIABLES = {"DB_PASSWORD": "x", "DOMAIN": "example.org", "MEDIA": "/srv/media"}
ENGINES = ["podman", "docker"]
NAMES = [
    "a-b",
    "a_b.c",
    "0",
    "été",
    "語",
    "\U0001f600",
    "it's",
    'say "x"',
    "a$b",
    "${HOME}",
    "x''y",
    "''${z}",
    "a\\b",
    "a b",
    "{x}",
    "%s",
]


def scripts_of(paths: list[Path]) -> list[str]:
    """The scripts of tests, as the real Nix evaluates them."""
    texts = evaluate_json([f"(import {path}).testScript" for path in paths])
    assert all(isinstance(text, str) for text in texts)
    return [str(text) for text in texts]


def held(folder: Path, paths: list[Path]) -> None:
    """Every test is a program of Python for Nix, is read as one, and has no finding."""
    for path, script in zip(paths, scripts_of(paths), strict=True):
        compile(script, str(path), "exec")
        assert script.startswith('machine.start()\nmachine.wait_for_unit("'), path
    report = run(Request((folder,), folder, select=RULES, pedantic=True), REGISTRY)
    assert [(item.path, item.rule, item.start.line) for item in report.findings] == []
    broken = paths[0].with_name("broken-test.nix")
    broken.write_text(paths[0].read_text().replace("machine.start()", "machine.strat()"))
    again = run(Request((broken,), folder, select=RULES), REGISTRY)
    assert "test-script-unknown-method" in {item.rule for item in again.findings}, "they are read at all"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_test_of_any_name_passes_the_rules_and_is_python(engine: str, tmp_path: Path) -> None:
    written: list[Path] = []
    for index, name in enumerate(NAMES):
        service = {
            "image": "example/web:1",
            "container_name": name,
            "ports": ["8080:80", "127.0.0.1:9000-9001:90-91", "[::1]:53:53/udp"],
            "healthcheck": {"test": "true"},
            "environment": {"API_TOKEN": "x"},
        }
        try:
            conversion = converted(json.dumps({"services": {"web": service}}), tmp_path, backend=engine)
            text = vm_test(conversion, "web.nix")
        except ComposeError:
            continue  # A name that the engine refuses.
        written.append(tmp_path / str(index) / "web-test.nix")
        written[-1].parent.mkdir()
        written[-1].write_text(text)
        written[-1].with_name("web.nix").write_text(conversion.modules[0][1])
    assert len(written) >= 3
    held(tmp_path, written)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_test_of_a_fixture_passes_the_rules_and_is_python(engine: str, tmp_path: Path) -> None:
    conversion = converted(FIXTURE.read_text(), tmp_path, backend=engine, environment=VARIABLES)
    path = tmp_path / "homelab-test.nix"
    path.write_text(vm_test(conversion, "homelab.nix"))
    path.with_name("homelab.nix").write_text(conversion.modules[0][1])
    held(tmp_path, [path])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_tests_of_the_corpus_pass_the_rules_and_are_python(engine: str, tmp_path: Path) -> None:
    paths: list[Path] = []
    for index, model in enumerate(model for model in corpus_models() if model["ok"]):
        project = load(ComposeRequest((corpus_file(model),), "proj", model["env"]))
        request = ConversionRequest(ComposeRequest(()), Target(Backend(engine), "26.05"), ("*",), shown="compose.yaml")
        conversion = convert_loaded(project, request)
        paths.append(tmp_path / f"{index}-test.nix")
        paths[-1].write_text(vm_test(conversion, f"{index}.nix"))
    held(tmp_path, paths)


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_a_string_of_python(name: str) -> None:
    assert python_value(name).isascii()
    assert eval(python_value(name), {}) == name  # the referee is Python itself


@pytest.mark.parametrize(
    ("method", "arguments", "keywords"),
    [
        ("wait_for_units", ("x",), {}),
        ("wait_for_open_port", ("80",), {}),
        ("wait_for_unit", ("x",), {"timout": 1}),
        ("start", (True, 1), {}),
    ],
)
def test_what_the_driver_does_not_have_is_not_written(
    method: str, arguments: tuple[str | int, ...], keywords: dict[str, str | int]
) -> None:
    with pytest.raises(ValueError, match=r"no method|does not take|arguments"):
        statement("machine", method, *arguments, **keywords)
